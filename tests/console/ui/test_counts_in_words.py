import pytest

from console import language
from console.ui import staff_page, words
from protocol.envelope import StaffList
from protocol.envelope.people import Forecasts


@pytest.mark.parametrize(
    ("spoken", "count", "waiting", "forecasts"),
    [
        ("en", 1, "1 waiting.", "Of 1 ticket so far:"),
        ("en", 2, "2 waiting.", "Of the last 2 tickets:"),
        ("de", 1, "1 wartet.", "Von bisher 1 Ticket:"),
        ("de", 2, "2 warten.", "Von den letzten 2 Tickets:"),
    ],
)
def test_one_who_waits_and_one_ticket_are_one(spoken: str, count: int, waiting: str, forecasts: str) -> None:
    language.choose(spoken)
    try:
        listed = StaffList(1, (), count, None, Forecasts(count, 1.0, 1.0, 1.0))
        assert staff_page._waiting(listed).startswith(waiting)
        assert staff_page._forecasts(listed).startswith(forecasts)
    finally:
        language.choose("en")


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 minute"), (35, "35 minutes"), (60, "1 hour"), (89, "1 hour"), (717, "12 hours")]
)
def test_a_long_wait_is_told_in_hours(count: int, said: str) -> None:
    assert words.wait(count) == said
    listed = StaffList(1, (), 4, count, Forecasts(1, 1.0, 1.0, 1.0))
    assert staff_page._waiting(listed) == f"4 waiting. Whoever comes now waits about {said}."
