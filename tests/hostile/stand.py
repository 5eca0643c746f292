"""The real programs around a line that can be tampered with or listened to.

relay      `python -m relay` as a process of its own, on a folder as the admin's command makes it
hop        the only thing between the relay and both ends of sessions: carries websocket messages, or lies about them
helped     the agent's own supervision of a session in this process, its worker and guard as processes of their own
console    the console's own session line in this process, with its canvas
"""

import asyncio
import dataclasses
import io
import json
import os
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import xcffib.xinput
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from agent import messages as wishes
from agent.own_tickets import OwnTicket
from agent.sessions import Party, Session
from agent.x11.connection import GENERIC_EVENT, Connection, generic
from console import events
from console.net.session import SessionLine
from console.picture.canvas import Canvas
from console.session.conversation import Subject, Wish
from console.session.stages import Stage
from console.state import StateDirectory
from protocol import envelope, limits
from protocol.scopes import Scope
from protocol.session.messages import FromConsole
from protocol.trust import Organisation
from relay.server import Relay
from tests.agent.rig import Screen
from tests.hostile.attacks import To
from tests.relay.rig import PASSPHRASE, Actor, House, Running

SCOPES = frozenset({Scope.SEE, Scope.CONTROL})
HOT_KEY = "ctrl+alt+End"
STOP_S = 40.0
"""Somewhat more than a relay takes whatever hangs in it."""
_RAW_PRESS, _RAW_RELEASE, _RAW_BUTTON = 13, 14, 15
Carry = Callable[[To, bytes], Iterator[tuple[To, bytes]]]


def honest(to: To, message: bytes) -> Iterator[tuple[To, bytes]]:
    yield to, message


@dataclasses.dataclass
class RelayProcess:
    """A relay in a process of its own."""

    process: asyncio.subprocess.Process
    port: int
    log: Path

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
            return cast(dict[str, Any], json.load(answer))


@asynccontextmanager
async def relay_process(house: House, log: Path) -> AsyncIterator[RelayProcess]:
    """`athand-relay` on this house's folder; SIGTERM at the end."""
    with log.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "relay", "--home", str(house.path), "--port", "0",
            env=os.environ | {"ATHAND_RELAY_PASSPHRASE": PASSPHRASE},
            stdout=asyncio.subprocess.PIPE,
            stderr=sink,
        )  # fmt: skip
    try:
        if process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        async with asyncio.timeout(20):
            said = (await process.stdout.readline()).decode()
        if "port" not in said:
            raise RuntimeError(f"the relay did not start: {said}, see {log}")
        yield RelayProcess(process, int(said.rsplit(maxsplit=1)[1]), log)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise


class Hop:
    """What stands before the relay on `/session`: text messages (the sign-in) pass, binary ones go through `carry`.

    Attributes:
        seen: all binary messages, by direction, as they were sent.
        raw: everything either side sent, text too.
        away: nobody gets through.
    """

    def __init__(self, relay_port: int) -> None:
        self._relay_port = relay_port
        self.carry: Carry = honest
        self.seen: dict[To, list[bytes]] = {to: [] for to in To}
        self.raw: list[bytes] = []
        self._sockets: dict[To, ServerConnection] = {}
        self.port = 0
        self.away = False

    def expect(self, carry: Carry) -> None:
        """The next session's line goes through `carry`."""
        self.carry = carry
        self.seen = {to: [] for to in To}
        self._sockets = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Hop"]:
        async with serve(
            self._serve, "127.0.0.1", 0, compression=None, max_size=2**24, ping_interval=None, close_timeout=0.2
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield self

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def cut(self, *ends: To) -> None:
        """The line of these ends is cut, or of both, without a word."""
        for to, socket in list(self._sockets.items()):
            if to in ends or not ends:
                socket.transport.abort()

    async def _serve(self, end: ServerConnection) -> None:
        if self.away:
            end.transport.abort()
            return
        path = end.request.path if end.request else "/"
        url = f"ws://127.0.0.1:{self._relay_port}{path}"
        async with connect(
            url, compression=None, proxy=None, max_size=2**24, ping_interval=None, close_timeout=0.2
        ) as relay:
            tasks = [asyncio.create_task(self._from_end(end, relay)), asyncio.create_task(self._from_relay(relay, end))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _from_end(self, end: ServerConnection, relay: Any) -> None:
        with suppress(ConnectionClosed):
            async for data in end:
                self.raw.append(data if isinstance(data, bytes) else data.encode())
                if isinstance(data, str):
                    self._know(end, data)
                await relay.send(data)

    async def _from_relay(self, relay: Any, end: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for data in relay:
                self.raw.append(data if isinstance(data, bytes) else data.encode())
                if isinstance(data, str):
                    await end.send(data)
                    continue
                to = next(to for to, socket in self._sockets.items() if socket is end)
                self.seen[to].append(data)
                for whom, what in self.carry(to, data):
                    with suppress(ConnectionClosed):
                        await self._sockets[whom].send(what)

    def _know(self, end: ServerConnection, sign_in: str) -> None:
        self._sockets[To.AGENT if '"role":"device"' in sign_in else To.CONSOLE] = end


class KeysSeen:
    """Every key that goes down or up on a display, and every button that goes down, whoever does it (XI2 raw events).

    A button that goes up is no news: the guard lets go of them all, whether they are down or not.
    """

    def __init__(self, display: str) -> None:
        self._x = Connection(display)
        opcode = self._x.opcode(xcffib.xinput.key)
        self._opcode = opcode
        xinput = self._x.extension(xcffib.xinput.key)
        xinput.XIQueryVersion(2, 2).reply()
        wanted = sum(1 << kind for kind in (_RAW_PRESS, _RAW_RELEASE, _RAW_BUTTON))
        xinput.XISelectEvents(self._x.root, 1, [xcffib.xinput.EventMask.synthetic(1, 1, [wanted])])
        self._x.sync()

    def new(self) -> list[tuple[int, bool]]:
        """(evdev code, down) of each key that changed since the last call, in order; a button has its negative."""
        self._x.sync()
        changed = []
        for event in self._x.events():
            if event[0] != GENERIC_EVENT:
                continue
            extension, kind, detail, _ = generic(event)
            if extension != self._opcode:
                continue
            code = -detail if kind == _RAW_BUTTON else detail - 8
            changed.append((code, kind != _RAW_RELEASE))
        return changed

    def close(self) -> None:
        self._x.close()


@dataclasses.dataclass
class Stand:
    """Relay, hop and a display, with a ticket that sessions are asked for on."""

    house: House
    relay: RelayProcess
    hop: Hop
    screen: Screen
    directory: Path
    agent: Actor
    console: Actor
    ticket: int

    @property
    def organisation(self) -> Organisation:
        """As both ends have it: the relay's address is the hop's."""
        ours = self.house.ours.organisation
        return Organisation(name=ours.name, relay_url=self.hop.url, root=ours.root)

    @asynccontextmanager
    async def session(self, carry: Carry = honest, *, remark: str = "") -> AsyncIterator["Line"]:
        """One session, asked for and offered; ends with everything gone."""
        self.hop.expect(carry)
        ready = await self.console.ask(envelope.RequestSession, self.ticket)
        if not isinstance(ready, envelope.SessionReady):
            raise TypeError(ready)
        offer = await self.agent.hears(envelope.SessionOffered)
        line = Line(self, offer, remark)
        line.start()
        try:
            yield line
        finally:
            await line.end()
            await self.agent.ask(envelope.ReportEnd, offer.session, line.agent_reason)
            await self.agent.hears(envelope.SessionOver, lambda over: over.session == offer.session)


class Line:
    """Both ends of one session.

    Attributes:
        heard: what the console's network thread told its windows.
        told: what the agent told its windows.
        agent_reason: how it ended at the user's.
    """

    def __init__(self, stand: Stand, offer: envelope.SessionOffered, remark: str) -> None:
        self._stand, self.offer = stand, offer
        self.heard: list[events.Event] = []
        self.told: list[Any] = []
        self.canvas = Canvas()
        ours = stand.house.ours
        own = OwnTicket("1" * 32, "The printer is on fire", datetime.now(UTC), 60, offer.ticket)
        party = Party(stand.organisation, ours.laptop, ours.encoded_revocations(), HOT_KEY, stand.screen.name)
        self.helped = Session(offer, own, party, tell=self._tell, report=self._report)
        self.console = SessionLine(
            Subject(offer.session, offer.ticket, "laptop"),
            Wish(SCOPES, 15, remark),
            stand.hop.url,
            ours.jana,
            stand.organisation,
            StateDirectory(stand.directory / "console"),
            self.canvas,
            post=self.heard.append,
            wake_painter=self._paint,
        )
        self._tasks: list[asyncio.Task[Any]] = []

    def start(self) -> None:
        async def beat() -> None:
            while True:
                self.helped.beat()
                await asyncio.sleep(limits.HEARTBEAT_S)

        self._helped = asyncio.create_task(self.helped.run())
        self._console = asyncio.create_task(self.console.run())
        self._beat = asyncio.create_task(beat())
        self._tasks = [self._helped, self._console, self._beat]

    @property
    def agent_reason(self) -> Any:
        return self._helped.result()

    @property
    def finished(self) -> events.SessionFinished | None:
        """The console's last word."""
        return next((one for one in self.heard if isinstance(one, events.SessionFinished)), None)

    @property
    def running(self) -> bool:
        """Whether the console shows pictures and has not ended."""
        stages = [one.stage for one in self.heard if isinstance(one, events.StageReached)]
        return Stage.RUNNING in stages and self.finished is None

    @property
    def over(self) -> bool:
        """Whether both ends are."""
        return self._helped.done() and self._console.done()

    @property
    def half_over(self) -> bool:
        """Whether one end is."""
        return self._helped.done() or self._console.done()

    async def until(self, true: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Waits until `true`, at most so long; whether it came."""
        end_s = asyncio.get_running_loop().time() + timeout_s
        while not true():
            if asyncio.get_running_loop().time() > end_s:
                return False
            await asyncio.sleep(0.005)
        return True

    def send(self, *wanted: FromConsole) -> None:
        """The technician does something."""
        self.console.send(list(wanted))

    def picture(self) -> npt.NDArray[np.uint8]:
        """What the technician sees: `[height, width, 3]`, blue, green, red."""
        with self.canvas.lock:
            return self.canvas.pixels[..., :3].copy()

    def _paint(self) -> None:
        self.canvas.take_dirty()

    async def end(self) -> None:
        """The technician leaves, if both are still there."""
        await self.settle()
        await self.until(lambda: self.over, 5.0)
        self._stand.hop.cut()
        self._beat.cancel()
        await asyncio.wait_for(asyncio.gather(self._helped, self._console), 20)
        await asyncio.gather(self._beat, return_exceptions=True)

    async def settle(self) -> None:
        """Whoever has ended tells the relay, as both programs do on their other line. If nobody has, one leaves."""
        if not self.half_over:
            self.console.end()
            await self.until(lambda: self.half_over, 5.0)
        if self._helped.done():
            await self._stand.agent.ask(envelope.ReportEnd, self.offer.session, self.agent_reason)
        if self.finished is not None and self.finished.ours:
            await self._stand.console.ask(envelope.ReportEnd, self.offer.session, self.finished.reason)

    def _tell(self, what: Any) -> None:
        self.told.append(what)
        if isinstance(what, wishes.QuestionRaised):
            question = what.question
            answer = wishes.AnswerQuestion(question.session, question.scopes, "May Jana see your screen?", "en")
            asyncio.get_running_loop().call_soon(self.helped.answer, answer)

    def _report(self, session: str, consent: bytes) -> None:
        task = asyncio.create_task(self._stand.agent.ask(envelope.ReportConsent, session, consent))
        self._tasks.append(task)


@asynccontextmanager
async def stand(directory: Path, *, width: int = 320, height: int = 200) -> AsyncIterator[Stand]:
    """Everything up, and a ticket taken."""
    house = House(directory / "relay")
    with Screen(width, height) as screen:
        async with relay_process(house, directory / "relay.log") as relay, Hop(relay.port).open() as hop:
            running = Running(house, cast(Relay, relay), io.StringIO())
            agent, console = await running.agent(), await running.console()
            number = (await agent.asks_for_help()).ticket.number
            await console.takes(number)
            try:
                yield Stand(house, relay, hop, screen, directory, agent, console, number)
            finally:
                await agent.leave()
                await console.leave()
