"""A desk with a mailbox and a page whose clock a test sets: what the time calls for, seen by whoever gets the mail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.desk import events
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.opening_hours import parse_week
from relay.web.sites import WebSettings
from tests.relay.mail.post_office import EVA, WAIT_S, PostOffice, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House
from tests.relay.web.visitor import Page, Visitor

PRAGUE = ZoneInfo("Europe/Prague")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
JANA, PETR, LENA = "jana@firm.example", "petr@firm.example", "lena@firm.example"
OFFICE = Calendar("office", "Office", (CalendarVersion(LONG_AGO, "Europe/Prague", parse_week("Mo-Fr 08:00-17:00")),))
LEVEL = ServiceLevel(first_response=Target(15, "office"), next_update=Target(60, "office"))
TERMS = ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR"), "office", (LEVEL,) * 5)


def person(identifier: str, name: str, mail: str, *, lead: bool = False) -> events.StaffSet:
    return events.StaffSet(events.StaffProfile(identifier, name, "Support engineer", "+420 123 456", mail, lead=lead))


BOOK: tuple[events.BookEvent, ...] = (
    person("jana", "Jana Nováková", JANA),
    person("petr", "Petr Dvořák", PETR),
    person("lena", "Lena Malá", LENA, lead=True),
    events.CalendarSet(OFFICE),
    events.CustomerSet(events.Customer("firm", "The Firm", domains=("firm.example",), language="en")),
    events.ContractSet(Contract("gold", "firm", (TERMS,))),
    events.CustomerSet(events.Customer("firm", "The Firm", "gold", ("firm.example",), language="en")),
    events.UserSet(events.User("eva", "Eva Malá", "firm", mails=(EVA,), may_accept_quotes=True)),
)


class Clock:
    """The real time until somebody sets it; then it stands, until it is set on."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)

    def set_to(self, weekday: int, hour: int, minute: int = 0) -> datetime:
        """The next such moment in Prague, two days ahead at least; weekday 0 is a Monday."""
        day = datetime.now(PRAGUE).date() + timedelta(days=2)
        day += timedelta(days=(weekday - day.weekday()) % 7)
        there = datetime(day.year, day.month, day.day, hour, minute, tzinfo=PRAGUE)
        self.at = there.astimezone(UTC)
        return self.at

    def goes_on(self, **time: float) -> datetime:
        self.at = self() + timedelta(**time)
        return self.at


class Time(PostOffice):
    """A post office whose time a test sets."""

    clock: Clock

    async def passes(self, **time: float) -> datetime:
        """Lets time go by, and the desk look at what it calls for, as it does four times a minute."""
        now = self.clock.goes_on(**time)
        await self.running.relay._keeper.look()
        return now

    async def asks_on_the_page(self, problem: str, urgency: int = 2) -> Page:
        """Eva, who has no agent."""
        port = self.running.relay.sites.port
        assert port is not None
        visitor = Visitor(port)
        asked = {"name": "Eva", "mail": EVA, "problem": problem, "urgency": str(urgency), "minutes": "15"}
        return await visitor.send(await visitor.get("/"), "/ask", **asked)

    async def letters(self, text: str) -> list[str]:
        """Who has a mail with this text, by name and as often as he has one, once nothing is on its way any more."""
        relay, everybody = self.running.relay, (EVA, JANA, PETR, LENA)
        async with asyncio.timeout(WAIT_S):
            while True:
                (waiting,) = (await relay._store.rows("SELECT count(*) FROM outbox WHERE state = 'waiting'"))[0]
                sent = relay.counts["mail_sent"]
                had = {who: await self.gets(who, 0) for who in everybody}
                if not waiting and sum(map(len, had.values())) == sent:
                    break
                await asyncio.sleep(0.1)
        return [who.split("@")[0] for who, mails in had.items() for mail in mails if text in text_of(mail)]


@asynccontextmanager
async def at_the_clock(house: House, servers: MailServers, desk: str, *more: events.BookEvent) -> AsyncIterator[Time]:
    clock = Clock()
    house.web = WebSettings(port=0)
    async with post_office(house, servers, desk, (*BOOK, *more), clock=clock) as office:
        made = Time(office.servers, office.running, office.desk)
        made.clock = clock
        yield made
