"""A desk with a page: a real relay, its agent and console, and people who were entered in its register."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protocol import envelope
from protocol.desk import events
from protocol.desk.calendar import Calendar, CalendarVersion, SpecialDay
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.opening_hours import parse_week
from relay.store import By
from relay.store.work import THE_DESK
from relay.web.links import Way
from relay.web.sites import WebSettings
from tests.relay.rig import Actor, House, Running
from tests.relay.web.visitor import Page, Visitor

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EVA = "eva@firma.example"
WEEK = parse_week("Mo-Fr 08:00-12:00,13:00-17:00")
LEVEL = ServiceLevel(Target(60, "office"), Target(120, "office"), Target(240, "office"), Target(480, "office"))


def register(*holidays: SpecialDay, page: str = "", works_council: bool = False) -> tuple[events.BookEvent, ...]:
    """A customer with a contract and a calendar, one user, two of the staff."""
    office = Calendar("office", "Office", (CalendarVersion(LONG_AGO, "Europe/Prague", WEEK, holidays),))
    terms = ContractVersion(LONG_AGO, "jana", "petr", Rate(9000, "EUR"), "office", (LEVEL,) * 5)
    return (
        events.StaffSet(events.StaffProfile("jana", "Jana Nováková", "Support engineer", "+420 123 456", lead=True)),
        events.StaffSet(events.StaffProfile("petr", "Petr Malý", "Support engineer", "+420 123 457")),
        events.CalendarSet(office),
        events.CustomerSet(events.Customer("firma", "Firma s.r.o.", domains=("firma.example",))),
        events.ContractSet(Contract("gold", "firma", (terms,))),
        events.CustomerSet(events.Customer("firma", "Firma s.r.o.", "gold", ("firma.example",))),
        events.UserSet(events.User("eva", "Eva Nová", "firma", (EVA,), may_accept_quotes=True)),
        events.DeskSet(
            events.DeskSettings(
                "Firma help desk", "help@desk.example", "+420 2 12 34 56", "gold", page, works_council=works_council
            )
        ),
    )


class Desk:
    """What a test does at it."""

    def __init__(self, running: Running) -> None:
        self.running = running
        port = running.relay.sites.port
        assert port is not None
        self.port = port
        self.staff_port = running.relay.sites.staff_port or 0
        self.store = running.relay._store

    def now(self) -> datetime:
        return self.running.relay._clock()

    async def staff(self) -> Actor:
        return await self.running.console("jana")

    async def asked(self, problem: str = "The printer is on fire", **changes: Any) -> int:
        """A request by mail, in the store as the mail's reader would put it there; its number."""
        facts: dict[str, Any] = {"channel": events.Channel.MAIL, "user": "eva", "customer": "firma", "address": EVA}
        facts |= {"requester": "Eva Nová", "device": ""} | changes
        opened = events.Opened(
            request=secrets.token_hex(16),
            device_label="",
            problem=problem,
            urgency=2,
            minutes=20,
            diagnostics=(),
            asked_at=LONG_AGO,
            **facts,
        )
        by = By(events.Actor.REQUESTER, "eva", "Eva Nová")
        ticket, _ = await self.store.open_ticket(opened, by, self.now())
        return ticket.number

    async def happens(self, number: int, *happened: events.TicketEvent, by: By = THE_DESK) -> None:
        assert await self.store.change(number, lambda _: happened, by, self.now())

    async def events(self, number: int) -> list[events.Event]:
        return [entry.event for _, entry in await self.store.history(number)]

    async def state(self, number: int) -> str:
        ticket = await self.store.ticket(number)
        assert ticket is not None
        return ticket.state.value

    def link(self, number: int, *, way: Way = Way.MAILED, at: datetime | None = None) -> str:
        return f"/t/{self.running.relay.sites.links.token(number, at or self.now(), way)}"

    def visitor(self, language: str = "en") -> Visitor:
        return Visitor(self.port, language)

    async def shown(self, number: int) -> Page:
        return await self.visitor().get(self.link(number))

    async def resolved(self, number: int, console: Actor, solution: str = "New cable") -> None:
        """Taken and solved by Jana."""
        answer = await console.takes(number)
        assert isinstance(answer, envelope.Ticket), answer
        answer = await console.ask(envelope.ResolveTicket, number, solution)
        assert isinstance(answer, envelope.Ticket), answer


@asynccontextmanager
async def desk(path: Path, *book: events.BookEvent, **options: Any) -> AsyncIterator[Desk]:
    """A running one."""
    house = House(path / "relay")
    house.web = WebSettings(port=0, staff_port=0)
    async with house.relay(**options) as running:
        made = Desk(running)
        await made.store.record(lambda _: book or register(), THE_DESK, made.now())
        yield made


@asynccontextmanager
async def again(before: Desk) -> AsyncIterator[Desk]:
    """The same one, after a new start."""
    async with before.running.house.relay() as running:
        yield Desk(running)
