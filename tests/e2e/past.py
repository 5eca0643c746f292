"""A desk with a month behind it: customers, contracts, hours, staff, people, and what they asked for.

Written through the relay's own store, with its own reactions, at the times it would have happened: the chain holds, the
clocks and the month's report follow from it. Seeded: the same month each time, ending today.
"""

import asyncio
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from protocol.desk import events
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.events import Actor, Channel, Customer, DeskSettings, StaffProfile, TicketKind, User, WorkKind
from protocol.desk.opening_hours import parse_week
from protocol.desk.public_holidays import public_holidays
from relay import notices
from relay.desk.agreed import Agreed
from relay.desk.completing import Completing
from relay.store import THE_DESK, By, EventStore

DAYS = 56
ZONE = "Europe/Berlin"
JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+49 30 1234568")
PETR = events.Staff("petr", "Petr Dvořák", "Network engineer", "+49 30 1234569")
CUSTOMER = "keramik"
"""Whose month the report tells."""

_PEOPLE = (
    ("eva", "Eva Novák", CUSTOMER, "eva.novak@keramik.example"),
    ("ahmet", "Ahmet Yilmaz", CUSTOMER, "ahmet@keramik.example"),
    ("irene", "Irène Lefèvre", CUSTOMER, "irene@keramik.example"),
    ("olena", "Олена Ткаченко", "praxis", "olena@praxis.example"),
    ("lena", "Lena Bauer", "praxis", "lena@praxis.example"),
)


class Matter(NamedTuple):
    """Something people ask for, and what helped."""

    problem: str
    solution: str
    kind: TicketKind = TicketKind.INCIDENT


_MATTERS = (
    Matter("The printer on the second floor prints stripes.", "Cleaned the drum; a new one is ordered."),
    Matter("I cannot open the shared folder since this morning.", "The password had run out; set a new one together."),
    Matter(
        "Please give Irène access to the accounts.", "Access granted until the end of the year.", TicketKind.REQUEST
    ),
    Matter("The cash register is very slow.", "Its disk was full; old logs are cleared every night now."),
    Matter("Mails to our supplier come back.", "Their server had us on a list; we are off it again."),
    Matter("The projector in the meeting room stays black.", "The cable was the wrong one; the right one is labelled."),
    Matter("Could the calendar show the week numbers?", "Switched on, and shown where.", TicketKind.WISH),
    Matter("After the update my second screen is gone.", "Installed the driver of before; the update waits."),
)


def write(database: Path, page: str) -> int:
    """Makes the past in the relay's `database`, which nobody has open; how many tickets there are.

    `page` is where the desk's web page will be.
    """
    return asyncio.run(_write(database, page, datetime.now(UTC)))


async def _write(database: Path, page: str, now: datetime) -> int:
    begin = now - timedelta(days=DAYS)
    store = await EventStore.open(database, (Completing(Agreed()), notices.follow_up))
    try:
        await store.record(lambda _: _book(begin, page), THE_DESK, begin)
        chance = random.Random(7)
        days = [begin.date() + timedelta(days=n) for n in range(1, DAYS)]
        asked = sorted(
            _opened_at(chance, day) for day in days if day.weekday() < 5 for _ in range(chance.choice((1, 2, 2, 3)))
        )
        for number, at in enumerate(asked, 1):
            await _life(store, chance, number, at, now)
        return len(asked)
    finally:
        await store.close()


def _book(begin: datetime, page: str) -> tuple[events.BookEvent, ...]:
    long_ago = begin - timedelta(days=365)
    years = range(begin.year, begin.year + 3)
    office = CalendarVersion(
        long_ago,
        ZONE,
        parse_week("Mo-Fr 08:00-17:00"),
        public_holidays("DE", "BE", years),
        "DE",
        "BE",
        max(years),
    )
    levels = (_level(15, 240), _level(30, 480), _level(60, 960), _level(120, 2400), _level(480, 4800))
    return (
        events.StaffSet(StaffProfile(*JANA_FACTS, skills={"office": 3, "network": 1}, lead=True)),
        events.StaffSet(StaffProfile(*PETR_FACTS, skills={"network": 3, "office": 2})),
        events.CalendarSet(Calendar("office", "Office hours", (office,))),
        events.CustomerSet(
            Customer(CUSTOMER, "Keramik Nord GmbH", domains=("keramik.example",), tier=1, language="en")
        ),
        events.CustomerSet(Customer("praxis", "Praxis Dr. Bauer", domains=("praxis.example",), tier=2, language="de")),
        *(events.UserSet(User(key, name, whose, (mail,))) for key, name, whose, mail in _PEOPLE),
        *(
            events.ContractSet(
                Contract(
                    whose, whose, (ContractVersion(long_ago, "jana", "petr", Rate(cents, "EUR"), "office", levels),)
                )
            )
            for whose, cents in ((CUSTOMER, 9000), ("praxis", 8400))
        ),
        events.CustomerSet(Customer(CUSTOMER, "Keramik Nord GmbH", CUSTOMER, ("keramik.example",), 1, "en")),
        events.CustomerSet(Customer("praxis", "Praxis Dr. Bauer", "praxis", ("praxis.example",), 2, "de")),
        events.DeskSet(DeskSettings("Help desk Berlin", phone="+49 30 1234560", contract=CUSTOMER, page=page)),
        events.ThresholdsSet((events.Threshold("disk.used_percent", 95, 90, for_s=600),)),
    )


JANA_FACTS = (JANA.identifier, JANA.name, JANA.title, JANA.phone)
PETR_FACTS = (PETR.identifier, PETR.name, PETR.title, PETR.phone)


def _level(first_min: int, solve_min: int) -> ServiceLevel:
    return ServiceLevel(first_response=Target(first_min, "office"), resolution=Target(solve_min, "office"))


def _opened_at(chance: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(chance.randint(7, 14), chance.randint(0, 59)), UTC)


async def _life(store: EventStore, chance: random.Random, number: int, at: datetime, now: datetime) -> None:
    """A ticket from the question to the verdict, as far as that has come by now."""
    key, name, customer, mail = chance.choice(_PEOPLE)
    matter, staff = chance.choice(_MATTERS), chance.choice((JANA, PETR))
    requester, technician = By(Actor.REQUESTER, key, name), By(Actor.STAFF, staff.identifier, staff.name)
    opened = events.Opened(
        request=f"{number:032x}",
        device="",
        device_label="",
        requester=name,
        problem=matter.problem,
        urgency=chance.choice((1, 2, 2, 3)),
        minutes=20,
        diagnostics=(),
        asked_at=at,
        kind=matter.kind,
        channel=chance.choice((Channel.MAIL, Channel.WEB, Channel.PHONE)),
        user=key,
        customer=customer,
        address=mail,
    )
    ticket, _ = await store.open_ticket(opened, requester, at)
    took = at + timedelta(minutes=chance.choice((4, 8, 12, 25, 70)))
    worked = timedelta(minutes=chance.randint(6, 55))
    told = took + timedelta(minutes=2)
    logged = events.TimeLogged(
        f"{number:032x}",
        staff,
        told,
        told + worked,
        worked.total_seconds(),
        chance.choice((WorkKind.REMOTE, WorkKind.PHONE, WorkKind.ON_SITE)),
        matter.solution,
        chance.random() < 0.9,
    )
    solved, accepted = told + worked, told + worked + timedelta(hours=chance.randint(1, 30))
    still_open = now - at < timedelta(days=1)
    story: list[tuple[datetime, By, tuple[events.TicketEvent, ...]]] = [
        (
            took,
            technician,
            (events.Triaged(chance.choice((1, 2, 2, 3)), opened.urgency), events.Assigned(staff), events.Started()),
        ),
        (told, technician, (events.MessageAdded("Good morning, I am looking at it now."),)),
    ]
    if not still_open:
        story += [
            (solved, technician, (logged, events.Resolved(matter.solution))),
            (accepted, requester, (events.Accepted(), events.Rated(chance.choice((3, 4, 5, 5, 5))))),
        ]
    for when, by, happened in story:
        if when < now:
            await store.change(ticket.number, lambda _, happened=happened: happened, by, when)  # type: ignore[misc] # at once
