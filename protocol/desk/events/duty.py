"""Who is there: absences, the rota of who is on call, what comes again on schedule. Pure.

Their entries bear number 0.
"""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import moment
from protocol.desk.events.base import EventBase
from protocol.desk.events.register import Identifier
from protocol.desk.terms import Key, Level, Name, Number, Text, Words
from protocol.moment import Moment


class AbsenceSet(EventBase, frozen=True):
    """Somebody is away, or will be; one under the same number is changed, and one that ends as it begins is struck."""

    absence: Key
    staff: Name
    begin: Moment
    end: Moment
    reason: Text = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show, and an end before the beginning."""
        moment.check_stretch("An absence", self.begin, self.end, may_be_empty=True)


class Shift(Struct, frozen=True, forbid_unknown_fields=True):
    """On call from when to when: who is called first, second, third."""

    begin: Moment
    end: Moment
    staff: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=8)]

    def __post_init__(self) -> None:
        """Refuses dates nobody could show, and an end before the beginning."""
        moment.check_stretch("A shift", self.begin, self.end)


class RotaSet(EventBase, frozen=True):
    """Who is on call for a stretch of time without a gap (promise 1); replaces what was set for it before.

    Attributes:
        step_s: after so many seconds without an acknowledgement the next one is called.
    """

    begin: Moment
    end: Moment
    shifts: Annotated[tuple[Shift, ...], Meta(min_length=1, max_length=2000)]
    step_s: Annotated[int, Meta(ge=30, le=24 * 3600)] = 300

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class ShiftOverridden(EventBase, frozen=True):
    """Somebody stands in for a while, before whoever the rota names."""

    override: Key
    shift: Shift
    reason: Text = ""


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket that comes again and again (promise 37).

    Attributes:
        rule: RFC 5545's RRULE without DTSTART, such as ``FREQ=MONTHLY;BYDAY=1MO``.
        begin: the first time, in `time_zone`'s wall clock (IANA name).
        device, customer, user: whose it is, as far as it is somebody's.
    """

    identifier: Identifier
    rule: Annotated[str, Meta(max_length=500)]
    begin: Moment
    time_zone: Annotated[str, Meta(max_length=64)]
    title: Words
    device: Name = ""
    customer: Name = ""
    user: Name = ""
    urgency: Level = 3
    stopped: bool = False

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin)


class ScheduleSet(EventBase, frozen=True):
    """A schedule is new, changed or stopped."""

    schedule: Schedule


class ScheduleFired(EventBase, frozen=True):
    """Its time came, and this ticket was made: once for each time."""

    schedule: Identifier
    due: Moment
    ticket: Number

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)
