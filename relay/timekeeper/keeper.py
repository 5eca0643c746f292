"""Looks at every ticket that is not over, at every schedule and every proof, a few times a minute.

Guarantees: what is due is decided again inside the transaction that writes it down, so nothing is said that a
technician has just made needless; one ticket's fault stops no other's. On the loop's thread, in slices, so that nobody
waits for it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from protocol.desk import events
from protocol.desk.business_time import to_us
from protocol.desk.ticket import Ticket
from relay.desk import clashes, paging
from relay.desk.proofs import Proofs
from relay.desk.room import Room
from relay.errors import Refused, StoreFault
from relay.store import THE_DESK
from relay.timekeeper import due, schedules
from relay.timekeeper.proving import Proving

SLICE = 100
"""Tickets between two breaths of the loop: some 5 ms."""
_NOT_OVER = "SELECT number FROM tickets WHERE state NOT IN ('closed', 'cancelled') ORDER BY number"


class Keeper:
    """Of one desk's time."""

    def __init__(self, room: Room, proofs: Proofs) -> None:
        """In its `room`; `proofs` runs checks on machines."""
        self._room, self._proving = room, Proving(room, proofs)

    async def look(self) -> None:
        """Everything once. Raises StoreFault; what was due by then is due the next time."""
        for identifier in tuple(self._room.store.last_book.duty.schedules):
            await self._schedule(identifier)
        numbers = [row[0] for row in await self._room.store.rows(_NOT_OVER)]
        for begin in range(0, len(numbers), SLICE):
            await self._tickets(numbers[begin : begin + SLICE])
            await asyncio.sleep(0)
        self._proving.look()

    async def proved(self) -> None:
        """Waits for the proofs that are under way beside everything else."""
        await self._proving.done()

    async def stop(self) -> None:
        """Nothing is under way any more."""
        await self._proving.stop()

    async def _tickets(self, numbers: Sequence[int]) -> None:
        now = self._room.clock()
        for ticket in await self._room.store.tickets(numbers):
            try:
                unsure = await clashes.unsure(self._room, ticket)
                if self._due(ticket, now, unsure):
                    await self._happens(ticket.number, now, unsure)
            except StoreFault:
                raise
            except Exception as error:  # noqa: BLE001 - one ticket that trips the program is no reason to forget the others
                self._room.counts.add("keeper_fault", ticket=ticket.number, why=repr(error)[:300])

    async def _happens(self, number: int, now: datetime, unsure: frozenset[str]) -> None:
        try:
            await self._room.change(number, lambda ticket: self._due(ticket, now, unsure), THE_DESK)
        except Refused as refused:  # it has moved on in between
            self._room.counts.add("not_due_any_more", ticket=number, why=str(refused))

    def _due(self, ticket: Ticket, now: datetime, unsure: frozenset[str]) -> list[events.TicketEvent]:
        book = self._room.store.last_book
        clocks = self._room.agreed.clocks(book.register, ticket, now)
        said = due.due(book, ticket, clocks, now, unsure)
        there = ticket.owner is not None and self._room.audience.is_there(ticket.owner.identifier)
        return said or paging.call(book, ticket, now, staffed=self._staffed(ticket, now), owner_there=there)

    def _staffed(self, ticket: Ticket, now: datetime) -> bool:
        """Whether it is within the hours shown to the customer; day and night where none are."""
        hours = self._room.agreed.hours(self._room.store.last_book.register, ticket.customer, now)
        return hours is None or hours.is_open_us(to_us(now))

    async def _schedule(self, identifier: str) -> None:
        room, now = self._room, self._room.clock()
        schedule = room.store.last_book.duty.schedules[identifier]
        try:
            if schedules.fire(room.store.last_book, schedule, now) is None:
                return
        except ValueError as error:
            room.counts.add("bad_schedule", schedule=identifier, why=str(error))
            return
        async with room.work() as work:
            found = schedules.fire(work.book, work.book.duty.schedules[identifier], now)
            if found is not None:
                opened, at = found
                ticket = await work.asked_before(opened) or work.open(opened, THE_DESK)
                work.record((schedules.fired(schedule, at, ticket.number),), THE_DESK)
