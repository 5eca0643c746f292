"""Whose yes to a price counts for a customer (promises 11, 27). Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from protocol.desk.agreements import Quote
from protocol.desk.events import User
from protocol.desk.register import Register
from protocol.desk.ticket import Ticket

NAMED = 3
"""Names in one sentence; of more, the first."""
TOLD = 20
"""Of an organisation where everybody may order, these are told."""


def may_accept(user: User | None, ticket: Ticket) -> bool:
    """Whether a user's yes to a price on a ticket counts."""
    of_another = user is not None and user.customer and ticket.customer and user.customer != ticket.customer
    return user is not None and not user.gone and user.may_accept_quotes and not of_another


def accepters(register: Register, ticket: Ticket) -> tuple[User, ...] | None:
    """Who accepts a price in the requester's place, by name; empty: nobody is named; None: he may himself.

    Without a customer nobody is: another customer's people are none of his business.
    """
    machine = register.machines.get(ticket.device)
    user = register.users.get(ticket.user) or (register.users.get(machine.user) if machine else None)
    if may_accept(user, ticket):
        return None
    named = [
        one
        for one in register.users.values()
        if ticket.customer and one.customer == ticket.customer and may_accept(one, ticket)
    ]
    return tuple(sorted(named, key=lambda one: (one.name, one.identifier))[:TOLD])


def others_who_accept(register: Register, ticket: Ticket) -> tuple[str, ...] | None:
    """Their names, as many as a sentence holds."""
    named = accepters(register, ticket)
    return None if named is None else tuple(one.name for one in named[:NAMED])


def waiting_for(
    register: Register, user: User | None, tickets: Iterable[Ticket], now: datetime
) -> Iterator[tuple[Ticket, str, Quote]]:
    """Prices on others' tickets that wait for this user's answer."""
    for ticket in tickets if user is not None and user.may_accept_quotes else ():
        if ticket.is_open and ticket.agreements.price_waits and user in (accepters(register, ticket) or ()):
            for key, quote in ticket.agreements.quotes.items():
                if quote.accepted is None and now <= quote.valid_until:
                    yield ticket, key, quote
