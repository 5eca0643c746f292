"""What the desk has to look at: tickets that lack what every open ticket has, and what is about to be late. Pure.

Open means: an owner, a judged urgency, a next step, a date for it, and an estimate (promises 15, 16, 19, 25). Whatever
is open without one of these is flagged from its first second on; a flag is a fact about a ticket as of an instant, and
goes when its cause goes.
"""

import enum
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from msgspec import Struct

from protocol.desk.clocks import Clock, ClockState
from protocol.desk.contract import LossLevels
from protocol.desk.events import Triaged
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from protocol.desk.track import Standing


class Flag(enum.StrEnum):
    """Something about a ticket that somebody has to see to, the gravest first."""

    BREACHED = "breached"
    """A promise of the contract is broken, and still owed."""
    DATE_PASSED = "date_passed"
    """The date of the next step is over (promise 17)."""
    ESTIMATE_PASSED = "estimate_passed"
    """It should be solved by now (promise 15)."""
    UNTOUCHED = "untouched"
    """Nobody of the staff has done anything for longer than its limit, and it is on hold until no later day (19)."""
    WARNING = "warning"
    """Three quarters of a time agreed are gone."""
    DATE_NEAR = "date_near"
    """The next step is due soon: the time to say so if it will be late (promise 31)."""
    NO_OWNER = "no_owner"
    NOT_JUDGED = "not_judged"
    NO_NEXT_STEP = "no_next_step"
    NO_DATE = "no_date"
    NO_ESTIMATE = "no_estimate"


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """When something is soon, and when it has lain too long."""

    near_s: float = 3600.0
    """An hour is enough to call the requester before it is late."""
    untouched_s: float = 3 * 24 * 3600.0


USUAL = Limits()
_UNDER_WAY = (ClockState.RUNNING, ClockState.WARNING)


def flags(ticket: Ticket, clocks: Iterable[Clock], now: datetime, limits: Limits = USUAL) -> tuple[Flag, ...]:
    """What is to be seen to, the gravest first; nothing for a ticket that is not open, or dormant."""
    if not ticket.is_open or ticket.dormant:
        return ()
    states = {clock.state for clock in clocks if clock.stopped_at is None}
    due, near = ticket.due, timedelta(seconds=limits.near_s)
    found = {
        Flag.BREACHED: ClockState.BREACHED in states,
        Flag.DATE_PASSED: due is not None and due < now,
        Flag.ESTIMATE_PASSED: ticket.done_by is not None and ticket.done_by < now,
        Flag.UNTOUCHED: _untouched(ticket, now, limits),
        Flag.WARNING: ClockState.WARNING in states,
        Flag.DATE_NEAR: due is not None and now <= due <= now + near,
        Flag.NO_OWNER: ticket.owner is None,
        Flag.NOT_JUDGED: ticket.priority is None,
        Flag.NO_NEXT_STEP: not ticket.next_step.strip(),
        Flag.NO_DATE: due is None,
        Flag.NO_ESTIMATE: ticket.done_by is None,
    }
    return tuple(flag for flag in Flag if found[flag])


def settled_until(ticket: Ticket, clocks: Iterable[Clock], now: datetime, limits: Limits = USUAL) -> datetime | None:
    """Until when what `flags` says of these clocks, and their targets, stays so if nothing happens.

    `clocks` are those of `now`. It holds at `now` and until before the instant returned; None: for ever.
    """
    if not ticket.is_open or ticket.dormant:
        return None
    at = [ticket.touched_at + timedelta(seconds=limits.untouched_s)]
    if ticket.due is not None:
        at += (ticket.due - timedelta(seconds=limits.near_s), ticket.due)
    at += (instant for instant in (ticket.done_by, ticket.hold_until) if instant is not None)
    for clock in clocks:
        if clock.stopped_at is not None or clock.agreed_s is None:
            continue
        if clock.state in _UNDER_WAY and (clock.target_at is None or clock.warn_at is None):
            return now  # further ahead than the calendar is looked at: from another day on it may be seen
        at += (instant for instant in (clock.warn_at, clock.target_at) if instant is not None)
    return min((instant for instant in at if instant >= now), default=None)


def oldest_waiting(
    tickets: Iterable[Ticket],
    staff: str,
    *,
    without: AbstractSet[int] = frozenset(),
    busy: AbstractSet[str] = frozenset(),
) -> Ticket | None:
    """The ticket a free technician is offered, whatever its contract (promise 26).

    It is the oldest on which nobody works: without an owner, this technician's own, or a busy one's who has not begun;
    but never one that was his and went to somebody else.

    Args:
        tickets: in any order.
        staff: the technician's identifier.
        without: numbers of those that he cannot or may not own, or has left to others.
        busy: technicians who are at work on something else, or away.
    """
    waiting = (ticket for ticket in tickets if _waits_for(ticket, staff, busy) and ticket.number not in without)
    return min(waiting, key=lambda ticket: (ticket.opened_at, ticket.number), default=None)


def is_free(staff: str, tickets: Iterable[Ticket]) -> bool:
    """Whether a technician is at work on none of them; what he has on hold leaves him free."""
    return not any(
        ticket.owner is not None and ticket.owner.identifier == staff and ticket.state is TicketState.IN_PROGRESS
        for ticket in tickets
    )


def judged(impact: int, urgency: int, per_hour: int | None, levels: LossLevels) -> Triaged:
    """A judgement of a ticket, raised to what its loss an hour demands (promise 43); 1 is the highest impact."""
    by_loss = levels.impact(per_hour)
    if by_loss >= impact:
        return Triaged(impact, urgency)
    return Triaged(by_loss, urgency, f"Impact raised from {impact} to {by_loss}: it costs {per_hour} an hour.")


def raised_by_loss(ticket: Ticket, per_hour: int, levels: LossLevels) -> Triaged | None:
    """The judgement that a loss just stated calls for; None: the ticket has that impact, or is not judged yet."""
    if not ticket.is_open or ticket.impact is None or levels.impact(per_hour) >= ticket.impact:
        return None
    return judged(ticket.impact, ticket.urgency, per_hour, levels)


def _waits_for(ticket: Ticket, staff: str, busy: AbstractSet[str]) -> bool:
    if ticket.standing is not Standing.OPEN:
        return False
    if ticket.owner is None:
        return True
    if ticket.owner.identifier != staff and staff in ticket.agreements.handlers:
        return False  # he has given it away, or somebody has for him
    return ticket.owner.identifier in {staff, *busy} and ticket.state is not TicketState.IN_PROGRESS


def _untouched(ticket: Ticket, now: datetime, limits: Limits) -> bool:
    expected = ticket.hold_until is not None and ticket.hold_until > now
    return not expected and now - ticket.touched_at > timedelta(seconds=limits.untouched_s)
