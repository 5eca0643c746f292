from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protocol.desk.business_time import FIRST_YEAR, NeverOpenError, OpenTime, from_us, to_us
from protocol.desk.calendar import DAY_AND_NIGHT, CalendarVersion, SpecialDay
from protocol.desk.opening_hours import parse_day
from tests.protocol.desk.hours import (
    OFFICE,
    around_changes,
    calendar,
    open_time,
    prague,
    some_versions,
    version,
)

MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
durations = st.timedeltas(timedelta(0), timedelta(days=3))


def open_by_the_wall_clock(one: CalendarVersion, at: datetime) -> bool:
    """What somebody standing in the office would say."""
    wall = at.astimezone(ZoneInfo(one.time_zone))
    minute = wall.hour * 60 + wall.minute
    return any(opening.begin_min <= minute < opening.end_min for opening in one.day(wall.date()))


def shown_twice(one: CalendarVersion, at: datetime) -> bool:
    wall = at.astimezone(ZoneInfo(one.time_zone))
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def test_p24_made_on_friday_1655_with_15_minutes_and_hours_08_to_17_it_is_due_on_monday_0810() -> None:
    hours = open_time(OFFICE)
    due = hours.add_business_time(prague("2026-11-20 16:55"), timedelta(minutes=15))
    assert due == prague("2026-11-23 08:10")
    assert due.tzinfo is UTC


def test_p24_over_a_holiday_it_is_due_on_the_day_after() -> None:
    hours = open_time(OFFICE, "Europe/Prague", SpecialDay(date(2026, 11, 23), "Company day"))
    assert hours.add_business_time(prague("2026-11-20 16:55"), timedelta(minutes=15)) == prague("2026-11-24 08:10")


def test_p24_a_lunch_break_does_not_count() -> None:
    hours = open_time("Mo-Fr 08:00-12:00,13:00-17:00")
    assert hours.add_business_time(prague("2026-11-20 11:50"), timedelta(minutes=15)) == prague("2026-11-20 13:05")


def test_time_that_ends_with_the_day_ends_at_closing_time_not_next_morning() -> None:
    hours = open_time(OFFICE)
    assert hours.add_business_time(prague("2026-11-20 16:45"), timedelta(minutes=15)) == prague("2026-11-20 17:00")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)]
)
def test_the_days_on_which_clocks_change_have_23_and_25_hours(day: str, hours: int) -> None:
    begin = prague(day)
    always = open_time("24/7")
    assert always.business_time_between(begin, begin + timedelta(days=1)) == timedelta(hours=hours)


def test_a_night_shift_is_as_long_as_the_night_was() -> None:
    night = open_time("Mo-Su 22:00-06:00")
    assert night.business_time_between(prague("2026-03-28 12:00"), prague("2026-03-29 12:00")) == timedelta(hours=7)
    assert night.business_time_between(prague("2026-10-24 12:00"), prague("2026-10-25 12:00")) == timedelta(hours=9)


def test_a_time_the_clock_leaves_out_is_when_it_jumps_and_one_it_shows_twice_is_the_first() -> None:
    hours = open_time("Mo-Su 02:30-04:00")
    assert hours.next_opening(prague("2026-03-29 00:00")) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 03:00 in Prague
    assert hours.next_opening(prague("2026-10-25 00:00")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # summer time


def test_a_day_that_never_was_has_no_hours() -> None:
    samoa = open_time("24/7", "Pacific/Apia")
    before = datetime(2011, 12, 29, 12, tzinfo=ZoneInfo("Pacific/Apia"))
    after = datetime(2011, 12, 31, 12, tzinfo=ZoneInfo("Pacific/Apia"))
    assert samoa.business_time_between(before, after) == timedelta(days=1)


@given(some_versions(), around_changes)
def test_it_is_open_when_the_wall_clock_says_so(one: CalendarVersion, at: datetime) -> None:
    assume(not shown_twice(one, at))
    assert OpenTime(calendar(one)).is_open(at) == open_by_the_wall_clock(one, at)


@settings(max_examples=50)
@given(some_versions(), around_changes, st.integers(0, 3000))
def test_business_time_is_the_minutes_that_were_open(one: CalendarVersion, begin: datetime, minutes: int) -> None:
    hours = OpenTime(calendar(one))
    counted = sum(hours.is_open(begin + number * MINUTE) for number in range(minutes))
    assert hours.business_time_between(begin, begin + minutes * MINUTE) == counted * MINUTE


@given(some_versions(), around_changes, durations)
def test_adding_and_measuring_are_each_others_inverse(one: CalendarVersion, start: datetime, wanted: timedelta) -> None:
    hours = OpenTime(calendar(one))
    try:
        end = hours.add_business_time(start, wanted)
    except NeverOpenError:
        assert hours.business_time_between(start, start + timedelta(days=9 * 365)) < wanted
        return
    assert hours.business_time_between(start, end) == wanted
    if wanted:  # and it is the first such instant
        assert hours.business_time_between(start, end - MICROSECOND) == wanted - MICROSECOND


@given(some_versions(), around_changes, around_changes, around_changes)
def test_measured_time_adds_up_and_never_runs_backwards(
    one: CalendarVersion, a: datetime, b: datetime, c: datetime
) -> None:
    hours = OpenTime(calendar(one))
    a, b, c = sorted((a, b, c))
    first, second = hours.business_time_between(a, b), hours.business_time_between(b, c)
    assert timedelta(0) <= first <= b - a
    assert first + second == hours.business_time_between(a, c) == -hours.business_time_between(c, a)


@given(some_versions(), around_changes, durations, durations)
def test_more_time_is_never_over_earlier(one: CalendarVersion, start: datetime, a: timedelta, b: timedelta) -> None:
    hours = OpenTime(calendar(one))
    a, b = sorted((a, b))
    try:
        later = hours.add_business_time(start, b)
    except NeverOpenError:
        assume(False)
    assert start <= hours.add_business_time(start, a) <= later


@given(some_versions(), st.lists(around_changes, min_size=2, max_size=6), st.integers(-3, 3))
def test_what_was_asked_before_changes_no_answer(one: CalendarVersion, asked: list[datetime], years: int) -> None:
    used, question = OpenTime(calendar(one)), (asked[0], asked[-1])
    for at in asked:
        used.is_open(at.replace(year=at.year + years, day=1))
    fresh = OpenTime(calendar(one))
    assert used.business_time_between(*question) == fresh.business_time_between(*question)
    assert used.next_opening(asked[0]) == fresh.next_opening(asked[0])
    assert list(used.openings(*sorted(question))) == list(fresh.openings(*sorted(question)))


@given(some_versions(), around_changes)
def test_nothing_is_open_in_no_time_at_all(one: CalendarVersion, at: datetime) -> None:
    hours = OpenTime(calendar(one))
    hours.business_time_between(at - timedelta(days=400), at + timedelta(days=400))
    assert list(hours.openings(at, at)) == []


@given(some_versions(), around_changes)
def test_openings_and_closings_are_where_open_turns(one: CalendarVersion, at: datetime) -> None:
    hours = OpenTime(calendar(one))
    opening, closing = hours.next_opening(at), hours.next_closing(at)
    if opening is not None:
        assert hours.is_open(opening)
        assert opening == at or not hours.is_open(opening - MICROSECOND)
        assert hours.business_time_between(at, opening) == timedelta(0)
    if closing is not None:
        assert not hours.is_open(closing)
        assert hours.business_time_between(at, closing) == closing - at


@given(some_versions(), st.lists(st.tuples(around_changes, some_versions()), max_size=4), around_changes)
def test_a_changed_calendar_leaves_the_past_as_it_was(
    first: CalendarVersion, changes: list[tuple[datetime, CalendarVersion]], begin: datetime
) -> None:
    """Invariant 5; changes of changes still to come among them."""
    ours = calendar(first)
    for at, change in changes:
        later = msgspec.structs.replace(change, valid_from=at)
        before, ours = ours, ours.changed(later, now=at - MINUTE)
        old, new = OpenTime(before), OpenTime(ours)
        for since in (min(begin, at), at - timedelta(days=3)):
            assert old.business_time_between(since, at) == new.business_time_between(since, at)


def test_each_stretch_is_open_by_the_version_of_its_time() -> None:
    longer = version("Mo-Fr 08:00-20:00", since=prague("2026-11-18 12:00"))
    hours = OpenTime(calendar(version(OFFICE), longer))
    tuesday, wednesday = prague("2026-11-17 00:00"), prague("2026-11-18 00:00")
    assert hours.business_time_between(tuesday, wednesday) == timedelta(hours=9)
    assert hours.business_time_between(wednesday, wednesday + timedelta(days=1)) == timedelta(hours=12)


def test_a_version_that_begins_in_the_middle_of_an_opening_does_not_close_for_a_moment() -> None:
    same = version(OFFICE, since=prague("2026-11-18 12:00"))
    hours = OpenTime(calendar(version(OFFICE), same))
    assert hours.next_closing(prague("2026-11-18 09:00")) == prague("2026-11-18 17:00")


def test_another_time_zone_from_a_version_on_is_another_clock_from_then_on() -> None:
    moved = version(OFFICE, "America/New_York", since=prague("2026-11-19 00:00"))
    hours = OpenTime(calendar(version(OFFICE), moved))
    assert hours.next_opening(prague("2026-11-18 05:00")) == prague("2026-11-18 08:00")
    assert hours.next_opening(prague("2026-11-19 05:00")) == prague("2026-11-19 14:00")


def test_a_special_day_has_its_own_hours() -> None:
    eve = SpecialDay(date(2026, 12, 31), "New Year's Eve", parse_day("09:00-11:30"))
    hours = open_time(OFFICE, "Europe/Prague", eve)
    begin = prague("2026-12-31 00:00")
    assert list(hours.openings(begin, begin + timedelta(days=1))) == [
        (prague("2026-12-31 09:00"), prague("2026-12-31 11:30"))
    ]


def test_what_is_never_open_says_so_instead_of_searching_for_ever() -> None:
    closed = open_time("Mo-Su off")
    at = prague("2026-11-20 12:00")
    assert closed.next_opening(at) is None
    assert closed.next_closing(at) == at
    assert closed.add_business_time(at, timedelta(0)) == at
    with pytest.raises(NeverOpenError, match="Our hours"):
        closed.add_business_time(at, MINUTE)


def test_hours_far_beyond_the_horizon_are_never_whatever_was_asked_before() -> None:
    reopening = version(OFFICE, since=prague("2046-01-01 00:00"))
    hours = OpenTime(calendar(version("Mo-Su off"), reopening))
    at = prague("2026-11-20 12:00")
    assert hours.next_opening(at) is None
    assert hours.is_open(prague("2046-01-02 12:00"))
    assert hours.next_opening(at) is None


def test_a_closing_far_beyond_the_horizon_is_never_too() -> None:
    hours = OpenTime(calendar(version("24/7"), version("Mo-Su off", since=prague("2046-01-01 00:00"))))
    at = prague("2026-11-20 12:00")
    assert hours.next_closing(at) is None
    assert not hours.is_open(prague("2046-01-02 12:00"))
    assert hours.next_closing(at) is None
    assert hours.next_closing(prague("2044-11-20 12:00")) == prague("2046-01-01 00:00")


def test_day_and_night_never_closes() -> None:
    always = OpenTime(DAY_AND_NIGHT)
    at = prague("2026-11-20 12:00")
    assert always.next_closing(at) is None
    assert always.next_opening(at) == at
    assert always.add_business_time(at, timedelta(days=100)) == at + timedelta(days=100)


def test_a_clock_that_jumped_out_of_all_bounds_gets_an_answer() -> None:
    hours = open_time(OFFICE)
    far, early = datetime(9000, 1, 1, tzinfo=UTC), datetime(FIRST_YEAR - 70, 1, 1, tzinfo=UTC)
    assert not hours.is_open(far)
    assert not hours.is_open(early)
    assert hours.next_opening(far) is None
    assert hours.business_time_between(early, early + timedelta(days=9)) == timedelta(0)


def test_business_time_is_only_added_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        open_time(OFFICE).add_business_time(prague("2026-11-20 12:00"), -MINUTE)


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(TypeError):
        open_time(OFFICE).is_open(datetime(2026, 11, 20, 12))  # noqa: DTZ001 - that is the mistake


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_survive_as_microseconds(at: datetime) -> None:
    assert from_us(to_us(at)) == at
