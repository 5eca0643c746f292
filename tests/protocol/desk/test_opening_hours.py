import msgspec
import pytest
from hypothesis import given

from protocol.desk.opening_hours import HoursError, Opening, Week, day_text, parse_day, parse_week, week_text
from tests.protocol.desk.hours import some_days, some_weeks

MORNING, AFTERNOON = Opening(8 * 60, 12 * 60), Opening(13 * 60, 17 * 60)


def test_a_week_reads_as_people_write_it() -> None:
    week = parse_week("Mo-Fr 08:00-12:00, 13:00-17:00; Sa 8:00-12:00")
    assert week == ((MORNING, AFTERNOON),) * 5 + ((MORNING,), ())
    assert week_text(week) == "Mo-Fr 08:00-12:00,13:00-17:00; Sa 08:00-12:00"


def test_days_may_be_listed_and_go_over_the_end_of_the_week() -> None:
    assert week_text(parse_week("Sa-Mo,We 08:00-12:00")) == "Mo 08:00-12:00; We 08:00-12:00; Sa-Su 08:00-12:00"


def test_hours_over_midnight_belong_to_both_days() -> None:
    assert parse_week("Fr 22:00-06:00")[4:6] == ((Opening(22 * 60, 1440),), (Opening(0, 6 * 60),))
    assert parse_week("Su 22:00-06:00")[0] == (Opening(0, 6 * 60),)
    assert week_text(parse_week("Mo-Su 22:00-06:00")) == "Mo-Su 00:00-06:00,22:00-24:00"


def test_day_and_night_has_a_short_name() -> None:
    assert week_text(parse_week("24/7")) == week_text(parse_week("Mo-Su 00:00-24:00")) == "24/7"


@given(some_weeks)
def test_what_was_written_reads_the_same(week: Week) -> None:
    assert parse_week(week_text(week)) == week


@given(some_days())
def test_a_day_reads_the_same(day: tuple[Opening, ...]) -> None:
    assert parse_day(day_text(day)) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whenever",
        "Mo-Fr",
        "Mo-Xx 08:00-17:00",
        "Mo 8-17",
        "Mo 08:00-25:00",
        "Mo 08:60-17:00",
        "Mo 24:00-02:00",
        "Mo 08:00-08:00",
        "Mo 08:00-12:00,11:00-17:00",
        "Mo 08:00-12:00; Mo 13:00-17:00",
        "Mo 20:00-06:00; Tu 05:00-08:00",
    ],
)
def test_hours_that_cannot_be_get_a_sentence(text: str) -> None:
    with pytest.raises(HoursError) as refused:
        parse_week(text)
    assert str(refused.value).endswith(".")


def test_one_day_cannot_go_over_midnight() -> None:
    with pytest.raises(HoursError, match="midnight"):
        parse_day("22:00-06:00")


@pytest.mark.parametrize(("begin", "end"), [(-1, 5), (5, 5), (6, 5), (0, 1441)])
def test_no_opening_lies_outside_its_day(begin: int, end: int) -> None:
    with pytest.raises(HoursError):
        Opening(begin, end)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"begin_min": begin, "end_min": end}, Opening)
