"""What stands in docs/words.md: a page and a report call things as the user's own windows do."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent import words as windows
from agent.ui import plain
from protocol.desk import events
from protocol.desk.states import TicketState
from relay.reports.labels import Labels
from relay.web.pages import Moments
from tests.relay.rig import scene
from tests.relay.web.desk import desk

JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
STEPS: dict[TicketState, tuple[events.TicketEvent, ...]] = {
    TicketState.NEW: (),
    TicketState.TRIAGED: (events.Triaged(2, 2),),
    TicketState.IN_PROGRESS: (events.Assigned(JANA), events.Started()),
    TicketState.ON_HOLD: (events.OnHold(events.HoldReason.VENDOR),),
    TicketState.RESOLVED: (events.Resumed(), events.Resolved("New cable")),
    TicketState.CLOSED: (events.Accepted(),),
}
MARCH = datetime(2026, 3, 2, 10, 5, tzinfo=UTC)


@pytest.fixture
def _english_again() -> Iterator[None]:
    yield
    windows.use("en")


@pytest.mark.usefixtures("_english_again")
@pytest.mark.parametrize("language", ["en", "de"])
@scene
async def test_a_request_stands_on_its_page_in_the_word_that_its_window_has(tmp_path: Path, language: str) -> None:
    async with desk(tmp_path) as at:
        windows.use(language)
        number = await at.asked(language=language)
        for state, happened in STEPS.items():
            if happened:
                await at.happens(number, *happened)
            page = await at.shown(number)
            assert f'<span class="badge">{plain.state(state)}</span>' in page.body


@pytest.mark.usefixtures("_english_again")
@scene
async def test_how_urgent_it_is_is_asked_alike_on_the_page_and_in_the_window(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        for language in ("en", "de"):
            windows.use(language)
            page = await at.visitor(language).get("/")
            for text in ("I cannot work at all", "It holds me up", "It can wait"):
                assert windows._(text) in page.text


def test_a_day_in_a_report_is_written_as_on_a_page_the_day_first() -> None:
    assert (Labels("en").day(MARCH), Labels("de").day(MARCH)) == ("2 Mar", "2. März")
    for language in ("en", "de"):
        assert Labels(language).moment(MARCH) == Moments(language, ZoneInfo("UTC"), MARCH).exactly(MARCH)
