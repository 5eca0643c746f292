"""The technician's end as a test plays it: the real tunnel, frames decoded into a picture, acknowledged at once."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from protocol import signin
from protocol.connection import Connection, Paired
from protocol.scopes import Scope
from protocol.session import messages, resumption
from protocol.session.framing import FrameReader, Kind, pack
from protocol.session.messages import (
    Ask,
    ConsentGiven,
    ConsentRefused,
    FrameShown,
    FromAgent,
    FromConsole,
    Goodbye,
    Resume,
)
from protocol.trust import Identity, Role
from protocol.tunnel import DataReceived, Secured, Side, State, Tunnel, TunnelError
from tests.parties import Parties

M = TypeVar("M")


class ConsoleEnd:
    """One session's technician.

    Attributes:
        frames: number and time of each frame, monotonic seconds, as it was decoded.
        heard: every typed message, in order.
        acknowledging: whether frames are acknowledged.
        over: set when the line is closed.
        first: the tunnel that the consent was given in.
        broken: why the tunnel broke, if it did.
    """

    def __init__(self, parties: Parties, session: str, *, identity: Identity | None = None) -> None:
        self._parties, self._session = parties, session
        self._identity = identity or parties.jana
        self._canvas = Canvas()
        self._decoder = Decoder(self._canvas)
        self.frames: list[tuple[int, float]] = []
        self.frame_bytes = 0
        self.heard: list[FromAgent] = []
        self.acknowledging = True
        self.over = asyncio.Event()
        self.broken = ""
        self._changed = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._tunnel: Tunnel | None = None
        self._reader = FrameReader()
        self._task: asyncio.Task[None] | None = None
        self.first: Secured | None = None
        self.secured: Secured | None = None

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """The picture as the console's own decoder made it."""
        return self._canvas.pixels

    async def connect(self) -> None:
        """Sign in, pair, shake hands."""
        self._socket = await connect(
            self._parties.organisation.relay_url + "/session", compression=None, proxy=None, max_size=None
        )
        talk = Connection(
            Role.TECHNICIAN, self._identity, self._parties.organisation, host="127.0.0.1", session=self._session
        )
        while not isinstance(talk.receive_text(await self._socket.recv(decode=True), datetime.now(UTC)), Paired):
            for text in talk.texts_to_send():
                await self._socket.send(text)
        self._tunnel = Tunnel(
            Side.CONSOLE,
            self._identity,
            organisation=self._parties.organisation,
            revocations=self._parties.revocations(),
            now=datetime.now(UTC),
        )
        await self._socket.send(self._tunnel.data_to_send())
        self._task = asyncio.create_task(self._listen())
        await self.until(lambda: self.secured is not None, "the tunnel")
        self.first = self.first or self.secured

    async def come_back(self, identity: Identity | None = None) -> None:
        """The line is gone: dial again, as the same or as somebody else, and shake hands."""
        await self.over.wait()
        self.over.clear()
        self._identity = identity or self._identity
        self._decoder, self._reader, self.secured = Decoder(self._canvas), FrameReader(), None
        self.frames.clear()
        self.heard.clear()
        await self.connect()

    def proof(self, role: Role = Role.TECHNICIAN, secret: bytes | None = None) -> bytes:
        """What shows in this tunnel that this end had the first one."""
        if self.first is None or self.secured is None:
            raise RuntimeError("not connected")
        secret = self.first.resumption if secret is None else secret
        return resumption.prove(secret, role, session=self._session, binding=self.secured.binding)

    async def resume(self, proof: bytes | None = None) -> None:
        """Take up the session: with the right proof, or another."""
        await self.send(Resume(self.proof() if proof is None else proof))

    async def ask(self, *scopes: Scope, ticket: int = 7, minutes: int = 30, remark: str = "") -> None:
        """Ask for a consent."""
        await self.send(Ask(ticket, frozenset(scopes), minutes, remark, films=True))

    async def send(self, *wanted: FromConsole) -> None:
        """Send messages, all in one piece."""
        parts = [part for message in wanted for part in pack(Kind.TYPED, messages.encode(message))]
        await self.send_raw(b"".join(parts))

    async def send_raw(self, plain: bytes) -> None:
        """Send any bytes through the tunnel."""
        if self._tunnel is None or self._socket is None:
            raise RuntimeError("not connected")
        self._tunnel.send([plain])
        await self._socket.send(self._tunnel.data_to_send())

    async def send_shown(self) -> None:
        """Acknowledge the newest frame."""
        await self.send(FrameShown(self.frames[-1][0]))

    async def until(self, probe: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
        """Wait until `probe` is true; it is asked after everything that comes."""
        end_s = time.monotonic() + timeout_s
        while not probe():
            self._changed.clear()
            left_s = end_s - time.monotonic()
            if left_s <= 0 or (self.over.is_set() and not probe()):
                raise AssertionError(f"{what} did not come; heard {[type(m).__name__ for m in self.heard]}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left_s, 0.2))

    async def hear(self, kind: type[M], timeout_s: float = 10.0) -> M:
        """Wait for a message of this kind and give the newest."""
        await self.until(lambda: any(isinstance(m, kind) for m in self.heard), kind.__name__, timeout_s)
        return [m for m in self.heard if isinstance(m, kind)][-1]

    async def consented(self) -> ConsentGiven:
        """Wait for the consent."""
        await self.until(lambda: any(isinstance(m, ConsentGiven | ConsentRefused) for m in self.heard), "an answer")
        return await self.hear(ConsentGiven, 0.1)

    async def goodbye(self, timeout_s: float = 10.0) -> str:
        """Wait for the end and give its reason as the agent said it, or "" if it said none."""
        await asyncio.wait_for(self.over.wait(), timeout_s)
        return next((m.reason for m in self.heard if isinstance(m, Goodbye)), "")

    async def close(self) -> None:
        """Go, without a word inside the tunnel."""
        if self._socket:
            await self._socket.close()
        if self._task:
            await self._task

    async def _listen(self) -> None:
        if self._socket is None or self._tunnel is None:
            return
        try:
            async for data in self._socket:
                if data == signin.encode(signin.SessionPaired()):
                    return  # the other end has dialled anew, and finds this old line before it is cut
                if isinstance(data, str):
                    raise signin.SignInError(data)
                for event in self._tunnel.receive_data(data):
                    if isinstance(event, Secured):
                        self.secured = event
                    if isinstance(event, DataReceived):
                        for kind, body in self._reader.receive_data(event.data):
                            self._take(kind, body)
                if reply := self._tunnel.data_to_send():
                    await self._socket.send(reply)
                self._changed.set()
        except ConnectionClosed:
            pass
        except TunnelError as error:
            self.broken = str(error)
        finally:
            self.over.set()
            self._changed.set()

    def _take(self, kind: Kind, body: bytes) -> None:
        if kind is Kind.TYPED:
            message = messages.decode_from_agent(body)
            self.heard.append(message)
            return
        self.frame_bytes += len(body)
        number = self._decoder.decode(body)
        self.frames.append((number, time.monotonic()))
        if self.acknowledging and self._tunnel and self._tunnel.state is State.OPEN:
            self._tunnel.send(pack(Kind.TYPED, messages.encode(FrameShown(number))))
