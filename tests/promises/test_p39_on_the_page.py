"""Promise 39 on the page: the hours shown are those of the very calendar the clocks compute with."""

from datetime import UTC, date, datetime
from pathlib import Path

from protocol.desk.calendar import SpecialDay
from tests.relay.rig import scene
from tests.relay.web.desk import desk, register

FRIDAY = datetime(2026, 3, 6, 15, 55, tzinfo=UTC)
"""16:55 in Prague; the office closes at 17:00."""
MONDAY = SpecialDay(date(2026, 3, 9), "Founders' Day")


@scene
async def test_p39_a_holiday_stands_on_the_page_and_the_promise_on_it_waits_for_the_day_after(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(MONDAY), clock=lambda: FRIDAY) as at:
        page = await at.shown(await at.asked())
        assert "Mon 9 March, Founders' Day : closed" in page.text
        assert "We are here now, until today, 17:00." in page.text
        assert "When Tue 10 Mar, 08:55" in page.text  # an hour of them


@scene
async def test_p39_on_an_ordinary_week_the_same_promise_is_for_monday(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(), clock=lambda: FRIDAY) as at:
        page = await at.shown(await at.asked())
        assert "When Mon 9 Mar, 08:55" in page.text


@scene
async def test_p39_anybody_reads_the_hours_without_a_ticket(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(MONDAY), clock=lambda: FRIDAY) as at:
        page = await at.visitor().get("/")
        assert "Monday \N{EN DASH} Friday 08:00\N{EN DASH}12:00, 13:00\N{EN DASH}17:00" in page.text
        assert "Mon 9 March, Founders' Day : closed" in page.text
