"""P5, the agent's part: help from afar, only for a ticket this user opened, and only with this user's yes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import agent.sessions
from agent import messages
from agent.letters import TookBack, letter
from protocol import envelope
from protocol.desk.events import EndReason, SessionConsented, SessionEnded, Staff
from protocol.desk.states import TicketState
from tests.agent.asked import a_request
from tests.agent.net.test_clerk import Desk, at_work, laptop
from tests.conftest import Logs
from tests.relay.rig import House, scene


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever is started for a session would be noted here."""
    started: list[str] = []

    def refuse() -> Any:
        started.append("worker")
        raise OSError("not in this test")

    monkeypatch.setattr(agent.sessions, "launch", refuse)
    return started


async def refused(desk: Desk, console: Any, number: int) -> envelope.SessionOver:
    await desk.connects()
    await desk.hears(messages.TicketsListed)
    ready = await console.ask(envelope.RequestSession, number)
    assert isinstance(ready, envelope.SessionReady), ready
    over: envelope.SessionOver = await console.hears(envelope.SessionOver)
    return over


@scene
async def test_p05_no_process_even_starts_for_a_ticket_this_user_did_not_open(
    house: House, tmp_path: Path, logs: Logs, no_processes: list[str]
) -> None:
    logs.expect("session refused", "ticket not ours")
    async with house.relay() as relay:
        # The same device's ticket, but not in this user's memory: one made up by a relay looks just like this.
        other = await relay.agent()
        number = (await other.asks_for_help()).ticket.number
        await other.leave()
        console = await relay.console()
        await console.takes(number)
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            over = await refused(desk, console, number)
        assert (over.reason, over.worked_s) == (EndReason.REFUSED, 0)
        assert no_processes == []


@scene
async def test_p05_nor_for_one_that_the_user_took_back_whatever_the_relay_says(
    house: House, tmp_path: Path, logs: Logs, no_processes: list[str]
) -> None:
    logs.expect("session refused")
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        asked = a_request()
        desk.clerk.wish(messages.SendRequest(asked))
        number = (await desk.hears(messages.RequestTaken)).number
        desk.clerk.wish(messages.SendLetter(letter(number, TookBack())))
        await desk.hears(messages.TicketRead, lambda read: read.ticket.ticket.state is TicketState.CANCELLED)
        offer = envelope.SessionOffered("d" * 32, number, Staff("jana", "Jana", "Engineer", "+420 1"))
        desk.clerk._heard(offer)
        assert no_processes == []


@scene
async def test_p05_a_session_that_cannot_start_is_over_at_once_and_stands_in_the_history(
    house: House, tmp_path: Path, logs: Logs, no_processes: list[str]
) -> None:
    logs.expect("session cannot start")
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        desk.clerk.wish(messages.SendRequest(a_request(asked_at=datetime.now(UTC))))
        number = (await desk.hears(messages.RequestTaken)).number
        console = await relay.console()
        await console.takes(number)
        await console.ask(envelope.RequestSession, number)
        closed = await desk.hears(messages.SessionClosed)
        assert (closed.reason, closed.allowed) == (EndReason.FAULT, False)
        over = await console.hears(envelope.SessionOver)
        assert (over.reason, over.worked_s) == (EndReason.FAULT, 0)
        events: list[Any] = []
        while not any(isinstance(event, SessionEnded) for event in events):  # it tells first, then writes down
            await asyncio.sleep(0.05)  # whoever asks without a pause is soon refused
            ticket = await console.ask(envelope.ReadTicket, number)
            events = [line.event for line in ticket.history]
        assert not any(isinstance(event, SessionConsented) for event in events)
        assert no_processes == ["worker"]
