"""Public holidays of a country, as days of a calendar. Needs the `holidays` package, which only the relay installs.

The days are written into a version of a calendar when it is made. So a correction of the list in a later release of
`holidays` is a change like any other: `renewed` makes it a new version, which changes nothing that was.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache

import holidays
import msgspec

from protocol import limits
from protocol.desk.calendar import Calendar, CalendarError, CalendarVersion, SpecialDay, special_days, zone

YEARS_AHEAD = 5
"""Public holidays are laid down years before; those by the moon are forecasts and get corrected by `renewed`."""


def public_holidays(
    country: str, subdivision: str, years: Iterable[int], language: str | None = None
) -> tuple[SpecialDay, ...]:
    """The public holidays of these years, in order.

    Args:
        country: ISO 3166-1 alpha-2, such as CZ.
        subdivision: ISO 3166-2 without the country, such as BY; empty for what holds in all of it.
        years: of the Gregorian calendar.
        language: of the names, such as en_US, where the list has it; None: that of this process, else English.

    Raises:
        CalendarError: there is no list for this country, or no such subdivision.
    """
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=language)
    except NotImplementedError as error:
        place = f"{country}, {subdivision}" if subdivision else country
        raise CalendarError(f"No public holidays are known for “{place}”.") from error
    return tuple(SpecialDay(day, found[day][: limits.NAME_CHARS], public=True) for day in sorted(found))


@lru_cache(maxsize=256)
def _names(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    """In this language, where the list has it; else in the country's own."""
    known = holidays.country_holidays(country, subdiv=subdivision or None)
    fits = [one for one in known.supported_languages if one.partition("_")[0] == language]
    named = public_holidays(country, subdivision, (year,), fits[0] if fits else known.default_language)
    return {day.day: day.name for day in named}


def name_in(special: SpecialDay, version: CalendarVersion, language: str) -> str:
    """What a day is called for a reader of this language (ISO 639-1): its own name if it is no public one."""
    if not special.public:
        return special.name
    try:
        named = _names(version.country, version.subdivision, special.day.year, language)
    except CalendarError:  # a country that a newer list leaves out
        return special.name
    return named.get(special.day, special.name)


def with_public_holidays(version: CalendarVersion, *, language: str | None = None) -> CalendarVersion:
    """The version with its country's public holidays for its first year and YEARS_AHEAD more.

    Its own days stay, and have the word on a day that both name. Raises CalendarError.
    """
    own = tuple(day for day in version.special_days if not day.public)
    first = version.valid_from.astimezone(zone(version.time_zone)).year
    if not version.country:
        return msgspec.structs.replace(version, special_days=own, holidays_until=0)
    public = public_holidays(version.country, version.subdivision, range(first, first + YEARS_AHEAD + 1), language)
    return msgspec.structs.replace(version, special_days=special_days(public, own), holidays_until=first + YEARS_AHEAD)


def renewed(calendar: Calendar, now: datetime, *, language: str | None = None) -> Calendar:
    """The calendar with a new version from `now` on if the days ahead are to be longer or other ones; else itself.

    Versions planned for later get theirs, too. To be asked for once a day or so. Raises CalendarError.
    """
    for version in (calendar.in_force(now), *(v for v in calendar.versions if v.valid_from > now)):
        begin = max(now, version.valid_from)
        fresh = with_public_holidays(msgspec.structs.replace(version, valid_from=begin), language=language)
        today = begin.astimezone(zone(version.time_zone)).date()
        ahead = [day for day in version.special_days if day.day >= today]
        if version.country and ahead != [day for day in fresh.special_days if day.day >= today]:
            calendar = calendar.changed(fresh, now)
    return calendar
