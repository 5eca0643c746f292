"""Who has a ticket: handed over with its card, left by somebody who is away, offered to somebody who is free.

Guarantees that no open ticket stays with somebody who is away (promise 3), whether a console, the administrator or a
date in the calendar made him so; and that a free technician is offered what has waited longest (promise 26).
"""

import dataclasses
from datetime import datetime, timedelta

from protocol import envelope
from protocol.desk import events, load
from protocol.desk.agreements import check_not_concerned
from protocol.desk.book import Book
from protocol.desk.duty import taken_back
from protocol.desk.overview import is_free, oldest_waiting
from protocol.desk.placing import as_staff, check_hand_over, present, responsible, successor
from protocol.desk.states import StepRefused, TicketState
from protocol.desk.terms import TicketKind
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay import notices
from relay.desk import clashes, complaints, waits
from relay.desk.quotes import Quotes
from relay.desk.room import ConsoleHandlers, Room, by_staff
from relay.errors import Refused
from relay.store import THE_DESK, Work

OFFER_STANDS = timedelta(minutes=5)
"""Somebody who says nothing for so long is not at his desk; then others are offered it."""
NEW_FOR = timedelta(minutes=2)
"""A forecast made later than that would be no forecast."""

PLACED_AT_ONCE = 50
"""In one transaction; the others a second later."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Offer:
    ticket: int
    until: datetime
    owner: events.Staff | None


class Handing:
    """One function for each request, and the sweep that keeps what they promise."""

    def __init__(self, room: Room, quotes: Quotes) -> None:
        """In the desk's `room`."""
        self._room, self._quotes = room, quotes
        self._offers: dict[str, _Offer] = {}
        self._silent: set[tuple[str, int]] = set()
        self._seen: tuple[object, ...] = ()
        self._more = False

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.HandOver: self.hand_over,
            envelope.DeclineOffer: self.decline_offer,
            envelope.SetAbsence: self.set_absence,
            envelope.EndAbsence: self.end_absence,
        }

    async def hand_over(self, party: Party, message: envelope.HandOver) -> envelope.Ticket:
        """With the card, or not at all; the requester is introduced to whoever has it now (promise 14)."""
        room = self._room
        theirs = await room.store.owned_by(message.to)
        async with room.work() as work:
            profile = work.book.register.staff.get(message.to)
            to = as_staff(profile) if profile else events.Staff(message.to, "", "", "")
            card = events.HandedOver(
                to, message.tried, message.known, message.next_step, message.skill.casefold(), message.reason
            )
            ticket = await self._find(work, message.ticket)
            check_not_concerned(ticket.agreements, party.identifier)
            check_hand_over(ticket, card, work.book, work.now)
            ticket = work.happens(ticket, (card,), by_staff(party))
            clashes.tell(room, work, ticket, theirs, step=False)
        return await room.whole(message.ref, await room.find(message.ticket), for_staff=True)

    async def set_absence(self, party: Party, message: envelope.SetAbsence) -> envelope.Absent:
        """Away from then to then. From now on: everything open moves in the same moment, or nothing is changed."""
        absence = events.AbsenceSet(message.absence, message.staff, message.begin, message.end, message.reason)
        if message.end < message.begin:
            raise Refused(RefusalReason.BAD_INPUT, "An absence ends after it begins.")
        room = self._room
        tickets = await room.store.unfinished(resolved=False)
        own = await room.store.owned_by(message.staff)
        moved: list[tuple[int, events.Staff]] = []
        async with room.work() as work:
            profile = work.book.register.staff.get(message.staff)
            if profile is None or profile.gone:
                raise Refused(RefusalReason.BAD_INPUT, "Nobody of the staff is “{who}”.", who=message.staff)
            if message.begin <= work.now < message.end:
                self._check_somebody_stays(work.book, work.now, profile.identifier)
                moved, left = await self._leave(work, own, tickets, profile)
                if left:
                    raise Refused(
                        RefusalReason.NOT_NOW,
                        "Nobody is there who could take over ticket {number}; ask somebody to stay.",
                        number=left[0],
                    )
            work.record((absence,), by_staff(party))
        return envelope.Absent(message.ref, tuple(moved))

    async def end_absence(self, party: Party, message: envelope.EndAbsence) -> envelope.Absent:
        """Back early, or not away after all. What went to others stays with them: they began on it."""
        async with self._room.work() as work:
            absence = work.book.duty.absences.get(message.absence)
            if absence is None or absence.end <= work.now or absence.end <= absence.begin:
                raise Refused(RefusalReason.NOT_NOW, "This absence is over already, or was taken back.")
            back: tuple[events.BookEvent, ...] = (taken_back(absence, work.now),)
            work.record(back, by_staff(party))
        return envelope.Absent(message.ref, ())

    async def decline_offer(self, party: Party, message: envelope.DeclineOffer) -> envelope.Done:
        """Left to others, with the reason in the history."""
        offer = self._offers.get(party.identifier)
        if offer is None or offer.ticket != message.ticket:
            raise Refused(RefusalReason.NOT_NOW, "This ticket is not offered to you any more.")
        room = self._room
        async with room.work() as work:
            ticket = await self._find(work, message.ticket)
            profile = work.book.register.staff.get(party.identifier)
            staff = (
                as_staff(profile) if profile else events.Staff(party.identifier, party.name, party.title, party.phone)
            )
            work.happens(ticket, (events.OfferDeclined(staff, message.reason),), by_staff(party))
        self._offers.pop(party.identifier, None)
        return envelope.Done(message.ref)

    async def sweep(self) -> None:
        """Once a second: nobody away owns anything, everything new has its owner, whoever is free has his offer."""
        room, now = self._room, self._room.clock()
        book = await room.store.book()
        if not book.register.staff:
            return
        online = frozenset(who for who in book.register.staff if room.audience.is_there(who))
        seen = (await room.store.head(), book.away(now), online, now.replace(second=0, microsecond=0))
        if seen == self._seen:
            return
        tickets = await room.store.unfinished(resolved=False)
        await self._move_what_was_left(tickets, book.away(now))
        await self._pass_over(tickets)
        await self._place_new(tickets, now)
        await self._quotes.carry_out(tickets)
        await self._offer(tickets, online, now)
        self._seen = () if self._more else seen  # as it was before: what came meanwhile has not been seen to

    # --- absence
    async def _move_what_was_left(self, tickets: list[Ticket], away: frozenset[str]) -> None:
        """By a date that came, or by the administrator."""
        for staff in sorted(away):
            own = await self._room.store.owned_by(staff)
            if not own:
                continue
            async with self._room.work() as work:
                profile = work.book.register.staff.get(staff)
                if profile is not None and len(present(work.book, work.now)) > 0:
                    _, left = await self._leave(work, own, tickets, profile)
                    for number in left:
                        self._tell_leads(work, await self._find(work, number), staff)

    def _tell_leads(self, work: Work, ticket: Ticket, staff: str) -> None:
        """Once: nobody may take over what somebody who is away has, a complaint say, and it stays with him."""
        about = f"left by {staff}"
        told = [
            notice
            for lead in notices.leads(work.book)
            for notice in notices.tell(work.book, ticket, events.NoticeKind.UNTOUCHED, to=lead, about=about)
        ]
        if told:
            self._room.counts.add("nobody_may_take_over", ticket=ticket.number, staff=staff)
            work.happens(ticket, told, THE_DESK)

    async def _leave(
        self, work: Work, own: list[Ticket], tickets: list[Ticket], profile: events.StaffProfile
    ) -> tuple[list[tuple[int, events.Staff]], list[int]]:
        """Hands over what somebody has open, `own`, with a card made of what the history says.

        Which went to whom, and which nobody may take.
        """
        load_now = {owner: weight.open for owner, weight in load.loads(tickets).items()}
        moved, left = [], []
        for number in (ticket.number for ticket in own):
            ticket = await self._find(work, number)
            if not ticket.is_open or ticket.owner is None or ticket.owner.identifier != profile.identifier:
                continue
            to = successor(ticket, work.book, work.now, profile.identifier, load_now)
            if to is None:
                left.append(number)
                continue
            load_now[to.identifier] = load_now.get(to.identifier, 0) + 1
            ticket = work.happens(ticket, (_card(ticket, to, profile.name),), THE_DESK)
            clashes.tell(self._room, work, ticket, tickets, step=True)
            moved.append((number, to))
        return moved, left

    def _check_somebody_stays(self, book: Book, now: datetime, leaving: str) -> None:
        if not [profile for profile in present(book, now) if profile.identifier != leaving]:
            raise Refused(RefusalReason.NOT_NOW, "Nobody else would be there; ask somebody to stay.")

    async def _pass_over(self, tickets: list[Ticket]) -> None:
        """A ticket that turned out to be a complaint, however it came: past whoever handled it (promise 40)."""
        for ticket in tickets:
            if ticket.kind is TicketKind.COMPLAINT and ticket.agreements.barred_at is None and ticket.is_open:
                try:
                    async with self._room.work() as work:
                        await complaints.bar(work, await self._find(work, ticket.number))
                except Refused as refused:
                    self._refused(ticket.number, refused)

    def _refused(self, ticket: int, why: Exception) -> None:
        """One ticket's own trouble is no other's."""
        self._room.counts.add("sweep_refused", ticket=ticket, why=str(why))

    # --- new tickets
    async def _place_new(self, tickets: list[Ticket], now: datetime) -> None:
        """An owner for what came by whichever way (promise 4), and a forecast of the wait (42)."""
        book = await self._room.store.book()
        unplaced = [
            ticket
            for ticket in tickets
            if _is_fresh(ticket, now)
            or (ticket.owner is None and ticket.state is TicketState.NEW and responsible(ticket, book, now) is not None)
        ]
        self._more = len(unplaced) > PLACED_AT_ONCE
        if not unplaced:
            return
        before = [ticket for ticket in tickets if not _is_fresh(ticket, now)]
        async with self._room.work() as work:
            for known in unplaced[:PLACED_AT_ONCE]:
                ticket = await self._find(work, known.number)
                steps: list[events.TicketEvent] = []
                if _is_fresh(ticket, now):
                    expected = waits.forecast(self._room, work.book, before, ticket.customer, work.now)
                    steps += () if expected is None else (expected,)
                owner = responsible(ticket, work.book, work.now) if ticket.owner is None and ticket.is_open else None
                if owner is not None:
                    steps.append(events.Assigned(owner))
                try:
                    work.happens(ticket, steps, THE_DESK)
                except StepRefused as refused:
                    self._refused(ticket.number, refused)

    # --- offers
    async def _offer(self, tickets: list[Ticket], online: frozenset[str], now: datetime) -> None:
        book = await self._room.store.book()
        away = book.away(now)
        tickets = [found for found in [await self._room.store.ticket(t.number) for t in tickets] if found]
        by_number = {ticket.number: ticket for ticket in tickets}
        self._forget_offers(by_number, online, now)
        busy = frozenset(who for who in book.register.staff if who in away or not is_free(who, tickets))
        for staff in sorted(online - busy - set(self._offers)):
            taken = {offer.ticket for offer in self._offers.values()}
            barred = {
                ticket.number
                for ticket in tickets
                if staff in ticket.agreements.declined | ticket.agreements.barred
                or (staff, ticket.number) in self._silent
            }
            free_elsewhere = away | (busy - {staff}) | (set(book.register.staff) - online)
            found = oldest_waiting(tickets, staff, without=taken | barred, busy=free_elsewhere)
            if found is not None:
                try:
                    await self._offer_one(book.register.staff[staff], found, now)
                except Refused as refused:
                    self._refused(found.number, refused)

    async def _offer_one(self, profile: events.StaffProfile, found: Ticket, now: datetime) -> None:
        if found.agreements.offered != profile.identifier:
            offered = events.TicketOffered(as_staff(profile))
            found = await self._room.change(found.number, lambda _: (offered,), THE_DESK)
        self._offers[profile.identifier] = _Offer(found.number, now + OFFER_STANDS, found.owner)
        self._room.audience.tell_technician(profile.identifier, envelope.WorkOffered(self._room.view(found)))

    def _forget_offers(self, tickets: dict[int, Ticket], online: frozenset[str], now: datetime) -> None:
        """Those taken, over, or made to somebody who went or says nothing."""
        self._silent = {(staff, number) for staff, number in self._silent if number in tickets}
        for staff, offer in list(self._offers.items()):
            ticket = tickets.get(offer.ticket)
            waits = ticket is not None and ticket.is_open and ticket.state in _WAITING and ticket.owner == offer.owner
            if now >= offer.until:
                self._silent.add((staff, offer.ticket))
            if not waits or staff not in online or now >= offer.until:
                del self._offers[staff]

    async def _find(self, work: Work, number: int) -> Ticket:
        ticket = await work.ticket(number)
        if ticket is None:
            raise Refused(RefusalReason.NO_SUCH_TICKET, "There is no ticket {number}.", number=number)
        return ticket


_WAITING = frozenset({TicketState.NEW, TicketState.TRIAGED, TicketState.ON_HOLD})


def _is_fresh(ticket: Ticket, now: datetime) -> bool:
    """Whether it wants a forecast."""
    return ticket.state is TicketState.NEW and now - ticket.opened_at < NEW_FOR and ticket.agreements.forecast is None


def _card(ticket: Ticket, to: events.Staff, name: str) -> events.HandedOver:
    """Of somebody who can write none: what the history says."""
    # Why somebody is away is his own matter, and a card is read by many.
    begun = ticket.state not in (TicketState.NEW, TicketState.TRIAGED)
    return events.HandedOver(
        to,
        tried="The history says what was done." if begun else "Nothing yet.",
        known=ticket.title or "The history says what is known.",
        next_step=ticket.next_step.strip() or "Look at it and answer.",
        reason=f"{name} is away.",
    )
