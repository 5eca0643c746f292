"""A relay that makes things up: sessions nobody asked for, lists of revocations, technicians, and words that are none.

The agent's clerk, its real worker, and the console's lines get them, and answer with a refusal and a sentence.
"""

import asyncio
import contextlib
import dataclasses
import random
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

import agent.sessions
from agent import messages as told_by_agent
from agent import messages as wishes
from agent.enrolled import Member
from agent.messages import LineChanged
from agent.net.asked import MAX_UNANSWERED
from agent.net.clerk import Clerk
from agent.net.link import MAX_WAITING
from agent.own_tickets import OwnTicket
from agent.place import Place
from agent.sessions import Party, Session
from console.events import Event, LinkChanged, LinkState, SessionFinished
from console.net.link import Link as ConsoleLink
from console.net.session import SessionLine
from console.picture.canvas import Canvas
from console.session.conversation import Subject, Wish
from console.state import StateDirectory
from protocol import envelope, signin
from protocol.connection import ConnectionFailed
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from protocol.trust import Identity
from tests.agent.asked import JANA, a_request, a_view
from tests.agent.rig import ConsoleEnd, Screen
from tests.conftest import Logs
from tests.hostile.lying import LyingRelay, Word
from tests.hostile.stand import HOT_KEY, SCOPES
from tests.parties import Parties, serial
from tests.relay.rig import scene

DEEP = "[" * 20_000
NONSENSE: dict[str, list[Word]] = {
    "nothing of ours": ["hello"],
    "binary that is no text": [b"\xff\xfe\x00"],
    "nested too deeply": [f'{{"x":{DEEP}'],
    "a tag nested too deeply": [f'{{"type":{DEEP}'],
    "another version": [
        '{"type":"Hello","version":99,"nonce":"' + "A" * 43 + '=","time":"' + datetime.now(UTC).isoformat() + '"}'
    ],
    "a clock of last year": ['{"type":"Hello","version":1,"nonce":"' + "A" * 43 + '=","time":"2020-01-01T00:00:00Z"}'],
    "paired before signed in": [signin.encode(signin.SessionPaired())],
    "welcome before a greeting": [signin.encode(signin.Welcome(b""))],
    "a word for another socket": [envelope.encode(envelope.Done(1))],
    "more than any word": ["x" * (2**20 + 1)],
}


# --- sessions made up
@contextlib.asynccontextmanager
async def clerk_at(relay: LyingRelay, path: Path, request: wishes.SendRequest) -> AsyncIterator[Clerk]:
    """An agent whose user asked for help once."""
    told: list[told_by_agent.Happened] = []
    clerk = Clerk(Place(path), Member(relay.ours.organisation, relay.ours.laptop), hot_key=HOT_KEY, tell=told.append)
    clerk.wish(request)
    task = asyncio.create_task(clerk.run())
    try:
        yield clerk
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    end_s = asyncio.get_running_loop().time() + timeout_s
    while not true():
        if asyncio.get_running_loop().time() > end_s:
            return False
        await asyncio.sleep(0.01)
    return True


def offer(ticket: int) -> envelope.SessionOffered:
    return envelope.SessionOffered(secrets.token_hex(16), ticket, JANA)


MINE, SOMEBODYS = a_request(), a_request()
MADE_UP: dict[str, list[envelope.ToClient]] = {
    "a ticket nobody ever heard of": [offer(7)],
    "a ticket of a request nobody made here": [envelope.TicketChanged(a_view(SOMEBODYS, 7)), offer(7)],
    "the user's ticket under another number": [
        envelope.TicketChanged(a_view(MINE, 7)),
        envelope.TicketChanged(a_view(MINE, 8)),
        offer(8),
    ],
    "somebody's ticket under the number of the user's": [
        envelope.TicketChanged(a_view(SOMEBODYS, 7)),
        envelope.TicketChanged(a_view(MINE, 9)),
        offer(7),
    ],
    "the user's ticket, closed": [envelope.TicketChanged(a_view(MINE, 7, state=TicketState.CLOSED)), offer(7)],
    "the user's ticket, taken back": [envelope.TicketChanged(a_view(MINE, 7, state=TicketState.CANCELLED)), offer(7)],
}

NOT_OURS = {name for name in MADE_UP if "number" in name or "nobody made" in name}


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One word for each worker that would have been started."""
    started: list[str] = []

    def launch() -> Any:
        started.append("worker")
        raise OSError("not in this test")

    monkeypatch.setattr(agent.sessions, "launch", launch)
    return started


@pytest.mark.parametrize("made_up", MADE_UP)
@scene
async def test_p05_an_agent_starts_nothing_for_a_session_that_was_made_up(
    tmp_path: Path, launched: list[str], logs: Logs, made_up: str
) -> None:
    logs.expect("session refused")
    if made_up in NOT_OURS:
        logs.expect("ticket not ours")
    async with LyingRelay().open() as relay:
        relay.offers = MADE_UP[made_up]
        async with clerk_at(relay, tmp_path, wishes.SendRequest(MINE)):
            assert await until(lambda: any(isinstance(one, envelope.ReportEnd) for one in relay.heard))
        (said,) = [one for one in relay.heard if isinstance(one, envelope.ReportEnd)]
        assert said.reason is EndReason.REFUSED
        assert launched == []


@scene
async def test_an_agent_starts_a_worker_for_the_users_own_open_ticket(
    tmp_path: Path, launched: list[str], logs: Logs
) -> None:
    """The control."""
    logs.expect("session cannot start")
    async with LyingRelay().open() as relay:
        relay.offers = [envelope.TicketChanged(a_view(MINE, 7)), offer(7)]
        async with clerk_at(relay, tmp_path, wishes.SendRequest(MINE)):
            assert await until(lambda: launched == ["worker"])


@pytest.mark.parametrize("reading", [True, False])
@scene
async def test_a_flood_of_sessions_made_up_takes_no_more_memory_than_a_few(
    tmp_path: Path, launched: list[str], logs: Logs, reading: bool
) -> None:
    logs.expect("session refused", "request forgotten")
    async with LyingRelay().open() as relay:
        relay.offers = [offer(7) for _ in range(5000)]
        relay.reading = reading
        async with clerk_at(relay, tmp_path, wishes.SendRequest(MINE)) as clerk:
            assert await until(lambda: len(logs.of("session refused")) >= 5000, 20)
            held = len(clerk._reports)
            assert held <= MAX_UNANSWERED
            assert len(clerk._asked._unanswered) <= MAX_UNANSWERED
            link = clerk._link
            waiting = link._connection.waiting if link is not None and link._connection is not None else 0
            assert waiting <= MAX_WAITING
    assert launched == []


# --- lists and technicians made up, at a real worker
def _other(ours: Parties) -> Parties:
    return Parties(name="Mallory Ltd", relay_url=ours.relay_url, now=ours.now)


LISTS: dict[str, Callable[[Parties], bytes]] = {
    "a list of 25 hours ago": lambda ours: ours.encoded_revocations(number=9, age=timedelta(hours=25)),
    "a list of tomorrow": lambda ours: ours.encoded_revocations(number=9, age=-timedelta(hours=24)),
    "a list older than the one known": lambda ours: ours.encoded_revocations(number=4),
    "another organisation's list": lambda ours: _other(ours).encoded_revocations(number=9),
    "no list": lambda _: b"",
    "half a list": lambda ours: ours.encoded_revocations(number=9)[:-40],
    "a list with a byte changed": lambda ours: _flipped(ours.encoded_revocations(number=9)),
}
TECHNICIANS: dict[str, Callable[[Parties], Identity]] = {
    "another organisation's": lambda ours: _other(ours).jana,
    "a device": lambda ours: ours.device("desktop", "Desktop"),
    "one made with the device authority": lambda ours: ours.technician("eve", "Eve", authority=ours.devices),
    "one whose time is over": lambda ours: ours.technician("old", "Otto", now=ours.now - timedelta(days=120)),
    "one of next week": lambda ours: ours.technician("new", "Nina", now=ours.now + timedelta(days=7)),
}


def _flipped(data: bytes) -> bytes:
    return data[:-5] + bytes([data[-5] ^ 1]) + data[-4:]


@dataclasses.dataclass
class Helped:
    """One session of the real worker and guard at a lying relay, and what the user would have seen of it."""

    relay: LyingRelay
    screen: Screen
    number: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))
    told: list[Any] = dataclasses.field(default_factory=list)

    async def run(self) -> EndReason:
        """To its end."""
        ours = self.relay.ours
        own = OwnTicket("1" * 32, "The printer is on fire", datetime.now(UTC), 60, 7)
        known = ours.encoded_revocations(number=5)
        party = Party(ours.organisation, ours.laptop, known, HOT_KEY, self.screen.name)
        made_up = envelope.SessionOffered(self.number, 7, JANA)
        session = Session(made_up, own, party, tell=self._tell, report=lambda *_: None)
        self.stop = session.stop

        async def beat() -> None:
            while True:
                session.beat()
                await asyncio.sleep(1)

        beating = asyncio.create_task(beat())
        try:
            async with asyncio.timeout(20):
                return await session.run()
        finally:
            beating.cancel()

    def _tell(self, what: Any) -> None:
        self.told.append(what)
        if isinstance(what, told_by_agent.QuestionRaised):
            self.stop(EndReason.USER_STOPPED)

    @property
    def asked(self) -> bool:
        """Whether the user was asked anything."""
        return any(isinstance(one, told_by_agent.QuestionRaised) for one in self.told)


async def meet(helped: Helped, technician: Identity) -> EndReason:
    """Somebody comes as the technician and asks; how it ended at the user's, who stops it when asked."""
    relay = helped.relay
    relay.next_session()
    running = asyncio.create_task(helped.run())
    console = ConsoleEnd(relay.ours, helped.number, identity=technician)
    with contextlib.suppress(AssertionError, ConnectionClosed, ConnectionFailed):
        await console.connect()
        await console.ask(*SCOPES)
    reason = await running
    await console.close()
    assert not console.frames
    return reason


@scene
async def test_a_worker_asks_nobody_when_the_list_or_the_technician_is_made_up() -> None:
    with Screen(320, 200) as screen:
        async with LyingRelay().open() as relay:
            ours = relay.ours
            good = Helped(relay, screen)
            assert (await meet(good, ours.jana), good.asked) == (EndReason.USER_STOPPED, True)  # the control
            for name, make_list in LISTS.items():
                relay.revocations = make_list(ours)
                helped = Helped(relay, screen)
                assert (name, await meet(helped, ours.jana), helped.asked) == (name, EndReason.NOT_TRUSTED, False)
            relay.revocations = ours.encoded_revocations(serial(ours.jana), number=9)
            helped = Helped(relay, screen)
            assert (await meet(helped, ours.jana), helped.asked) == (EndReason.NOT_TRUSTED, False)
            relay.revocations = ours.encoded_revocations(number=5)
            for name, make_technician in TECHNICIANS.items():
                helped = Helped(relay, screen)
                found = (name, await meet(helped, make_technician(ours)), helped.asked)
                assert found == (name, EndReason.NOT_TRUSTED, False)


# --- words made up
@scene
async def test_a_worker_ends_in_order_whatever_a_relay_says_instead_of_a_greeting() -> None:
    with Screen(320, 200) as screen:
        async with LyingRelay().open() as relay:
            for name, words in NONSENSE.items():
                relay.words = words
                helped = Helped(relay, screen)
                reason = await helped.run()
                assert reason in (EndReason.NOT_TRUSTED, EndReason.LINE_LOST), f"{name}: {reason}"
                assert not helped.asked


@pytest.mark.parametrize("name", NONSENSE)
@scene
async def test_a_consoles_session_ends_with_a_sentence_whatever_a_relay_says(tmp_path: Path, name: str) -> None:
    async with LyingRelay().open() as relay:
        relay.words = NONSENSE[name]
        heard: list[Event] = []
        line = SessionLine(
            Subject("5" * 32, 7, "laptop"),
            Wish(SCOPES, 15),
            relay.ours.relay_url,
            relay.ours.jana,
            relay.ours.organisation,
            StateDirectory(tmp_path),
            Canvas(),
            post=heard.append,
            wake_painter=lambda: None,
        )
        async with asyncio.timeout(20):
            await line.run()
        (finished,) = [one for one in heard if isinstance(one, SessionFinished)]
        assert finished.reason in (EndReason.NOT_TRUSTED, EndReason.LINE_LOST)
        assert finished.sentence.count(" ") >= 3


@pytest.mark.parametrize("name", NONSENSE)
@scene
async def test_a_consoles_link_waits_with_a_sentence_whatever_a_relay_says(
    tmp_path: Path, logs: Logs, name: str
) -> None:
    async with LyingRelay().open() as relay:
        relay.words = NONSENSE[name]
        heard: list[Event] = []
        ours, state = relay.ours, StateDirectory(tmp_path)
        link = ConsoleLink(ours.relay_url, ours.jana, ours.organisation, state, heard.append, rng=random.Random(1))
        running = asyncio.create_task(link.run())
        bad = (LinkState.WAITING, LinkState.REFUSED)
        assert await until(lambda: any(isinstance(one, LinkChanged) and one.state in bad for one in heard))
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if logs.of("link_refused"):
            logs.expect("link_refused")
        (said,) = [one for one in heard if isinstance(one, LinkChanged) and one.state in bad]
        assert said.sentence.count(" ") >= 3


@pytest.mark.parametrize("name", NONSENSE)
@scene
async def test_an_agents_line_comes_back_whatever_a_relay_says(tmp_path: Path, logs: Logs, name: str) -> None:
    async with LyingRelay().open() as relay:
        relay.words = NONSENSE[name]
        told: list[told_by_agent.Happened] = []
        member = Member(relay.ours.organisation, relay.ours.laptop)
        clerk = Clerk(Place(tmp_path), member, hot_key=HOT_KEY, tell=told.append)
        running = asyncio.create_task(clerk.run())
        away = told_by_agent.Line.AWAY
        assert await until(lambda: any(isinstance(one, LineChanged) and one.line is away for one in told))
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if logs.of("relay refused or distrusted"):
            logs.expect("relay refused or distrusted")
