"""Tickets that belong together: merged and taken apart again, linked, tagged.

Guarantees (invariant 10): both sides of a merge stand in the history or neither does; it can be undone, and every
message keeps its first ticket's number. Tickets of different people are never merged: one would read the other's.
Nor is one on which a word is owed, a time agreed, or a complaint about whoever would have it then: that would be lost.
"""

from datetime import datetime

from protocol import envelope
from protocol.desk import events
from protocol.desk.agreements import check_not_concerned
from protocol.desk.book import Book
from protocol.desk.terms import Channel
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from protocol.trust.names import one_line
from relay import notices
from relay.desk.room import ConsoleHandlers, Room, by_staff, no_such_ticket
from relay.errors import Refused
from relay.store import Work


class KinRequests:
    """One function for each request."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.MergeTicket: self.merge,
            envelope.UnmergeTicket: self.unmerge,
            envelope.LinkTickets: self.link,
            envelope.TagTicket: self.tag,
        }

    async def merge(self, party: Party, message: envelope.MergeTicket) -> envelope.Ticket:
        """One goes on in the other; the answer is the other."""
        if message.ticket == message.into:
            raise Refused(RefusalReason.BAD_INPUT, "A ticket cannot go on in itself.")
        async with self._room.work() as work:
            ticket, into = await _found(work, message.ticket), await _found(work, message.into)
            if ticket.customer != into.customer:
                raise Refused(RefusalReason.FORBIDDEN, "These tickets are different customers'; link them instead.")
            _check_one_persons(work.book, ticket, into)
            if not ticket.is_open or not into.is_open:
                raise Refused(RefusalReason.NOT_NOW, "Only open tickets can be merged; link them instead.")
            if ticket.sessions:
                raise Refused(RefusalReason.SESSION_RUNNING, "There is a session on this ticket; end it first.")
            check_not_concerned(ticket.agreements, party.identifier)
            _check_nothing_stands(ticket, into, work.now)
            by = by_staff(party)
            work.happens(ticket, (events.MergedInto(into.number, message.reason),), by)
            into = work.happens(into, (events.Absorbed(ticket.number),), by)
        return await self._room.whole(message.ref, work.changed[into.number], for_staff=True)

    async def unmerge(self, party: Party, message: envelope.UnmergeTicket) -> envelope.Ticket:
        """It stands by itself again; the answer is that ticket."""
        async with self._room.work() as work:
            ticket = await _found(work, message.ticket)
            if not ticket.kinship.merged_into:
                raise Refused(RefusalReason.NOT_NOW, "This ticket is not merged into another one.")
            into = await _found(work, ticket.kinship.merged_into)
            by = by_staff(party)
            work.happens(into, (events.Released(ticket.number),), by)
            work.happens(ticket, (events.Unmerged(into.number),), by)
        return await self._room.whole(message.ref, work.changed[message.ticket], for_staff=True)

    async def link(self, party: Party, message: envelope.LinkTickets) -> envelope.Ticket:
        """One has to do with the other, or not any more; stands on both."""
        if message.ticket == message.other:
            raise Refused(RefusalReason.BAD_INPUT, "A ticket cannot be linked with itself.")
        async with self._room.work() as work:
            ticket, other = await _found(work, message.ticket), await _found(work, message.other)
            by, kind = by_staff(party), events.Linked if message.linked else events.Unlinked
            work.happens(ticket, (kind(other.number, message.relation),), by)
            if message.relation is events.Relation.RELATED:
                work.happens(other, (kind(ticket.number, message.relation),), by)
        return await self._room.whole(message.ref, work.changed[message.ticket], for_staff=True)

    async def tag(self, party: Party, message: envelope.TagTicket) -> envelope.Ticket:
        """Tags put on and taken off; what changes nothing is not written down."""
        added = {one_line(tag).casefold() for tag in message.added} - {""}
        removed = {one_line(tag).casefold() for tag in message.removed}
        async with self._room.work() as work:
            ticket = await _found(work, message.ticket)
            happened = events.Tagged(
                tuple(sorted(added - ticket.kinship.tags)), tuple(sorted(removed & ticket.kinship.tags))
            )
            if happened.added or happened.removed:
                ticket = work.happens(ticket, (happened,), by_staff(party))
        return await self._room.whole(message.ref, work.changed.get(message.ticket, ticket), for_staff=True)


def _check_one_persons(book: Book, ticket: Ticket, into: Ticket) -> None:
    """Raises Refused for two people's: one would read what the other writes, who would hear of nothing any more."""
    asked = notices.requester(book, ticket).identifier
    if asked and ticket.channel is not Channel.WATCH and asked != notices.requester(book, into).identifier:
        raise Refused(
            RefusalReason.FORBIDDEN,
            "These tickets are different people's, and each says for himself whether it is solved; link them instead,"
            " or say first whose they are.",
        )


def _check_nothing_stands(ticket: Ticket, into: Ticket, now: datetime) -> None:
    """Raises Refused for what only the ticket itself can keep: in the other one nobody would see to it any more."""
    if not ticket.agreements.barred <= into.agreements.barred:
        raise Refused(
            RefusalReason.FORBIDDEN, "A complaint does not go on where whoever it is about works; link it instead."
        )
    if ticket.agreements.appointments:
        raise Refused(RefusalReason.NOT_NOW, "There is an appointment on this ticket; call it off first, or link it.")
    if any(quote.accepted is None and now <= quote.valid_until for quote in ticket.agreements.quotes.values()):
        raise Refused(RefusalReason.NOT_NOW, "The price on this ticket is not answered yet; link it instead.")
    if ticket.talk.questions:
        raise Refused(
            RefusalReason.NOT_NOW, "A question on this ticket is not answered yet; drop it first, or link it."
        )


async def _found(work: Work, number: int) -> Ticket:
    ticket = await work.ticket(number)
    if ticket is None:
        raise no_such_ticket(number)
    return ticket
