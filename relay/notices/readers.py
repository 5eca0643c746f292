"""Who a notice is for: where it goes, and in which language. Pure."""

import dataclasses

from protocol.desk.book import Book
from protocol.desk.events import Channel
from protocol.desk.ticket import Ticket


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """Whoever is told something.

    Attributes:
        identifier: of a user or technician in the register; else the mail address itself, or the device.
        address: in lower case; empty: not known, or the desk's own.
        language: ISO 639-1.
        staff: whether it is one of the desk's own people.
    """

    identifier: str
    name: str
    address: str
    language: str
    staff: bool = False


def requester(book: Book, ticket: Ticket) -> Reader:
    """Whoever asked for help: as the register knows him now, else as he wrote."""
    register = book.register
    user = register.users.get(ticket.user)
    customer = register.customers.get(ticket.customer)
    languages = (ticket.language, user and user.language, customer and customer.language, register.desk.language)
    language = next((language for language in languages if language), "en")
    # He is answered where he wrote from, if that is his: not everybody reads all his mailboxes every day.
    mails = user.mails if user and not user.gone else ()
    address = ticket.address if ticket.address in mails or not mails else mails[0]
    # Without an address he has a window, which shows what he is told: it belongs to his machine.
    identifier = (ticket.user if mails else address) or ticket.user or ticket.device
    return _reader(book, identifier, register.requester_of(ticket), address, language)


def reader(book: Book, to: str) -> Reader:
    """A technician or user by identifier, or somebody by mail address."""
    register = book.register
    profile = register.staff.get(to)
    if profile is not None:
        address = "" if profile.gone else profile.mail
        known = _reader(book, to, profile.name, address, register.desk.language or "en")
        return dataclasses.replace(known, staff=True)
    user = register.users.get(to) or register.user_of_mail(to)
    if user is None:
        customer = register.customer_of_mail(to) if "@" in to else None
        language = (customer and customer.language) or register.desk.language or "en"
        return _reader(book, to.lower() if "@" in to else to, "", to if "@" in to else "", language)
    customer = register.customers.get(user.customer)
    language = user.language or (customer and customer.language) or register.desk.language or "en"
    mails = () if user.gone else user.mails
    address = to if to in mails else next(iter(mails), "")
    return _reader(book, user.identifier, user.name, address, language)


def leads(book: Book) -> tuple[str, ...]:
    """Identifiers of those who hear of what is late or went wrong; all staff while nobody leads."""
    present = [profile for profile in book.register.staff.values() if not profile.gone]
    chosen = [profile.identifier for profile in present if profile.lead]
    return tuple(chosen or [profile.identifier for profile in present])


def asked_from_a_window(ticket: Ticket) -> bool:
    """Whether the requester has an agent, which shows him everything by itself."""
    return ticket.channel is Channel.DIRECT or (ticket.channel is Channel.WATCH and bool(ticket.device))


def _reader(book: Book, identifier: str, name: str, address: str, language: str) -> Reader:  # what it consists of
    address = address.strip().lower()
    if address == book.register.desk.address.lower():
        address = ""  # it would come back as a ticket of the desk's own
    return Reader(identifier, name, address, language)
