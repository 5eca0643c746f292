"""One session's line: dials, waits for the other end, feeds the conversation, decodes pictures, sends input.

Network thread. Distrusts the relay and the agent alike (`protocol.connection`, `console.session.conversation`).
Guarantees: a picture is acknowledged the moment it stands on the canvas, and no click or key waits behind moves of
the pointer: of several that wait only the last is sent.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from console.events import Event, LineMeasured, Said, SessionFinished, StageReached
from console.language import _
from console.net.dial import CannotReach, dial, host_of, now
from console.picture import film
from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from console.session.conversation import Conversation, FrameReceived, Over, SessionFault, Subject, Wish
from console.session.stages import Stage, Step, advance
from console.state import StateDirectory
from protocol import limits
from protocol.connection import Connection, ConnectionFailed, Paired, SignedIn, State
from protocol.desk.events import EndReason
from protocol.session.messages import (
    ButtonChanged,
    FrameShown,
    FromConsole,
    KeyChanged,
    PointerMoved,
    ReleaseAll,
)
from protocol.session.picture import PictureError
from protocol.trust import Identity, Organisation, RevocationList, Role

_MAX_WAITING = 1000
"""Input messages that wait for a stuck line: more than a second of the fastest hand. Beyond it everything is let go."""
_MEASURE_S, _SILENT_S = 2.0, 10.0
_FAREWELL_S = 1.0
_MOST_US = 60_000_000

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
        self._decoder = Decoder(canvas)
        self._stage = Stage.DIALLING
        self._conversation: Conversation | None = None
        self._waiting: deque[FromConsole] = deque()
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()
        self._held: set[tuple[type, int, int]] = set()
        self._shown: FrameShown | None = None
        self.dropped: Counter[str] = Counter()

    async def run(self) -> None:
        """Everything; ends with `SessionFinished` posted, however it ends."""
        self._post(StageReached(self._subject.session, self._stage))
        reason, sentence, ours = EndReason.LINE_LOST, "", False
        try:
            reason, ours = await self._run()
        except SessionFault as error:
            reason, sentence, ours = error.reason, str(error), True
        except PictureError as error:
            sentence = _("The other end sent a picture that makes no sense ({why}).").format(why=error)
            reason, ours = EndReason.FAULT, True
            _log.warning("picture_refused", why=str(error))
        except (CannotReach, ConnectionFailed) as error:
            reason = self._conversation.cut() if self._conversation is not None else EndReason.LINE_LOST
            sentence = "" if reason is EndReason.REFUSED else str(error)
        finally:
            if self.dropped:
                _log.info("input_dropped", **self.dropped)
            self._post(SessionFinished(self._subject.session, reason, sentence, ours))

    def end(self) -> None:
        """The technician ends it."""
        self._ending.set()

    def ask(self, wish: Wish) -> None:
        """Asks the user again, for other scopes or more time."""
        if self._conversation is not None:
            self._conversation.ask(wish)
            self._wake.set()

    def send(self, messages: list[FromConsole]) -> None:
        """Queues input in its order; a waiting move is replaced by a newer one."""
        for message in messages:
            self._note_held(message)
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
        async with dial(self._url, "/session", self._organisation, max_bytes=limits.SESSION_BYTES) as socket:
            ending = asyncio.create_task(self._ending.wait())
            talking = asyncio.create_task(self._talk(socket))
            works = (self._write(socket), self._measure(socket), self._say_held())
            helpers = [asyncio.create_task(work) for work in works]
            try:
                await asyncio.wait([ending, talking, *helpers], return_when=asyncio.FIRST_COMPLETED)
                if talking.done():
                    return talking.result()
                if ending.done():
                    await self._say_goodbye(socket)
                    return EndReason.TECHNICIAN_LEFT, True
                return EndReason.LINE_LOST, False
            finally:
                for task in (ending, talking, *helpers):
                    task.cancel()
                await asyncio.gather(ending, talking, *helpers, return_exceptions=True)

    async def _talk(self, socket: ClientConnection) -> tuple[EndReason, bool]:
        revocations = await self._sign_in(socket)
        conversation = self._conversation = Conversation(
            self._subject,
            self._wish,
            self._identity,
            organisation=self._organisation,
            revocations=revocations,
            now=now(),
            films=film.available(),
        )
        self._wake.set()
        try:
            async with asyncio.timeout(limits.SIGN_IN_S) as bound:
                while True:
                    data = await socket.recv(decode=False)
                    for event in conversation.receive_data(data, now()):
                        if (over := self._take(conversation, event)) is not None:
                            return over
                    self._wake.set()
                    if conversation.stage is not Stage.SECURING:
                        bound.reschedule(None)
        except TimeoutError:
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
                number, wake = self._decoder.decode(body)
                took_us = min(_MOST_US, int(1e6 * (time.perf_counter() - began_s)))
                self._shown = FrameShown(number, took_us)
                conversation.send(self._shown)
                if wake:
                    self._wake_painter()
            case Over(reason):
                return reason, False
            case _:
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
            pong = await socket.ping()
            try:
                async with asyncio.timeout(_SILENT_S):
                    await pong
            except TimeoutError:
                return
            self._post(LineMeasured(self._subject.session, 1000 * (time.perf_counter() - began_s)))
            await asyncio.sleep(_MEASURE_S)

    def _note_held(self, message: FromConsole) -> None:
        what: tuple[type, int, int]
        match message:
            case KeyChanged(evdev=code, keysym=keysym, down=down):
                # By its code, where there is one: the layout may have changed between down and up.
                what = (KeyChanged, code, 0 if code else keysym)
            case ButtonChanged(button=code, down=down):
                what = (ButtonChanged, code, 0)
            case ReleaseAll():
                self._held.clear()
                return
            case _:
                return
        (self._held.add if down else self._held.discard)(what)

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
        self._stage = advance(self._stage, step)
        self._post(StageReached(self._subject.session, self._stage))
