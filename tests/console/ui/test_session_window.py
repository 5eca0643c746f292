import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from console import language
from console.picture.canvas import Canvas
from console.picture.measures import Reading
from console.session.conversation import Allowed, NotAllowed, Wish
from console.session.stages import Stage
from console.ui import session_bar, session_window, words
from console.ui.session_window import SessionWindow
from protocol.consent import Consent
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.session.messages import (
    FromConsole,
    InputDropped,
    KeyboardChanged,
    Monitor,
    PointerMoved,
    ReleaseAll,
    ScreenChanged,
    Watch,
)
from protocol.session.picture import Codec, Rect
from tests.console.made_up import NOW, SEE_AND_CONTROL, ticket
from tests.looks.checks import shortcomings_at_rest

SEE = frozenset({Scope.SEE})
_HOST = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


def allowed(scopes: frozenset[Scope] = SEE_AND_CONTROL, minutes: int = 20) -> Allowed:
    end = NOW + timedelta(minutes=minutes)
    return Allowed(Consent("a" * 32, 17, bytes(32), bytes(32), bytes(32), "", scopes, (), "", "en", NOW, end))


class Shown:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: QSize) -> None:
        self.canvas = Canvas()
        self.window = SessionWindow(ticket(), self.canvas)

        class Screen:
            def availableGeometry(self) -> QRect:  # noqa: N802 - Qt's name
                return QRect(0, 0, room.width(), room.height())

        monkeypatch.setattr(self.window, "screen", Screen)
        self.window.show()

    def picture(self, width: int, height: int) -> None:
        with self.canvas.lock:
            self.canvas.resize(width, height)
        self.window.view.paint_new()

    def button(self, name: str) -> QPushButton:
        return next(b for b in self.window.findChildren(QPushButton) if b.accessibleName() == name)


def said(shown: Shown) -> list[str]:
    """Every sentence in the window."""
    labels = [label for label in shown.window.findChildren(QLabel) if label.isVisible()]
    return [label.accessibleName() for label in labels if label.accessibleName().endswith(".")]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    shown = Shown(monkeypatch, QSize(2400, 1400))
    yield shown
    if isValid(shown.window):  # closing deletes it
        shown.window.close()


def test_where_there_is_room_the_screen_is_shown_whole_and_unscaled(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.picture(1920, 1080)
    assert shown.window.view.viewport().size() == QSize(1920, 1080)
    assert shown.window.size() == QSize(1920, 1080 + session_bar.HEIGHT)
    assert session_bar.HEIGHT <= 60
    assert not shown.window.view.is_fitted


def test_the_window_is_as_large_as_the_screen_that_was_announced_before_its_picture_comes(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.window.show_said(ScreenChanged(1280, 720, (Monitor("DP-1", 0, 0, 1280, 720, primary=True),)))
    assert shown.window.size() == QSize(1280, 720 + session_bar.HEIGHT)
    assert not shown.window.view.isVisible(), "what is black is no picture"
    shown.picture(1280, 720)
    assert shown.window.view.isVisible()
    assert shown.window.view.viewport().size() == QSize(1280, 720)


def test_where_there_is_none_it_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Shown(monkeypatch, QSize(1366, 768))
    small.window.show_said(allowed())
    small.picture(1920, 1080)
    assert small.window.view.is_fitted
    assert small.window.isMaximized()
    small.window.close()


def test_a_screen_that_changes_its_size_is_shown_whole_again(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.picture(1920, 1080)
    shown.picture(1280, 720)
    assert shown.window.view.viewport().size() == QSize(1280, 720)


def test_a_window_that_the_technician_sized_keeps_its_size(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.picture(1920, 1080)
    shown.window.resize(1000, 700)
    shown.picture(1280, 720)
    assert shown.window.size() == QSize(1000, 700)


def test_each_stage_is_said_in_words(shown: Shown) -> None:
    said = set()
    for stage in Stage:
        shown.window.show_stage(stage)
        said.add(shown.window._words.text())
    assert len(said) == len(Stage)


def test_enter_ends_nothing_while_the_user_is_being_asked(qtbot: QtBot, shown: Shown) -> None:
    with qtbot.assertNotEmitted(shown.window.end_wanted):
        QTest.keyClick(shown.window.focusWidget() or shown.window, Qt.Key.Key_Return)
        QTest.keyClick(shown.window.focusWidget() or shown.window, Qt.Key.Key_Space)


def test_see_only_offers_to_ask_for_control(qtbot: QtBot, shown: Shown) -> None:
    shown.window.show_said(allowed(SEE, minutes=10))
    shown.picture(800, 600)
    assert not shown.button("Control").isVisible()
    with qtbot.waitSignal(shown.window.ask_wanted) as caught:
        shown.button("Ask for control").click()
    assert caught.args == [Wish(SEE_AND_CONTROL, 10)]
    assert not shown.button("Ask for control").isEnabled()
    shown.window.show_said(NotAllowed("Please only look."))
    assert shown.button("Ask for control").isEnabled()
    assert shown.window._hint.sentence == "Please only look."
    shown.window.show_said(allowed())
    assert shown.button("Control").isChecked()


def test_only_viewing_is_a_choice_of_the_technician_too(shown: Shown) -> None:
    sent: list[FromConsole] = []
    shown.window.input_made.connect(sent.append)
    shown.window.show_said(allowed())
    shown.picture(800, 600)
    port = shown.window.view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=port.rect().center())
    shown.button("Control").click()
    assert isinstance(sent[-1], ReleaseAll)
    count = len(sent)
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=port.rect().center())
    assert len(sent) == count


def test_whoever_chose_only_to_view_goes_on_viewing_when_more_time_is_given(shown: Shown) -> None:
    shown.window.show_said(allowed(minutes=2))
    shown.picture(800, 600)
    shown.button("Control").click()
    shown.window.show_said(allowed(minutes=12))
    assert not shown.button("Control").isChecked()
    assert not shown.window.view._controls


def test_control_taken_back_by_the_user_lets_go(shown: Shown) -> None:
    sent: list[FromConsole] = []
    shown.window.input_made.connect(sent.append)
    shown.window.show_said(allowed())
    shown.picture(800, 600)
    port = shown.window.view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=port.rect().center())
    shown.window.show_said(allowed(SEE))
    assert isinstance(sent[-1], ReleaseAll)
    assert shown.window.bar._scopes.text() == "see"


def test_the_time_left_counts_down_from_what_was_agreed(shown: Shown) -> None:
    shown.window.show_said(allowed(minutes=10))
    assert shown.window.bar._left.text() in ("10:00", "9:59")


def test_near_its_end_more_time_can_be_asked_for(qtbot: QtBot, shown: Shown) -> None:
    shown.window.show_said(allowed(minutes=10))
    assert not shown.button("More time").isVisible()
    shown.window.show_said(allowed(minutes=2))
    with qtbot.waitSignal(shown.window.ask_wanted) as caught:
        shown.button("More time").click()
    assert caught.args == [Wish(SEE_AND_CONTROL, 10)]
    shown.window.show_said(allowed(minutes=12))
    assert not shown.button("More time").isVisible()


def test_less_allowed_until_the_same_end_does_not_lengthen_the_time(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.window.show_said(allowed(minutes=10))
    later = time.monotonic() + 300
    monkeypatch.setattr("time.monotonic", lambda: later)
    shown.window.show_said(allowed(SEE, minutes=10))
    assert shown.window.bar._left.text().startswith(("5:0", "4:5"))


def test_whose_ticket_it_is_by_now_stands_there_beside_every_word_in_passing(shown: Shown) -> None:
    remark = shown.window.bar._remark
    shown.window.show_owner("Petr Malý")
    shown.window.show_said(InputDropped("banner", 1))
    assert (remark.text(), remark.isHidden()) == ("Petr Malý owns the ticket", False)
    assert shown.window._hint.sentence.startswith("The user's banner is here")
    shown.window._hint._timer.timeout.emit()
    assert shown.window._hint.sentence == ""
    assert not remark.isHidden()
    shown.window.show_owner("")
    assert remark.isHidden()


def test_dropped_input_is_said_so_that_nobody_wonders(shown: Shown) -> None:
    shown.window.show_said(InputDropped("user_active", 3))
    assert "user is using mouse or keyboard" in shown.window._hint.sentence
    shown.window.show_said(InputDropped("banner", 1))
    assert shown.window._hint.sentence == "The user's banner is here; your clicks stop short of it."
    shown.window.show_said(InputDropped("server_key", 1))
    assert shown.window._hint.sentence == "That key steers the user's screen; only they press it."
    shown.window.show_said(InputDropped("something new", 1))
    assert shown.window._hint.sentence == "Your input was not taken."


@pytest.mark.parametrize("spoken", ["en", "de"])
@pytest.mark.parametrize("reason", [*session_window._DROPPED, "something new"])
@pytest.mark.parametrize("width", [1100, 640])
def test_a_hint_is_read_whole_in_a_window_that_is_not_wide(shown: Shown, spoken: str, reason: str, width: int) -> None:
    language.choose(spoken)
    shown.window.show_said(allowed(minutes=2))
    shown.picture(1920, 1080)
    shown.window.resize(width, 700)
    shown.window.show_said(InputDropped(reason, 1))
    QTest.qWait(50)
    whole = language._(session_window._DROPPED.get(reason, session_window._DROPPED_OTHERWISE))
    label = next(label for label in shown.window.findChildren(QLabel) if label.accessibleName() == whole)
    around = label.parentWidget()
    assert label.isVisible()
    assert label.text() == whole
    assert around is not None
    assert shortcomings_at_rest(around) == []
    assert shown.window.rect().contains(around.geometry())


def test_a_hint_follows_the_windows_size_and_lets_the_mouse_through(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.picture(1920, 1080)
    shown.window.show_said(InputDropped("banner", 1))
    shown.window.resize(700, 500)
    QTest.qWait(1)
    hint = shown.window._hint
    assert abs(hint.geometry().center().x() - shown.window.rect().center().x()) <= 1
    assert shown.window.childAt(hint.geometry().center()) is shown.window.view.viewport()


def test_when_it_is_over_nothing_of_the_screen_is_left_to_see(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.picture(800, 600)
    shown.window.show_over("The user ended the session.", EndReason.USER_STOPPED)
    assert not shown.window.view.isVisible()
    visible = [b.accessibleName() for b in shown.window.findChildren(QPushButton) if b.isVisible()]
    assert visible == ["Close"]
    QTest.keyClick(shown.window, Qt.Key.Key_Escape)
    assert not shown.window.isVisible()


def test_a_refusal_is_said_once_where_every_other_end_is_said(shown: Shown) -> None:
    shown.window.show_stage(Stage.REFUSED)  # in this order: see `console.net.session`
    shown.window.show_said(NotAllowed("The user does not want this."))
    assert said(shown) == ["The user did not agree."]
    shown.window.show_over("The user did not agree.", EndReason.REFUSED)
    assert said(shown) == ["The user did not agree."]


def test_a_word_in_passing_goes_with_the_session(shown: Shown) -> None:
    shown.window.show_said(allowed())
    shown.window.show_said(NotAllowed("Please only look."))
    shown.window.show_over("The user ended the session.", EndReason.USER_STOPPED)
    assert said(shown) == ["The user ended the session."]


def test_closing_the_window_ends_the_session_and_asks_nothing(qtbot: QtBot, shown: Shown) -> None:
    with qtbot.waitSignal(shown.window.end_wanted):
        shown.window.close()
    assert [w for w in shown.window.findChildren(QWidget) if w.isModal()] == []


@pytest.mark.parametrize("reason", [r for r in EndReason if r is not EndReason.LINE_LOST])
def test_a_known_reason_is_not_corrected_afterwards(shown: Shown, reason: EndReason) -> None:
    shown.window.show_over("why", EndReason.USER_STOPPED)
    shown.window.correct_end("something else", reason)
    assert shown.window._words.text() == "why"


def test_the_bar_says_how_keys_go_and_lets_one_choose(shown: Shown) -> None:
    shown.window.show_said(allowed(SEE))
    button = shown.button("Keys: By place")
    assert not button.isVisible(), "whoever only sees has no keys"
    shown.window.show_said(allowed())
    assert button.isVisible()
    shown.window.bar.press_typing()
    assert button.accessibleName() == "Keys: By symbol"
    shown.window.show_said(KeyboardChanged("German", {21: (ord("z"),)}))
    assert "German" in button.toolTip()
    menu = button.menu()
    assert isinstance(menu, QMenu)
    assert [action.isChecked() for action in menu.actions()] == [False, True, False]
    menu.actions()[2].trigger()
    assert button.accessibleName() == "Keys: By place"


def test_figures_lie_over_the_picture_on_demand_and_take_no_mouse(shown: Shown) -> None:
    figures = Reading(61.0, 21.4, None, 1830, 31_000_000, 31.0, 4_100_000.0, 0.9999, ((Rect(0, 0, 9, 9), Codec.H264),))
    shown.window.show_said(allowed())
    shown.picture(1920, 1080)
    shown.window.show_line(12.3)
    before = shown.window.view.viewport().grab().toImage()
    shown.window.show_figures(figures)
    assert shown.window.view.viewport().grab().toImage() == before, "nothing is shown unasked"
    shown.window.bar.press_figures()
    shown.window.show_figures(figures)
    said = [label.text() for label in shown.window.findChildren(QLabel) if label.isVisible()]
    for text in ("21 ms", words.NOTHING, "31 a second", "4.1 MB/s", "99.9 %"):
        assert text in said
    assert any("film" in text for text in said)
    drawn = shown.window.view.viewport().grab().toImage()
    assert drawn.pixelColor(0, 4) != before.pixelColor(0, 4)
    assert drawn.pixelColor(100, 100) == before.pixelColor(100, 100)
    sent: list[FromConsole] = []
    shown.window.input_made.connect(sent.append)
    corner = shown.window.view.viewport().rect().topRight() + QPoint(-60, 60)
    under = shown.window.childAt(shown.window.view.viewport().mapTo(shown.window, corner))
    assert under is shown.window.view.viewport(), "a click in the corner is the helped side's"
    shown.window.bar.press_figures()
    assert shown.window.view.viewport().grab().toImage() == before


TWO = (Monitor("DP-1", 0, 0, 1000, 600, primary=True), Monitor("HDMI-1", 1000, 100, 900, 480))


def two_screens(shown: Shown) -> list[FromConsole]:
    """A session on two screens; what the window sends."""
    sent: list[FromConsole] = []
    shown.window.input_made.connect(sent.append)
    shown.window.show_stage(Stage.RUNNING)
    shown.window.show_said(allowed())
    shown.window.show_said(ScreenChanged(1900, 600, TWO))
    shown.picture(1900, 600)
    return sent


def test_the_shortcut_shows_one_screen_after_the_other_and_then_all(shown: Shown) -> None:
    sent = two_screens(shown)
    view = shown.window.view
    sizes = []
    for _ in range(3):
        sizes.append((view.viewport().width(), view.viewport().height()))
        QTest.keyClick(view, Qt.Key.Key_S, _HOST)
    assert sizes == [(1900, 600), (1000, 600), (900, 480)]
    assert [one for one in sent if isinstance(one, Watch)] == [Watch(("DP-1",)), Watch(("HDMI-1",)), Watch(())]


def test_a_click_on_a_screen_that_is_shown_alone_lands_on_that_screen(shown: Shown) -> None:
    sent = two_screens(shown)
    menu = shown.button("Shown: All screens").menu()
    assert [action.text() for action in menu.actions()] == ["All screens", "Screen 1 (DP-1)", "Screen 2 (HDMI-1)"]
    menu.actions()[2].trigger()
    assert shown.button("Shown: Screen 2").isVisible()
    QTest.mouseMove(shown.window.view.viewport(), QPoint(30, 20))
    assert sent[-1] == PointerMoved(1030, 120)


def test_a_single_screen_leaves_nothing_to_choose(shown: Shown) -> None:
    sent = two_screens(shown)
    shown.window.show_said(ScreenChanged(1900, 600, TWO[1:]))
    assert not shown.window.bar.monitors.isVisible()
    QTest.keyClick(shown.window.view, Qt.Key.Key_S, _HOST)
    assert not [one for one in sent if isinstance(one, Watch)]
    assert shown.window.view.viewport().size() == QSize(900, 480)


def test_a_screen_that_was_looked_at_and_is_gone_gives_way_to_all(shown: Shown) -> None:
    sent = two_screens(shown)
    QTest.keyClick(shown.window.view, Qt.Key.Key_S, _HOST)
    shown.window.show_said(ScreenChanged(1900, 600, TWO[1:]))
    assert sent[-1] == Watch(())


def test_an_interrupted_line_dims_the_picture_sends_nothing_and_can_be_ended(shown: Shown, qtbot: QtBot) -> None:
    sent = two_screens(shown)
    QTest.keyClick(shown.window.view, Qt.Key.Key_S, _HOST)
    shown.window.show_stage(Stage.INTERRUPTED)
    assert shown.window._curtain.isVisible()
    assert shown.window._curtain.accessibleName() == "Line interrupted, coming back …"
    assert not shown.button("Control").isEnabled()
    before = len(sent)
    QTest.keyClick(shown.window.view, Qt.Key.Key_A)
    QTest.mouseClick(shown.window.view.viewport(), Qt.MouseButton.LeftButton)
    assert not [one for one in sent[before:] if not isinstance(one, ReleaseAll)]
    with qtbot.waitSignal(shown.window.end_wanted):
        shown.button("End").click()
    shown.window.show_stage(Stage.RUNNING)
    assert not shown.window._curtain.isVisible()
    assert shown.button("Control").isEnabled()
    assert sent[-1] == Watch(("DP-1",))  # the new tunnel's agent knows nothing of it


def test_an_interrupted_line_has_no_latency_until_it_is_back_and_measured_anew(shown: Shown) -> None:
    two_screens(shown)
    shown.window.show_line(1.2)
    line = shown.button("Time to the server and back: 1 ms")
    shown.window.show_stage(Stage.INTERRUPTED)
    assert (line.text(), line.accessibleName()) == ("–", "Time to the server and back: –")  # noqa: RUF001 - a dash as it is shown
    shown.window.show_line(1.3)
    assert line.text() == words.NOTHING, "the server is there again, the user is not"
    shown.window.show_stage(Stage.RUNNING)
    assert line.text() == words.NOTHING
    shown.window.show_line(4.4)
    assert line.text() == "4 ms"
