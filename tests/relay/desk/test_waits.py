from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.ui import hours, plain, standing
from protocol import envelope
from protocol.desk import events
from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.events import WaitForecast
from protocol.desk.load import within
from protocol.desk.opening_hours import CLOSED, parse_week
from tests.relay.peopled import LONG_AGO, history
from tests.relay.rig import House, Running, scene
from tests.relay.web.desk import register

FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)
"""In Prague it is an hour later; the office closes there at 17:00."""
OFFICE = OpenTime(Calendar("o", "Office", (CalendarVersion(LONG_AGO, "UTC", parse_week("Mo-Fr 08:00-16:00")),)))
NEVER = OpenTime(Calendar("n", "Never", (CalendarVersion(LONG_AGO, "UTC", (CLOSED,) * 7),)))


@pytest.mark.parametrize(
    ("hour", "work_min", "begins"),
    [
        (9, 0, FRIDAY.replace(hour=9)),
        (9, 40, FRIDAY.replace(hour=9, minute=40)),
        (15, 90, FRIDAY.replace(hour=8, minute=30) + timedelta(days=3)),
        (20, 0, FRIDAY.replace(hour=8) + timedelta(days=3)),
    ],
)
def test_p42_work_that_waits_is_done_within_the_hours(hour: int, work_min: int, begins: datetime) -> None:
    now = FRIDAY.replace(hour=hour)
    expected = within(WaitForecast(work_min, 1, 1), OFFICE, now)
    assert expected is not None
    assert now + timedelta(minutes=expected.wait_min) == begins


def test_p42_where_it_never_opens_nothing_is_forecast() -> None:
    assert within(WaitForecast(0, 0, 1), NEVER, FRIDAY) is None


@pytest.mark.parametrize("urgency", [1, 2, 3])
@pytest.mark.parametrize("at", [FRIDAY.replace(hour=9), FRIDAY.replace(hour=15, minute=30), FRIDAY + timedelta(days=2)])
@pytest.mark.parametrize("agreed", [True, False])
@scene
async def test_p39_p42_what_is_said_before_a_request_is_sent_is_what_stands_on_it_after(
    tmp_path: Path, at: datetime, urgency: int, agreed: bool
) -> None:
    house = House(tmp_path / "relay")
    async with house.relay() as relay:
        _it_is(relay, at)
        if agreed:
            await relay.sets(*register(), events.MachineSet(events.Machine("laptop", "Eva's", "eva")))
        else:
            await relay.sets(events.StaffSet(events.StaffProfile("jana", "Jana", "Engineer", "+420")))
        agent = await relay.agent()
        about = await agent.ask(envelope.ReadAbout)
        asked = (await agent.asks_for_help(urgency=urgency)).ticket
        said = hours.summary(about, at, urgency)
        assert about.answer_by[urgency - 1] == asked.due
        assert f"You hear from us by {plain.when(asked.due, now=at)} at the latest." in said
        assert standing.next_step(asked).endswith(f"(by {plain.when(asked.due)})")
        assert agreed or "right away" not in said  # nobody is signed in


@scene
async def test_p42_where_no_hours_are_agreed_whoever_is_signed_in_is_there(tmp_path: Path) -> None:
    async with House(tmp_path / "relay").relay() as relay:
        await relay.sets(events.StaffSet(events.StaffProfile("jana", "Jana", "Engineer", "+420")))
        agent = await relay.agent()
        assert (await agent.ask(envelope.ReadAbout)).wait_min is None
        await relay.console("jana")
        assert (await agent.ask(envelope.ReadAbout)).wait_min == 0


@scene
async def test_p42_the_forecast_that_is_held_against_what_came_counts_the_closed_hours(tmp_path: Path) -> None:
    sunday = FRIDAY + timedelta(days=2, hours=9)
    async with House(tmp_path / "relay").relay() as relay:
        _it_is(relay, sunday)
        await relay.sets(*register(), events.MachineSet(events.Machine("laptop", "Eva's", "eva")))
        agent, jana = await relay.agent(), await relay.console("jana")
        number = (await agent.asks_for_help()).ticket.number
        await jana.hears(envelope.TicketChanged, lambda c: c.ticket.number == number and c.ticket.owner is not None)
        (expected,) = history(await jana.ask(envelope.ReadTicket, number), WaitForecast)
        assert sunday + timedelta(minutes=expected.wait_min) == FRIDAY + timedelta(days=3, hours=7)


def _it_is(relay: Running, at: datetime) -> None:
    """For the desk; certificates are judged by the true clock."""
    object.__setattr__(relay.relay._desk._room, "clock", lambda: at)
