"""A relay in a few lines: real sign-in, then bytes both ways. It can cut the line, and keeps what it saw."""

import asyncio
import os
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from protocol import limits, signin
from protocol.trust import Role
from tests.parties import Parties


class SmallRelay:
    """One session at a time; use it as an asynchronous context manager.

    Attributes:
        ends: the two sockets, by role.
        gone: the session is over: nobody may come back to it.
        away: nobody reaches the relay at all.
        forwarded: bytes carried, by the role they came from.
        trusting: whether anybody is let in, whoever certified them.
    """

    def __init__(self) -> None:
        self.parties = Parties(now=datetime.now(UTC))
        self.trusting = self.gone = self.away = False
        self.ends: dict[Role, ServerConnection] = {}
        self.forwarded: dict[Role, int] = {Role.DEVICE: 0, Role.TECHNICIAN: 0}
        self._paired = asyncio.Event()
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._take, "127.0.0.1", 0, compression=None, max_size=limits.SESSION_BYTES)
        port = self._server.sockets[0].getsockname()[1]
        self.parties = Parties(relay_url=f"ws://127.0.0.1:{port}", now=datetime.now(UTC))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def cut(self) -> None:
        """The line is cut for both, without a word; they may come back."""
        ends = self.ends
        self.next_session()
        for end in ends.values():
            end.transport.abort()

    def freeze(self) -> None:
        """The line is still there, but nothing goes through it any more."""
        for end in self.ends.values():
            end.transport.pause_reading()

    def next_session(self) -> None:
        """Forget the two ends; others may come."""
        self.ends = {}
        self._paired = asyncio.Event()

    async def _take(self, end: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await self._carry(end)

    async def _carry(self, end: ServerConnection) -> None:
        if self.away:
            end.transport.abort()
            return
        ends, paired = self.ends, self._paired
        now, nonce = datetime.now(UTC), os.urandom(signin.NONCE_BYTES)
        await end.send(signin.encode(signin.Hello(limits.PROTOCOL_VERSION, nonce, now)))
        answer = signin.decode_sign_in(await end.recv())
        role = answer.role
        if not self.trusting:
            signin.check(
                answer,
                nonce=nonce,
                hosts=["127.0.0.1"],
                organisation=self.parties.organisation,
                revocations=self.parties.revocations(),
                now=now,
            )
        if self.gone:
            await end.send(signin.encode(signin.SignInRefused(signin.Refusal.NO_SUCH_SESSION, "It is over.")))
            return
        await end.send(signin.encode(signin.Welcome(self.parties.encoded_revocations())))
        ends[role] = end
        if len(ends) == len(self.forwarded):
            for one in ends.values():
                await one.send(signin.encode(signin.SessionPaired()))
            paired.set()
        other = Role.TECHNICIAN if role is Role.DEVICE else Role.DEVICE
        with suppress(ConnectionClosed):
            waits = [asyncio.create_task(paired.wait()), asyncio.create_task(end.wait_closed())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            async for data in end:
                self.forwarded[role] += len(data)
                await ends[other].send(data)
        if other in ends:
            await ends[other].close()
