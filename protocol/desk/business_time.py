"""Arithmetic with a calendar's open hours: exact to the microsecond, right on the days the clocks change. Pure.

Guarantees:
    - Open is what lies between an opening's begin and end on the wall clock of the calendar's zone. A time that the
      wall clock shows twice (autumn) means the first, one that it leaves out (spring) the instant it jumps: hours that
      touch neither overlap nor leave a gap, and a whole day is 23, 24 or 25 hours.
    - `add_business_time` and `business_time_between` are each other's inverse.
    - Each stretch is open or closed by the calendar's version of its own time: a new version changes nothing before it.

Hours become a sorted list of instants with running sums, year by year as years are asked for (about 2 ms each, once);
after that every question is one binary search. An `OpenTime` therefore belongs to one thread.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.desk.calendar import Calendar, CalendarError, CalendarVersion, zone
from protocol.desk.opening_hours import DAY_MIN

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Everything outside counts as closed: a clock that jumped that far is wrong, and must not cost a minute's work."""
HORIZON_YEARS = 10
HORIZON_US = HORIZON_YEARS * 366 * 24 * 3600 * 1_000_000
"""What does not come within this many years never comes."""


class NeverOpenError(CalendarError):
    """The calendar has not enough open hours ahead."""


def to_us(at: datetime) -> int:
    """Microseconds since 1970, UTC, of an aware instant."""
    return (at - EPOCH) // MICROSECOND


def from_us(at_us: int) -> datetime:
    """The inverse of `to_us`, aware UTC."""
    return EPOCH + timedelta(microseconds=at_us)


class OpenTime:
    """The open hours of a calendar, ready to be computed with.

    All datetimes taken are aware, all given are UTC.
    """

    def __init__(self, calendar: Calendar) -> None:
        """Of a calendar with all its versions."""
        self.calendar = calendar
        self._years = range(0)  # those below
        self._begins: list[int] = []
        self._ends: list[int] = []
        self._sums: list[int] = []  # open microseconds before each begin
        self._from = self._until = 0

    # --- for people and pages
    def add_business_time(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant at which `duration` of open time has passed since `start`.

        Raises:
            NeverOpenError: that much open time does not come within HORIZON_YEARS.
            ValueError: a negative duration.
        """
        if duration < timedelta(0):
            raise ValueError("business time is only added forwards")
        found = self.when_us(to_us(start), duration // MICROSECOND)
        if found is None:
            raise NeverOpenError(f"“{self.calendar.name}” has not enough open hours after {start:%Y-%m-%d}.")
        return from_us(found)

    def business_time_between(self, a: datetime, b: datetime) -> timedelta:
        """The open time from `a` to `b`; negative when `b` is before `a`."""
        a_us, b_us = to_us(a), to_us(b)
        if b_us < a_us:
            return -timedelta(microseconds=self.between_us(b_us, a_us))
        return timedelta(microseconds=self.between_us(a_us, b_us))

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant."""
        return self.is_open_us(to_us(at))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open instant from `at` on, `at` itself when open; None: none within HORIZON_YEARS."""
        at_us = to_us(at)
        if self.is_open_us(at_us):
            return at.astimezone(UTC)
        # The first open microsecond after `at` ends one microsecond after the opening begins.
        found = self.when_us(at_us, 1)
        return None if found is None else from_us(found - 1)

    def next_closing(self, at: datetime) -> datetime | None:
        """The first closed instant from `at` on; None: none within HORIZON_YEARS."""
        at_us = to_us(at)
        if not self.is_open_us(at_us):
            return at.astimezone(UTC)
        while True:
            end_us = self._ends[bisect_right(self._begins, at_us) - 1]
            if end_us < self._until:
                return from_us(end_us) if end_us - at_us < HORIZON_US else None
            if self._years.stop > LAST_YEAR or end_us - at_us >= HORIZON_US:
                return None
            self._append(self._years.stop)

    def openings(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches between two instants, cut off there; none when `end` is not after `begin`."""
        begin_us, end_us = to_us(begin), to_us(end)
        if end_us <= begin_us:
            return
        self._cover(begin_us, end_us)
        first = bisect_right(self._ends, begin_us)
        for index in range(first, bisect_left(self._begins, end_us)):
            yield from_us(max(self._begins[index], begin_us)), from_us(min(self._ends[index], end_us))

    # --- for clocks: whole microseconds since 1970
    def between_us(self, a_us: int, b_us: int) -> int:
        """The open time from `a_us` to `b_us`; 0 when `b_us` is not after it."""
        if b_us <= a_us:
            return 0
        if a_us < self._from or b_us > self._until:
            self._cover(a_us, b_us)
        return self._sum(b_us) - self._sum(a_us)

    def when_us(self, start_us: int, open_us: int) -> int | None:
        """The first instant at which `open_us` have passed since `start_us`; None: not within HORIZON_YEARS."""
        if open_us == 0:
            return start_us
        if not self._from <= start_us < self._until:
            self._cover(start_us, start_us)
        target = self._sum(start_us) + open_us
        while (found := self._at_sum(target)) is None and self._until - start_us < HORIZON_US:
            if self._years.stop > LAST_YEAR:
                return None
            self._append(self._years.stop)
        return found if found is not None and found - start_us < HORIZON_US else None

    def is_open_us(self, at_us: int) -> bool:
        """Whether it is open at an instant."""
        if not self._from <= at_us < self._until:
            self._cover(at_us, at_us)
        index = bisect_right(self._begins, at_us) - 1
        return index >= 0 and at_us < self._ends[index]

    # --- inside
    def _sum(self, at_us: int) -> int:
        index = bisect_right(self._begins, at_us) - 1
        return 0 if index < 0 else self._sums[index] + min(at_us, self._ends[index]) - self._begins[index]

    def _at_sum(self, target: int) -> int | None:
        """The first instant at which the sum is `target`; None: it is not, in the years that are there."""
        index = bisect_left(self._sums, target) - 1
        if index < 0:
            return None
        found = self._begins[index] + target - self._sums[index]
        return found if found <= self._ends[index] else None

    def _cover(self, a_us: int, b_us: int) -> None:
        """Makes sure that the years of both instants, and those between, are there."""
        if self._years and self._from <= a_us and b_us < self._until:
            return
        first, last = _year_of(a_us), _year_of(b_us)
        if self._years and first < self._years[0]:
            self._years = range(0)  # sums run from the front: begin anew
        if not self._years:
            self._begins, self._ends, self._sums = [], [], []
            self._years = range(first, first)
            self._from = self._until = _year_begin_us(first)
        for year in range(self._years.stop, last + 1):
            self._append(year)

    def _append(self, year: int) -> None:
        for begin_us, end_us in self._stretches(_year_begin_us(year), _year_begin_us(year + 1)):
            if self._ends and self._ends[-1] == begin_us:
                self._ends[-1] = end_us
                continue
            before = self._sums[-1] + self._ends[-1] - self._begins[-1] if self._begins else 0
            self._begins.append(begin_us)
            self._ends.append(end_us)
            self._sums.append(before)
        self._years = range(self._years.start, year + 1)
        self._until = _year_begin_us(year + 1)

    def _stretches(self, begin_us: int, end_us: int) -> Iterator[tuple[int, int]]:
        """What is open between two instants, each part by the version of its time."""
        versions = self.calendar.versions
        changes = [begin_us, *(min(max(to_us(v.valid_from), begin_us), end_us) for v in versions[1:]), end_us]
        for version, from_us_, until_us in zip(versions, changes, changes[1:], strict=False):
            if from_us_ < until_us:
                yield from _version_stretches(version, from_us_, until_us)


def _version_stretches(version: CalendarVersion, begin_us: int, end_us: int) -> Iterator[tuple[int, int]]:
    place = zone(version.time_zone)
    special = {day.day: day.openings for day in version.special_days}
    day = from_us(begin_us).astimezone(place).date()
    last = from_us(end_us).astimezone(place).date()
    while day <= last:
        for opening in special.get(day, version.week[day.weekday()]):
            open_us = max(_instant_us(place, day, opening.begin_min), begin_us)
            close_us = min(_instant_us(place, day, opening.end_min), end_us)
            if open_us < close_us:
                yield open_us, close_us
        day += timedelta(days=1)


def _instant_us(place: ZoneInfo, day: date, minute: int) -> int:
    """The first instant at which the wall clock shows `minute` of `day` or later (PEP 495: fold and gap)."""
    if minute == DAY_MIN:
        day, minute = day + timedelta(days=1), 0
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=place)
    before, after = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    if before is None or after is None:
        raise CalendarError(f"The time zone {place.key} does not say what time it is.")
    naive = wall.replace(tzinfo=UTC)
    if after <= before:  # an ordinary time, or one shown twice: the first
        return to_us(naive - before)
    low, high = to_us(naive - after), to_us(naive - before)  # in a gap: find the jump between the two readings
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if from_us(middle).astimezone(place).utcoffset() == before else (low, middle)
    return high


_YEAR_BEGINS_US = {year: to_us(datetime(year, 1, 1, tzinfo=UTC)) for year in range(FIRST_YEAR, LAST_YEAR + 2)}


def _year_begin_us(year: int) -> int:
    return _YEAR_BEGINS_US[min(max(year, FIRST_YEAR), LAST_YEAR + 1)]


def _year_of(at_us: int) -> int:
    last = _YEAR_BEGINS_US[LAST_YEAR + 1] - 1
    return from_us(min(max(at_us, 0), last)).year
