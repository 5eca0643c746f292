"""A relay that says whatever a test wants: no check, no desk, no shame."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from protocol import envelope, limits, signin
from protocol.trust import Role
from tests.parties import Parties

Word = str | bytes


class LyingRelay:
    """Lets everybody in.

    Attributes:
        ours: the organisation whose people meet here; there once it is open.
        revocations: the list it hands out.
        words: if given, what it says in place of a greeting and everything behind it.
        offers: what it says to a device behind the sign-in on `/control`.
        heard: what devices said to it there, as far as it reads.
        reading: whether it reads from devices on `/control` at all.
    """

    def __init__(self) -> None:
        self.ours = Parties(now=datetime.now(UTC))
        self.revocations = b""
        self.words: Sequence[Word] | None = None
        self.offers: Sequence[envelope.ToClient] = ()
        self.heard: list[envelope.FromAgent] = []
        self.reading = True
        self._ends: dict[Role, ServerConnection] = {}
        self._paired, self._over = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["LyingRelay"]:
        async with serve(
            self._serve, "127.0.0.1", 0, compression=None, max_size=2**24, ping_interval=None, close_timeout=0.2
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.ours = Parties(relay_url=f"ws://127.0.0.1:{port}", now=datetime.now(UTC))
            self.revocations = self.ours.encoded_revocations(number=5)
            try:
                yield self
            finally:
                self._over.set()

    def next_session(self) -> None:
        self._ends, self._paired = {}, asyncio.Event()

    async def _serve(self, end: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            if self.words is not None:
                for word in self.words:
                    await end.send(word)
                await self._over.wait()
                return
            hello = signin.Hello(limits.PROTOCOL_VERSION, os.urandom(signin.NONCE_BYTES), datetime.now(UTC))
            await end.send(signin.encode(hello))
            answer = signin.decode_sign_in(await end.recv())
            await end.send(signin.encode(signin.Welcome(self.revocations)))
            if end.request is not None and end.request.path == "/control":
                await self._control(end)
            else:
                await self._session(end, answer.role)

    async def _control(self, end: ServerConnection) -> None:
        for offer in self.offers:
            await end.send(envelope.encode(offer))
        if not self.reading:
            end.transport.pause_reading()
            await self._over.wait()
            end.transport.abort()
        async for text in end:
            self.heard.append(envelope.decode_from_agent(text))

    async def _session(self, end: ServerConnection, role: Role) -> None:
        ends, paired = self._ends, self._paired
        ends[role] = end
        if len(ends) == 2:
            for one in ends.values():
                await one.send(signin.encode(signin.SessionPaired()))
            paired.set()
        await paired.wait()
        other = ends[Role.TECHNICIAN if role is Role.DEVICE else Role.DEVICE]
        async for data in end:
            await other.send(data)
        await other.close()
