"""The machine's clock jumps by hours, forward and back, while the relay runs: what people are told does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from protocol import envelope
from protocol.desk import events
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.events import NoticeKind
from protocol.desk.opening_hours import parse_week
from protocol.desk.states import TicketState
from relay.steady import SETTLES_S, SteadyClock
from relay.store import verify
from relay.web.sites import WebSettings
from tests.relay.rig import Actor, House, Running, given_consent, scene, session_on
from tests.relay.web.visitor import Visitor

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ALWAYS = Calendar("always", "Always", (CalendarVersion(LONG_AGO, "UTC", parse_week("24/7")),))
LEVEL = ServiceLevel(first_response=Target(60, "always"), next_update=Target(60, "always"))
TERMS = ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR"), "always", (LEVEL,) * 5)
BOOK: tuple[events.BookEvent, ...] = (
    events.DeskSet(events.DeskSettings("Help", contract="usual", remind_days=(2, 5, 10))),
    events.CalendarSet(ALWAYS),
    events.ContractSet(Contract("usual", "", (TERMS,))),
    events.StaffSet(events.StaffProfile("jana", "Jana Nováková", "Support engineer", "+420 1", lead=True)),
    events.StaffSet(events.StaffProfile("petr", "Petr Dvořák", "Support engineer", "+420 2")),
)
JUMPS_H = (6.0, -12.0, 24.0 * 40, -24.0 * 40, 0.0)


class Machine:
    """Its clock, which somebody sets wrong, and its count of seconds, of which a test lets some pass."""

    def __init__(self) -> None:
        self.wrong, self.passed_s = timedelta(), 0.0
        self.clock = SteadyClock(self.wall, self.seconds)

    def wall(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed_s) + self.wrong

    def seconds(self) -> float:
        return asyncio.get_running_loop().time() + self.passed_s


@asynccontextmanager
async def desk(house: House) -> AsyncIterator[tuple[Machine, Running, Actor, Actor]]:
    machine = Machine()
    house.web = WebSettings(port=0)
    async with house.relay(clock=machine.clock, seconds=machine.seconds) as relay:
        await relay.sets(*BOOK)
        yield machine, relay, await relay.agent(), await relay.console()


async def history(console: Actor, number: int) -> list[events.Event]:
    return [line.event for line in (await console.ask(envelope.ReadTicket, number)).history]


async def looks(relay: Running) -> None:
    for _ in range(3):
        await relay.relay._keeper.look()
        await relay.relay._keeper.proved()


async def some_tickets(agent: Actor, console: Actor) -> list[int]:
    """New, under way, waiting for the requester's word, solved."""
    numbers = [(await agent.asks_for_help(f"Problem {n}")).ticket.number for n in range(4)]
    for number in numbers[1:]:
        await console.takes(number)
        await console.ask(envelope.AddMessage, number, "I am on it")
    await console.ask(envelope.HoldTicket, numbers[2], events.HoldReason.USER)
    await console.ask(envelope.ResolveTicket, numbers[3], "I put it out")
    return numbers


@scene
async def test_a_clock_that_jumps_by_hours_and_weeks_and_back_reminds_warns_pages_and_closes_nothing(
    house: House,
) -> None:
    async with desk(house) as (machine, relay, agent, console):
        numbers = await some_tickets(agent, console)
        await looks(relay)
        before = [await history(console, number) for number in numbers]
        states = [(await console.ask(envelope.ReadTicket, number)).ticket.state for number in numbers]
        for hours in JUMPS_H:
            machine.wrong = timedelta(hours=hours)
            machine.passed_s += 60
            await looks(relay)
            assert [await history(console, number) for number in numbers] == before, hours
            late = [ticket.flags for ticket in (await console.ask(envelope.ListQueue)).tickets]
            assert not any("late" in str(flags) or "passed" in str(flags) for flags in late), late
        assert [(await console.ask(envelope.ReadTicket, n)).ticket.state for n in numbers] == states
        assert TicketState.CLOSED not in states


@scene
async def test_links_and_sign_ins_of_before_and_of_meanwhile_hold_while_the_clock_is_wrong_and_after(
    house: House,
) -> None:
    async with desk(house) as (machine, relay, agent, _console):
        number = (await agent.asks_for_help()).ticket.number
        sites = relay.relay.sites
        assert sites.port is not None
        made = []
        for hours in JUMPS_H:
            machine.wrong = timedelta(hours=hours)
            made.append(sites.links.address("https://help.example", number, relay.relay._clock()))
            for link in made:
                page = await Visitor(sites.port).get(link.removeprefix("https://help.example"))
                assert page.status == 200, (hours, page.status)
            await (await relay.console("petr")).leave()


@scene
async def test_a_session_counts_the_seconds_that_passed_whatever_the_clock_says_meanwhile(house: House) -> None:
    for hours in JUMPS_H:
        other = House(house.path.parent / f"at {hours}")
        async with desk(other) as (machine, relay, agent, console):
            session, _, _, number = await session_on(relay, agent, console)
            consent = given_consent(agent, console, session, number)
            await agent.ask(envelope.ReportConsent, session, consent)
            machine.wrong = timedelta(hours=hours)
            relay.relay._clock()
            machine.passed_s += SETTLES_S + 1  # it lasts, and is followed in the middle of the session
            await agent.ask(envelope.ReportEnd, session, events.EndReason.USER_STOPPED)
            await relay.relay._ends.written()
            happened = await history(console, number)
            (ended,) = [event for event in happened if isinstance(event, events.SessionEnded)]
            (entry,) = [event for event in happened if isinstance(event, events.TimeLogged)]
            assert SETTLES_S <= ended.worked_s <= SETTLES_S + 30, hours
            assert SETTLES_S <= entry.worked_s <= SETTLES_S + 30, hours
            assert timedelta(0) < entry.end - entry.begin <= timedelta(seconds=SETTLES_S + 60), (hours, entry)
        assert verify(other.database).fault is None


@scene
async def test_a_clock_that_is_weeks_ahead_for_long_and_then_put_right_says_each_thing_once_and_closes_nothing(
    house: House,
) -> None:
    async with desk(house) as (machine, relay, agent, console):
        numbers = await some_tickets(agent, console)
        for hours in (24.0 * 40, 0.0, 24.0 * 40, 0.0):
            machine.wrong = timedelta(hours=hours)
            relay.relay._clock()
            machine.passed_s += SETTLES_S + 1
            await looks(relay)
        told: list[tuple[Any, ...]] = []
        for number in numbers:
            happened = await history(console, number)
            notices = [event for event in happened if isinstance(event, events.NoticeSent)]
            told += [(number, notice.kind, notice.to, notice.about) for notice in notices]
            reminders = {NoticeKind.VERDICT_REMINDER, NoticeKind.HOLD_REMINDER}
            assert sum(notice.kind in reminders for notice in notices) <= 1, notices
            assert (await console.ask(envelope.ReadTicket, number)).ticket.state is not TicketState.CLOSED
        assert len(told) == len(set(told))
        await agent.ask(envelope.AddMessage, numbers[2], "Here I am")
        assert (await console.ask(envelope.ReadTicket, numbers[2])).ticket.state is TicketState.IN_PROGRESS
    assert verify(house.database).fault is None
