"""Whose yes to a price counts for a customer (promises 11, 27). Pure."""

from protocol.desk.register import Register
from protocol.desk.ticket import Ticket

NAMED = 3
"""Names in one sentence; of more, the first."""


def others_who_accept(register: Register, ticket: Ticket) -> tuple[str, ...] | None:
    """Who accepts a price in the requester's place, by name; empty: nobody is named; None: he may himself.

    Without a customer nobody is: another customer's people are none of his business.
    """
    machine = register.machines.get(ticket.device)
    user = register.users.get(ticket.user) or (register.users.get(machine.user) if machine else None)
    of_another = user is not None and user.customer and ticket.customer and user.customer != ticket.customer
    if user is not None and not user.gone and user.may_accept_quotes and not of_another:
        return None
    named = [
        one.name
        for one in register.users.values()
        if ticket.customer and one.customer == ticket.customer and one.may_accept_quotes and not one.gone
    ]
    return tuple(sorted(named)[:NAMED])
