"""`tell` and `announce`: the one way in which the desk says something by itself. Pure, but for rolled numbers.

Both give events, to be appended together with what the notice is about: the store queues the mail in the same
transaction. Nothing is said twice to one person about one thing.
"""

import secrets

from protocol.desk.book import Book
from protocol.desk.events import Announced, NoticeKind, NoticeSent
from protocol.desk.ticket import Ticket
from relay.notices.readers import Reader, reader, requester
from relay.store.mail_tables import BY_MAIL, UNLESS_SEEN

_NOWHERE = "athand.invalid"
"""Stands for the mail domain of a desk that has no address (RFC 2606, 2)."""


def tell(  # noqa: PLR0913 - what a notice consists of
    book: Book,
    ticket: Ticket,
    kind: NoticeKind,
    *,
    to: str = "",
    about: str = "",
    text: str = "",
    unless_seen: bool = False,
) -> tuple[NoticeSent, ...]:
    """A notice on a ticket, or nothing if it was said already.

    Args:
        book: the desk's, as it stands.
        ticket: as it stands once the events before the notice have happened.
        kind: the text is made from it, in the reader's language, when the mail is sent.
        to: a technician's or user's identifier, or a mail address; empty: the requester.
        about: what makes it one notice and not another: a clock and its target, an appointment.
        text: what a human wrote; else empty.
        unless_seen: a mail is needless if he comes to his machine in time, which tells him the same.
    """
    told = reader(book, to) if to else requester(book, ticket)
    if not told.identifier or (kind, told.identifier, about) in ticket.notices.said:
        return ()
    way, message_id = _way(book, told)
    way = UNLESS_SEEN if way and unless_seen else way
    return (NoticeSent(kind, told.identifier, about, way, text, message_id),)


def announce(book: Book, kind: NoticeKind, to: str, *, about: str, text: str = "") -> tuple[Announced, ...]:
    """The same about no ticket, such as a fault on a machine; goes into the desk's book."""
    told = reader(book, to)
    if (kind, told.identifier, about) in book.said:
        return ()
    way, message_id = _way(book, told)
    return (Announced(kind, told.identifier, about, way, text, message_id),)


def new_message_id(book: Book) -> str:
    """An unguessable one: whoever refers to it has read the mail it belongs to."""
    domain = book.register.desk.address.rpartition("@")[2] or _NOWHERE
    return f"{secrets.token_hex(16)}@{domain}"


def _way(book: Book, told: Reader) -> tuple[str, str]:
    return (BY_MAIL, new_message_id(book)) if told.address and book.register.desk.address else ("", "")
