import pytest

from console import language
from console.ui import staff_page
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
