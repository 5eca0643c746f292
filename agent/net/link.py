"""The line to the relay's `/control`: signed in, kept alive, and back by itself after every cut.

Guarantees: after a lost line it waits a random while that grows, so that ten thousand agents come back spread out; a
reason that the user can mend is named. On the network thread. Distrusts the relay, through `protocol.connection`.
"""

import asyncio
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
from protocol import envelope, limits, signin
from protocol.connection import Connection, ConnectionFailed, Received, SignedIn
from protocol.trust import Distrust, RevocationList, Role

FIRST_WAIT_S = 2.0
"""The first try after a cut comes within this time, the next within twice of it, and so on."""
LONGEST_WAIT_S = 60.0
"""A relay that comes back has everybody back within this time (security figure 8)."""
FINAL_WAIT_S = 300.0
"""When somebody has to do something first."""

MAX_WAITING = 512
"""Messages for a relay that does not read; a user does not ask for so much."""

_log = structlog.get_logger()


class Link:
    """The line. `run()` it once; it never ends by itself."""

    def __init__(
        self,
        member: Member,
        *,
        last_revocations: int,
        on_line: Callable[[LineChanged], None],
        on_signed_in: Callable[[RevocationList], None],
        on_message: Callable[[envelope.ToClient], None],
    ) -> None:
        """`last_revocations` is the greatest number of a revocation list ever seen."""
        self._member, self._last = member, last_revocations
        self._on_line, self._on_signed_in, self._on_message = on_line, on_signed_in, on_message
        self._connection: Connection | None = None
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

    async def run(self) -> None:
        """Connects, again and again."""
        while True:
            if not self._failures:  # a quick retry of a line that flickers is not worth a word
                self._on_line(LineChanged(Line.CONNECTING))
            trouble, final = await self._connect_once()
            self._on_line(LineChanged(Line.AWAY, trouble))
            delay_s = wait_s(self._failures, final=final)
            self._failures += 1
            await asyncio.sleep(delay_s)

    async def _connect_once(self) -> tuple[Trouble, bool]:
        """From dialling to the cut; gives what was the matter, and whether somebody has to do something first."""
        try:
            async with dial(self._member.organisation, "/control") as socket:
                await self._talk(socket)
        except ConnectionFailed as failed:
            _log.warning("relay refused or distrusted", why=str(failed), final=failed.final)
            return trouble_of(failed), failed.final
        except ssl.SSLCertVerificationError as error:
            _log.warning("relay's certificate refused", why=error.verify_message)
            return Trouble.SERVER_CERTIFICATE, False
        except (ConnectionClosed, WebSocketException, OSError, TimeoutError) as error:
            _log.info("no line", why=f"{type(error).__name__}: {error}")
        except AgentError as error:
            _log.warning("relay cannot be dialled", why=str(error))
            return Trouble.NOT_ENROLLED, True
        finally:
            self._connection = None
        return Trouble.UNREACHABLE, False

    async def _talk(self, socket: ClientConnection) -> None:
        connection = Connection(
            Role.DEVICE,
            self._member.identity,
            self._member.organisation,
            host=host_of(self._member.organisation),
            last_revocations=self._last,
        )
        async with asyncio.timeout(limits.SIGN_IN_S):
            while (event := connection.receive_text(await _text(socket), datetime.now(UTC))) is None:
                await self._flush(socket, connection)
        if not isinstance(event, SignedIn):
            raise ConnectionFailed("the server does not speak athand's language", final=False)
        self._failures = 0
        self._last = event.revocations.number
        self._connection = connection
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


def wait_s(failures: int, *, final: bool) -> float:
    """How long to wait after so many failures in a row: at random, within a time that doubles."""
    longest = FINAL_WAIT_S if final else min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures, 10))
    return random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing


async def _text(socket: ClientConnection) -> str:
    text = await socket.recv()
    if not isinstance(text, str):
        raise ConnectionFailed("the server does not speak athand's language", final=False)
    return text


_BY_REASON: dict[object, Trouble] = {
    signin.Refusal.CLOCK: Trouble.CLOCK,
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
