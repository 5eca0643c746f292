"""Time through the socket: entered by sessions and by hand, never twice."""

import asyncio
import random
import secrets
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from protocol import envelope
from protocol.desk.events import EndReason, SessionEnded, Staff, TimeCorrected, TimeLogged, WorkKind
from protocol.envelope import RefusalReason
from relay.store import THE_DESK
from tests.relay.rig import Actor, House, given_consent, scene, session_on


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


async def logs(console: Actor, ticket: int, begin: datetime, end: datetime, **facts: Any) -> Any:
    entry = facts.pop("entry", secrets.token_hex(16))
    usual: dict[str, Any] = {"kind": WorkKind.PHONE, "text": "Talked it through"}
    return await console.ask(envelope.LogTime, ticket, entry, begin, end, **(usual | facts))


def entries(answer: envelope.Ticket) -> list[TimeLogged]:
    return [line.event for line in answer.history if isinstance(line.event, TimeLogged)]


@scene
async def test_a_session_enters_its_time_by_itself_when_it_ends(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
        await asyncio.sleep(0.2)
        await agent.ask(envelope.ReportEnd, session, EndReason.USER_STOPPED)
        await console.hears(envelope.TicketChanged, lambda said: said.ticket.worked_s > 0)
        whole = await console.ask(envelope.ReadTicket, number)
        (entry,) = entries(whole)
        ended = next(line.event for line in whole.history if isinstance(line.event, SessionEnded))
        assert (entry.entry, entry.kind, entry.staff.identifier) == (session, WorkKind.REMOTE, "jana")
        assert abs(entry.worked_s - ended.worked_s) < 1e-5


@scene
async def test_a_session_nobody_allowed_is_an_explicit_zero(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await agent.ask(envelope.ReportEnd, session, EndReason.REFUSED)
        await console.hears(envelope.TicketChanged, lambda said: said.ticket.revision > 8)
        whole = await console.ask(envelope.ReadTicket, number)
        assert entries(whole) == []
        assert [line.event.worked_s for line in whole.history if isinstance(line.event, SessionEnded)] == [0]


@scene
async def test_one_technicians_entries_never_overlap_on_whatever_ticket_anothers_may(house: House) -> None:
    async with house.relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console(), await relay.console("petr")
        for _ in range(2):
            await agent.asks_for_help()
        assert isinstance(await logs(jana, 1, ago(60), ago(30)), envelope.Ticket)
        refused = await logs(jana, 2, ago(40), ago(20))
        assert refused.reason is RefusalReason.NOT_NOW
        assert "on ticket 1 already" in refused.sentence.replace("entry on ticket", "on ticket")
        assert isinstance(await logs(jana, 2, ago(29), ago(20)), envelope.Ticket)
        assert isinstance(await logs(petr, 2, ago(40), ago(20)), envelope.Ticket)


@scene
async def test_a_session_beside_an_entry_enters_only_what_is_left(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        begin = datetime.now(UTC)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
        assert isinstance(
            await logs(console, number, begin - timedelta(minutes=1), begin + timedelta(minutes=4)), envelope.Ticket
        )
        await agent.ask(envelope.ReportEnd, session, EndReason.USER_STOPPED)
        await console.hears(envelope.TicketChanged, lambda said: said.ticket.worked_s > 0 and not said.ticket.running)
        own = next(e for e in entries(await console.ask(envelope.ReadTicket, number)) if e.entry == session)
        assert own.worked_s == 0


@scene
async def test_an_entry_is_corrected_by_saying_so_by_its_writer_or_a_lead(house: House) -> None:
    async with house.relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console(), await relay.console("petr")
        await agent.asks_for_help()
        entry, begin, end = "a" * 32, ago(60), ago(30)
        await logs(jana, 1, begin, end, entry=entry)
        again = await logs(jana, 1, begin, end, entry=entry)
        assert len(entries(again)) == 1
        facts = (1, entry, begin, end - timedelta(minutes=10), 1200.0, WorkKind.PHONE, "Lunch in between")
        assert (await petr.ask(envelope.CorrectTime, *facts)).reason is RefusalReason.FORBIDDEN
        corrected = await jana.ask(envelope.CorrectTime, *facts)
        assert isinstance(corrected.history[-1].event, TimeCorrected)
        assert len(entries(corrected)) == 1
        missing = await jana.ask(envelope.CorrectTime, 1, "b" * 32, *facts[2:])
        assert missing.reason is RefusalReason.NOT_NOW
        assert isinstance(await logs(jana, 1, ago(39), ago(31)), envelope.Ticket)


@scene
async def test_time_that_has_not_passed_or_is_longer_than_itself_is_refused(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        for begin, end, worked_s in ((ago(5), ago(-60), None), (ago(5), ago(10), 60.0), (ago(10), ago(5), 600.0)):
            assert (await logs(console, 1, begin, end, worked_s=worked_s)).reason is RefusalReason.BAD_INPUT


@scene
async def test_a_year_mistyped_does_not_enter_a_year(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        refused = await logs(console, number, ago(366 * 24 * 60), ago(0))
        assert refused.sentence == "One entry is for a day at most; enter each day by itself."
        key = secrets.token_hex(16)
        assert entries(await logs(console, number, ago(24 * 60 - 1), ago(0), entry=key))
        times = ago(24 * 60 + 1), ago(0)
        refused = await console.ask(envelope.CorrectTime, number, key, *times, 60.0, WorkKind.PHONE, "why", "x")
        assert refused.sentence == "One entry is for a day at most; enter each day by itself."


@scene
async def test_invariant_9_whatever_is_entered_by_whom_in_which_order_nobodys_entries_overlap(house: House) -> None:
    chance = random.Random(9)
    async with house.relay() as relay:
        agent, consoles = await relay.agent(), [await relay.console(), await relay.console("petr")]
        for _ in range(3):
            await agent.asks_for_help()
        entered: list[str] = []
        for _ in range(60):
            console, ticket = chance.choice(consoles), chance.randint(1, 3)
            begin_min = chance.randint(10, 300)
            begin, end = ago(begin_min), ago(begin_min - chance.randint(1, 40))
            if entered and chance.random() < 0.3:
                facts = (ticket, chance.choice(entered), begin, end, 30.0, WorkKind.PHONE, "It was another time")
                await console.ask(envelope.CorrectTime, *facts)
            else:
                entered.append(secrets.token_hex(16))
                await logs(console, ticket, begin, end, entry=entered[-1])
    with closing(sqlite3.connect(house.database)) as connection:
        query = "SELECT staff, begin_us, end_us FROM worktime WHERE worked_s > 0 ORDER BY staff, begin_us"
        rows = connection.execute(query).fetchall()
    assert len(rows) > 5
    assert all(one[0] != other[0] or one[2] <= other[1] for one, other in pairwise(rows))


@scene
async def test_time_entered_by_hand_never_takes_a_sessions_number(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        other = (await agent.asks_for_help("Another one")).ticket.number
        for ticket in (number, other):
            answer = await logs(console, ticket, ago(3), ago(2), entry=session)
            assert isinstance(answer, envelope.RequestRefused)
            assert answer.sentence == "This is a session's number; a session enters its time by itself."


@scene
async def test_one_number_is_that_of_one_entry_on_one_ticket(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        one = (await agent.asks_for_help()).ticket.number
        other = (await agent.asks_for_help("Another one")).ticket.number
        assert isinstance(await logs(console, one, ago(3), ago(2), entry="e" * 32), envelope.Ticket)
        answer = await logs(console, other, ago(9), ago(8), entry="e" * 32)
        assert isinstance(answer, envelope.RequestRefused)
        assert answer.sentence == f"This number is that of an entry on ticket {one}."


@pytest.mark.parametrize("on_its_own_ticket", [True, False])
@scene
async def test_a_session_ends_in_the_history_also_when_its_number_is_taken(
    house: House, on_its_own_ticket: bool
) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
        ticket = number if on_its_own_ticket else (await agent.asks_for_help("Another one")).ticket.number
        jana = Staff("jana", "Jana Nováková", "Support engineer", "+420 1")
        taken = TimeLogged(session, jana, ago(3), ago(2), 60, WorkKind.PHONE, "x")
        await relay.relay._store.change(ticket, lambda _: (taken,), THE_DESK, datetime.now(UTC))
        await asyncio.sleep(0.2)
        await agent.ask(envelope.ReportEnd, session, EndReason.USER_STOPPED)
        await console.hears(envelope.TicketChanged, lambda said: said.ticket.worked_s > 0)
        whole = await console.ask(envelope.ReadTicket, number)
        assert [line.event.session for line in whole.history if isinstance(line.event, SessionEnded)] == [session]
        (entry,) = [entry for entry in entries(whole) if entry.kind is WorkKind.REMOTE]
        assert entry.entry != session
        assert entry.worked_s > 0


@scene
async def test_a_session_whose_time_cannot_be_entered_ends_all_the_same_and_the_relay_starts_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def twice(_work: object, session: str, _worked_s: float) -> list[TimeLogged]:
        jana = Staff("jana", "Jana Nováková", "Support engineer", "+420 1")
        return [TimeLogged(session, jana, ago(3), ago(2), 60, WorkKind.REMOTE)] * 2

    monkeypatch.setattr("relay.desk.worktime.of_session", twice)
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
    async with house.relay() as relay:
        console = await relay.console()
        whole = await console.ask(envelope.ReadTicket, number)
        assert [line.event.session for line in whole.history if isinstance(line.event, SessionEnded)] == [session]
