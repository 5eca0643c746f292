"""How long clocks take. A queue of 200 is to be there in 50 ms, and reading it from the disk is a part of that.

Run by `make bench`. Each figure is the median of several rounds; the bounds leave room for a busy machine.
"""

import dataclasses
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from protocol.desk import chain, events
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.clocks import OpenTimes, Terms
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.events import Actor, Entry, HoldReason
from protocol.desk.opening_hours import parse_week
from protocol.desk.overview import flags
from protocol.desk.public_holidays import with_public_holidays
from protocol.desk.ticket import Ticket, apply, fold

TICKETS = 200
CUSTOMERS = 20
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 1")
HELLO, ASKED = events.MessageAdded("Hello"), events.MessageAdded("And?")


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """Tickets of the last two months, and the contract of each."""

    tickets: list[Ticket]
    terms: list[Terms]


PLACES = (
    ("Europe/Prague", "CZ", ""),
    ("Europe/Berlin", "DE", "BY"),
    ("Europe/Rome", "IT", ""),
    ("America/New_York", "US", "NY"),
)


def calendars() -> dict[str, Calendar]:
    """One for each place, changed a month ago."""
    made = {}
    for number, (zone, country, part) in enumerate(PLACES):
        hours = ((LONG_AGO, "Mo-Fr 08:00-12:00,13:00-17:00"), (NOW - timedelta(days=30), "Mo-Fr 07:00-18:00"))
        versions = (CalendarVersion(since, zone, parse_week(week), (), country, part) for since, week in hours)
        name = f"calendar-{number}"
        made[name] = Calendar(name, name, tuple(with_public_holidays(version) for version in versions))
    return made


def contract(number: int, calendar: str) -> Contract:
    one, two, three, four, five = (
        ServiceLevel(*(Target(minutes * priority, calendar) for minutes in (15, 60, 240, 480)))
        for priority in range(1, 6)
    )
    version = ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR"), calendar, (one, two, three, four, five))
    return Contract(f"contract-{number}", f"Customer {number}", (version,))


def history(number: int, dice: random.Random, length: int) -> list[Entry]:
    """A ticket with answers, questions, holds and judgements, still open."""
    at = NOW - timedelta(minutes=dice.randint(60, 60 * 24 * 60))
    step = (NOW - at) / (length + 1)
    opened = events.Opened("0" * 32, "d1", "Laptop", "Eva", "The printer prints nothing", 2, 15, (), at)
    entries = [Entry(number, at, Actor.REQUESTER, "d1", "Eva", opened)]

    def happens(actor: Actor, event: events.Event) -> None:
        entries.append(Entry(number, entries[-1].at + step, actor, "x", "X", event))

    for event in (events.Triaged(dice.randint(1, 3), 2), events.Assigned(JANA), events.Started()):
        happens(Actor.STAFF, event)
    while len(entries) < length:
        happens(Actor.STAFF, HELLO)
        happens(Actor.REQUESTER, ASKED)
        if dice.random() < 0.3:
            happens(Actor.STAFF, events.OnHold(dice.choice(list(HoldReason))))
            happens(Actor.STAFF, events.Resumed())
        if dice.random() < 0.1:
            happens(Actor.STAFF, events.Triaged(dice.randint(1, 3), 2))
    return entries


@pytest.fixture(scope="module")
def desk() -> Desk:
    dice = random.Random(4)
    ready = OpenTimes(calendars())
    contracts = [Terms(contract(number, f"calendar-{number % 4}"), ready) for number in range(CUSTOMERS)]
    tickets = [fold(history(number, dice, dice.choice((5, 10, 20, 40)))) for number in range(1, TICKETS + 1)]
    return Desk(tickets, [dice.choice(contracts) for _ in tickets])


def median_ms(what: Callable[[], object], times: int = 15) -> float:
    what()  # the years asked for are made once
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        what()
        took.append((time.perf_counter() - begin) * 1000)
    return statistics.median(took)


def test_a_queue_of_200_has_its_clocks_and_flags_well_within_50_ms(desk: Desk) -> None:
    def queue() -> None:
        for ticket, terms in zip(desk.tickets, desk.terms, strict=True):
            flags(ticket, terms.clocks(ticket.track, NOW), NOW)

    took = median_ms(queue)
    print(f"\nqueue of {TICKETS}, four clocks each, with flags: {took:.1f} ms")
    assert took < 25


def test_the_first_queue_after_a_start_waits_for_its_calendars_only_once(desk: Desk) -> None:
    def start() -> None:
        ready = OpenTimes(calendars())
        contracts = [Terms(contract(number, f"calendar-{number % 4}"), ready) for number in range(CUSTOMERS)]
        for number, ticket in enumerate(desk.tickets):
            contracts[number % CUSTOMERS].clocks(ticket.track, NOW)

    took = median_ms(start, 3)
    print(f"\nholidays, calendars, contracts and the first queue: {took:.0f} ms")
    assert took < 250


def test_a_ticket_with_300_events_has_its_record_well_within_50_ms(desk: Desk) -> None:
    entries = history(1, random.Random(4), 300)

    def whole() -> None:
        list(desk.terms[0].history(fold(entries).track, NOW))

    took = median_ms(whole)
    print(f"\nfold of 300 events and every clock there was: {took:.1f} ms")
    assert took < 25


def test_reading_hashing_and_folding_an_event_costs_little() -> None:
    """The check of the whole history does this for each event, and is to do 50,000 a second on a machine at rest."""
    entries = history(1, random.Random(4), 40)
    bodies = [events.encode(entry) for entry in entries]

    def check() -> None:
        for _ in range(50):
            ticket, head = None, chain.EMPTY
            for body in bodies:
                ticket = apply(ticket, events.decode(body))
                head = chain.extend(head, chain.digest(b"0" * 16, body))

    each_us = median_ms(check, 7) * 1000 / (50 * len(bodies))
    print(f"\ndecode, hash and fold: {each_us:.1f} us an event, {1e6 / each_us:,.0f} a second")
    assert each_us < 40
