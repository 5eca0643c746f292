"""One session on the helped side: every message of the technician, every frame, every end passes here.

Guarantees: nothing is captured and no hands are opened before a consent was checked; every frame is held against it
when it leaves; whichever way the session ends, the first thing that happens is that keys and buttons are let go. So it
is when the line is cut; only the program that the consent was given to can take the session up again.
Lives on the event loop. Distrusts the technician and the relay; `agent.worker.watch` looks after the other processes.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import structlog

from agent import ipc
from agent.worker import agreed
from agent.worker.capture.source import Source
from agent.worker.course import SHOWING, Event, OutOfTurn, SessionOver, State, advance
from agent.worker.flow import FlowError
from agent.worker.input.control import Control
from agent.worker.input.hands import Hands
from agent.worker.line import Line
from agent.worker.regions import film
from agent.worker.show import Show
from agent.worker.wire import Wire
from protocol import limits
from protocol.consent import ConsentError
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.session import messages
from protocol.session.framing import FramingError
from protocol.session.gate import Gate, Outside, OutsideConsent
from protocol.session.messages import Ask, ConsentGiven, ConsentRefused, FromAgent, FromConsole, MessageError
from protocol.trust import Identity, Organisation, RevocationList
from protocol.tunnel import Closed, Secured, TunnelError

_ASK_AGAIN_S = 5.0
"""After a no, a technician cannot ask again at once: nobody is to be worn down."""

_ECHOED = (messages.KeyChanged, messages.TextTyped, messages.ButtonChanged)
"""What people wait to see the effect of."""

_log = structlog.get_logger()


class Session:
    """From the tunnel's first byte to the last. Make it when the other end is there.

    Attributes:
        state: where it is.
        heard_s: when the technician last said anything inside the tunnel, monotonic.
    """

    def __init__(  # noqa: PLR0913 - what the window process said, and the rims
        self,
        begin: ipc.Begin,
        organisation: Organisation,
        identity: Identity,
        revocations: RevocationList,
        *,
        line: Line,
        tell: Callable[[ipc.FromWorker], None],
        open_source: Callable[[], Source],
        open_hands: Callable[[], Hands],
        end: Callable[[SessionOver], None],
    ) -> None:
        """`tell` reaches the window process; `end` is called, once at least, when the session must end."""
        self._begin, self._identity, self._tell, self._end = begin, identity, tell, end
        self._wire = Wire(line, identity, organisation, revocations, session=begin.session)
        self.state = advance(State.CONNECTING, Event.PAIRED)
        self._loop = asyncio.get_running_loop()
        self._gate = Gate()
        self._consent, self._films = b"", False
        self._asked: Ask | None = None
        self._question_shown = False
        self._ask_again_s = float("-inf")
        self._show = Show(self._wire, self._gate, open_source, began=self._on_first_picture, end=end)
        self._control = Control(
            open_hands,
            begin.display,
            admits=self._admits,
            user_acted=self._on_user,
            keyboard_changed=self._send,
            end=end,
        )
        self._dropped: Counter[str] = Counter()
        self._told: Counter[str] = Counter()
        self.heard_s = time.monotonic()

    @property
    def holds_something(self) -> bool:
        """Whether a key or button may be down because of the technician."""
        return self._control.holding

    @property
    def rtt_s(self) -> float:
        """The last round trip of a frame, 0 before the first."""
        return self._show.rtt_s

    @property
    def in_flight_bytes(self) -> int:
        """What of the picture is under way."""
        return self._show.in_flight_bytes

    @property
    def may_resume(self) -> bool:
        """Whether there is a consent that a line which is cut can be taken up with."""
        return self.state in SHOWING or self.state is State.INTERRUPTED

    @property
    def over_by_time(self) -> bool:
        """Whether the consent in force has come to its end."""
        consent = self._gate.consent
        return consent is not None and datetime.now(UTC) >= consent.end

    # --- from the technician
    def receive_data(self, data: bytes) -> None:
        """Takes bytes from the line. Raises SessionOver."""
        try:
            for event in self._wire.receive_data(data):
                match event:
                    case Secured():
                        self._on_secured(event)
                    case bytes():
                        self.heard_s = time.monotonic()
                        self._on_body(event)
                    case Closed():
                        raise SessionOver(EndReason.TECHNICIAN_LEFT, "The technician has left.")
            self._control.finish()
        except TunnelError as error:
            raise SessionOver(EndReason.NOT_TRUSTED, str(error)) from error
        except (FramingError, MessageError, FlowError) as error:
            _log.warning("console_out_of_protocol", why=str(error))
            raise SessionOver(EndReason.FAULT, "The technician's program made a mistake.") from error
        except OutOfTurn as error:
            raise SessionOver(EndReason.FAULT, "The session got out of step.") from error
        finally:
            self._wire.flush()

    def _on_secured(self, secured: Secured) -> None:
        if self.state is State.INTERRUPTED:
            self._wire.comeback.secured(secured)
            return
        expected = self._begin.technician_leaf
        if expected is not None and secured.peer.fingerprint != expected:
            raise SessionOver(EndReason.NOT_TRUSTED, "The technician is not the one who was announced.")
        self.state = advance(self.state, Event.SECURED)
        self._wire.comeback.first = secured
        self._tell(ipc.Secured(agreed.technician(secured)))

    def _on_body(self, body: bytes) -> None:
        message = messages.decode_from_console(body)
        if (self.state is State.INTERRUPTED) is not isinstance(message, messages.Resume):
            raise MessageError("a session is taken up in an interrupted one's first word, and only there")
        if self._admits(message):
            self._on_message(message)

    def _admits(self, message: FromConsole) -> bool:
        try:
            self._gate.admit(message, now=datetime.now(UTC), now_s=time.monotonic())
        except OutsideConsent as outside:
            self._dropped[outside.reason] += 1
            if outside.reason is Outside.OTHER_MONITOR:  # a release that is dropped would leave something down
                self._control.release_all()
            return False
        return True

    def _on_message(self, message: FromConsole) -> None:
        match message:
            case Ask():
                self._on_ask(message)
            case messages.FrameShown(number=number, took_us=took_us):
                self._show.acknowledged(number, took_us / 1e6)
            case messages.RefreshRequested():
                if not self._show.begin_anew():
                    self._dropped["refresh_too_soon"] += 1
            case messages.Watch(monitors=monitors):
                self._show.watch(monitors)
            case messages.Resume(proof=proof):
                self._on_resume(proof)
            case messages.Goodbye():
                raise SessionOver(EndReason.TECHNICIAN_LEFT, "The technician has left.")
            case _:
                self._control.take(message)
                if isinstance(message, _ECHOED):
                    self._show.expect_echo()

    def _on_ask(self, ask: Ask) -> None:
        secured = self._wire.comeback.first
        if secured is None or self.state not in (State.WAITING, State.SHARING):
            self._dropped["ask_out_of_turn"] += 1
            return
        if time.monotonic() < self._ask_again_s:
            self._send(ConsentRefused("Please wait a moment before you ask again."))
            return
        if ask.ticket != self._begin.ticket:
            raise SessionOver(EndReason.NOT_TRUSTED, "The technician came for another ticket.")
        scopes = ask.scopes & secured.peer.scopes
        wanted = scopes | (self._gate.consent.scopes if self._gate.consent else frozenset())
        if Scope.SEE not in wanted:
            self._send(ConsentRefused("Without seeing the screen there is no session."))
            return
        again = self.state is State.SHARING
        self.state = advance(self.state, Event.ASKED)
        self._asked = ask
        if not again:
            self._show.get_ready()
        self._mind_question()  # from now on, not only once the window process says that the question is to be seen
        self._tell(
            ipc.ConsentAsked(
                agreed.technician(secured), secured.binding, ask.ticket, scopes, ask.minutes, ask.remark, again=again
            )
        )

    # --- a line that is cut, and comes back
    def interrupt(self) -> None:
        """The line is cut: nothing is held or shown until the same technician is back. Raises SessionOver."""
        self._control.release_all()
        self._show.stop()
        if self.state is not State.INTERRUPTED:
            self.state = advance(self.state, Event.CUT)
            self._tell(ipc.LineInterrupted())

    def take_up(self, line: Line, revocations: RevocationList) -> None:
        """Both ends are at the relay again: whoever is there has to prove who it is, in a new tunnel."""
        self._wire.renew(line, revocations)
        self.heard_s = time.monotonic()

    def _on_resume(self, proof: bytes) -> None:
        resumed = self._wire.comeback.answer(proof)
        self.state = advance(self.state, Event.RESUMED)
        if self._asked:  # its answer is on its way from the windows
            self.state = advance(self.state, Event.ASKED)
        self._send(resumed)
        self._send(ConsentGiven(self._consent))
        self._control.tell_keyboard()
        self._tell(ipc.LineRestored())
        self._show.start(films=self._films)

    # --- from the user
    def question_shown(self, *, shown: bool) -> None:
        """A consent question is, or is no longer, on the screen. Raises SessionOver."""
        self._question_shown = shown
        self._mind_question()

    def banners_shown(self, windows: frozenset[int]) -> None:
        """These windows are the banners: they are not in the picture, and nobody but the user presses them."""
        self._show.leave_out(windows)
        self._control.keep_off(windows)

    def answered(self, answer: ipc.AnswerConsent) -> None:
        """The user's answer, or a narrower consent unasked. Raises SessionOver."""
        try:
            if answer.consent is None:
                self._refused(answer)
            else:
                self._allowed(answer.consent)
            self._mind_question()
        except OutOfTurn as error:
            _log.warning("answer_out_of_turn", why=str(error))

    def prolonged(self, encoded: bytes) -> None:
        """The user gives more time for what is allowed, unasked. Raises SessionOver."""
        secured, in_force = self._wire.comeback.first, self._gate.consent
        if secured is None or in_force is None or self.state not in SHOWING:
            _log.warning("more_time_out_of_turn", state=self.state.value)
            return
        try:
            consent = agreed.check_prolonged(
                encoded,
                device=self._identity,
                session=self._begin.session,
                secured=secured,
                ticket=self._begin.ticket,
                in_force=in_force,
                now=datetime.now(UTC),
            )
        except ConsentError as error:
            raise SessionOver(EndReason.FAULT, f"The session could not be prolonged: {error}.") from error
        self._consent = encoded
        self._gate.open(consent)
        self._send(ConsentGiven(encoded))

    def _mind_question(self) -> None:
        """Nobody but the user answers: while there is a question, no input of the technician passes."""
        is_open = self._question_shown or self._asked is not None
        self._gate.question_shown(shown=is_open)
        if is_open:
            self._control.release_all()

    def take_back(self, scopes: frozenset[Scope]) -> None:
        """What the user takes back is not allowed from now on. Raises SessionOver."""
        consent = self._gate.consent
        if consent is None:
            return
        self._gate.open(msgspec.structs.replace(consent, scopes=consent.scopes - scopes))
        if Scope.CONTROL in scopes:
            self._control.release_all()
        if Scope.SEE in scopes:
            raise SessionOver(EndReason.USER_STOPPED, "You have ended the session.")

    def _refused(self, answer: ipc.AnswerConsent) -> None:
        self.state = advance(self.state, Event.REFUSED)
        self._asked = None
        self._ask_again_s = time.monotonic() + _ASK_AGAIN_S
        self._send(ConsentRefused((answer.refusal or "The user does not want this.")[: limits.NOTE_CHARS]))
        if self.state is State.ENDED:
            reason = EndReason.NO_ANSWER if answer.no_answer else EndReason.REFUSED
            raise SessionOver(reason, "Nothing was shown.")

    def _allowed(self, encoded: bytes) -> None:
        secured = self._wire.comeback.first
        if secured is None:
            raise OutOfTurn(self.state, Event.ALLOWED)
        after = advance(self.state, Event.ALLOWED)
        try:
            consent = agreed.check(
                encoded,
                device=self._identity,
                session=self._begin.session,
                secured=secured,
                ticket=self._begin.ticket,
                asked=self._asked,
                in_force=self._gate.consent,
                now=datetime.now(UTC),
            )
        except ConsentError as error:
            raise SessionOver(EndReason.FAULT, f"Nothing was shown: {error}.") from error
        if self._asked is not None and not self._consent:
            self._films = self._asked.films and film.available()
        self.state, self._asked, self._consent = after, None, encoded
        self._gate.open(consent)
        self._send(ConsentGiven(encoded))
        if Scope.CONTROL in consent.scopes:
            self._control.open()
        else:
            self._control.release_all()
        if not self._show.running and self.state in SHOWING:
            self._show.start(films=self._films)

    def _on_first_picture(self) -> None:
        self._tell(ipc.Sharing(datetime.now(UTC)))

    def _on_user(self, pointer: tuple[int, int] | None) -> None:
        """The user's own hand moved; the pointer is there now, if it was moved."""
        self._gate.user_acted(time.monotonic())
        if pointer and self._gate.shows(*pointer):
            self._send(messages.CursorMoved(*pointer))

    # --- all along, and at the end
    def report_drops(self) -> None:
        """Tells both sides what was dropped since the last time. Raises SessionOver."""
        total = self._dropped + self._control.dropped
        for reason, count in (total - self._told).items():
            self._tell(ipc.InputDropped(reason, count))
            if self._wire.is_open:
                self._send(messages.InputDropped(reason, count))
            _log.info("input_dropped", reason=reason, count=count)
        self._told = total

    def release_all(self) -> None:
        """Lets go of every key and button. Raises SessionOver when the display is gone."""
        self._control.release_all()

    def close(self, reason: EndReason) -> None:
        """Ends it at once: nothing is held, shown or let in any more; the goodbye waits in the line. Never raises."""
        self._gate.close()
        self.state = advance(self.state, Event.OVER)
        self._control.close()
        self._show.stop()
        try:
            self._wire.close(messages.Goodbye(reason.value))
        except (TunnelError, SessionOver) as error:
            _log.debug("no_goodbye", why=str(error))

    def _send(self, message: FromAgent) -> None:
        if self.state is not State.INTERRUPTED:  # there is nobody, or nobody who has proved to be the one
            self._wire.send(message)
