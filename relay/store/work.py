"""What is done in one transaction: to one ticket or several, to the desk's book, or to both.

Guarantees: whoever raises inside it changed nothing; tickets are read as they stand after what the same work already
did to them. The book, which is one and changed in place, stands as before until all is committed. On the loop's thread.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from protocol.desk import events
from protocol.desk.book import THE_BOOK, Book
from protocol.desk.ticket import Ticket, apply
from relay.store.projections import Step


@dataclasses.dataclass(frozen=True, slots=True)
class By:
    """Who does it, as it goes into the history."""

    actor: events.Actor
    identifier: str
    name: str


THE_DESK = By(events.Actor.DESK, "", "athand")

Reaction = Callable[[Sequence[Step], Book, datetime], Sequence[events.TicketEvent]]
"""From what happened to one ticket, at least one step, to what the desk adds by itself in the same transaction."""


class Work:
    """One transaction under way; made by `EventStore.work`.

    Attributes:
        book: as it was before this work; to be read only.
        now: when all of it happens, aware UTC.
        happened: what is to be written, in this order.
        changed: the tickets it happened to, as they stand now.
        numbers: of its events on the chain, once committed.
        beside: statements with question marks, and their values, on tables that no event speaks of.
    """

    def __init__(
        self,
        read: Callable[[int], Awaitable[Ticket | None]],
        connection: AsyncConnection,
        book: Book,
        last_ticket: int,
        now: datetime,
    ) -> None:
        self._read, self._connection = read, connection
        self.book, self.last_ticket, self.now = book, last_ticket, now
        self.happened: list[Step] = []
        self.changed: dict[int, Ticket] = {}
        self.numbers = range(0)
        self.beside: list[tuple[str, tuple[Any, ...]]] = []

    async def ticket(self, number: int) -> Ticket | None:
        """A ticket as it stands, or None."""
        return self.changed.get(number) or await self._read(number)

    async def rows(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        """From derived tables, as they were before this work: a statement with question marks."""
        return (await self._connection.exec_driver_sql(statement, tuple(values))).all()

    async def asked_before(self, opened: events.Opened) -> Ticket | None:
        """The ticket that this request of this device already made."""
        query = "SELECT number FROM tickets WHERE device = ? AND request = ?"
        found = await self.rows(query, (opened.device, opened.request))
        return await self.ticket(found[0][0]) if found else None

    def open(self, opened: events.Opened, by: By, *then: events.TicketEvent) -> Ticket:
        """A new ticket, to which the rest happens as well. Raises StepRefused."""
        self.last_ticket += 1
        step = self._step(None, self.last_ticket, opened, by)
        return self.happens(step, then, by)

    def happens(self, ticket: Ticket, happened: Sequence[events.Event], by: By) -> Ticket:
        """More events of a ticket, and what it comes to. Raises StepRefused."""
        for event in happened:
            ticket = self._step(ticket, ticket.number, event, by)
        return ticket

    def record(self, happened: Sequence[events.BookEvent], by: By) -> None:
        """Goes into the desk's book."""
        self.happened += [Step(0, _entry(THE_BOOK, event, by, self.now), None, None) for event in happened]

    def react(self, reactions: Sequence[Reaction]) -> None:
        """Adds what the desk does by itself about each ticket that changed; each reaction sees what the others did."""
        for number in tuple(self.changed):
            for reaction in reactions:
                steps = [step for step in self.happened if step.entry.ticket == number]
                self.happens(self.changed[number], reaction(steps, self.book, self.now), THE_DESK)

    def _step(self, before: Ticket | None, number: int, event: events.Event, by: By) -> Ticket:
        entry = _entry(number, event, by, self.now)
        after = apply(before, entry)
        self.happened.append(Step(0, entry, before, after))
        self.changed[number] = after
        return after


def _entry(number: int, event: events.Event, by: By, now: datetime) -> events.Entry:
    return events.Entry(number, now, by.actor, by.identifier, by.name, event)
