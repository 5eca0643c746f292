import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from agent import words
from agent.messages import SessionRunning
from agent.ui.banner import Banner, hot_key_words
from agent.ui.banners import Banners
from agent.ui.eye import Blind, Rectangle, Sight
from protocol.scopes import Scope
from tests.agent.asked import a_question

WHO = a_question().technician


def running(*scopes: Scope, hot_key: str | None = "ctrl+alt+End") -> SessionRunning:
    until = datetime.now(UTC) + timedelta(minutes=9, seconds=59.4)
    return SessionRunning("c" * 32, WHO, frozenset({Scope.SEE, *scopes}), until, hot_key)


def up(qtbot: QtBot, session: SessionRunning) -> tuple[Banners, Banner]:
    banners = Banners()
    qtbot.addWidget(banners)
    banners.show_session(session)
    (banner,) = banners.all
    qtbot.addWidget(banner)
    return banners, banner


def test_it_names_the_technician_what_they_may_the_time_left_and_the_hot_key(qtbot: QtBot) -> None:
    _, banner = up(qtbot, running(Scope.CONTROL))
    assert banner.who.text() == "Jana Nováková sees your screen and uses your mouse and keyboard"
    assert banner.what.text().startswith("10 min left")
    assert "Ctrl + Alt + End stops it too" in banner.what.text()


def test_no_key_is_named_that_cannot_be_heard(qtbot: QtBot) -> None:
    _, banner = up(qtbot, running(hot_key=None))
    assert "stops it too" not in banner.what.text()


def test_no_window_manager_has_a_say_over_it_and_it_takes_no_focus(qtbot: QtBot) -> None:
    _, banner = up(qtbot, running())
    flags = banner.windowFlags()
    for flag in (
        Qt.WindowType.X11BypassWindowManagerHint,
        Qt.WindowType.WindowStaysOnTopHint,
        Qt.WindowType.FramelessWindowHint,
        Qt.WindowType.WindowDoesNotAcceptFocus,
    ):
        assert flag in flags


def test_hidden_by_whatever_it_comes_back(qtbot: QtBot) -> None:
    _, banner = up(qtbot, running())
    banner.hide()
    qtbot.waitUntil(banner.isVisible, timeout=2000)


def test_stop_and_view_only_are_one_press_away(qtbot: QtBot) -> None:
    banners, banner = up(qtbot, running(Scope.CONTROL))
    with qtbot.waitSignal(banners.stop_pressed):
        QTest.mouseClick(banner.stop, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(banners.view_only_pressed):
        QTest.mouseClick(banner.view_only, Qt.MouseButton.LeftButton)
    banners.show_session(running())
    assert not banner.view_only.isVisible()


def test_it_can_be_moved_along_the_upper_edge_and_not_off_it(qtbot: QtBot) -> None:
    _, banner = up(qtbot, running())
    area = banner.screen().geometry()
    for x, y in ((-5000, 300), (5000, 900), (30, -50)):
        QTest.mousePress(banner, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(2, 2))
        QTest.mouseMove(banner, QPoint(x, y))
        QTest.mouseRelease(banner, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(2, 2))
        assert banner.y() == area.y()
        assert area.left() <= banner.x() <= max(area.left(), area.right() + 1 - banner.width())


def test_the_end_is_said_with_its_reason_and_then_it_goes(qtbot: QtBot) -> None:
    banners, banner = up(qtbot, running(Scope.CONTROL))
    banners.show_end("You ended it. Jana Nováková can no longer see your screen.")
    assert banner.who.text() == "Nobody sees your screen any more"
    assert banner.what.text().startswith("You ended it.")
    assert not banner.stop.isVisible()
    assert banner.y() > banner.screen().geometry().center().y()  # the heads of windows are at the top
    QTest.mouseClick(banner.seen, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
    banners._clear()
    assert banners.all == []


def test_a_hot_key_is_written_as_on_the_users_keyboard() -> None:
    assert hot_key_words("ctrl+alt+End") == "Ctrl + Alt + End"
    assert hot_key_words("super+F9") == "Super + F9"
    words.use("de")
    assert hot_key_words("ctrl+alt+End") == "Strg + Alt + Ende"


def test_seconds_are_counted_only_when_few_are_left(qtbot: QtBot) -> None:
    session = running()
    soon = dataclasses.replace(session, until=datetime.now(UTC) + timedelta(seconds=90))
    _, banner = up(qtbot, soon)
    assert banner.what.text().startswith(("1:30 left", "1:29 left"))


def test_one_that_cannot_be_shown_again_is_told_as_lost(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.ui.banners.open_eye", Blind)
    monkeypatch.setattr("agent.ui.banners._RAISE_MS", 20)
    banners, _ = up(qtbot, running())
    with qtbot.waitSignal(banners.lost, timeout=2000):
        pass


class Watched(Blind):
    """All of a banner is seen; counts how often that is looked at, and what is asked before."""

    def __init__(self, *, moves: bool) -> None:
        self.moves, self.looks, self.asked = moves, 0, 0

    def look(self, window: int, wanted: Rectangle, screen: Rectangle, besides: frozenset[int]) -> Sight:
        del window, wanted, screen, besides
        self.looks += 1
        return Sight(in_place=True)

    def unmoved(self) -> bool:
        self.asked += 1
        return not self.moves


@pytest.mark.parametrize(("moves", "most"), [(False, 0.2), (True, 1.0)])
def test_where_nothing_moves_on_the_screen_the_server_is_asked_less(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, *, moves: bool, most: float
) -> None:
    eye = Watched(moves=moves)
    monkeypatch.setattr("agent.ui.banners.open_eye", lambda: eye)
    monkeypatch.setattr("agent.ui.banners._RAISE_MS", 1)
    banners, _ = up(qtbot, running())
    qtbot.waitUntil(lambda: eye.asked >= 50)
    assert banners.all
    assert most / 4 <= eye.looks / eye.asked <= most


def test_an_interrupted_line_is_said_kindly_and_can_be_stopped_where_the_banner_was(qtbot: QtBot) -> None:
    session = running(Scope.CONTROL)
    banners, banner = up(qtbot, session)
    place = banner.pos()
    banners.show_session(dataclasses.replace(session, interrupted=True))
    assert banner.who.text() == "The line is interrupted"
    assert banner.what.text() == "Jana Nováková sees nothing now, and may come back within a minute"
    assert banner.over_sign.isVisible()
    assert not banner.sign.isVisible()
    assert banner.stop.isVisible()
    assert banner.pos().y() == place.y()
    with qtbot.waitSignal(banners.stop_pressed):
        banner.stop.click()
    banners.show_session(session)
    assert banner.who.text().startswith("Jana Nováková sees your screen")
    assert banner.sign.isVisible()


def test_that_only_one_of_several_screens_is_seen_is_said(qtbot: QtBot) -> None:
    _, banner = up(qtbot, dataclasses.replace(running(), monitors=("DP-1",)))
    assert "only one of your screens" in banner.what.text()
