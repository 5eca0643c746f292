import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QImage, QInputMethodEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.picture.canvas import Canvas
from console.typing_mode import TypingMode
from console.ui.screen_view import ScreenView
from protocol.session.messages import (
    ButtonChanged,
    CursorChanged,
    CursorMoved,
    FromConsole,
    KeyboardChanged,
    KeyChanged,
    PointerMoved,
    ReleaseAll,
    Scrolled,
    TextTyped,
)
from protocol.session.picture import Rect

WIDTH, HEIGHT = 200, 120
NOTHING = Qt.KeyboardModifier.NoModifier


class Shown:
    def __init__(self, qtbot: QtBot, *, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        self.canvas = Canvas()
        self.view = ScreenView(self.canvas)
        self.sent: list[FromConsole] = []
        self.view.input_made.connect(self.sent.append)
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.view.show()
        self.rng = np.random.default_rng(1)
        self.become(WIDTH, HEIGHT)
        self.view.set_control(True)

    def become(self, width: int, height: int) -> None:
        with self.canvas.lock:
            self.canvas.resize(width, height)
            self.canvas.pixels[:] = self.rng.integers(0, 256, (height, width, 4), np.uint8)
        self.view.paint_new()

    def change(self, rect: Rect) -> None:
        with self.canvas.lock:
            part = self.canvas.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
            part[:] = self.rng.integers(0, 256, part.shape, np.uint8)
            self.canvas.mark([rect])
        self.view.paint_new()

    def on_screen(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        grabbed = self.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        rows = np.frombuffer(grabbed.constBits(), np.uint8).reshape(grabbed.height(), grabbed.bytesPerLine())
        return rows[:, : 4 * grabbed.width()].reshape(grabbed.height(), grabbed.width(), 4)[:, :, :3].copy()


def key(
    kind: QEvent.Type, code: Qt.Key, evdev: int, symbol: int = 0x61, *, repeat: bool = False, text: str = ""
) -> QKeyEvent:
    return QKeyEvent(kind, code, NOTHING, evdev + 8, symbol, 0, text, repeat)


PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease


def test_1_to_1_every_pixel_is_the_helped_sides(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    for rect in (Rect(0, 0, 1, 1), Rect(199, 119, 1, 1), Rect(17, 3, 90, 80)):
        shown.change(rect)
    assert np.array_equal(shown.on_screen(), shown.canvas.pixels[:, :, :3])


def test_in_a_larger_window_the_picture_lies_in_the_middle(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(WIDTH + 40, HEIGHT + 20))
    assert np.array_equal(shown.on_screen()[10:-10, 20:-20], shown.canvas.pixels[:, :, :3])


def test_in_a_smaller_window_it_can_be_scrolled_to_the_end(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(100, 60))
    across, down = shown.view.horizontalScrollBar(), shown.view.verticalScrollBar()
    across.setValue(across.maximum())
    down.setValue(down.maximum())
    port = shown.view.viewport()
    seen = shown.canvas.pixels[HEIGHT - port.height() :, WIDTH - port.width() :, :3]
    assert np.array_equal(shown.on_screen(), seen)


def test_fitted_the_whole_picture_is_there(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(100, 60))
    with shown.canvas.lock:
        shown.canvas.pixels[:] = 200
        shown.canvas.mark([Rect(0, 0, WIDTH, HEIGHT)])
    shown.view.paint_new()
    shown.view.set_fitted(True)
    assert (shown.on_screen() == 200).all()
    assert not shown.view.horizontalScrollBar().isVisible()


@pytest.mark.parametrize("size", [(150, 90), (100, 60), (80, 48), (67, 41), (30, 18)])
@pytest.mark.parametrize("rect", [Rect(33, 21, 50, 40), Rect(0, 0, 1, 1), Rect(199, 119, 1, 1), Rect(101, 7, 3, 90)])
def test_a_changed_part_is_painted_alike_in_part_and_in_whole_when_fitted(
    qtbot: QtBot, size: tuple[int, int], rect: Rect
) -> None:
    shown = Shown(qtbot, size=size)
    shown.view.set_fitted(True)
    shown.on_screen()
    shown.change(rect)
    in_part = shown.on_screen()
    shown.view.set_fitted(False)
    shown.view.set_fitted(True)
    assert np.array_equal(in_part, shown.on_screen())


@pytest.mark.parametrize("size", [(80, 48), (50, 30), (30, 18)])
def test_fitted_below_half_its_size_every_pixel_counts(qtbot: QtBot, size: tuple[int, int]) -> None:
    shown = Shown(qtbot, size=size)
    with shown.canvas.lock:
        shown.canvas.pixels[:] = 255
        shown.canvas.pixels[:, ::2] = 0  # lines as thin as letters' stems
        shown.canvas.mark([Rect(0, 0, WIDTH, HEIGHT)])
    shown.view.paint_new()
    shown.view.set_fitted(True)
    grey = shown.on_screen().astype(float)
    assert abs(grey - 127.5).max() <= 1  # four pixels of each would have given bands of black and white


def test_shown_1_to_1_after_it_was_small_each_pixel_is_the_helped_sides(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(60, 36))
    shown.view.set_fitted(True)
    shown.change(Rect(3, 3, 90, 90))
    shown.view.resize(WIDTH, HEIGHT)
    shown.view.set_fitted(False)
    assert np.array_equal(shown.on_screen(), shown.canvas.pixels[:, :, :3])


def test_another_screen_size_in_mid_session_is_shown(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(300, 300))
    with qtbot.waitSignal(shown.view.resized_there) as caught:
        shown.become(300, 250)
    assert caught.args == [300, 250]
    shown.change(Rect(299, 249, 1, 1))
    assert np.array_equal(shown.on_screen()[25:275], shown.canvas.pixels[:, :, :3])


def test_a_click_says_which_button_and_where(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(WIDTH + 40, HEIGHT + 20))
    port = shown.view.viewport()
    QTest.mouseClick(port, Qt.MouseButton.RightButton, pos=QPoint(20 + 7, 10 + 9))
    QTest.mouseClick(port, Qt.MouseButton.BackButton, pos=QPoint(20, 10))
    assert shown.sent == [
        ButtonChanged(3, True, 7, 9),
        ButtonChanged(3, False, 7, 9),
        ButtonChanged(8, True, 0, 0),
        ButtonChanged(8, False, 0, 0),
    ]


def test_a_double_click_is_two_presses(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    port = shown.view.viewport()
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    downs = [message.down for message in shown.sent if isinstance(message, ButtonChanged)]
    assert downs == [True, False, True]


def test_moves_outside_the_picture_stay_on_its_edge_and_repeat_nothing(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(WIDTH + 40, HEIGHT + 20))
    port = shown.view.viewport()
    QTest.mouseMove(port, QPoint(1, 1))
    QTest.mouseMove(port, QPoint(2, 2))
    QTest.mouseMove(port, QPoint(WIDTH + 39, HEIGHT + 19))
    assert shown.sent == [PointerMoved(0, 0), PointerMoved(WIDTH - 1, HEIGHT - 1)]


def test_fitted_a_click_lands_on_the_pixel_under_it(qtbot: QtBot) -> None:
    shown = Shown(qtbot, size=(WIDTH // 2, HEIGHT // 2))
    shown.view.set_fitted(True)
    QTest.mousePress(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 20))
    assert shown.sent == [ButtonChanged(1, True, 60, 40)]


def test_the_wheel_counts_down_and_right_in_120ths(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    event = QWheelEvent(
        QPointF(3, 4),
        QPointF(3, 4),
        QPoint(),
        QPoint(30, -240),
        Qt.MouseButton.NoButton,
        NOTHING,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(shown.view.viewport(), event)
    assert shown.sent == [Scrolled(-30, 240, 3, 4)]


def test_keys_go_out_once_by_place_and_repeats_not_at_all(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    for event in (
        key(PRESS, Qt.Key.Key_A, 30),
        key(PRESS, Qt.Key.Key_A, 30, repeat=True),
        key(RELEASE, Qt.Key.Key_A, 30, repeat=True),
        key(RELEASE, Qt.Key.Key_A, 30),
    ):
        QApplication.sendEvent(shown.view, event)
    assert shown.sent == [KeyChanged(30, 0x61, True), KeyChanged(30, 0x61, False)]


@pytest.mark.parametrize(
    ("code", "evdev"),
    [(Qt.Key.Key_Tab, 15), (Qt.Key.Key_Backtab, 15), (Qt.Key.Key_Escape, 1), (Qt.Key.Key_F1, 59), (Qt.Key.Key_Up, 103)],
)
def test_keys_that_mean_something_to_windows_go_to_the_other_side(qtbot: QtBot, code: Qt.Key, evdev: int) -> None:
    shown = Shown(qtbot)
    override = key(QEvent.Type.ShortcutOverride, code, evdev)
    override.ignore()
    QApplication.sendEvent(shown.view, override)
    assert override.isAccepted()
    QApplication.sendEvent(shown.view, key(PRESS, code, evdev))
    assert shown.sent == [KeyChanged(evdev, 0x61, True)]


def test_the_sessions_own_shortcut_stays_here_and_its_modifiers_are_let_go(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    QApplication.sendEvent(shown.view, key(PRESS, Qt.Key.Key_Control, 29))
    host = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Q, host, 24, 0x51, 0)
    override.ignore()
    QApplication.sendEvent(shown.view, override)
    assert not override.isAccepted()
    assert shown.sent == [KeyChanged(29, 0x61, True), ReleaseAll()]


def test_when_the_focus_leaves_everything_is_let_go_once(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    QApplication.sendEvent(shown.view, key(PRESS, Qt.Key.Key_A, 30))
    for _ in range(2):
        QApplication.sendEvent(shown.view, QFocusEvent(QEvent.Type.FocusOut))
    QApplication.sendEvent(shown.view, key(RELEASE, Qt.Key.Key_A, 30))
    assert shown.sent == [KeyChanged(30, 0x61, True), ReleaseAll()]


def test_only_viewing_nothing_is_sent_but_what_was_down_is_let_go(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    QTest.mousePress(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    shown.view.set_control(False)
    assert shown.sent == [ButtonChanged(1, True, 5, 5), ReleaseAll()]
    QTest.mouseRelease(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    QTest.mouseMove(shown.view.viewport(), QPoint(9, 9))
    QApplication.sendEvent(shown.view, key(PRESS, Qt.Key.Key_A, 30))
    assert len(shown.sent) == 2


def test_keys_go_by_symbol_from_the_first_that_differs_and_an_input_method_works_then(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    heard: list[bool] = []
    shown.view.typing_changed.connect(lambda: heard.append(shown.view.typing.by_symbol))
    shown.view.show_keyboard(KeyboardChanged("French", {30: (ord("q"), ord("Q")), 31: (ord("s"), ord("S"))}))
    assert not shown.view.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    QApplication.sendEvent(shown.view, key(PRESS, Qt.Key.Key_S, 31, ord("s")))
    QApplication.sendEvent(shown.view, key(PRESS, Qt.Key.Key_A, 30, ord("a")))
    assert shown.sent == [KeyChanged(31, ord("s"), True), KeyChanged(30, ord("a"), True, by_symbol=True)]
    assert shown.view.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert heard == [False, True]
    shown.view.set_typing(TypingMode.PLACES)
    assert shown.sent[-1] == ReleaseAll()
    assert not shown.view.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_buttons_beyond_the_usual_go_out_by_x11s_numbers(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    for button in (Qt.MouseButton.ExtraButton3, Qt.MouseButton.ExtraButton8):
        QTest.mousePress(shown.view.viewport(), button, pos=QPoint(5, 5))
    assert [message.button for message in shown.sent if isinstance(message, ButtonChanged)] == [10, 15]


def test_text_of_an_input_method_goes_out_as_text(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    event = QInputMethodEvent()
    event.setCommitString("日本" * 200)
    QApplication.sendEvent(shown.view, event)
    assert "".join(m.text for m in shown.sent if isinstance(m, TextTyped)) == "日本" * 200


def test_the_helped_sides_cursor_is_worn_and_shown_where_somebody_else_moves_it(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.view.show_cursor(CursorChanged(4, 4, 1, 2, b"\x00\x00\xff\xff" * 16))
    cursor = shown.view.viewport().cursor()
    assert cursor.hotSpot() == QPoint(1, 2)
    assert cursor.pixmap().toImage().pixelColor(0, 0).red() == 255
    shown.view.set_control(False)
    shown.view.move_cursor(CursorMoved(50, 60))
    assert (shown.on_screen()[58:62, 49:53] == (0, 0, 255)).all()
    shown.view.move_cursor(CursorMoved(100, 60))
    assert np.array_equal(shown.on_screen()[58:62, 49:53], shown.canvas.pixels[58:62, 49:53, :3])


def test_a_hidden_cursor_is_hidden_here_too(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.view.show_cursor(CursorChanged(0, 0, 0, 0, b""))
    assert shown.view.viewport().cursor().shape() is Qt.CursorShape.BlankCursor
