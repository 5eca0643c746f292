"""Prices agreed first: work beyond the contract, and going first for a fee (promises 11, 27).

Guarantees: a price counts once somebody who may say so has said yes; then the ticket has its new time, and whoever is
displaced by it has his and is told, all in one transaction or none.
"""

from collections.abc import Sequence
from datetime import datetime

from protocol import envelope
from protocol.desk import events, plan
from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import DAY_AND_NIGHT, CalendarError
from protocol.desk.contract import Metric
from protocol.desk.events import User
from protocol.desk.plan import Move
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk import offers
from relay.desk.about import AboutRequests
from relay.desk.accepting import accepters
from relay.desk.offers import by_accepter
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_requester, by_staff
from relay.errors import Refused
from relay.store import THE_DESK, By, Work


class Quotes:
    """What a console and an agent may ask about prices."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room, self._about = room, AboutRequests(room)

    def of_consoles(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.PlanFaster: self.plan, envelope.MakeQuote: self.make}

    def of_agents(self) -> AgentHandlers:
        """What an agent may ask."""
        return {envelope.AnswerQuote: self.answer_of_agent, envelope.AnswerOffer: self.answer_of_accepter}

    async def plan(self, _party: Party, message: envelope.PlanFaster) -> envelope.Plan:
        """What would happen; so that a price is named by somebody who knows whom it costs time."""
        tickets = await self._room.store.unfinished(resolved=False)
        async with self._room.work() as work:
            first = await _find(work, message.ticket)
            done_by, moves = self._planned(work, first, message.within_min, tickets, work.now)
        by_number = {ticket.number: ticket for ticket in tickets}
        name_of = work.book.register.requester_of
        lines = [
            envelope.PlannedMove(
                move.ticket, other.title[:200], name_of(other), other.done_by or move.done_by, move.done_by
            )
            for move in moves
            if (other := by_number.get(move.ticket)) is not None
        ]
        return envelope.Plan(message.ref, done_by, tuple(lines))

    async def make(self, party: Party, message: envelope.MakeQuote) -> envelope.Ticket:
        """A price, for the customer to say yes or no to."""
        made = events.QuoteMade(
            message.quote, message.text, message.price_cents, message.currency, message.valid_until, message.within_min
        )

        async with self._room.work() as work:
            ticket = await _find(work, message.ticket)
            if not ticket.is_open:
                raise Refused(RefusalReason.NOT_NOW, "A price is named for an open ticket only.")
            if message.quote not in ticket.agreements.quotes:
                if message.valid_until <= work.now:
                    raise Refused(RefusalReason.BAD_INPUT, "A price is valid for a while at least.")
                ticket = work.happens(ticket, (made,), by_staff(party))
                told = offers.told(work.book, ticket, message.quote, self._shows_offers)
                ticket = work.happens(ticket, told, THE_DESK)
        await self._tell_accepters(ticket)
        return await self._room.whole(message.ref, ticket, for_staff=True)

    async def answer_of_agent(self, requester: Requester, message: envelope.AnswerQuote) -> envelope.Ticket:
        """By the user whose machine it is now; the register says whether his yes counts."""
        ticket = await self._room.find_of(message.ticket, requester.party.identifier)
        register = (await self._room.store.book()).register
        user, _ = register.whose(requester.party.identifier)
        answered = events.QuoteAnswered(message.quote, message.accepted, message.text, user.identifier if user else "")
        by = by_requester(requester.party, register.requester_of(ticket))
        await self.answer(ticket.number, answered, user, by)
        return await self._room.whole(message.ref, await self._room.find(ticket.number), for_staff=False)

    async def answer_of_accepter(self, requester: Requester, message: envelope.AnswerOffer) -> envelope.About:
        """By the user of this machine, to a price on somebody else's ticket: it is his answer, and under his name."""
        device, register = requester.party.identifier, (await self._room.store.book()).register
        user, _ = register.whose(device)
        ticket = await self._room.store.ticket(message.ticket)
        if user is None or ticket is None or user not in (accepters(register, ticket) or ()):
            raise Refused(RefusalReason.FORBIDDEN, "This offer was made to somebody else.")
        answered = events.QuoteAnswered(message.quote, message.accepted, message.text, user.identifier)
        await self.answer(ticket.number, answered, user, by_accepter(user))
        return await self._about.of(device, message.ref, message.language)

    async def answer(self, number: int, answered: events.QuoteAnswered, user: User | None, by: By) -> None:
        """The customer's word, by whichever way it came; `user` is who says it.

        Raises:
            Refused: he may not, or there is nothing to answer.
            StoreFault: nothing was changed.
        """
        if answered.accepted and (user is None or user.gone or not user.may_accept_quotes):
            raise Refused(
                RefusalReason.FORBIDDEN, "A price is accepted by somebody your organisation has named for that."
            )
        tickets = await self._room.store.unfinished(resolved=False)
        async with self._room.work() as work:
            ticket = await _find(work, number)
            if not ticket.is_open:
                raise Refused(RefusalReason.NOT_NOW, "This ticket is not open any more.")
            quote = ticket.agreements.quotes.get(answered.quote)
            if quote is None:
                raise Refused(RefusalReason.BAD_INPUT, "There is no such offer on this ticket.")
            if user is not None and user.customer and ticket.customer and user.customer != ticket.customer:
                raise Refused(RefusalReason.FORBIDDEN, "This offer was made to somebody else.")
            ticket = work.happens(ticket, (answered,), by)
            await self._move_ahead(work, ticket, tickets)
        await self._tell_accepters(ticket)

    async def carry_out(self, tickets: Sequence[Ticket]) -> None:
        """Moves ahead what was accepted by another way: the page, a mail. Raises StoreFault."""
        for ticket in tickets:
            if ticket.is_open and any(quote.is_owed for quote in ticket.agreements.quotes.values()):
                try:
                    async with self._room.work() as work:
                        await self._move_ahead(work, await _find(work, ticket.number), tickets)
                except Refused as refused:  # one ticket's own trouble is no other's
                    self._room.counts.add("sweep_refused", ticket=ticket.number, why=str(refused))

    # --- inside
    def _shows_offers(self, device: str) -> bool:
        """An agent of an earlier version hears nothing of a price on somebody else's ticket."""
        return self._room.audience.shows(device, envelope.OfferView)

    async def _tell_accepters(self, ticket: Ticket) -> None:
        """In their windows, what waits for them now."""
        register = self._room.store.last_book.register
        for user in accepters(register, ticket) or ():
            for machine in register.machines_of(user.identifier):
                if self._shows_offers(machine.identifier):
                    self._room.audience.tell_device(machine.identifier, await self._about.of(machine.identifier, 0))

    async def _move_ahead(self, work: Work, ticket: Ticket, tickets: Sequence[Ticket]) -> None:
        for key, quote in ticket.agreements.quotes.items():
            if quote.is_owed and quote.within_min is not None:
                since = quote.answered_at or work.now
                done_by, moves = self._planned(work, ticket, quote.within_min, tickets, since)
                ahead = events.MovedAhead(key, done_by, tuple(move.ticket for move in moves))
                ticket = work.happens(ticket, (events.EstimateSet(done_by, ticket.work_min), ahead), THE_DESK)
                for move in moves:
                    displaced = events.Displaced(ticket.number, move.done_by)
                    work.happens(await _find(work, move.ticket), (displaced,), THE_DESK)

    def _planned(
        self, work: Work, first: Ticket, within_min: int, tickets: Sequence[Ticket], since: datetime
    ) -> tuple[datetime, Sequence[Move]]:
        hours = OpenTime(DAY_AND_NIGHT)
        register = work.book.register
        contract = register.contract_of(first.customer)
        if contract is not None:
            calendar = register.calendars.get(contract.in_force(work.now).hours, DAY_AND_NIGHT)
            hours = OpenTime(calendar)
        try:
            done_by = plan.target(within_min, hours, since)
        except CalendarError as error:
            raise Refused(RefusalReason.NOT_NOW, str(error)) from error
        owner = first.owner.identifier if first.owner else ""
        others = [
            (other, self._agreed_until(work, other))
            for other in tickets
            if other.owner is not None and other.owner.identifier == owner
        ]
        return done_by, plan.displaced(first, done_by, others, hours, work.now)

    def _agreed_until(self, work: Work, ticket: Ticket) -> datetime | None:
        clocks = self._room.agreed.clocks(work.book.register, ticket, work.now)
        return next((clock.target_at for clock in clocks if clock.metric is Metric.RESOLUTION), None)


async def _find(work: Work, number: int) -> Ticket:
    ticket = await work.ticket(number)
    if ticket is None:
        raise Refused(RefusalReason.NO_SUCH_TICKET, "There is no ticket {number}.", number=number)
    return ticket
