"""Who wrote a mail, as far as its ticket is concerned. Pure; distrusts the sender's address.

Guarantees: whoever may be somebody else decides nothing: not the requester, not one of the staff, but a guest whose
words are read, with a note to staff that says so.
"""

import dataclasses
from collections.abc import Sequence

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Actor
from protocol.desk.ticket import Ticket
from protocol.trust.names import one_line
from relay.mail.parse import Mail
from relay.mail.sender import Sender
from relay.store import By
from relay.words import words


@dataclasses.dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a mail, as far as its ticket is concerned."""

    by: By
    is_requester: bool = False
    is_staff: bool = False


def writer_of(book: Book, ticket: Ticket, mail: Mail, answered: events.NoticeSent | None) -> Writer:
    """Who it is: the requester, one of the staff answering a mail that was for him, or somebody else."""
    if is_requester(book, ticket, mail):
        return Writer(By(Actor.REQUESTER, ticket.user, book.register.requester_of(ticket)), is_requester=True)
    profile = book.register.staff.get(answered.to) if answered is not None and not may_be_forged(mail) else None
    if profile is not None and profile.mail.lower() == mail.sender and not profile.gone:
        return Writer(By(Actor.STAFF, profile.identifier, profile.name), is_staff=True)
    user = None if may_be_forged(mail) else book.register.user_of_mail(mail.sender)
    name = user.name if user else f"{one_line(mail.name)[:50]} <{mail.sender[:60]}>".strip()
    return Writer(By(Actor.GUEST, user.identifier if user else "", name))


def may_be_forged(mail: Mail) -> bool:
    """Whether the receiving server was to say that it comes from whom it says, and did not."""
    return mail.confirmed is Sender.UNCONFIRMED


def is_requester(book: Book, ticket: Ticket, mail: Mail) -> bool:
    """Whether it is from whoever asked for help, by any address of his."""
    if may_be_forged(mail):
        return False
    if mail.sender and mail.sender == ticket.address:
        return True
    user = book.register.user_of_mail(mail.sender)
    return user is not None and bool(ticket.user) and user.identifier == ticket.user


def doubt(book: Book, mail: Mail) -> Sequence[events.MessageAdded]:
    """To staff, where a mail may not be from whom it says: nobody else reads it."""
    if not may_be_forged(mail):
        return ()
    _ = words(book.register.desk.language)
    said = _("The mail server could not confirm that this mail is from {address}. It decides nothing by itself.")
    return (events.MessageAdded(said.format(address=mail.sender or "?"), internal=True, automatic=True),)
