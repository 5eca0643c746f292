"""A relay whose book knows people, as an administrator's commands would have left it: Firma with Eva and her laptop;
Jana its contact, Petr its deputy, Olga who leads."""

import functools
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from protocol import envelope
from protocol.desk import events
from protocol.desk.contract import Contract, ContractVersion, Levels, Rate, ServiceLevel, Target
from protocol.desk.events import Customer, Machine, StaffProfile, User
from relay.admin.spool import Change, Spool
from tests.relay.rig import Actor, House, _people

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LEVEL = ServiceLevel(first_response=Target(15), resolution=Target(8 * 60))
LEVELS: Levels = (LEVEL, LEVEL, LEVEL, LEVEL, LEVEL)
CARD = {"tried": "Restarted the spooler", "known": "Only page 2 fails", "next_step": "Change the driver"}
STAFF = (
    StaffProfile("jana", "Jana Nováková", "Support engineer", "+420 123 456", skills={"excel": 3, "network": 1}),
    StaffProfile("petr", "Petr Dvořák", "Support engineer", "+420 123 456", skills={"network": 3}),
    StaffProfile("olga", "Olga Malá", "Support engineer", "+420 123 456", skills={"excel": 2}, lead=True),
)
TERMS = ContractVersion(LONG_AGO, "jana", "petr", Rate(9000, "EUR"), levels=LEVELS)
SETS: tuple[events.BookEvent, ...] = (
    *map(events.StaffSet, STAFF),
    events.CustomerSet(Customer("firma", "Firma s.r.o.", domains=("firma.example",), tier=1)),
    events.ContractSet(
        Contract("gold", "firma", (ContractVersion(LONG_AGO, "jana", "petr", Rate(9000, "EUR"), levels=LEVELS),))
    ),
    events.CustomerSet(Customer("firma", "Firma s.r.o.", "gold", ("firma.example",), tier=1)),
    events.UserSet(
        User("eva", "Eva Králová", "firma", ("eva@firma.example",), ("+420777123456",), may_accept_quotes=True)
    ),
    events.UserSet(User("adam", "Adam Bílý", "firma", phones=("+420777000111",))),
    events.MachineSet(Machine("laptop", "Eva's laptop", "eva")),
)


@functools.cache
def _olga() -> Any:
    return _people()[0].technician("olga", "Olga Malá")


def peopled(path: Path, *more: events.BookEvent) -> House:
    """A house whose relay reads all that when it starts."""
    house = House(path)
    house.staff["olga"] = _olga()
    administer(house, *SETS, *more)
    return house


def administer(house: House, *sets: events.BookEvent) -> None:
    """What an administrator's command leaves for the relay."""
    Spool(house.folder.book).put(Change("administrator", sets))


async def owned(agent: Actor, console: Actor, owner: str, **facts: Any) -> int:
    """A new ticket that the desk has given to somebody."""
    number: int = (await agent.asks_for_help(**facts)).ticket.number
    await console.hears(
        envelope.TicketChanged,
        lambda changed: (
            changed.ticket.number == number
            and changed.ticket.owner is not None
            and changed.ticket.owner.identifier == owner
        ),
    )
    return number


async def away(console: Actor, staff: str, **facts: Any) -> Any:
    """Somebody is marked absent, from now on for a day."""
    now = datetime.now(UTC)
    begin = facts.pop("begin", now - timedelta(seconds=1))
    return await console.ask(envelope.SetAbsence, secrets.token_hex(16), staff, begin, now + timedelta(days=1), **facts)


def history(ticket: Any, kind: type) -> list[Any]:
    """The events of one kind in a ticket's history."""
    assert isinstance(ticket, envelope.Ticket), ticket
    return [line.event for line in ticket.history if isinstance(line.event, kind)]


def sentence(answer: Any) -> str:
    """Of a refusal."""
    assert isinstance(answer, envelope.RequestRefused), answer
    return answer.sentence
