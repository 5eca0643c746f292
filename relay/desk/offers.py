"""Tells whoever says yes to a price in the requester's place, each in his own way and language (promise 11). Pure.

Guarantees: each accepter is told of a price once; he who has an agent sees it there, and is written to while his
machine is off, its agent is of a version that knows no such prices, or if he wants it so. His answer bears his name.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from protocol.desk.book import Book
from protocol.desk.events import Actor, ByMail, NoticeKind, NoticeSent, User
from protocol.desk.ticket import Ticket
from relay import notices
from relay.desk.accepting import accepters
from relay.store import By


def told(book: Book, ticket: Ticket, quote: str, shows: Callable[[str], bool]) -> Sequence[NoticeSent]:
    """The notices to them; `shows`: whether a machine's agent is signed in and can show it."""
    said: list[NoticeSent] = []
    for user in accepters(book.register, ticket) or ():
        machines, way = book.register.machines_of(user.identifier), user.by_mail
        in_window = bool(machines) and way is not ByMail.ALWAYS
        sent = notices.tell(book, ticket, NoticeKind.QUOTE, to=user.identifier, about=quote, unless_seen=in_window)
        if in_window and (way is ByMail.NEVER or any(shows(machine.identifier) for machine in machines)):
            sent = tuple(replace(notice, way="", message_id="") for notice in sent)
        said += sent
    return said


def by_accepter(user: User) -> By:
    """For the history: it is not the requester who says so."""
    return By(Actor.GUEST, user.identifier, user.name)
