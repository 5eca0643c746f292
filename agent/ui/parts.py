"""The few parts all windows are made of. Whatever text they are given is shown as plain text, never as markup."""

from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from agent.ui import theme
from agent.ui.theme import GRID

_SIZES = {"body": 1.0, "small": 0.9, "strong": 1.0, "lead": 1.15, "title": 1.5}
"""Of the system's font size."""


class Text(QLabel):
    """Words. `size` is one of body, small, strong, lead, title; `tone` a colour of the style sheet."""

    def __init__(self, text: str = "", *, size: str = "body", tone: str = "", wrap: bool = True) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(wrap)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * _SIZES[size])
        font.setBold(size in ("strong", "title"))
        self.setFont(font)
        if tone:
            self.setProperty("tone", tone)


class Sign(QLabel):
    """A sign of the icon font, in a colour of the theme; follows it from light to dark."""

    def __init__(self, name: str, tone: str = "accent", size: int = 3 * GRID) -> None:
        super().__init__()
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The theme changed."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        self.setPixmap(theme.icon(self._name, getattr(theme.tones(), self._tone)).pixmap(self._size, self._size))


class Button(QPushButton):
    """A button; `kind` is main (the one thing to do), stop, flat, link (one that stands in a text) or none.

    `does` is its tooltip: what it does.
    """

    def __init__(self, text: str, does: str, *, kind: str = "") -> None:
        super().__init__(unmarked(text))
        self.setAccessibleName(text)
        self.setToolTip(does)
        self.setAccessibleDescription(does)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if kind:
            self.setProperty("kind", kind)


class Card(QFrame):
    """A bordered box with things below each other; `look` is card, soft or warning."""

    def __init__(self, look: str = "card", *, spacing: int = GRID) -> None:
        super().__init__()
        self.setObjectName(look)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.rows.setSpacing(spacing)


def unmarked(text: str) -> str:
    """`text` for a button or a tick, which would take a & for the sign of an underlined letter."""
    return text.replace("&", "&&")


def row(*things: QWidget | int, spacing: int = GRID) -> QHBoxLayout:
    """Things beside each other; a number is a stretch."""
    return _fill(QHBoxLayout(), things, spacing)


def column(*things: QWidget | int, spacing: int = GRID) -> QVBoxLayout:
    """Things below each other; a number is a stretch."""
    return _fill(QVBoxLayout(), things, spacing)


def warning(text: str) -> Card:
    """A sentence to heed."""
    card = Card("warning")
    line = row(Sign("ph.warning-bold", "on_warn"), Text(text), spacing=2 * GRID)
    card.rows.addLayout(line)
    return card


def empty(layout: QLayout) -> None:
    """Takes everything out of a layout."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()


L = TypeVar("L", QHBoxLayout, QVBoxLayout)


def _fill(layout: L, things: tuple[QWidget | int, ...], spacing: int) -> L:
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    for thing in things:
        if isinstance(thing, int):
            layout.addStretch(thing)
        else:
            layout.addWidget(thing)
    return layout
