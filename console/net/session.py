"""One session's line: dials, waits for the other end, feeds the conversation, decodes pictures, sends input.

Network thread. Distrusts the relay and the agent alike (`protocol.connection`, `console.session.conversation`).
Guarantees: a line that is cut while pictures come is dialled again, for `limits.RESUME_S`; a picture is acknowledged
the moment it stands on the canvas, and no click or key waits behind moves of the pointer: of several that wait only
the last is sent.
"""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from console.events import Event, LineMeasured, PictureMeasured, Said, SessionFinished, StageReached
from console.language import _
from console.net.dial import CannotReach, dial, host_of, now
from console.picture import film
from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from console.refusals import said
from console.session.conversation import (
    Allowed,
    Conversation,
    FrameReceived,
    Over,
    Resumed,
    SessionFault,
    Subject,
    Wish,
)
from console.session.held import Held
from console.session.stages import Stage, Step, advance
from console.state import StateDirectory
from protocol import limits
from protocol.connection import Connection, ConnectionFailed, Paired, SignedIn, State
from protocol.desk.events import EndReason
from protocol.session.messages import (
    FrameShown,
    FromConsole,
    PictureTimed,
    PointerMoved,
    ReleaseAll,
    ScreenChanged,
)
from protocol.session.picture import PictureError
from protocol.signin import Refusal
from protocol.trust import Identity, Organisation, RevocationList, Role

_MAX_WAITING = 1000
"""Input messages that wait for a stuck line: more than a second of the fastest hand. Beyond it everything is let go."""
_MEASURE_S, _SILENT_S = 2.0, 10.0
_FAREWELL_S = 1.0
_FIGURES_S = 0.5
_MOST_US = 60_000_000
_UNPAINTED_S = 0.1
"""A screen that takes longer to paint is not waited for: its frames come fewer, but they come."""

_log = structlog.get_logger()


class SessionLine:
    """One session from dialling to its end.

    Attributes:
        dropped: how many input messages were given up, by reason.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - who, with whom, about what, where, and where to tell
        self,
        subject: Subject,
        wish: Wish,
        url: str,
        identity: Identity,
        organisation: Organisation,
        state: StateDirectory,
        canvas: Canvas,
        *,
        post: Callable[[Event], None],
        wake_painter: Callable[[], None],
    ) -> None:
        """`post` tells the windows; `wake_painter` is called when the canvas has something and nothing waited."""
        self._subject, self._wish, self._url = subject, wish, url
        self._identity, self._organisation, self._state = identity, organisation, state
        self._post, self._wake_painter = post, wake_painter
        self._canvas, self._decoder = canvas, Decoder(canvas, wake_painter)
        self._measures = canvas.measures
        self._stage = Stage.DIALLING
        self._conversation: Conversation | None = None
        self._waiting: deque[FromConsole] = deque()
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()
        self._patience: asyncio.Timeout | None = None
        self._loading: asyncio.Future[None] | None = None
        self._lost_at_s: float | None = None
        self._known: EndReason | None = None
        self._allowed_until_s = 0.0
        self._why = ""
        self._held = Held()
        self._decoded: tuple[int, float] | None = None
        self._unpainted: asyncio.TimerHandle | None = None
        self._shown: FrameShown | None = None
        self.dropped: Counter[str] = Counter()

    async def run(self) -> None:
        """Everything; ends with `SessionFinished` posted, however it ends."""
        self._post(StageReached(self._subject.session, self._stage))
        reason, sentence, ours = EndReason.LINE_LOST, "", False
        try:
            reason, ours = await self._run()
            sentence = self._why if reason is EndReason.LINE_LOST else ""
        except SessionFault as error:
            reason, sentence, ours = error.reason, str(error), True
        except PictureError as error:
            sentence = _("The other end sent a picture that makes no sense ({why}).").format(why=error)
            reason, ours = EndReason.FAULT, True
            _log.warning("picture_refused", why=str(error))
        except (CannotReach, ConnectionFailed) as error:
            reason = self._conversation.cut() if self._conversation is not None else EndReason.LINE_LOST
            sentence = "" if reason is EndReason.REFUSED else said(str(error))
        finally:
            if reason is EndReason.LINE_LOST and self._known not in (None, EndReason.LINE_LOST):
                reason, sentence = self._known or reason, ""  # said before the line was cut
            if self.dropped:
                _log.info("input_dropped", **self.dropped)
            self._post(SessionFinished(self._subject.session, reason, sentence, ours))

    def end(self) -> None:
        """The technician ends it."""
        self._ending.set()

    def known_over(self, reason: EndReason) -> None:
        """The relay says that it is over: a line that is cut does not come back."""
        self._known = reason
        if self._stage is Stage.INTERRUPTED:
            self._ending.set()

    def ask(self, wish: Wish) -> None:
        """Asks the user again, for other scopes or more time."""
        if self._conversation is not None:
            self._conversation.ask(wish)
            self._wake.set()

    def painted(self) -> None:
        """All that came is on the screen, or the screen is too slow to wait for: that is told the other end."""
        if self._unpainted is not None:
            self._unpainted.cancel()
            self._unpainted = None
        if self._decoded is None or self._conversation is None:
            return
        (number, began_s), self._decoded = self._decoded, None
        self._shown = FrameShown(number, min(_MOST_US, int(1e6 * (time.perf_counter() - began_s))))
        self._conversation.send(self._shown)
        self._wake.set()

    def send(self, messages: list[FromConsole]) -> None:
        """Queues input in its order; a waiting move is replaced by a newer one. While the line is cut it is dropped."""
        if self._stage is Stage.INTERRUPTED:
            self.dropped["line_interrupted"] += len(messages)
            return
        for message in messages:
            self._held.note(message)
            if self._waiting and isinstance(message, PointerMoved) and isinstance(self._waiting[-1], PointerMoved):
                self._waiting[-1] = message
                self.dropped["pointer_overtaken"] += 1
            else:
                self._waiting.append(message)
        if len(self._waiting) > _MAX_WAITING:
            # Half a stream of keys would leave some of them down: the other end rather lets go of everything.
            self.dropped["line_stuck"] += len(self._waiting)
            self._waiting.clear()
            self._waiting.append(ReleaseAll())
            self._held.clear()
        self._wake.set()

    async def _run(self) -> tuple[EndReason, bool]:
        """One line after the other, until it is over. Raises CannotReach, ConnectionFailed, SessionFault."""
        ending = asyncio.create_task(self._ending.wait())
        try:
            for within_s in itertools.chain([limits.SIGN_IN_S], itertools.cycle(limits.REDIAL_S)):
                try:
                    over = await self._while_patient(within_s, ending)
                except (CannotReach, ConnectionFailed) as error:
                    if isinstance(error, ConnectionFailed) and error.final:
                        if self._why and error.reason is Refusal.NO_SUCH_SESSION:
                            return EndReason.LINE_LOST, False  # the other end gave up, or its user stopped it
                        raise
                    if not self._interrupt(str(error)):
                        raise
                else:
                    if over is not None:
                        return over
                    if not self._interrupt(_("The line to the server was cut.")):
                        return (EndReason.LINE_LOST if self._conversation is None else self._conversation.cut()), False
                await asyncio.wait([ending], timeout=limits.REDIAL_PAUSE_S)
        finally:
            ending.cancel()
        return EndReason.LINE_LOST, False  # never: the attempts have no end but their time

    async def _while_patient(self, within_s: float, ending: asyncio.Task[Any]) -> tuple[EndReason, bool] | None:
        """One line, or one attempt; None: it fell silent."""
        carrying = asyncio.create_task(self._carry(within_s))
        try:
            async with asyncio.timeout_at(self._lost_at_s) as patience:
                self._patience = patience
                await asyncio.wait([carrying, ending], return_when=asyncio.FIRST_COMPLETED)
                if carrying.done() or self._stage is not Stage.INTERRUPTED:
                    return await carrying
        except TimeoutError:
            if not patience.expired():
                raise
            now_s = asyncio.get_running_loop().time()
            return (EndReason.TIME_OVER if now_s >= self._allowed_until_s else EndReason.LINE_LOST), False
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
        return (EndReason.TECHNICIAN_LEFT, True) if self._known is None else (self._known, False)

    def _interrupt(self, why: str) -> bool:
        """The line is cut; whether it may come back."""
        if self._conversation is None or not self._conversation.interrupt():
            return False
        self.dropped["line_interrupted"] += len(self._waiting)
        self._waiting.clear()
        self._held.clear()
        self._decoded = self._shown = None
        if self._known is not None:
            self._ending.set()
        if self._stage is not Stage.INTERRUPTED:
            _log.info("line_interrupted", why=why)
            self._why = why
            # There is nothing to come back to, either, once the time is over that the user has given.
            self._lost_at_s = min(asyncio.get_running_loop().time() + limits.RESUME_S, self._allowed_until_s)
            self._reach(Step.CUT)
        return True

    async def _carry(self, within_s: float) -> tuple[EndReason, bool] | None:
        """One line from dialling to its end; None: it fell silent."""
        most = limits.SESSION_BYTES
        async with dial(self._url, "/session", self._organisation, max_bytes=most, within_s=within_s) as socket:
            ending = asyncio.create_task(self._ending.wait())
            talking = asyncio.create_task(self._talk(socket))
            works = (self._write(socket), self._measure(socket), self._say_held(), self._tell_figures())
            helpers = [asyncio.create_task(work) for work in works]
            try:
                await asyncio.wait([ending, talking, *helpers], return_when=asyncio.FIRST_COMPLETED)
                if talking.done():
                    return talking.result()
                if ending.done():
                    await self._say_goodbye(socket)
                    return EndReason.TECHNICIAN_LEFT, True
                return None
            finally:
                for task in (ending, talking, *helpers):
                    task.cancel()
                await asyncio.gather(ending, talking, *helpers, return_exceptions=True)

    async def _talk(self, socket: ClientConnection) -> tuple[EndReason, bool]:
        revocations = await self._sign_in(socket)
        if self._conversation is None:
            self._conversation = Conversation(
                self._subject,
                self._wish,
                self._identity,
                organisation=self._organisation,
                revocations=revocations,
                now=now(),
                films=film.available(),
            )
        else:
            self._decoder = Decoder(self._canvas, self._wake_painter)
            self._conversation.take_up(revocations, now())
        conversation = self._conversation
        self._wake.set()
        if film.available():  # while the user is asked; the future is kept until it is done
            self._loading = asyncio.get_running_loop().run_in_executor(None, film.load)
        try:
            async with asyncio.timeout(limits.SIGN_IN_S) as bound:
                while True:
                    data = await socket.recv(decode=False)
                    for event in conversation.receive_data(data, now()):
                        if (over := self._take(conversation, event)) is not None:
                            return over
                    self._wake.set()
                    if conversation.stage not in (Stage.SECURING, Stage.INTERRUPTED):
                        bound.reschedule(None)
        except TimeoutError:
            if conversation.stage is Stage.INTERRUPTED:
                raise CannotReach(_("The other end did not answer in time.")) from None
            raise SessionFault(_("The other end did not answer in time."), EndReason.FAULT) from None

    async def _sign_in(self, socket: ClientConnection) -> RevocationList:
        """Until the other end is there. Raises ConnectionFailed, ConnectionClosed."""
        connection = Connection(
            Role.TECHNICIAN,
            self._identity,
            self._organisation,
            host=host_of(self._url),
            session=self._subject.session,
            last_revocations=self._state.last_revocations(),
        )
        revocations: RevocationList | None = None
        while True:
            text = await socket.recv(decode=True)
            if not isinstance(text, str):
                raise ConnectionFailed(_("The server does not speak athand's language."), final=False)
            event = connection.receive_text(text, now())
            for reply in connection.texts_to_send():
                await socket.send(reply)
            match event:
                case SignedIn():
                    revocations = event.revocations
                    self._state.keep_last_revocations(revocations.number)
                    self._reach(Step.SIGNED_IN)
                case Paired() if revocations is not None and connection.state is State.PAIRED:
                    self._reach(Step.PAIRED)
                    return revocations

    def _take(self, conversation: Conversation, event: object) -> tuple[EndReason, bool] | None:
        match event:
            case FrameReceived(body):
                began_s = time.perf_counter()
                number = self._decoder.decode(body)
                self._measures.received(len(body), time.perf_counter() - began_s)
                self._decoded = (number, began_s)
                if not self._canvas.waits:
                    self.painted()
                elif self._unpainted is None:
                    self._unpainted = asyncio.get_running_loop().call_later(_UNPAINTED_S, self.painted)
            case PictureTimed():
                self._measures.timed(event)
            case ScreenChanged(width=width, height=height):
                self._decoder.expect(width, height)
                self._post(Said(self._subject.session, event))
            case Over(reason):
                return reason, False
            case Resumed():
                self._lost_at_s = None
                if self._patience is not None:
                    self._patience.reschedule(None)
                self._reach(Step.RESUMED)
            case _:
                if isinstance(event, Allowed):
                    # By the length of it, not by its end: the two computers' clocks may differ by minutes.
                    lasts_s = (event.consent.end - event.consent.begin).total_seconds()
                    self._allowed_until_s = asyncio.get_running_loop().time() + lasts_s
                if conversation.stage is not self._stage:
                    self._stage = conversation.stage
                    self._post(StageReached(self._subject.session, self._stage))
                self._post(Said(self._subject.session, event))  # type: ignore[arg-type]
        return None

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            if (conversation := self._conversation) is not None:
                while self._waiting:
                    conversation.send(self._waiting.popleft())
                if data := conversation.data_to_send():
                    await socket.send(data)
                    continue
            self._wake.clear()
            await self._wake.wait()

    async def _measure(self, socket: ClientConnection) -> None:
        """Tells the time to the relay and back; ends when nothing comes back any more."""
        while True:
            began_s = time.perf_counter()  # uvloop's own clock counts whole milliseconds
            try:
                async with asyncio.timeout(_SILENT_S):  # what waits to be sent goes before the question
                    await (await socket.ping())
            except TimeoutError:
                return
            self._post(LineMeasured(self._subject.session, 1000 * (time.perf_counter() - began_s)))
            await asyncio.sleep(_MEASURE_S)

    async def _tell_figures(self) -> None:
        while True:
            await asyncio.sleep(_FIGURES_S)
            if figures := self._measures.reading():
                self._post(PictureMeasured(self._subject.session, figures))

    async def _say_held(self) -> None:
        """While something is held down says so, in a way that only this end can: else it is let go over there."""
        while True:
            await asyncio.sleep(limits.HELD_BEAT_S)
            if self._held and self._shown is not None and self._conversation is not None:
                self._conversation.send(self._shown)
                self._wake.set()

    async def _say_goodbye(self, socket: ClientConnection) -> None:
        if self._conversation is None:
            return
        self._conversation.end(EndReason.TECHNICIAN_LEFT)
        try:
            async with asyncio.timeout(_FAREWELL_S):
                if data := self._conversation.data_to_send():
                    await socket.send(data)
        except (TimeoutError, ConnectionClosed):
            return

    def _reach(self, step: Step) -> None:
        if self._stage is Stage.INTERRUPTED and step in (Step.SIGNED_IN, Step.PAIRED):
            return  # it has come so far before; there is nothing new to show
        self._stage = advance(self._stage, step)
        self._post(StageReached(self._subject.session, self._stage))
