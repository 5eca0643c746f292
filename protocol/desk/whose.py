"""Whose a ticket is, once that is known or was wrong: the events that say so. Pure."""

from collections.abc import Sequence

from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import User
from protocol.desk.register import Register
from protocol.desk.ticket import Ticket


def with_address(user: User, address: str) -> Sequence[events.BookEvent]:
    """What makes an address (lower case) his, too; nothing if it is, or there is none."""
    if not address or address in map(str.lower, user.mails):
        return ()
    return (events.UserSet(replace(user, mails=(*user.mails, address))),)


def given_to(register: Register, user: User, address: str = "") -> events.RequesterSet:
    """What makes a ticket his; `address`: of his, where answers go, if it is not the one that the register says."""
    pays = register.customer_of(user)
    customer = register.customers.get(pays)
    language = user.language or (customer.language if customer else "")
    return events.RequesterSet(user.identifier, user.name, pays, language, address)


def is_given(ticket: Ticket, event: events.RequesterSet) -> bool:
    """Whether it is so already."""
    stands = (ticket.user, ticket.requester, ticket.customer, ticket.address)
    return stands == (event.user, event.requester, event.customer, event.address or ticket.address)
