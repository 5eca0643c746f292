import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar, CalendarError, CalendarVersion, SpecialDay, special_days
from protocol.desk.opening_hours import parse_week
from protocol.desk.public_holidays import YEARS_AHEAD, name_in, public_holidays, renewed, with_public_holidays
from tests.protocol.desk.hours import OFFICE, prague

BEGIN = prague("2026-01-01 00:00")
EVE = SpecialDay(date(2026, 12, 31), "Company party", parse_week("Th 08:00-11:00")[3])


def version(country: str = "CZ", subdivision: str = "", *days: SpecialDay) -> CalendarVersion:
    return CalendarVersion(BEGIN, "Europe/Prague", parse_week(OFFICE), days, country, subdivision)


def test_p24_a_public_holiday_does_not_count() -> None:
    """Monday, 28 September 2026, is Czech Statehood Day."""
    hours = OpenTime(Calendar("c", "Prague", (with_public_holidays(version()),)))
    due = hours.add_business_time(prague("2026-09-25 16:55"), timedelta(minutes=15))
    assert due == prague("2026-09-29 08:10")


def test_holidays_have_names_and_know_their_subdivision() -> None:
    bavaria = {day.day: day.name for day in public_holidays("DE", "BY", [2026], "en_US")}
    assert bavaria[date(2026, 1, 6)] == "Epiphany"
    assert date(2026, 1, 6) not in {day.day for day in public_holidays("DE", "BE", [2026])}


def test_a_holiday_is_called_as_its_reader_calls_it_or_as_its_country_does() -> None:
    german, czech = with_public_holidays(version("DE", "", EVE)), with_public_holidays(version("CZ"))
    christmas = SpecialDay(date(2026, 12, 25), "Christmas Day", public=True)
    assert name_in(christmas, german, "de") == "Erster Weihnachtstag"
    assert name_in(christmas, german, "en") == "Christmas Day"
    assert name_in(christmas, czech, "de") == "1. svátek vánoční"
    assert name_in(EVE, german, "de") == "Company party"
    assert name_in(SpecialDay(date(2026, 5, 5), "Gone", public=True), german, "de") == "Gone"


def test_ones_own_days_stay_beside_the_public_ones() -> None:
    made = with_public_holidays(version("CZ", "", EVE))
    assert made.holidays_until == 2026 + YEARS_AHEAD
    assert made.day(date(2026, 12, 31)) == EVE.openings
    assert made.day(date(2026, 12, 25)) == ()
    assert with_public_holidays(made) == made


def test_without_a_country_there_are_only_ones_own() -> None:
    assert with_public_holidays(version("", "", EVE)).special_days == (EVE,)


@pytest.mark.parametrize(("country", "subdivision"), [("XX", ""), ("DE", "XX"), ("Czechia?", "")])
def test_a_country_nobody_knows_gets_a_sentence(country: str, subdivision: str) -> None:
    with pytest.raises(CalendarError, match=r"No public holidays are known for .*\."):
        public_holidays(country, subdivision, [2026])


def test_a_year_later_the_days_are_known_a_year_further_and_the_past_is_as_it_was() -> None:
    ours = Calendar("c", "Prague", (with_public_holidays(version("CZ", "", EVE)),))
    assert renewed(ours, BEGIN + timedelta(days=100)) is ours
    now = BEGIN + timedelta(days=400)
    later = renewed(ours, now)
    assert later.versions[0] == ours.versions[0]
    assert later.in_force(now).holidays_until == 2027 + YEARS_AHEAD
    assert later.in_force(now).special_days[-1].day.year == 2027 + YEARS_AHEAD
    assert renewed(later, now) is later


def test_a_corrected_list_changes_only_days_ahead() -> None:
    """A list as it was wrong once: 17 November missing, and a holiday too many."""
    made = with_public_holidays(version())
    wrong = tuple(day for day in made.special_days if day.day not in (date(2026, 11, 17), date(2027, 11, 17)))
    stale = CalendarVersion(BEGIN, "Europe/Prague", made.week, wrong, "CZ", "", made.holidays_until)
    now = prague("2026-12-01 00:00")
    corrected = renewed(Calendar("c", "Prague", (stale,)), now)
    hours = OpenTime(corrected)
    assert hours.is_open(prague("2026-11-17 12:00"))  # it counted as a working day then, and still does
    assert not hours.is_open(prague("2027-11-17 12:00"))


def test_a_holiday_that_was_abolished_is_one_no_longer() -> None:
    too_many = SpecialDay(date(2027, 6, 1), "Abolished", public=True)
    made = with_public_holidays(version())
    stale = CalendarVersion(BEGIN, "Europe/Prague", made.week, special_days(made.special_days, (too_many,)), "CZ")
    corrected = renewed(Calendar("c", "Prague", (stale,)), prague("2026-12-01 00:00"))
    assert too_many in stale.special_days
    assert too_many not in corrected.versions[-1].special_days


def test_a_version_planned_for_later_gets_its_days_too() -> None:
    planned = CalendarVersion(prague("2026-06-01 00:00"), "Europe/Prague", parse_week("24/7"), (), "DE", "BY")
    ours = Calendar("c", "Prague", (with_public_holidays(version()), planned))
    after = renewed(ours, BEGIN)
    assert after.versions[0] == ours.versions[0]
    assert after.in_force(prague("2026-06-02 00:00")).day(date(2026, 10, 3)) == ()


@pytest.mark.parametrize(("module", "needs"), [("overview", False), ("public_holidays", True)])
def test_whoever_shows_clocks_and_calendars_needs_no_list_of_the_worlds_holidays(module: str, *, needs: bool) -> None:
    """Agents and consoles are installed without it."""
    code = f"import sys, protocol.desk.{module}; print('holidays' in sys.modules)"
    root = Path(__file__).parents[3]
    outcome = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == str(needs)
