"""Who is called for an urgent ticket on which nobody has begun, and who next (promise 1). Pure.

A ticket that its requester calls urgent, or that was judged to be of the highest priority, is called out until somebody
begins, whether or not the desk gave it to somebody: it may have given it to one who sleeps. At once outside the hours
shown to the customer, and where its owner is not signed in; else after one step without anybody beginning. Whoever does
not acknowledge within the rota's step is followed by the next one; after the last, by the leads; and then from the
beginning, until somebody does, or begins; after twenty calls in vain, once an hour.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import NoticeKind
from protocol.desk.notices import Page
from protocol.desk.ticket import Ticket
from relay.notices import leads, tell

URGENT = 1
"""Of urgency and priority, the highest."""
DEFAULT_STEP = timedelta(minutes=5)
"""While no rota says otherwise."""
OFTEN = 20
IN_VAIN_STEP = timedelta(hours=1)
"""Between calls after so many; a rota's minutes for weeks would make a history that nobody can read any more."""


def call(
    book: Book, ticket: Ticket, now: datetime, *, staffed: bool, owner_there: bool = False
) -> list[events.TicketEvent]:
    """The next call, if one is due.

    Args:
        book: the desk's.
        ticket: as it stands.
        now: aware UTC.
        staffed: whether it is within the hours shown to the customer.
        owner_there: whether its owner, if it has one, is signed in.
    """
    if not _urgent(ticket) or not ticket.is_waiting:
        return []
    pages = ticket.notices.pages
    key, last = next(reversed(pages.items()), ("", None))
    if last is not None and last.acknowledged_by:
        return []
    step_s = _step(book, now)
    if last is not None and last.step >= OFTEN:
        step_s = max(step_s, IN_VAIN_STEP)
    if last is None:
        waited = now - ticket.opened_at >= step_s
        sees_it = staffed and (ticket.owner is None or owner_there)
        return _called(book, ticket, secrets.token_hex(16), 0, now) if waited or not sees_it else []
    return _called(book, ticket, key, last.step + 1, now) if now - last.at >= step_s else []


def acknowledged(ticket: Ticket, staff: str) -> list[events.TicketEvent]:
    """The open call of a ticket is heard by `staff`."""
    return [events.PageAcknowledged(key, staff) for key, page in ticket.notices.pages.items() if _is_open(page)]


def order(book: Book, now: datetime) -> Sequence[str]:
    """Who is called, one after the other, from now on: whoever is on call, and then the leads."""
    return tuple(dict.fromkeys((*book.on_call(now), *leads(book))))


def _called(book: Book, ticket: Ticket, page: str, step: int, now: datetime) -> list[events.TicketEvent]:
    chosen = order(book, now)
    if not chosen:
        return []
    staff = chosen[step % len(chosen)]
    notice = tell(book, ticket, NoticeKind.PAGE, to=staff, about=f"{page} {step}")
    return [events.Paged(page, staff, step), *notice]


def _urgent(ticket: Ticket) -> bool:
    return ticket.priority == URGENT or (ticket.priority is None and ticket.urgency == URGENT)


def _step(book: Book, now: datetime) -> timedelta:
    rota = book.duty.rota_at(now)
    return timedelta(seconds=rota.step_s) if rota else DEFAULT_STEP


def _is_open(page: Page) -> bool:
    return not page.acknowledged_by
