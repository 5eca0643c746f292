"""Runs the checks of what was solved once more, after a day and after a week, as long as it stands (promise 12).

What fails again is told to its owner and the leads, once for each check and day: nobody has to report it a second time.

Guarantees: one round at a time, beside everything else, so that a machine that does not answer holds up nobody; each
machine that could be asked has its turn, however many others are away. On the loop's thread.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

from protocol.desk import events
from protocol.desk.business_time import to_us
from protocol.desk.events import NoticeKind, ProofPhase
from protocol.desk.ticket import Ticket
from relay.desk.proofs import Proofs
from relay.desk.room import Room
from relay.errors import Refused, StoreFault
from relay.notices import leads, tell
from relay.store import THE_DESK

PAGE = 100
"""Tickets between two breaths of the loop: some 5 ms."""
PAGES = 10
"""In one round; the next one goes on after them."""
ASKED = 8
"""Tickets in one round whose machines are asked."""
SILENT_S = 3600.0
"""A machine that is there and did not answer is not asked again before."""
_TO_PROVE = """
SELECT ticket FROM proofs
WHERE ticket > ? AND (
    (solved_us <= ? AND after_a_day = 0 AND solved_us > ?) OR (solved_us <= ? AND after_a_week = 0 AND solved_us > ?)
)
ORDER BY ticket LIMIT ?
"""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_TRIED_FOR = timedelta(days=30)
"""A machine that is never there any more is not asked for ever."""


class Proving:
    """Of one desk's solutions."""

    def __init__(self, room: Room, proofs: Proofs) -> None:
        """In its `room`; `proofs` runs checks on machines."""
        self._room, self._proofs = room, proofs
        self._round: asyncio.Task[None] | None = None
        self._after = 0
        self._silent: dict[str, float] = {}

    def look(self) -> None:
        """Begins a round, unless one is under way."""
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._prove())

    async def done(self) -> None:
        """Waits for the round under way, if one is."""
        if self._round is not None:
            await asyncio.wait((self._round,))

    async def stop(self) -> None:
        """Whatever was not proved by now is proved after the next start."""
        if self._round is not None:
            self._round.cancel()
        await self.done()

    async def _prove(self) -> None:
        try:
            await self._pages()
        except StoreFault as fault:
            self._room.counts.add("store_fault", where="proofs", why=repr(fault.__cause__)[:300])
        except Exception as error:  # noqa: BLE001 - the next round goes on after what tripped this one
            self._room.counts.add("proof_fault", ticket=self._after, why=repr(error)[:300])

    async def _pages(self) -> None:
        now_s = self._room.seconds()
        self._silent = {device: until for device, until in self._silent.items() if until > now_s}
        asked = 0
        for _ in range(PAGES):
            numbers = await self._page()
            for ticket in await self._room.store.tickets(numbers):
                self._after = ticket.number
                asked += await self._one(ticket)
                if asked >= ASKED:
                    return
            if len(numbers) < PAGE:
                self._after = 0
                return
            self._after = numbers[-1]
            await asyncio.sleep(0)

    async def _page(self) -> list[int]:
        now = self._room.clock()
        since = to_us(now - _TRIED_FOR)
        due = (to_us(now - _DAY), since, to_us(now - _WEEK), since)
        return [row[0] for row in await self._room.store.rows(_TO_PROVE, (self._after, *due, PAGE))]

    async def _one(self, ticket: Ticket) -> bool:
        """Whether its machine was asked."""
        device, solved_us = ticket.device, ticket.track.solved_us
        if not device or device in self._silent or not self._room.audience.online(device):
            return False
        week = solved_us is not None and solved_us <= to_us(self._room.clock() - _WEEK)
        ran = await self._proofs.results(ticket, ProofPhase.AFTER_A_WEEK if week else ProofPhase.AFTER_A_DAY)
        if ran:
            await self._ran(ticket.number, ran)
        else:
            self._silent[device] = self._room.seconds() + SILENT_S
        return True

    async def _ran(self, number: int, ran: Sequence[events.CheckRan]) -> None:
        try:
            await self._room.change(number, lambda ticket: [*ran, *self._told(ticket, ran)], THE_DESK)
        except Refused as refused:
            self._room.counts.add("not_due_any_more", ticket=number, why=str(refused))

    def _told(self, ticket: Ticket, ran: Sequence[events.CheckRan]) -> Iterator[events.TicketEvent]:
        book = self._room.store.last_book
        owner = (ticket.owner.identifier,) if ticket.owner else ()
        for run in ran:
            if run.result.passed:
                continue
            found = f"{run.result.check} {run.result.target} {run.result.value}"
            for to in dict.fromkeys((*owner, *leads(book))):
                about = f"{run.proof} {run.phase}"
                yield from tell(book, ticket, NoticeKind.PROOF_FAILED, to=to, about=about, text=" ".join(found.split()))
