"""Tickets that come again and again: on time, once (promise 37). Pure.

A rule is RFC 5545's RRULE, read by dateutil in the wall clock of the schedule's time zone: "every first Monday at nine"
stays at nine when the clocks change. A time that was missed while the relay was off is made up for once, by the last
one: six forgotten backups are not looked after six times on one morning.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.calendar import CalendarError, zone
from protocol.desk.events import Schedule, ScheduleFired, TicketKind
from protocol.desk.terms import Channel

LEAST_HOURS = 1
"""Between two times of one schedule; more often is a watch's work."""


FIRST_WITHIN = timedelta(days=366 * 40)
"""Of its beginning: 29 February on a certain day of the week comes once in 28 years, or 40 around 2100."""
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
"""Also where its parts make it come seldom: each look at it would go through all of its minutes since it began."""


class ScheduleError(ValueError):
    """A rule that cannot be; the sentence is for whoever wrote it."""


def check(schedule: Schedule) -> None:
    """Raises ScheduleError unless the rule can be read, and does not come more often than once an hour."""
    try:
        rule = _bounded(schedule)
        first = rule.after(_wall(schedule, schedule.begin), inc=True)
        second = rule.after(first) if first else None
    except ScheduleError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError, CalendarError) as error:
        raise ScheduleError(f"“{schedule.rule[:80]}” is no rule; write for example FREQ=MONTHLY;BYDAY=1MO.") from error
    if first is None:
        raise ScheduleError("This rule never comes.")
    if second is not None and (second - first).total_seconds() < LEAST_HOURS * 3600:
        raise ScheduleError("A schedule comes once an hour at most.")


def last_due(schedule: Schedule, now: datetime) -> datetime | None:
    """The newest time that has come, aware UTC; None: none yet."""
    rule, time_zone = _rule(schedule)
    found = rule.before(_wall(schedule, now), inc=True)
    return None if found is None else found.replace(tzinfo=time_zone).astimezone(UTC)


def next_due(schedule: Schedule, now: datetime) -> datetime | None:
    """The next time, aware UTC; None: it comes no more."""
    rule, time_zone = _rule(schedule)
    found = None if schedule.stopped else rule.after(_wall(schedule, now))
    return None if found is None else found.replace(tzinfo=time_zone).astimezone(UTC)


def fire(book: Book, schedule: Schedule, now: datetime) -> tuple[events.Opened, datetime] | None:
    """The ticket that a schedule makes now, and for which time; None: nothing is due."""
    if schedule.stopped:
        return None
    due = last_due(schedule, now)
    fired = book.duty.fired.get(schedule.identifier)
    if due is None or (fired is not None and due <= fired):
        return None
    user = book.register.users.get(schedule.user)
    machine = book.register.machines.get(schedule.device)
    opened = events.Opened(
        # The same time makes the same request: whatever goes wrong between, it is one ticket.
        request=hashlib.sha256(f"{schedule.identifier} {due.isoformat()}".encode()).hexdigest()[:32],
        device=schedule.device,
        device_label=machine.label if machine else "",
        requester=user.name if user else book.register.desk.name or "athand",
        problem=schedule.title,
        urgency=schedule.urgency,
        minutes=1,
        diagnostics=(),
        asked_at=due,
        kind=TicketKind.REQUEST,
        channel=Channel.WATCH,
        user=schedule.user,
        customer=schedule.customer or (user.customer if user else ""),
        language=user.language if user else "",
        automatic=True,
    )
    return opened, due


def fired(schedule: Schedule, due: datetime, ticket: int) -> ScheduleFired:
    """That it was made."""
    return ScheduleFired(schedule.identifier, due, ticket)


def _bounded(schedule: Schedule) -> rrule:
    """The rule as far as it is looked at to check it: one that never comes is looked for no longer than that.

    Raises ScheduleError, ValueError.
    """
    rule, _ = _rule(schedule)
    if not isinstance(rule, rrule):
        raise TypeError("more than a rule")
    parts = dict(part.split("=", 1) for part in schedule.rule.upper().removeprefix("RRULE:").split(";") if part)
    if parts["FREQ"] in _TOO_OFTEN:
        raise ScheduleError("A schedule comes once an hour at most.")
    if int(parts.get("INTERVAL", "1")) < 1:  # dateutil would look for its second time for ever
        raise ValueError("no interval")
    if {"COUNT", "UNTIL"} & parts.keys():
        return rule
    return rule.replace(until=_wall(schedule, schedule.begin + FIRST_WITHIN))


def _rule(schedule: Schedule) -> tuple[rrule | rruleset, ZoneInfo]:
    begin = schedule.begin.astimezone(zone(schedule.time_zone)).replace(tzinfo=None)
    return rrulestr(schedule.rule, dtstart=begin), zone(schedule.time_zone)


def _wall(schedule: Schedule, at: datetime) -> datetime:
    return at.astimezone(zone(schedule.time_zone)).replace(tzinfo=None)
