"""One row for each ticket as it stands, and one for each of its tags, so that every list is a query."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from relay.store.projections.base import Step, Write
from relay.store.tables import microseconds

COLUMNS = (
    "number",
    "device",
    "request",
    "kind",
    "channel",
    "state",
    "hold",
    "dormant",
    "merged_into",
    "waiting",
    "priority",
    "urgency",
    "owner",
    "customer",
    "user",
    "requester",
    "title",
    "fingerprint",
    "opened_us",
    "changed_us",
    "touched_us",
    "due_us",
    "done_by_us",
    "revision",
    "last_event",
)
_PUT = f"""
INSERT INTO tickets ({", ".join(COLUMNS)}) VALUES ({", ".join("?" * len(COLUMNS))})
ON CONFLICT (number) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])}
"""  # noqa: S608 - fixed words; another ticket with the same request is an error, and nothing is written
_UNTAG = "DELETE FROM ticket_tags WHERE ticket = ?"
_TAG = "INSERT INTO ticket_tags (ticket, tag) VALUES (?, ?)"


class TicketsProjection:
    """See the module."""

    name = "tickets"
    version = 2
    tables = ("ticket_tags", "tickets")
    compared = ("ticket_tags", "tickets")
    ddl = (
        """
        CREATE TABLE tickets (
            number INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            request TEXT NOT NULL,
            kind TEXT NOT NULL,
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            hold TEXT,
            dormant INTEGER NOT NULL,
            merged_into INTEGER NOT NULL,
            waiting INTEGER NOT NULL,
            priority INTEGER,
            urgency INTEGER NOT NULL,
            owner TEXT NOT NULL,
            customer TEXT NOT NULL,
            user TEXT NOT NULL,
            requester TEXT NOT NULL,
            title TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            opened_us INTEGER NOT NULL,
            changed_us INTEGER NOT NULL,
            touched_us INTEGER NOT NULL,
            due_us INTEGER,
            done_by_us INTEGER,
            revision INTEGER NOT NULL,
            last_event INTEGER NOT NULL,
            CONSTRAINT tickets_once_for_each_request UNIQUE (device, request)
        ) STRICT
        """,
        "CREATE INDEX tickets_waiting ON tickets (number) WHERE waiting = 1",
        "CREATE INDEX tickets_by_state ON tickets (state, number)",
        "CREATE INDEX tickets_by_device ON tickets (device, number)",
        "CREATE INDEX tickets_by_owner ON tickets (owner, state, number)",
        "CREATE INDEX tickets_by_customer ON tickets (customer, number)",
        "CREATE INDEX tickets_by_user ON tickets (user, number)",
        "CREATE INDEX tickets_by_fingerprint ON tickets (fingerprint, number) WHERE fingerprint != ''",
        """
        CREATE TABLE ticket_tags (
            ticket INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (tag, ticket)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX ticket_tags_by_ticket ON ticket_tags (ticket)",
    )

    def derive(self, steps: Sequence[Step]) -> Iterable[Write]:
        """A row for each ticket that changed; its tags only when they did."""
        first: dict[int, Step] = {}
        last: dict[int, Step] = {}
        for step in steps:
            if step.after is not None:
                first.setdefault(step.after.number, step)
                last[step.after.number] = step
        yield _PUT, [_row(step.after, step.number) for step in last.values() if step.after is not None]
        tagged = {
            number: step.after.kinship.tags
            for number, step in last.items()
            if step.after is not None and step.after.kinship.tags != _tags(first[number].before)
        }
        yield _UNTAG, [(number,) for number in tagged]
        yield _TAG, [(number, tag) for number, tags in tagged.items() for tag in sorted(tags)]


def _tags(ticket: Ticket | None) -> frozenset[str]:
    return frozenset() if ticket is None else ticket.kinship.tags


def _row(ticket: Ticket, last_event: int) -> tuple[Any, ...]:
    return (
        ticket.number,
        ticket.device,
        ticket.request,
        ticket.kind.value,
        ticket.channel.value,
        ticket.state.value,
        None if ticket.hold is None else ticket.hold.value,
        int(ticket.dormant),
        ticket.kinship.merged_into,
        int(_waits(ticket)),
        ticket.priority,
        ticket.urgency,
        "" if ticket.owner is None else ticket.owner.identifier,
        ticket.customer,
        ticket.user,
        ticket.requester,
        ticket.title,
        ticket.fingerprint,
        microseconds(ticket.opened_at),
        microseconds(ticket.changed_at),
        microseconds(ticket.touched_at),
        _us(ticket.due),
        _us(ticket.done_by),
        ticket.revision,
        last_event,
    )


def _waits(ticket: Ticket) -> bool:
    """Whether it is in the queue: not over, not dormant, not gone on elsewhere."""
    over = ticket.state in (TicketState.CLOSED, TicketState.CANCELLED)
    return not (over or ticket.dormant or ticket.kinship.merged_into)


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)
