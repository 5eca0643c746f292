"""The hours of a week, as people write them and as everything computes with them. Pure.

The notation is the plain part of OpenStreetMap's `opening_hours` (days, times, ``24/7``), which people know from maps:

    Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-12:00
    Mo-Su 22:00-06:00          over midnight
    24/7

Guarantees that a day's hours are in order and do not overlap, and that `parse_week` reads back what `week_text` wrote.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct

DAY_MIN = 24 * 60
OPENINGS_A_DAY = 24
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
"""Monday first, as `datetime.date.weekday` counts."""


class HoursError(ValueError):
    """Hours that cannot be; the sentence is for whoever wrote them."""


class Opening(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A part of a day, in minutes of the wall clock from its midnight; the end no longer belongs to it."""

    begin_min: Annotated[int, Meta(ge=0, lt=DAY_MIN)]
    end_min: Annotated[int, Meta(gt=0, le=DAY_MIN)]

    def __post_init__(self) -> None:
        """Raises HoursError for a part of no day."""
        if not 0 <= self.begin_min < self.end_min <= DAY_MIN:
            raise HoursError(f"{_clock(self.begin_min)}-{_clock(self.end_min)} is no part of a day.")


Day = Annotated[tuple[Opening, ...], Meta(max_length=OPENINGS_A_DAY)]
Week = tuple[Day, Day, Day, Day, Day, Day, Day]

WHOLE_DAY: Day = (Opening(0, DAY_MIN),)
CLOSED: Day = ()


def check_day(openings: Day) -> None:
    """Raises HoursError unless they are in order and apart; touching is fine."""
    if len(openings) > OPENINGS_A_DAY:
        raise HoursError(f"A day has at most {OPENINGS_A_DAY} openings.")
    for before, after in pairwise(openings):
        if after.begin_min < before.end_min:
            raise HoursError(f"The hours {day_text((before,))} and {day_text((after,))} overlap or are out of order.")


def parse_week(text: str) -> Week:
    """The week that `text` says; days it does not name are closed.

    Raises:
        HoursError: it says nothing, or something that cannot be.
    """
    if text.strip() == "24/7":
        return (WHOLE_DAY,) * 7
    days: list[list[Opening]] = [[] for _ in WEEKDAYS]
    named: set[int] = set()
    for rule in text.split(";"):
        match rule.replace(", ", ",").split():
            case [names, times]:
                for day in _days(names):
                    if day in named:
                        raise HoursError(f"{WEEKDAYS[day]} is named twice in “{text}”.")
                    named.add(day)
                    for begin, end in _times(times):
                        _open(days, day, begin, end)
            case _:
                raise HoursError(
                    f"“{rule.strip()}” is not understood; write for example Mo-Fr 08:00-12:00,13:00-17:00."
                )
    mo, tu, we, th, fr, sa, su = (tuple(sorted(day)) for day in days)
    week = (mo, tu, we, th, fr, sa, su)
    for openings in week:
        check_day(openings)
    return week


def parse_day(text: str) -> Day:
    """The hours of one day, such as ``08:00-12:00,13:00-14:00``; ``off`` is none. Raises HoursError."""
    openings = []
    for begin, end in _times(text):
        if end > DAY_MIN:
            raise HoursError(f"The hours {text} of a single day cannot go over midnight.")
        openings.append(Opening(begin, end))
    day = tuple(sorted(openings))
    check_day(day)
    return day


def week_text(week: Week) -> str:
    """The week in the notation `parse_week` reads; ``Mo-Su off`` for one that is never open."""
    if all(day == WHOLE_DAY for day in week):
        return "24/7"
    rules: list[tuple[int, int, Day]] = []
    for number, day in enumerate(week):
        if rules and rules[-1][1] == number - 1 and rules[-1][2] == day:
            rules[-1] = (rules[-1][0], number, day)
        elif day:
            rules.append((number, number, day))
    return "; ".join(f"{_day_names(first, last)} {day_text(day)}" for first, last, day in rules) or "Mo-Su off"


def day_text(day: Iterable[Opening]) -> str:
    """One day's hours, such as ``08:00-12:00,13:00-17:00``; ``off`` for none."""
    return ",".join(f"{_clock(o.begin_min)}-{_clock(o.end_min)}" for o in day) or "off"


def _open(days: list[list[Opening]], day: int, begin: int, end: int) -> None:
    """Adds an opening; the part after midnight belongs to the next day."""
    days[day].append(Opening(begin, min(end, DAY_MIN)))
    if end > DAY_MIN:
        days[(day + 1) % 7].append(Opening(0, end - DAY_MIN))


def _days(names: str) -> Iterable[int]:
    for part in names.split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise HoursError(f"“{part}” are no days; they are {', '.join(WEEKDAYS)}.")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        yield from (day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))


_TIMES = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")


def _times(text: str) -> Iterable[tuple[int, int]]:
    """Begin and end in minutes; an end after midnight is more than a day's minutes."""
    if text == "off":
        return
    for part in text.split(","):
        found = _TIMES.fullmatch(part)
        if found is None:
            raise HoursError(f"“{part}” are no hours; write for example 08:00-17:00.")
        begin_h, begin_min, end_h, end_min = map(int, found.groups())
        begin, end = begin_h * 60 + begin_min, end_h * 60 + end_min
        if max(begin_min, end_min) > 59 or begin >= DAY_MIN or end > DAY_MIN or begin == end:  # noqa: PLR2004 - minutes
            raise HoursError(f"“{part}” are no hours of a day.")
        yield begin, end if end > begin else end + DAY_MIN


def _day_names(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
