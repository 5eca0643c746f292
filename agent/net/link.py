"""The line to the relay's `/control`: signed in, kept alive, and back by itself after every cut.

Guarantees: after a lost line it waits a random while that grows to ten seconds, so that ten thousand agents come back
spread out and nobody sits before a dead line for long; it tries at once when somebody hurries it. A reason that the
user can mend is named. On the network thread. Distrusts the relay, through `protocol.connection`.
"""

import asyncio
import contextlib
import random
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from agent.enrolled import Member
from agent.errors import AgentError
from agent.messages import Line, LineChanged, Trouble
from agent.net.dial import dial, host_of
from agent.net.membership import FINAL_WAIT_S, Membership
from agent.net.pause import Pause
from protocol import envelope, limits, signin
from protocol.connection import Connection, ConnectionFailed, Received, SignedIn
from protocol.trust import Distrust, RevocationList, Role

FIRST_WAIT_S = 2.0
"""The first try after a cut comes within this time, the next within twice of it, and so on."""
LONGEST_WAIT_S = 10.0
"""A relay that comes back has everybody back within a minute: it takes 1,000 at once and 200 a second after that
(`limits.SIGN_INS_IN_ALL`)."""
CROWDED_WAIT_S = 60.0
"""When it says that there are too many just now."""
PROOF_S = 8.0
"""A line on which something is to be said, or whose network changed, answers a ping within this time, or it is dead:
else what the user just sent would wait for the keep-alive to find out, for up to 40 s."""
_HURRIED_AFTER_S = 1.0
"""An attempt under way for so long when somebody hurries is begun anew: it may have been to a network that is gone."""

MAX_WAITING = 512
"""Messages for a relay that does not read; a user does not ask for so much."""

_log = structlog.get_logger()


class Link:
    """The line. `run()` it once; it never ends by itself."""

    def __init__(  # noqa: PLR0913 - who, and whom it tells
        self,
        membership: Membership,
        pause: Pause,
        *,
        last_revocations: int,
        on_line: Callable[[LineChanged], None],
        on_signed_in: Callable[[RevocationList], None],
        on_message: Callable[[envelope.ToClient], None],
    ) -> None:
        """`pause` is waited between tries; `last_revocations` is the greatest number of a list ever seen."""
        self._membership, self._pause, self._last = membership, pause, last_revocations
        self._on_line, self._on_signed_in, self._on_message = on_line, on_signed_in, on_message
        self._connection: Connection | None = None
        self._socket: ClientConnection | None = None
        self._proof: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._failures = 0

    @property
    def up(self) -> bool:
        """Whether something can be sent now."""
        return self._connection is not None

    def send(self, message: envelope.FromAgent) -> bool:
        """Sends, and gives False if there is no line now, or the relay has not taken anything for long."""
        if self._connection is None or self._connection.waiting >= MAX_WAITING:
            return False
        self._connection.send(message)
        self._wake.set()
        return True

    def hurry(self) -> None:
        """The user wants something, or the network changed: tries at once, or sees whether the line still stands."""
        if self._socket is None:
            self._pause.hurry()
        elif self._proof is None or self._proof.done():
            self._proof = asyncio.create_task(_prove(self._socket))

    async def run(self) -> None:
        """Connects, again and again."""
        while True:
            if not self._failures:  # a quick retry of a line that flickers is not worth a word
                self._on_line(LineChanged(Line.CONNECTING))
            trouble, longest_s = await self._attempt()
            self._on_line(LineChanged(Line.AWAY, trouble))
            delay_s = wait_s(self._failures, longest_s)
            self._failures += 1
            await self._pause.wait(delay_s)

    async def _attempt(self) -> tuple[Trouble, float]:
        """`_connect_once`, begun anew if somebody hurries while nobody answers."""
        while True:
            attempt = asyncio.create_task(self._connect_once())
            hurry = asyncio.create_task(self._hurried_late())
            try:
                await asyncio.wait([attempt, hurry], return_when=asyncio.FIRST_COMPLETED)
                if attempt.done() or self._socket is not None:
                    return await attempt
            finally:
                attempt.cancel()
                hurry.cancel()
                await asyncio.wait([attempt, hurry])
            self._pause.forget()

    async def _hurried_late(self) -> None:
        await asyncio.sleep(_HURRIED_AFTER_S)
        await self._pause.hurried()

    async def _connect_once(self) -> tuple[Trouble, float]:
        """From dialling to the cut; gives what was the matter, and how long to wait at most."""
        try:
            member = self._membership.member
            async with dial(member.organisation, "/control") as socket:
                await self._talk(socket, member)
        except ConnectionFailed as failed:
            _log.warning("relay refused or distrusted", why=str(failed), final=failed.final)
            crowded = CROWDED_WAIT_S if failed.reason is signin.Refusal.TOO_MANY else LONGEST_WAIT_S
            return trouble_of(failed), FINAL_WAIT_S if failed.final else crowded
        except ssl.SSLCertVerificationError as error:
            _log.warning("relay's certificate refused", why=error.verify_message)
            return Trouble.SERVER_CERTIFICATE, LONGEST_WAIT_S
        except (ConnectionClosed, WebSocketException, OSError, TimeoutError) as error:
            _log.info("no line", why=f"{type(error).__name__}: {error}")
        except AgentError as error:
            _log.warning("relay cannot be dialled", why=str(error))
            return Trouble.NOT_ENROLLED, FINAL_WAIT_S
        finally:
            self._connection = self._socket = None
            if self._proof:
                self._proof.cancel()
        return Trouble.UNREACHABLE, LONGEST_WAIT_S

    async def _talk(self, socket: ClientConnection, member: Member) -> None:
        connection = Connection(
            Role.DEVICE,
            member.identity,
            member.organisation,
            host=host_of(member.organisation),
            last_revocations=self._last,
        )
        async with asyncio.timeout(limits.SIGN_IN_S):
            while (event := connection.receive_text(await _text(socket), datetime.now(UTC))) is None:
                await self._flush(socket, connection)
        if not isinstance(event, SignedIn):
            raise ConnectionFailed("the server does not speak athand's language", final=False)
        self._failures = 0
        self._last = event.revocations.number
        self._connection, self._socket = connection, socket
        self._pause.forget()
        self._on_line(LineChanged(Line.CONNECTED))
        self._on_signed_in(event.revocations)
        self._wake.set()
        writer = asyncio.create_task(self._write(socket, connection))
        try:
            async for text in socket:
                if not isinstance(text, str):
                    raise ConnectionFailed("the server does not speak athand's language", final=False)
                received = connection.receive_text(text, datetime.now(UTC))
                if isinstance(received, Received):
                    self._on_message(received.message)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, socket: ClientConnection, connection: Connection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._flush(socket, connection)

    async def _flush(self, socket: ClientConnection, connection: Connection) -> None:
        for text in connection.texts_to_send():
            await socket.send(text)


def wait_s(failures: int, longest_s: float) -> float:
    """How long to wait after so many failures in a row: at random, within a time that doubles up to `longest_s`."""
    within_s = longest_s if longest_s >= FINAL_WAIT_S else min(longest_s, FIRST_WAIT_S * 2 ** min(failures, 10))
    return random.uniform(0, within_s)  # noqa: S311 - spreads load, guards nothing


async def _prove(socket: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        try:
            async with asyncio.timeout(PROOF_S):
                await (await socket.ping())
        except TimeoutError:
            _log.info("line is dead", after_s=PROOF_S)
            socket.transport.abort()


async def _text(socket: ClientConnection) -> str:
    text = await socket.recv()
    if not isinstance(text, str):
        raise ConnectionFailed("the server does not speak athand's language", final=False)
    return text


_BY_REASON: dict[object, Trouble] = {
    signin.Refusal.CLOCK: Trouble.CLOCK,
    signin.Refusal.VERSION: Trouble.VERSION,
    signin.Refusal.TOO_MANY: Trouble.BUSY,
    signin.Refusal.IN_USE: Trouble.BUSY,
    Distrust.EXPIRED: Trouble.OWN_CERTIFICATE,
    Distrust.NOT_YET_VALID: Trouble.CLOCK,
    Distrust.FUTURE_REVOCATIONS: Trouble.CLOCK,
    Distrust.STALE_REVOCATIONS: Trouble.OUT_OF_DATE,
}


def trouble_of(failed: ConnectionFailed) -> Trouble:
    """What a failed sign-in means for the user."""
    return _BY_REASON.get(failed.reason, Trouble.REFUSED)
