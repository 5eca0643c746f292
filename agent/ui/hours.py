"""When the help desk is there, who is on duty, and how long a wait is, in plain words (promises 1, 4, 39, 42).

Pure but for the language and the zone of the computer's clock. The hours are those the desk's own clocks compute with.
"""

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QLocale, QTime

from agent.ui import plain
from agent.words import _, ngettext
from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar
from protocol.desk.opening_hours import WHOLE_DAY, Day
from protocol.desk.terms import Staff
from protocol.envelope import About

_STEP_MIN = 5
"""A forecast to the minute would promise what nobody can know."""
_HOUR_MIN = 60
_AHEAD = timedelta(days=30)
_TO = "\u2013"
"""A dash between two ends."""


def summary(about: About, now: datetime, urgency: int = 2) -> str:
    """Whether somebody is there now, and what to expect, in a few sentences; empty: nothing is published.

    The last date is the one that stands on the request once it is sent with this urgency, 1 to 3.
    """
    parts = [_presence(about.calendar, now)] if about.calendar else []
    is_open = about.calendar is None or OpenTime(about.calendar).is_open(now)
    answer_by = about.answer_by[urgency - 1] if urgency <= len(about.answer_by) else None
    if is_open and about.wait_min is not None:
        begins = now + timedelta(minutes=about.wait_min)
        if answer_by is None or begins <= answer_by:  # else what was promised comes first
            parts.append(_wait(about.wait_min, begins, now))
    if answer_by is not None:
        parts.append(_("You hear from us by {when} at the latest.").format(when=plain.when(answer_by, now=now)))
    if not is_open and about.on_duty:
        parts.append(_("On duty until then: {who}.").format(who=_who(about.on_duty[0])))
    if about.contact is not None and is_open:
        parts.append(_("Your contact: {who}.").format(who=_who(about.contact)))
    return " ".join(parts)


def who(about: About, now: datetime) -> Staff | None:
    """Whose face belongs to it: the contact's while somebody is there, else that of whoever is on duty (P4, P1)."""
    if about.calendar is None or OpenTime(about.calendar).is_open(now):
        return about.contact
    return about.on_duty[0] if about.on_duty else None


def week(calendar: Calendar, now: datetime) -> list[tuple[str, str]]:
    """Days and their hours, days alike in one line."""
    rows: list[tuple[int, int, Day]] = []
    for number, day in enumerate(calendar.in_force(now).week):
        if rows and rows[-1][2] == day:
            rows[-1] = (rows[-1][0], number, day)
        else:
            rows.append((number, number, day))
    names = [_day_name(number) for number in range(7)]
    return [
        (names[first] if first == last else f"{names[first]} {_TO} {names[last]}", _openings(day))
        for first, last, day in rows
    ]


def different(calendar: Calendar, now: datetime) -> list[tuple[str, str]]:
    """The days ahead that are not like others: date and name, and hours."""
    today = now.date()
    ahead = [one for one in calendar.in_force(now).special_days if today <= one.day <= today + _AHEAD]
    return [(f"{_date(one.day)}, {plain.one_line(one.name)}", _openings(one.openings)) for one in ahead]


def _presence(calendar: Calendar, now: datetime) -> str:
    times = OpenTime(calendar)
    if times.is_open(now):
        closing = times.next_closing(now)
        if closing is None:
            return _("We are here day and night.")
        return _("We are here now, until {when}.").format(when=plain.when(closing, now=now))
    opening = times.next_opening(now)
    if opening is None:
        return _("Nobody is here at present.")
    return _("We are back {when}.").format(when=plain.when(opening, now=now))


def _wait(minutes: int, begins: datetime, now: datetime) -> str:
    if not minutes:
        return _("Somebody is free for you right away.")
    if begins.astimezone().date() != now.astimezone().date():
        return _("Somebody has time for you {when}.").format(when=plain.when(begins, now=now))
    if minutes < _HOUR_MIN:
        about = max(_STEP_MIN, round(minutes / _STEP_MIN) * _STEP_MIN)
        return ngettext(
            "Until somebody has time for you it takes about {count} minute.",
            "Until somebody has time for you it takes about {count} minutes.",
            about,
        ).format(count=about)
    hours = round(minutes / _HOUR_MIN)
    return ngettext(
        "Until somebody has time for you it takes about {count} hour.",
        "Until somebody has time for you it takes about {count} hours.",
        hours,
    ).format(count=hours)


def _who(staff: Staff) -> str:
    phone = plain.one_line(staff.phone).replace(" ", "\N{NO-BREAK SPACE}")  # nobody reads half of it and dials
    return ", ".join(part for part in (plain.one_line(staff.name), plain.one_line(staff.title), phone) if part)


def _day_name(number: int) -> str:
    return plain.locale().standaloneDayName(number + 1, QLocale.FormatType.LongFormat)


def _date(day: date) -> str:
    return plain.locale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)


def _openings(day: Day) -> str:
    if not day:
        return _("closed")
    if day == WHOLE_DAY:
        return _("day and night")
    return ", ".join(f"{_clock(opening.begin_min)} {_TO} {_clock(opening.end_min)}" for opening in day)


def _clock(minute: int) -> str:
    if minute == 24 * _HOUR_MIN:
        return "24:00"
    return plain.locale().toString(QTime(minute // _HOUR_MIN, minute % _HOUR_MIN), QLocale.FormatType.ShortFormat)
