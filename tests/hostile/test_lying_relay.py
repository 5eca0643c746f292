"""A relay that makes things up: sessions nobody asked for, lists of revocations, technicians, and words that are none.

The agent's clerk, its real worker, and the console's lines get them, and answer with a refusal and a sentence.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import agent.sessions
from agent import messages as told_by_agent
from agent import messages as wishes
from agent.enrolled import Member
from agent.net.clerk import MAX_UNANSWERED, Clerk
from agent.net.link import MAX_WAITING
from agent.own_tickets import OwnTicket
from agent.place import Place
from agent.sessions import Party, Session
from console.events import Event, SessionFinished
from console.net.session import SessionLine
from console.picture.canvas import Canvas
from console.session.conversation import Subject, Wish
from console.state import StateDirectory
from protocol import envelope, signin
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from protocol.trust import Identity, Role
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


@pytest.fixture
def ours() -> Parties:
    return Parties(now=datetime.now(UTC))


# --- sessions made up
@contextlib.asynccontextmanager
async def clerk_at(relay: LyingRelay, path: Path, request: wishes.SendRequest) -> AsyncIterator[Clerk]:
    """An agent whose user asked for help once."""
    told: list[told_by_agent.Happened] = []
    clerk = Clerk(Place(path), Member(relay.organisation, relay.ours.laptop), hot_key=HOT_KEY, tell=told.append)
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
    ours: Parties, tmp_path: Path, launched: list[str], logs: Logs, made_up: str
) -> None:
    logs.expect("session refused")
    if made_up in NOT_OURS:
        logs.expect("ticket not ours")
    async with LyingRelay(ours).open() as relay:
        relay.offers = MADE_UP[made_up]
        async with clerk_at(relay, tmp_path, wishes.SendRequest(MINE)):
            assert await until(lambda: any(isinstance(one, envelope.ReportEnd) for one in relay.heard))
        (said,) = [one for one in relay.heard if isinstance(one, envelope.ReportEnd)]
        assert said.reason is EndReason.REFUSED
        assert launched == []


@scene
async def test_an_agent_starts_a_worker_for_the_users_own_open_ticket(
    ours: Parties, tmp_path: Path, launched: list[str], logs: Logs
) -> None:
    """The control."""
    logs.expect("session cannot start")
    async with LyingRelay(ours).open() as relay:
        relay.offers = [envelope.TicketChanged(a_view(MINE, 7)), offer(7)]
        async with clerk_at(relay, tmp_path, wishes.SendRequest(MINE)):
            assert await until(lambda: launched == ["worker"])


@pytest.mark.parametrize("reading", [True, False])
@scene
async def test_a_flood_of_sessions_made_up_takes_no_more_memory_than_a_few(
    ours: Parties, tmp_path: Path, launched: list[str], logs: Logs, reading: bool
) -> None:
    logs.expect("session refused", "request forgotten")
    async with LyingRelay(ours).open() as relay:
        relay.offers = [offer(7) for _ in range(5000)]
        relay.reading = reading
        async with clerk_at(relay, tmp_path, wishes.SendRequest(MINE)) as clerk:
            assert await until(lambda: len(logs.of("session refused")) >= 5000, 20)
            held = sum(len(reports) for reports in clerk._reports.values())
            assert held <= MAX_UNANSWERED
            assert len(clerk._unanswered) <= MAX_UNANSWERED
            link = clerk._link
            waiting = link._connection.waiting if link is not None and link._connection is not None else 0
            assert waiting <= MAX_WAITING
    assert launched == []
