"""Business calendars: time zone, hours of the week, days that are different; in versions. Pure.

A calendar is data, the same for the clocks, the user's window and the public page (promise 39). Public holidays stand
in it as days with names, put there by `protocol.desk.public_holidays` when a version is made: neither agent nor console
needs to know the world's holidays, and a newer list of them cannot change what already was.

`protocol.desk.business_time` computes with it.
"""

from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from protocol.desk import versions
from protocol.desk.opening_hours import CLOSED, WHOLE_DAY, Day, HoursError, Week, check_day
from protocol.desk.terms import Name
from protocol.moment import Moment

MAX_SPECIAL_DAYS = 2000
"""Of one version: some twenty a year for a long life."""


class CalendarError(ValueError):
    """A calendar that cannot be; the sentence is for whoever wrote it."""


class SpecialDay(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A day that is not like others of its weekday: a holiday, or one with other hours.

    Attributes:
        name: as shown to people.
        openings: empty: closed all day.
        public: comes from the public list of the version's country, so that a newer list may replace it.
    """

    day: date
    name: Name
    openings: Day = CLOSED
    public: bool = False


class CalendarVersion(Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar as it is valid from an instant on.

    Attributes:
        time_zone: IANA name; all hours and days are those of its wall clock.
        week: hours of each weekday, Monday first.
        special_days: in order, each day once; they replace the weekday's hours.
        country: ISO 3166-1 code of the public holidays among them, empty for none;
        subdivision: ISO 3166-2 part of it, such as BY in DE;
        holidays_until: and the last year they are known for.
    """

    valid_from: Moment
    time_zone: Annotated[str, Meta(max_length=64)]
    week: Week
    special_days: Annotated[tuple[SpecialDay, ...], Meta(max_length=MAX_SPECIAL_DAYS)] = ()
    country: Annotated[str, Meta(max_length=8)] = ""
    subdivision: Annotated[str, Meta(max_length=8)] = ""
    holidays_until: int = 0

    def __post_init__(self) -> None:
        """Raises CalendarError, with the reason."""
        if self.valid_from.tzinfo is None:
            raise CalendarError("A version of a calendar begins at an instant with its time zone.")
        zone(self.time_zone)
        if len(self.week) != 7:  # noqa: PLR2004 - days of a week
            raise CalendarError("A week has seven days.")
        days = [special.day for special in self.special_days]
        if days != sorted(set(days)) or len(days) > MAX_SPECIAL_DAYS:
            raise CalendarError(f"Each special day stands once, in order, and there are at most {MAX_SPECIAL_DAYS}.")
        try:
            for openings in (*self.week, *(special.openings for special in self.special_days)):
                check_day(openings)
        except HoursError as error:
            raise CalendarError(str(error)) from error

    def day(self, day: date) -> Day:
        """The hours of a day."""
        for special in self.special_days:
            if special.day == day:
                return special.openings
        return self.week[day.weekday()]


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar with all its versions, oldest first; the first one holds for the time before it, too."""

    identifier: Name
    name: Name
    versions: Annotated[tuple[CalendarVersion, ...], Meta(min_length=1, max_length=versions.MAX_VERSIONS)]

    def __post_init__(self) -> None:
        """Raises VersionError when the versions are in no order."""
        versions.check_order(self.versions)

    def in_force(self, at: datetime) -> CalendarVersion:
        """The version that holds at an instant."""
        return versions.in_force(self.versions, at)

    def changed(self, version: CalendarVersion, now: datetime) -> "Calendar":
        """This calendar with one more version. Raises VersionError when that would change the past."""
        return Calendar(self.identifier, self.name, versions.with_version(self.versions, version, now))


def special_days(*groups: tuple[SpecialDay, ...]) -> tuple[SpecialDay, ...]:
    """The days of all groups in order; where two speak of one day, the later group has the word."""
    by_day = {special.day: special for group in groups for special in group}
    return tuple(by_day[day] for day in sorted(by_day))


def zone(name: str) -> ZoneInfo:
    """The time zone of this name. Raises CalendarError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # a name may also be that of a folder among the zones
        raise CalendarError(f"There is no time zone “{name}”; write for example Europe/Prague.") from error


DAY_AND_NIGHT = Calendar("", "24/7", (CalendarVersion(datetime(1970, 1, 1, tzinfo=UTC), "UTC", (WHOLE_DAY,) * 7),))
"""Always open: what a target without a calendar is held against."""
