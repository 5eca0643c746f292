"""Who is told that two appointments cannot both be kept, and what is not promised meanwhile (promise 31).

Guarantees: a new owner and the leads hear of it in the transaction that gives him the ticket; whoever asked is not
reminded of that appointment as of one that will be kept, for as long as it stands so. The history knows what was told,
and both tickets whether it is so still.
"""

from collections.abc import Iterable

from protocol.desk import events, own_steps
from protocol.desk.book import Book
from protocol.desk.clashes import Clash, between, stands, told_of
from protocol.desk.events import NoticeKind
from protocol.desk.ticket import Ticket
from relay import notices
from relay.desk.room import Room
from relay.store import THE_DESK, Work


def tell(room: Room, work: Work, ticket: Ticket, others: Iterable[Ticket], *, step: bool) -> None:
    """Says on a ticket what is to be said now that its owner has it.

    `others`: at least his own. `step`: nobody has said what comes next; so that is what it is.
    """
    found = list(between(ticket, (work.changed.get(other.number, other) for other in others), work.now))
    said = notices_of(work.book, ticket, found)
    if said and step:
        due = min(room.agreed.due(work.book.register, ticket, work.now), *(clash.begin for clash in found))
        said.append(events.NextStepSet(own_steps.CHECK_TIME, max(due, work.now)))
    work.happens(ticket, said, THE_DESK)


def notices_of(book: Book, ticket: Ticket, found: Iterable[Clash]) -> list[events.TicketEvent]:
    """To its owner and to the leads."""
    if ticket.owner is None:
        return []
    whom = tuple(dict.fromkeys((ticket.owner.identifier, *notices.leads(book))))
    return [
        notice
        for clash in found
        for to in whom
        for notice in notices.tell(book, ticket, NoticeKind.APPOINTMENT_CLASH, to=to, about=clash.about)
    ]


async def unsure(room: Room, ticket: Ticket) -> frozenset[str]:
    """Its appointments that nobody can say of whether they will be kept. Raises StoreFault."""
    told = told_of(ticket)
    others = {other.number: other for other in await room.store.tickets([clash.other for clash in told])}
    standing = (clash for clash in told if clash.other in others)
    return frozenset(clash.key for clash in standing if stands(clash, ticket, others[clash.other]))
