"""How much there is to do, and how long somebody who comes now waits until work begins (promise 42). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import CalendarError
from protocol.desk.events import WaitForecast
from protocol.desk.plan import work_of
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from protocol.desk.track import Standing

_MINUTE = timedelta(minutes=1)
MAX_WAIT_MIN = 366 * 24 * 60
"""What an event can say of a wait."""


class Load(Struct, frozen=True):
    """What one technician has.

    Attributes:
        open: tickets; begun: of these, those he works on now; work_min: estimated for all of them.
    """

    open: int = 0
    begun: int = 0
    work_min: int = 0


def loads(tickets: Iterable[Ticket]) -> dict[str, Load]:
    """By owner; the empty key holds what nobody owns. Tickets that are somebody else's move weigh nothing."""
    found: dict[str, Load] = {}
    for ticket in tickets:
        if ticket.standing is not Standing.OPEN:
            continue
        owner = ticket.owner.identifier if ticket.owner else ""
        before = found.get(owner, Load())
        begun = before.begun + (ticket.state is TicketState.IN_PROGRESS)
        found[owner] = Load(before.open + 1, begun, before.work_min + work_of(ticket))
    return found


def forecast(tickets: Sequence[Ticket], staff: Iterable[str]) -> WaitForecast | None:
    """For somebody who comes now, with these open tickets; None while nobody of the staff is there.

    A free technician begins at once. Else all work that waits, and on average half of what is under way, is shared
    by whoever is there.
    """
    there = set(staff)
    if not there:
        return None
    waiting = [t for t in tickets if t.standing is Standing.OPEN and t.state is not TicketState.IN_PROGRESS]
    begun = [t for t in tickets if t.standing is Standing.OPEN and t.state is TicketState.IN_PROGRESS]
    busy = {ticket.owner.identifier for ticket in begun if ticket.owner}
    if len(waiting) < len(there - busy):
        return WaitForecast(0, len(waiting), len(there))
    work_min = sum(map(work_of, waiting)) + sum(map(work_of, begun)) / 2
    return WaitForecast(round(work_min / len(there)), len(waiting), len(there))


def within(expected: WaitForecast, hours: OpenTime, now: datetime) -> WaitForecast | None:
    """The same wait on the wall: the work is done while it is open; None: it never is again."""
    opening = hours.next_opening(now)
    if opening is None:
        return None
    try:
        work = timedelta(minutes=expected.wait_min)
        begins = hours.add_business_time(opening, work) if work else opening
    except CalendarError:
        return None
    return replace(expected, wait_min=min(ceil((begins - now) / _MINUTE), MAX_WAIT_MIN))


def accuracy(pairs: Iterable[tuple[int, float]]) -> Mapping[str, float]:
    """Forecast against actual minutes: how many, the mean of each, and the mean error either way."""
    known = list(pairs)
    count = len(known) or 1
    return {
        "count": float(len(known)),
        "forecast_min": sum(expected for expected, _ in known) / count,
        "actual_min": sum(actual for _, actual in known) / count,
        "error_min": sum(abs(expected - actual) for expected, actual in known) / count,
    }
