"""Who waits longer when somebody pays to go first: an honest acceleration (promise 27). Pure.

Guarantees: nobody's own agreed time is broken for another's money: a ticket that would pass its contract's target, or
that paid to go first itself, keeps its time. Everybody else who was to be done later moves by the work that comes
between, no more, and in the same order.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import CalendarError
from protocol.desk.ticket import Ticket
from protocol.desk.track import Standing

USUAL_WORK_MIN = 60
"""Of a ticket whose work nobody has estimated."""


class Move(Struct, frozen=True):
    """A ticket's new time."""

    ticket: int
    done_by: datetime


def work_of(ticket: Ticket) -> int:
    """Minutes of work, as estimated or as usual."""
    return USUAL_WORK_MIN if ticket.work_min is None else ticket.work_min


def target(within_min: int, hours: OpenTime, now: datetime) -> datetime:
    """When a ticket paid for is done: so many minutes of the contract's hours from the yes on. Raises CalendarError."""
    return hours.add_business_time(now, timedelta(minutes=within_min))


def displaced(
    first: Ticket, done_by: datetime, others: Iterable[tuple[Ticket, datetime | None]], hours: OpenTime, now: datetime
) -> list[Move]:
    """The tickets that `first` is done before, with their new times, the soonest first.

    Args:
        first: the one paid for, to be done by
        done_by: this instant.
        others: of the same technician, each with the end of its contract's time if there is one.
        hours: in which the work is done.
        now: what should be done by now is late already, and is not moved.
    """
    delay = timedelta(minutes=work_of(first))
    moves = []
    for ticket, agreed in sorted(others, key=lambda pair: (pair[0].done_by or now, pair[0].number)):
        if ticket.number == first.number or not ticket.is_open or ticket.standing is Standing.DORMANT:
            continue
        if ticket.done_by is None or ticket.done_by < max(now, done_by) or ticket.agreements.accelerated is not None:
            continue
        if first.done_by is not None and ticket.done_by >= first.done_by:
            continue  # it was to be done after `first` anyway
        try:
            later = hours.add_business_time(ticket.done_by, delay)
        except CalendarError:  # no hours ahead: it has no time that could be told
            continue
        if agreed is None or later <= agreed:
            moves.append(Move(ticket.number, later))
    return moves
