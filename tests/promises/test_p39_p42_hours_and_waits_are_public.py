"""P39, P42, P1, P4: in the agent's window stand service hours, who is on duty, the contact, and the expected wait."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.ui import hours
from protocol import envelope
from protocol.desk import events
from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import Calendar, CalendarVersion, SpecialDay
from protocol.desk.contract import Contract
from protocol.desk.opening_hours import CLOSED, parse_week
from protocol.desk.public_holidays import public_holidays, with_public_holidays
from tests.agent.asked import JANA
from tests.agent.desk import HelpedDesk, desk_and_relay
from tests.relay.peopled import LONG_AGO, TERMS, away, peopled
from tests.relay.rig import scene

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""A Friday."""
OFFICE = Calendar(
    "office",
    "Office",
    (
        CalendarVersion(
            LONG_AGO,
            "UTC",
            parse_week("Mo-Th 08:00-12:00,13:00-17:00; Fr 08:00-15:00"),
            (SpecialDay(datetime(2026, 12, 1, tzinfo=UTC).date(), "Moving house"),),
        ),
    ),
)


def about(**facts: Any) -> envelope.About:
    return envelope.About(1, "Help desk", "+420 800 123", calendar=OFFICE, **facts)


def test_p39_hours_and_days_that_differ_are_those_of_the_very_calendar_the_clocks_use(
    qtbot: QtBot, tmp_path: Path
) -> None:
    agreed = Contract("gold", "firma", (replace(TERMS, hours="office"),))
    sets = (
        events.CalendarSet(OFFICE),
        events.ContractSet(agreed),
        events.DeskSet(events.DeskSettings("Help", phone="+420 800 123")),
    )
    with desk_and_relay(tmp_path, qtbot, house=lambda path: peopled(path, *sets)) as (desk, relay):
        desk.connected()
        desk.window.show_ask()
        desk.until(lambda: bool(desk.window.ask.presence.text()))
        now = datetime.now(UTC)
        is_open = OpenTime(OFFICE).is_open(now)
        assert desk.window.ask.presence.text().startswith("We are here now" if is_open else "We are back")
        labels = "\n".join(label.text() for label in desk.agent.about.findChildren(QLabel))
        assert "Monday \u2013 Thursday: 08:00 \u2013 12:00, 13:00 \u2013 17:00" in labels
        assert "Friday: 08:00 \u2013 15:00\nSaturday \u2013 Sunday: closed" in labels
        assert "+420 800 123" in labels
        read: Any = relay.play(ask_about(relay))
        assert read.calendar.versions[0].week == OFFICE.versions[0].week


async def ask_about(relay: Any) -> Any:
    agent = await relay.relay.agent()
    return await agent.ask(envelope.ReadAbout)


@scene
async def test_p39_each_user_reads_the_holidays_by_the_names_of_his_own_language(tmp_path: Path) -> None:
    begin = datetime(datetime.now(UTC).year - 1, 1, 1, tzinfo=UTC)
    bavaria = CalendarVersion(begin, "UTC", (CLOSED,) * 7, country="DE", subdivision="BY")
    office = Calendar("office", "Office", (with_public_holidays(bavaria, language="en_US"),))
    sets = (
        events.CalendarSet(office),
        events.ContractSet(Contract("gold", "firma", (replace(TERMS, hours="office"),))),
        events.UserSet(events.User("eva", "Eva", "firma", language="de")),
    )
    names = {
        language: {day.name for day in public_holidays("DE", "BY", range(begin.year, begin.year + 3), fits)}
        for language, fits in (("en", "en_US"), ("de", "de"))
    }
    async with peopled(tmp_path / "relay", *sets).relay() as relay:
        agent = await relay.agent()
        for asked, said in (("en", "en"), ("de", "de"), ("", "de"), ("cs", "de")):
            about: Any = await agent.ask(envelope.ReadAbout, asked)
            shown = {day.name for day in about.calendar.versions[0].special_days}
            assert shown
            assert shown <= names[said]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "We are here now, until today at 15:00."),
        (NOW + timedelta(hours=6), "We are back 23/11/2026 at 08:00."),
        (datetime(2026, 12, 1, 9, tzinfo=UTC), "We are back tomorrow at 08:00."),
    ],
)
def test_p39_it_says_whether_somebody_is_there_now_holidays_included(at: datetime, said: str) -> None:
    assert hours.summary(about(), at) == said


def test_p39_days_with_other_hours_stand_there_ahead_of_time() -> None:
    assert hours.different(OFFICE, NOW) == [("01/12/2026, Moving house", "closed")]
    assert hours.different(OFFICE, NOW + timedelta(days=30)) == []


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "Somebody is free for you right away."),
        (3, "Until somebody has time for you it takes about 5 minutes."),
        (42, "Until somebody has time for you it takes about 40 minutes."),
        (200, "Until somebody has time for you it takes about 3 hours."),
    ],
)
def test_p42_the_expected_wait_is_said_while_somebody_is_there(minutes: int, said: str) -> None:
    assert said in hours.summary(about(wait_min=minutes), NOW)
    assert said not in hours.summary(about(wait_min=minutes), NOW + timedelta(hours=8))


def test_p01_outside_the_hours_whoever_is_on_duty_is_named_with_the_phone() -> None:
    said = hours.summary(about(on_duty=(JANA,)), NOW + timedelta(hours=8))
    number = "+420\N{NO-BREAK SPACE}123\N{NO-BREAK SPACE}456"  # which no end of a line parts
    assert f"On duty until then: Jana Nováková, Support engineer, {number}." in said


def test_p01_whoever_is_on_call_stands_in_the_users_window_while_nobody_is_there(qtbot: QtBot, tmp_path: Path) -> None:
    never = Calendar("never", "Never", (CalendarVersion(LONG_AGO, "UTC", (CLOSED,) * 7),))
    begin = datetime.now(UTC) - timedelta(days=1)
    end = begin + timedelta(days=9)
    sets = (
        events.CalendarSet(never),
        events.ContractSet(Contract("gold", "firma", (replace(TERMS, hours="never"),))),
        events.RotaSet(begin, end, (events.Shift(begin, end, ("petr",)),)),
    )
    with desk_and_relay(tmp_path, qtbot, house=lambda path: peopled(path, *sets)) as (desk, _relay):
        desk.connected()
        desk.window.show_ask()
        on_duty = "Petr Dvořák, Support engineer, +420\N{NO-BREAK SPACE}123\N{NO-BREAK SPACE}456"
        desk.until(lambda: on_duty in desk.window.ask.presence.text())
        assert "On duty" in desk.window.ask.presence.text()


def test_p04_within_them_the_contact_is() -> None:
    said = hours.summary(about(contact=JANA), NOW)
    assert "Your contact: Jana Nováková, Support engineer, +420\N{NO-BREAK SPACE}123\N{NO-BREAK SPACE}456." in said


def test_p42_and_the_forecast_in_the_window_is_the_desks(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot, house=peopled) as (desk, relay):
        desk.connected()
        desk.window.show_ask()
        desk.until(lambda: "Somebody is free for you right away." in desk.window.ask.presence.text())
        assert isinstance(relay.play(ask_about(relay)), envelope.About)


def test_p04_the_contact_stands_in_the_users_window_by_name_and_face_and_the_deputy_while_he_is_away(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with desk_and_relay(tmp_path, qtbot, house=peopled) as (desk, relay):
        desk.connected()
        desk.window.show_ask()
        desk.until(lambda: "Your contact: Jana Nováková" in desk.window.ask.presence.text())
        desk.until(lambda: faces(desk) == {("JN", "Jana Nováková")})  # Qt shows what is added with the next event
        relay.play(away(relay.play(relay.relay.console("petr")), "jana"))
        desk.window.show_ask()
        desk.until(lambda: "Your contact: Petr Dvořák" in desk.window.ask.presence.text())
        desk.until(lambda: faces(desk) == {("PD", "Petr Dvořák")})


def faces(desk: HelpedDesk) -> set[tuple[str, str]]:
    """Letters and name of each that is to be seen."""
    labels = desk.window.ask.face.findChildren(QLabel)
    return {(label.text(), label.accessibleName()) for label in labels if label.isVisible()}
