"""The socket to the relay's `/session`: signs in, waits for the other end, then carries opaque bytes both ways.

Lives on the event loop. Distrusts the relay: it can only cut the line. Sends in order; what waits to be sent is bounded
by the flow of frames, and by `STALLED_BYTES` in all.
"""

import asyncio
import contextlib
import socket
import time
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from agent.errors import EnrolmentError
from agent.net.dial import dial, host_of
from agent.worker.course import LineLost, SessionOver
from protocol import limits, signin
from protocol.connection import Connection, ConnectionFailed, Paired, SignedIn
from protocol.desk.events import EndReason
from protocol.trust import Identity, Organisation, RevocationList, Role

_NOTSENT_LOWAT, _NOTSENT_BYTES = 25, 16 * 1024
"""TCP_NOTSENT_LOWAT (linux/tcp.h): what the kernel holds back unsent is old news by the time it leaves."""
_PIECE_BYTES = 256 * 1024
"""A quarter of what the relay takes in one message, so that it can pass on the beginning of a large frame early."""
STALLED_BYTES = limits.FRAME_BYTES + limits.SESSION_BYTES
_CLOSE_S = 0.3

E = TypeVar("E", SignedIn, Paired)


class Line:
    """One socket, for one session.

    Attributes:
        alive_s: when anything last came from the relay, monotonic.
    """

    def __init__(self, organisation: Organisation, identity: Identity, session: str, *, last_revocations: int) -> None:
        self._organisation = organisation
        self._talk = Connection(
            Role.DEVICE,
            identity,
            organisation,
            host=host_of(organisation),
            session=session,
            last_revocations=last_revocations,
        )
        self._socket: ClientConnection | None = None
        self._asking: asyncio.Task[None] | None = None
        self.alive_s = time.monotonic()
        self._unsent: deque[bytes] = deque()
        self._unsent_bytes = 0
        self._ready = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    async def connect(self) -> RevocationList:
        """Connects and signs in; gives the newest list of revocations. Raises SessionOver; LineLost: not now."""
        try:
            self._socket = await dial(self._organisation, "/session")
        except EnrolmentError as error:
            raise SessionOver(EndReason.FAULT, str(error)) from error
        except (OSError, WebSocketException, TimeoutError) as error:
            raise LineLost("The server cannot be reached at the moment.") from error
        plain = self._socket.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, _NOTSENT_BYTES)
        return (await self._until(limits.SIGN_IN_S, SignedIn)).revocations

    async def pair(self) -> None:
        """Waits for the other end. Raises SessionOver; LineLost: it did not come."""
        await self._until(limits.PAIRING_S, Paired)

    async def received(self) -> AsyncIterator[bytes]:
        """What comes from the other end. Raises LineLost."""
        connection = self._connected()
        try:
            while True:
                data = await connection.recv(decode=False)
                self.alive_s = time.monotonic()
                yield data
        except ConnectionClosed as error:
            raise LineLost from error

    def write(self, data: bytes) -> None:
        """Queues bytes for the other end. Raises SessionOver when it has taken nothing for far too long."""
        if not data:
            return
        self._unsent_bytes += len(data)
        if self._unsent_bytes > STALLED_BYTES:
            raise SessionOver(EndReason.LINE_LOST, "The other end does not take the picture any more.")
        self._unsent.append(data)
        self._drained.clear()
        self._ready.set()

    async def send_written(self) -> None:
        """Sends what is written, for as long as the line lives. Raises LineLost."""
        connection = self._connected()
        try:
            while True:
                await self._ready.wait()
                self._ready.clear()
                while self._unsent:
                    data = self._unsent.popleft()
                    for at in range(0, len(data), _PIECE_BYTES):
                        await connection.send(data if len(data) <= _PIECE_BYTES else data[at : at + _PIECE_BYTES])
                    self._unsent_bytes -= len(data)
                self._drained.set()
        except ConnectionClosed as error:
            raise LineLost from error

    def ping(self) -> None:
        """Asks the relay for a sign of life, unless it is being asked; `alive_s` tells when it came.

        Does not wait: while the relay takes nothing, it does not take the question either, and that must show.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(self._connected()))

    async def _ask(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):  # told where the line is read
            await (await connection.ping())
            self.alive_s = time.monotonic()

    async def drain(self, timeout_s: float) -> None:
        """Waits until everything written was handed to the network, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drained.wait(), timeout_s)

    def abort(self) -> None:
        """Cuts it: nothing came for too long. Whoever uses it hears LineLost."""
        if self._socket:
            self._socket.transport.abort()

    async def close(self) -> None:
        """Closes the socket, in order if the other end takes part in it. Never raises."""
        if self._socket is None:
            return
        with contextlib.suppress(TimeoutError, OSError, WebSocketException):
            await asyncio.wait_for(self._socket.close(), _CLOSE_S)
        self._socket.transport.abort()

    def _connected(self) -> ClientConnection:
        if self._socket is None:
            raise LineLost("There is no connection.")
        return self._socket

    async def _until(self, timeout_s: float, wanted: type[E]) -> E:
        """Talks with the relay until it says what is wanted."""
        connection = self._connected()
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    event = self._talk.receive_text(await connection.recv(decode=True), datetime.now(UTC))
                    for text in self._talk.texts_to_send():
                        await connection.send(text)
                    if isinstance(event, wanted):
                        return event
        except TimeoutError:
            raise LineLost("The other end did not come.") from None
        except ConnectionFailed as error:
            if error.reason is signin.Refusal.NO_SUCH_SESSION:
                raise SessionOver(EndReason.LINE_LOST, str(error)) from error
            if error.reason in (signin.Refusal.TOO_MANY, signin.Refusal.IN_USE):
                raise LineLost(str(error)) from error
            raise SessionOver(EndReason.NOT_TRUSTED, str(error)) from error
        except (ConnectionClosed, UnicodeDecodeError) as error:
            raise LineLost from error
