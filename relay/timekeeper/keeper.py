"""Looks at every ticket that is not over, at every schedule and every proof, a few times a minute.

Guarantees: what is due is decided again inside the transaction that writes it down, so nothing is said that a
technician has just made needless; one ticket's fault stops no other's. On the loop's thread, in slices, so that nobody
waits for it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from protocol.desk import events
from protocol.desk.business_time import to_us
from protocol.desk.events import ProofPhase
from protocol.desk.ticket import Ticket
from relay.desk import paging
from relay.desk.proofs import Proofs
from relay.desk.room import Room
from relay.errors import Refused
from relay.store import THE_DESK
from relay.timekeeper import due, schedules

SLICE = 100
"""Tickets between two breaths of the loop: some 5 ms."""
_NOT_OVER = "SELECT number FROM tickets WHERE state NOT IN ('closed', 'cancelled') ORDER BY number"
_TO_PROVE = """
SELECT ticket FROM proofs
WHERE (solved_us <= ? AND after_a_day = 0 AND solved_us > ?) OR (solved_us <= ? AND after_a_week = 0 AND solved_us > ?)
ORDER BY ticket LIMIT 100
"""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_TRIED_FOR = timedelta(days=30)
"""A machine that is never there any more is not asked for ever."""


class Keeper:
    """Of one desk's time."""

    def __init__(self, room: Room, proofs: Proofs) -> None:
        """In its `room`; `proofs` runs checks on machines."""
        self._room, self._proofs = room, proofs

    async def look(self) -> None:
        """Everything once. Raises StoreFault; what was due by then is due the next time."""
        for identifier in tuple(self._room.store.last_book.duty.schedules):
            await self._schedule(identifier)
        numbers = [row[0] for row in await self._room.store.rows(_NOT_OVER)]
        for begin in range(0, len(numbers), SLICE):
            await self._tickets(numbers[begin : begin + SLICE])
            await asyncio.sleep(0)
        await self._prove()

    async def _tickets(self, numbers: Sequence[int]) -> None:
        now = self._room.clock()
        for ticket in await self._room.store.tickets(numbers):
            if self._due(ticket, now):
                await self._happens(ticket.number, now)

    async def _happens(self, number: int, now: datetime) -> None:
        try:
            await self._room.change(number, lambda ticket: self._due(ticket, now), THE_DESK)
        except Refused as refused:  # it has moved on in between
            self._room.counts.add("not_due_any_more", ticket=number, why=str(refused))

    def _due(self, ticket: Ticket, now: datetime) -> list[events.TicketEvent]:
        book = self._room.store.last_book
        clocks = self._room.agreed.clocks(book.register, ticket, now)
        said = due.due(book, ticket, clocks, now)
        return said or paging.call(book, ticket, now, staffed=self._staffed(ticket, now))

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

    async def _prove(self) -> None:
        """The checks of what was solved, after a day and after a week, as long as it stands (promise 12)."""
        now = self._room.clock()
        since = to_us(now - _TRIED_FOR)
        found = await self._room.store.rows(_TO_PROVE, (to_us(now - _DAY), since, to_us(now - _WEEK), since))
        for ticket in await self._room.store.tickets([row[0] for row in found]):
            if not ticket.device or not self._room.audience.online(ticket.device):
                continue
            week = ticket.track.solved_us is not None and ticket.track.solved_us <= to_us(now - _WEEK)
            ran = await self._proofs.results(ticket, ProofPhase.AFTER_A_WEEK if week else ProofPhase.AFTER_A_DAY)
            if ran:
                await self._ran(ticket.number, ran)

    async def _ran(self, number: int, ran: Sequence[events.CheckRan]) -> None:
        try:
            await self._room.change(number, lambda _: ran, THE_DESK)
        except Refused as refused:
            self._room.counts.add("not_due_any_more", ticket=number, why=str(refused))
