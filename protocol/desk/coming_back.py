"""How long a requester can come back to a ticket that he closed, instead of asking anew. Pure."""

from datetime import datetime, timedelta

from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket


def reopen_until(ticket: Ticket, days: int) -> datetime | None:
    """Until when a closed ticket can be opened again, where its desk allows `days` for it; None: it is not closed."""
    return ticket.changed_at + timedelta(days=days) if ticket.state is TicketState.CLOSED else None
