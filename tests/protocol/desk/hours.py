"""Calendars for tests: a few that people can picture, and any that hypothesis can think of."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar, CalendarVersion, SpecialDay
from protocol.desk.opening_hours import DAY_MIN, Day, Opening, Week, parse_week

PRAGUE = ZoneInfo("Europe/Prague")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OFFICE = "Mo-Fr 08:00-17:00"

ZONES = (
    "UTC",
    "Europe/Prague",
    "America/New_York",
    "America/Havana",  # the clock changes at midnight
    "Asia/Beirut",  # so it does here
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",  # a quarter past
    "Pacific/Apia",  # far from Greenwich
)


def prague(text: str) -> datetime:
    """A time on Prague's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=PRAGUE)


def version(
    week: str | Week,
    zone: str = "Europe/Prague",
    *days: SpecialDay,
    since: datetime = LONG_AGO,
) -> CalendarVersion:
    return CalendarVersion(since, zone, parse_week(week) if isinstance(week, str) else week, days)


def calendar(*versions: CalendarVersion) -> Calendar:
    return Calendar("c", "Our hours", versions)


def open_time(week: str, zone: str = "Europe/Prague", *days: SpecialDay) -> OpenTime:
    return OpenTime(calendar(version(week, zone, *days)))


@st.composite
def some_days(draw: st.DrawFn) -> Day:
    """Any hours of one day."""
    minutes = sorted(draw(st.sets(st.integers(0, DAY_MIN), max_size=6)))
    return tuple(Opening(a, b) for a, b in zip(minutes[::2], minutes[1::2], strict=False))


some_weeks: st.SearchStrategy[Week] = st.tuples(*[some_days()] * 7)

YEAR_MIN = 365 * 24 * 60
NIGHTS = tuple(datetime(2026, m, d, tzinfo=UTC) for m, d in ((3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31)))
"""Before these and the following days' ends, clocks change in one of the zones above."""

around_changes = st.one_of(
    st.integers(0, YEAR_MIN).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)),
    st.builds(
        lambda night, minute: night + timedelta(minutes=minute), st.sampled_from(NIGHTS), st.integers(0, 2 * DAY_MIN)
    ),
)
"""Whole minutes of a year, nights with a change more often than others."""


@st.composite
def some_versions(draw: st.DrawFn, zones: tuple[str, ...] = ZONES) -> CalendarVersion:
    some_dates = st.dates(date(2026, 1, 1), date(2027, 1, 5))
    days = draw(st.dictionaries(some_dates, some_days(), max_size=3))
    return CalendarVersion(
        LONG_AGO,
        draw(st.sampled_from(zones)),
        draw(some_weeks),
        tuple(SpecialDay(day, "Special", days[day]) for day in sorted(days)),
    )
