from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar, CalendarError, CalendarVersion, SpecialDay, special_days
from protocol.desk.opening_hours import CLOSED, WHOLE_DAY, Opening, parse_week, week_text
from protocol.desk.versions import VersionError
from tests.protocol.desk.hours import LONG_AGO, OFFICE, calendar, prague, version

NOW = prague("2026-11-20 12:00")
CHRISTMAS = SpecialDay(date(2026, 12, 24), "Christmas Eve")


def test_p39_the_hours_shown_are_those_the_clocks_use() -> None:
    """What a page prints from the calendar's data, day by day, is when the clocks run."""
    ours = calendar(version("Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-12:00", "Europe/Prague", CHRISTMAS))
    shown = msgspec.json.decode(msgspec.json.encode(ours), type=Calendar)  # as agent and page get it
    clocks = OpenTime(ours)
    for number in range(60):
        day = date(2026, 11, 1) + timedelta(days=number)
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Prague"))
        printed = [
            (midnight + timedelta(minutes=o.begin_min), midnight + timedelta(minutes=o.end_min))
            for o in shown.in_force(midnight).day(day)
        ]
        assert list(clocks.openings(midnight, midnight + timedelta(days=1))) == printed


def test_p39_holidays_are_shown_by_name() -> None:
    shown = version(OFFICE, "Europe/Prague", CHRISTMAS)
    assert [(day.day, day.name, day.openings) for day in shown.special_days] == [
        (date(2026, 12, 24), "Christmas Eve", CLOSED)
    ]
    assert shown.day(date(2026, 12, 24)) == CLOSED
    assert week_text(shown.week) == OFFICE


def test_the_version_of_the_time_holds_and_the_first_one_before_it_too() -> None:
    first, second = version(OFFICE), version("24/7", since=NOW)
    ours = calendar(first, second)
    assert ours.in_force(NOW - timedelta(microseconds=1)) is first
    assert ours.in_force(LONG_AGO - timedelta(days=9999)) is first
    assert ours.in_force(NOW) is second


def test_a_change_cannot_begin_in_the_past() -> None:
    ours = calendar(version(OFFICE))
    with pytest.raises(VersionError, match="past"):
        ours.changed(version("24/7", since=NOW - timedelta(seconds=1)), NOW)
    assert ours.changed(version("24/7", since=NOW), NOW).in_force(NOW).week == (WHOLE_DAY,) * 7


def test_a_change_may_come_before_one_already_planned_and_replace_it() -> None:
    planned = version("24/7", since=NOW + timedelta(days=30))
    ours = calendar(version(OFFICE), planned)
    sooner = version("Mo 08:00-09:00", since=NOW + timedelta(days=1))
    assert ours.changed(sooner, NOW).versions == (ours.versions[0], sooner, planned)
    other = version("Tu 08:00-09:00", since=planned.valid_from)
    assert ours.changed(other, NOW).versions == (ours.versions[0], other)


@pytest.mark.parametrize("order", [[], [0, 0], [1, 0]])
def test_versions_without_an_order_are_refused(order: list[int]) -> None:
    with pytest.raises(VersionError):
        calendar(*[version(OFFICE, since=LONG_AGO + timedelta(days=day)) for day in order])


@pytest.mark.parametrize("zone", ["", "Prague", "Europe", "../../etc/passwd", "/etc/localtime", "Europe/Prague\0"])
def test_a_zone_that_is_none_gets_a_sentence(zone: str) -> None:
    with pytest.raises(CalendarError, match="time zone"):
        version(OFFICE, zone)


def test_days_out_of_order_or_twice_are_refused() -> None:
    eve, other = CHRISTMAS, SpecialDay(date(2026, 12, 1), "Day off")
    assert version(OFFICE, "UTC", other, eve).special_days == (other, eve)
    for days in ((eve, other), (eve, eve)):
        with pytest.raises(CalendarError):
            version(OFFICE, "UTC", *days)


def test_overlapping_hours_are_refused_wherever_they_stand() -> None:
    overlapping = (Opening(0, 60), Opening(30, 90))
    with pytest.raises(CalendarError, match="overlap"):
        version((overlapping,) + (CLOSED,) * 6)
    with pytest.raises(CalendarError, match="overlap"):
        version(OFFICE, "UTC", SpecialDay(date(2026, 12, 1), "Odd", overlapping))


def test_bytes_that_are_no_calendar_are_refused_when_read() -> None:
    good = msgspec.json.encode(calendar(version(OFFICE)))
    assert msgspec.json.decode(good, type=Calendar)
    for old, new in ((b"Europe/Prague", b"Nowhere/Land"), (b"480", b"1480"), (b"480", b"1020")):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(good.replace(old, new), type=Calendar)


def test_a_version_needs_an_instant_and_seven_days() -> None:
    with pytest.raises(CalendarError):
        CalendarVersion(datetime(2026, 1, 1), "UTC", parse_week(OFFICE))  # noqa: DTZ001 - that is the mistake
    with pytest.raises(CalendarError):
        CalendarVersion(LONG_AGO, "UTC", parse_week(OFFICE)[:6])  # type: ignore[arg-type] # that is the mistake


def test_ones_own_day_has_the_word_over_a_public_one() -> None:
    public = SpecialDay(date(2026, 12, 24), "Štědrý den", public=True)
    assert special_days((public,), (CHRISTMAS,)) == (CHRISTMAS,)
