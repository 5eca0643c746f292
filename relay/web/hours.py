"""Service hours as the page shows them: read from the very calendar that the clocks compute with (promise 39). Pure."""

from datetime import datetime, timedelta

from babel.dates import get_day_names
from msgspec import Struct

from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.opening_hours import WHOLE_DAY, Day
from protocol.desk.public_holidays import name_in
from protocol.desk.register import Register
from relay.web.pages import Moments
from relay.words import words

AHEAD = timedelta(days=60)
"""Of holidays shown: whoever plans further asks."""
MOST_DAYS = 20
_TO = "\N{EN DASH}"


class Hours(Struct, frozen=True):
    """What is shown of a calendar.

    Attributes:
        now: one sentence on whether somebody is there.
        week: days, and their hours.
        different: the days ahead that are not like others: date, name, hours.
    """

    now: str
    zone: str
    week: tuple[tuple[str, str], ...]
    different: tuple[tuple[str, str, str], ...]


def calendar_of(register: Register, customer: str, at: datetime) -> Calendar | None:
    """The calendar of the service hours agreed with a customer; None: none is published for him."""
    contract = register.contract_of(customer)
    return None if contract is None else register.calendars.get(contract.in_force(at).hours)


def hours(calendar: Calendar, moments: Moments) -> Hours:
    """A calendar in its reader's words, as of `moments.now`."""
    version = calendar.in_force(moments.now)
    return Hours(_now(calendar, moments), version.time_zone, _week(version, moments), _different(calendar, moments))


def _now(calendar: Calendar, moments: Moments) -> str:
    _ = words(moments.language)
    times = OpenTime(calendar)
    if times.is_open(moments.now):
        closing = times.next_closing(moments.now)
        if closing is None:
            return _("We are here now, day and night.")
        return _("We are here now, until {when}.").format(when=moments.moment(closing))
    opening = times.next_opening(moments.now)
    if opening is None:
        return _("Nobody is here at present.")
    return _("We are back {when}.").format(when=moments.moment(opening))


def _week(version: CalendarVersion, moments: Moments) -> tuple[tuple[str, str], ...]:
    names = get_day_names("wide", locale=moments.language)
    rows: list[tuple[int, int, Day]] = []
    for number, day in enumerate(version.week):
        if rows and rows[-1][2] == day:
            rows[-1] = (rows[-1][0], number, day)
        else:
            rows.append((number, number, day))
    return tuple(
        (names[first] if first == last else f"{names[first]} {_TO} {names[last]}", _openings(day, moments.language))
        for first, last, day in rows
    )


def _different(calendar: Calendar, moments: Moments) -> tuple[tuple[str, str, str], ...]:
    version = calendar.in_force(moments.now)
    today = moments.now.astimezone(moments.zone).date()
    days = [special for special in version.special_days if today <= special.day <= today + AHEAD]
    return tuple(
        (
            moments.date(special.day),
            name_in(special, version, moments.language),
            _openings(special.openings, moments.language),
        )
        for special in days[:MOST_DAYS]
    )


def _openings(day: Day, language: str) -> str:
    _ = words(language)
    if not day:
        return _("closed")
    if day == WHOLE_DAY:
        return _("day and night")
    return ", ".join(f"{_clock(opening.begin_min)}{_TO}{_clock(opening.end_min)}" for opening in day)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
