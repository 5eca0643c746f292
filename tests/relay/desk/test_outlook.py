"""What is remembered of many tickets' clocks is what computing them now would give."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol import envelope
from protocol.desk import events
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.clocks import Terms
from protocol.desk.contract import Target
from protocol.desk.events import Entry, HoldReason
from protocol.desk.opening_hours import parse_week
from protocol.desk.overview import Flag, flags
from protocol.desk.ticket import Ticket, fold
from protocol.envelope import QueueSort
from relay.desk import outlook
from relay.desk.outlook import Outlook, Outlooks
from tests.protocol.desk.stories import MONDAY, agreement, some_histories, terms
from tests.relay.desk.agreed import BOOK, CONTRACT, FROM
from tests.relay.rig import Actor, House, Running, scene

TERMS = (terms(), terms(agreement(60, 30, 2000, 90, hours="")), None)
some_looks = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(1, 16),
        st.sampled_from(range(len(TERMS))),
        st.timedeltas(-timedelta(days=1), timedelta(days=12)),
    ),
    min_size=1,
    max_size=40,
)


def computed(ticket: Ticket, using: Terms | None, now: datetime) -> Outlook:
    clocks = () if using is None else using.clocks(ticket.track, now)
    targets = [clock.target_at.timestamp() for clock in clocks if clock.target_at and clock.stopped_at is None]
    return Outlook(flags(ticket, clocks, now), min(targets, default=float("inf")))


@given(st.tuples(some_histories(), some_histories()), some_looks)
def test_whatever_happens_to_tickets_and_terms_and_time_an_outlook_is_what_computing_it_now_would_give(
    histories: tuple[list[Entry], list[Entry]], looks: list[tuple[int, int, int, timedelta]]
) -> None:
    outlooks = Outlooks()
    for which, steps, chosen, after in looks:
        ticket = replace(fold(histories[which][:steps]), number=which + 1)
        using, now = TERMS[chosen], MONDAY + after
        found = outlooks.known(ticket.number, ticket.revision, using, now)
        assert (found or outlooks.look(ticket, using, now)) == computed(ticket, using, now)
        assert outlooks.known(ticket.number, ticket.revision, using, now) == computed(ticket, using, now)


def test_no_more_tickets_are_remembered_than_said_and_the_one_looked_at_longest_ago_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outlook, "REMEMBERED", 2)
    outlooks, ticket = (
        Outlooks(),
        fold(
            [
                Entry(
                    1,
                    MONDAY,
                    events.Actor.REQUESTER,
                    "eva",
                    "Eva",
                    events.Opened("0" * 32, "d", "", "Eva", "!", 2, 5, (), MONDAY),
                )
            ]
        ),
    )
    for number in (1, 2, 1, 3):
        outlooks.look(replace(ticket, number=number), None, MONDAY)
    assert [outlooks.known(number, 1, None, MONDAY) is not None for number in (1, 2, 3)] == [True, False, True]


async def shown(console: Actor, **filters: object) -> list[envelope.TicketView]:
    answer = await console.ask(envelope.ListQueue, **filters)
    assert isinstance(answer, envelope.Tickets), answer
    assert answer.total == len(answer.tickets)
    return list(answer.tickets)


class Time:
    """Passes only when told to, so that two answers are of the same instant."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def clock(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()


def hours(week: str) -> Calendar:
    return Calendar("office", "Our hours", (CalendarVersion(FROM, "Europe/Prague", parse_week(week)),))


def next_target(ticket: envelope.TicketView) -> tuple[datetime, int]:
    targets = [clock.target_at for clock in ticket.clocks if clock.target_at is not None and not clock.stopped]
    return min(targets, default=datetime.max.replace(tzinfo=UTC)), ticket.number


async def something_happens(relay: Running, agent: Actor, console: Actor, number: int, chance: random.Random) -> None:
    """To one ticket, or to what is agreed for all of them."""
    now = relay.relay._clock()
    soon = now + timedelta(minutes=chance.randrange(1, 3000))
    match chance.randrange(12):
        case 0:
            await console.takes(number)
        case 1:
            await console.ask(envelope.AddMessage, number, "I look at it")
        case 2:
            await agent.ask(envelope.AddMessage, number, "And?")
        case 3:
            await console.ask(envelope.SetNextStep, number, "I come by", soon)
        case 4:
            await console.ask(envelope.HoldTicket, number, HoldReason.SCHEDULED, soon, "Then")
        case 5:
            await console.ask(envelope.HoldTicket, number, HoldReason.USER, None, "Your turn")
        case 6:
            await console.ask(envelope.ResumeTicket, number)
        case 7:
            await console.ask(envelope.OverridePriority, number, chance.randrange(1, 6), "The mayor")
        case 8:
            await console.ask(envelope.ResolveTicket, number, "New cable")
        case 9:
            await agent.ask(envelope.GiveVerdict, number, solved=chance.random() < 0.3, text="Hm")
        case 10:
            await relay.sets(events.CalendarSet(hours(chance.choice(["Mo-Su 00:00-24:00", "Mo-Fr 08:00-17:00"]))))
        case _:
            minutes = chance.choice([10, 300, 5000])
            target = Target(minutes, chance.choice(["", "office"]))
            level = replace(CONTRACT.versions[0].levels[2], first_response=target, resolution=target)
            version = replace(CONTRACT.versions[0], levels=(level,) * 5)
            await relay.sets(events.ContractSet(replace(CONTRACT, versions=(version,))))


@pytest.mark.parametrize("play", range(3))
@scene
async def test_a_filter_by_flag_and_a_sort_by_target_find_what_the_whole_queue_shows(house: House, play: int) -> None:
    chance, time = random.Random(play), Time()
    met: set[Flag] = set()
    async with house.relay(clock=time.clock, seconds=time.seconds) as relay:
        await relay.sets(events.CalendarSet(hours("Mo-Fr 08:00-17:00")), *BOOK)
        agent, console = await relay.agent(), await relay.console()
        numbers = [(await agent.asks_for_help(f"Problem {n}")).ticket.number for n in range(6)]
        for _ in range(40):
            time.now += timedelta(minutes=chance.choice([1, 10, 120, 1333]))
            await something_happens(relay, agent, console, chance.choice(numbers), chance)
            whole, again = await shown(console), list[envelope.TicketView]()
            while whole != again:  # what fell due meanwhile was noted in between
                whole = await shown(console)
                flagged = {flag: await shown(console, flag=flag) for flag in Flag}
                by_target = await shown(console, sort=QueueSort.TARGET)
                again = await shown(console)
            for flag, found in flagged.items():
                assert found == [ticket for ticket in whole if flag in ticket.flags], flag
            met |= {flag for ticket in whole for flag in ticket.flags}
            assert by_target == sorted(whole, key=next_target)
    assert {Flag.BREACHED, Flag.DATE_PASSED, Flag.NO_OWNER} <= met
