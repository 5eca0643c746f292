"""What must hold for every window: each control has a name, a word on what it does and a way to it, and nothing is cut.

The figures of contrast are those of WCAG 2.2 (1.4.3 and 1.4.11).
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QWidget,
)

LEAST_ROOM = QSize(1024, 660)
"""Pixels of a small screen, or of a large one at 200 %, less title bar and panel."""
TEXT, SIGN = 4.5, 3.0
"""Contrast of text, and of what only shows where something is."""

_ROUNDS, _ROUND_MS = 20, 10

_CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)
_COMPOSED = (QAbstractSpinBox, QComboBox, QAbstractItemView, QLineEdit)
"""Qt's own parts of these are theirs."""


def show_in_little_room(window: QWidget) -> None:
    """As on a small screen. A menu is left as it is: it would seize a keyboard that Qt's offscreen platform has not."""
    if isinstance(window, QMenu):
        return
    window.show()
    window.resize(window.size().boundedTo(LEAST_ROOM))


def shortcomings(window: QWidget) -> list[str]:
    """What is wrong with a window that is shown, each as a sentence."""
    return [
        *(f"{_called(one)} {wrong}" for one in _controls(window) for wrong in _wrong_with_control(one)),
        *(f"{keys} does {count} things" for keys, count in _keys(window).items() if count > 1),
        *(f"{_called(one)} is cut: {wrong}" for one in _texts(window) if (wrong := _cut(one))),
        *(["it does not fit a small screen"] if _too_large(window) else []),
    ]


def shortcomings_at_rest(window: QWidget) -> list[str]:
    """The same, once lines have been wrapped and pages laid out: that takes some rounds of the event loop."""
    found = shortcomings(window)
    for _round in range(_ROUNDS):
        if not found:
            break
        QTest.qWait(_ROUND_MS)
        found = shortcomings(window)
    return found


def undrawn(part: str) -> list[str]:
    """The dialogs of a part that no function of its looks draws."""
    drawn = "".join(path.read_text() for path in Path("tests", part, "looks").glob("*.py"))
    for module in pkgutil.iter_modules(importlib.import_module(f"{part}.ui").__path__):
        importlib.import_module(f"{part}.ui.{module.name}")
    return [
        dialog.__name__
        for dialog in _below(QDialog)
        if dialog.__module__.startswith(f"{part}.") and not dialog.__subclasses__() and dialog.__name__ not in drawn
    ]


def _below(kind: type[QWidget]) -> Iterator[type[QWidget]]:
    one: type[QWidget]
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def contrast(one: str, other: str) -> float:
    """Of two colours given as ``#rrggbb``: 1 (none) to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    drawn = QColor(colour)
    parts = (drawn.redF(), drawn.greenF(), drawn.blueF())
    red, green, blue = (float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4) for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _controls(window: QWidget) -> Iterator[QWidget]:
    for one in window.findChildren(QWidget):
        inside = one.parentWidget()
        while inside is not None and inside is not window and not isinstance(inside, _COMPOSED):
            inside = inside.parentWidget()
        own = isinstance(inside, _COMPOSED)
        if isinstance(one, _CONTROLS) and not isinstance(one, QHeaderView) and one.isVisible() and not own:
            yield one


def _wrong_with_control(one: QWidget) -> Iterator[str]:
    if not one.accessibleName().strip():
        yield "has no name"
    lists = isinstance(one, QAbstractItemView)  # a row's own words say what it is
    if not one.toolTip().strip() and not lists:
        yield "does not say what it does"
    if not one.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield "is not reached by Tab"


def _keys(window: QWidget) -> Counter[str]:
    found: Counter[str] = Counter()
    for shortcut in window.findChildren(QShortcut):
        if isinstance(parent := shortcut.parent(), QWidget) and parent.isVisible() and shortcut.isEnabled():
            found[shortcut.key().toString()] += 1
    for action in window.findChildren(QAction):
        if not isinstance(action.parent(), QLineEdit | QPlainTextEdit):
            found.update(keys.toString() for keys in action.shortcuts())
    for one in window.findChildren(QWidget):
        if (
            isinstance(one, QLabel | QAbstractButton)
            and one.isVisible()
            and (not isinstance(one, QLabel) or one.buddy())
        ):
            plain = isinstance(one, QLabel) and one.textFormat() is Qt.TextFormat.PlainText and not one.buddy()
            if not plain and (keys := QKeySequence.mnemonic(one.text()).toString()):
                found[keys] += 1
    return found


def _texts(window: QWidget) -> Iterator[QLabel | QAbstractButton]:
    for one in window.findChildren(QWidget):
        inside = one.parentWidget()
        while inside is not None and not isinstance(inside, QAbstractItemView | QMenu):
            inside = inside.parentWidget()
        if isinstance(one, QLabel | QAbstractButton) and one.isVisible() and one.text() and inside is None:
            yield one


def _cut(one: QLabel | QAbstractButton) -> str:
    if one.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored:
        return ""  # it says itself, with an ellipsis, that there is more
    if isinstance(one, QLabel) and one.wordWrap():
        needed = QSize(one.minimumSizeHint().width(), one.heightForWidth(one.width()))
    else:
        needed = one.minimumSizeHint()
    if isinstance(one, QLabel) and one.buddy() and "&" in one.text():  # an underlined letter stands apart from others
        before, _mark, after = one.text().partition("&")
        parts = (before, after[:1], after[1:])
        needed.setWidth(max(needed.width(), sum(one.fontMetrics().horizontalAdvance(part) for part in parts)))
    room = one.size()
    if needed.width() > room.width() or needed.height() > room.height():
        return f"{needed.width()} x {needed.height()} in {room.width()} x {room.height()}"
    return ""


def _too_large(window: QWidget) -> bool:
    needed = window.minimumSizeHint().expandedTo(window.minimumSize())
    scrolls = isinstance(window, QAbstractScrollArea | QMenu)
    return not scrolls and needed.boundedTo(LEAST_ROOM) != needed


def _called(one: QWidget) -> str:
    text = one.text() if isinstance(one, QLabel | QAbstractButton) else ""
    return f"{type(one).__name__} “{(one.accessibleName() or text)[:60]}”"


def drawn_colours(window: QWidget) -> set[str]:
    """Every colour that is on it, as ``#rrggbb``."""
    QApplication.processEvents()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
    return {f"#{pixel:06x}" for pixel in np.unique(pixels)}
