"""The console's standing connection to the relay: signs in, sends requests, hears answers, comes back by itself.

Network thread. Distrusts the relay (`protocol.connection` checks every word). Reconnects with full jitter, so that a
restarted relay is not met by everybody in one second.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from websockets.asyncio.client import ClientConnection

from console.events import Event, Heard, LinkChanged, LinkState
from console.language import _
from console.net.dial import CannotReach, dial, host_of, now
from console.refusals import said
from console.state import StateDirectory
from protocol import limits
from protocol.connection import Connection, ConnectionFailed, Received, SignedIn, State
from protocol.envelope import FromConsole
from protocol.signin import Refusal
from protocol.trust import Identity, Organisation, Role

_FIRST_DELAY_S, _MAX_DELAY_S, _REFUSED_DELAY_S = 0.5, 20.0, 60.0
_STEADY_S = 30.0
"""A line that held for so long starts the delays anew."""

_log = structlog.get_logger()


class Link:
    """Keeps one signed-in connection to ``/control`` for as long as `run` runs."""

    def __init__(  # noqa: PLR0913 - who, where, and where to tell
        self,
        url: str,
        identity: Identity,
        organisation: Organisation,
        state: StateDirectory,
        post: Callable[[Event], None],
        *,
        rng: random.Random,
    ) -> None:
        """`rng` spreads the attempts; it protects nothing."""
        self._url, self._identity, self._organisation, self._state, self._post = (
            url,
            identity,
            organisation,
            state,
            post,
        )
        self._rng = rng
        self._connection: Connection | None = None
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Connects, and again, until cancelled."""
        delay_s = _FIRST_DELAY_S
        while True:
            began_s = asyncio.get_running_loop().time()
            self._post(LinkChanged(LinkState.CONNECTING))
            pause_s = delay_s * (0.5 + self._rng.random())
            try:
                await self._connect_once()
            except CannotReach as error:
                self._post(LinkChanged(LinkState.WAITING, str(error)))
            except ConnectionFailed as error:
                _log.warning("link_refused", sentence=str(error), final=error.final)
                too_old = error.reason is Refusal.VERSION
                told = _("This console is too old for the server; please update it.") if too_old else said(str(error))
                self._post(LinkChanged(LinkState.REFUSED if error.final else LinkState.WAITING, told))
                pause_s = _REFUSED_DELAY_S if error.final else pause_s
            finally:
                self._connection = None
            if asyncio.get_running_loop().time() - began_s > _STEADY_S:
                delay_s = _FIRST_DELAY_S
            await self._pause(pause_s)
            delay_s = min(2 * delay_s, _MAX_DELAY_S)

    def send(self, message: FromConsole) -> bool:
        """Queues a request; False if there is no connection to take it."""
        if self._connection is None or self._connection.state is not State.SIGNED_IN:
            return False
        self._connection.send(message)
        self._wake.set()
        return True

    def become(self, identity: Identity) -> None:
        """Signs in with another certificate from the next time on."""
        self._identity = identity

    def try_now(self) -> None:
        """Ends the pause before the next attempt."""
        if self._connection is None:
            self._wake.set()

    async def _pause(self, seconds: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _connect_once(self) -> None:
        async with dial(self._url, "/control", self._organisation, max_bytes=limits.REPLY_BYTES) as socket:
            connection = self._connection = Connection(
                Role.TECHNICIAN,
                self._identity,
                self._organisation,
                host=host_of(self._url),
                last_revocations=self._state.last_revocations(),
            )
            # No task group: what ends this must reach `run` as itself, not inside an exception group.
            writer = asyncio.create_task(self._write(connection, socket.send))
            try:
                await self._read(connection, socket)
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
        raise CannotReach(_("The line to the server was cut."))

    async def _read(self, connection: Connection, socket: ClientConnection) -> None:
        async with asyncio.timeout(limits.SIGN_IN_S) as bound:
            async for text in socket:
                if isinstance(text, bytes):
                    raise ConnectionFailed(_("The server does not speak athand's language."), final=False)
                self._take(connection, text)
                if connection.state is State.SIGNED_IN:
                    bound.reschedule(None)

    def _take(self, connection: Connection, text: str) -> None:
        match connection.receive_text(text, now()):
            case SignedIn(revocations):
                self._state.keep_last_revocations(revocations.number)
                self._post(LinkChanged(LinkState.ONLINE))
            case Received(message):
                self._post(Heard(message))
        self._wake.set()

    async def _write(self, connection: Connection, send: Callable[[str], Awaitable[None]]) -> None:
        while True:
            for text in connection.texts_to_send():
                await send(text)
            self._wake.clear()
            await self._wake.wait()
