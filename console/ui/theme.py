"""The console's look: one accent, an 8 px grid, light or dark as the system says. Main thread."""

import dataclasses
import functools
from pathlib import Path
from typing import Literal

import qtawesome
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

GRID = 8
"""Distances are multiples of this, in logical pixels."""
_ICON_SCALE = 0.78
"""The widest signs are a fifth wider than high; in full size they touch the text beside them, and lose an edge."""


_MARKS = Path(__file__).with_name("marks")


@dataclasses.dataclass(frozen=True, slots=True)
class Colours:
    """One theme; values as ``#rrggbb``. Text has 4.5:1 on what it stands on (WCAG 2.2, 1.4.3): a test has the pairs."""

    window: str
    base: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selected: str
    danger: str
    warning: str
    good: str
    notice: str


LIGHT = Colours(
    window="#f4f5f6",
    base="#ffffff",
    raised="#ffffff",
    line="#d9dde1",
    text="#1b2329",
    muted="#5a6671",
    accent="#0f766e",
    on_accent="#ffffff",
    selected="#d3ebe8",
    danger="#b42318",
    warning="#a04908",
    good="#15803d",
    notice="#fef3c7",
)
DARK = Colours(
    window="#171b1e",
    base="#1e2327",
    raised="#262c31",
    line="#39424a",
    text="#e6eaed",
    muted="#a2adb7",
    accent="#2dd4bf",
    on_accent="#06251f",
    selected="#1a403d",
    danger="#fb8a82",
    warning="#fbbf24",
    good="#4ade80",
    notice="#3f3413",
)

_STYLE = """
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {line}; padding: 4px; }}
QPushButton {{ padding: 5px 12px; border: 1px solid {line}; border-radius: 4px; background: {raised}; color: {text}; }}
QPushButton:hover {{ border-color: {accent}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 4px 11px; }}
QPushButton:disabled {{ color: {muted}; background: {window}; }}
QPushButton::menu-indicator {{ image: url({down}); width: 8px; height: 8px;
    subcontrol-origin: padding; subcontrol-position: right center; left: -3px; }}
QPushButton:checked {{ background: {selected}; border-color: {accent}; }}
QPushButton[primary="true"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {text}; }}
QPushButton[primary="true"]:disabled {{ background: {window}; color: {muted}; border-color: {line}; }}
QPushButton[danger="true"] {{ color: {danger}; border-color: {danger}; }}
QPushButton[flat="true"] {{ border: 1px solid transparent; background: transparent; padding: 4px; }}
QPushButton[flat="true"]:focus {{ border: 1px solid {accent}; }}
QLineEdit, QPlainTextEdit {{
    border: 1px solid {line}; border-radius: 4px; padding: 4px 6px; background: {base}; color: {text};
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {accent}; padding: 3px 5px; }}
QComboBox, QAbstractSpinBox {{ border: 1px solid {line}; border-radius: 4px; padding: 3px 6px; min-height: 18px;
    background: {base}; color: {text}; selection-background-color: {accent}; selection-color: {on_accent}; }}
QComboBox:focus, QAbstractSpinBox:focus {{ border: 2px solid {accent}; padding: 2px 5px; }}
QComboBox:disabled, QAbstractSpinBox:disabled {{ background: {window}; color: {muted}; }}
QComboBox::drop-down, QDateTimeEdit::drop-down {{ subcontrol-origin: border; subcontrol-position: center right;
    width: 24px; border: none; }}
QComboBox::down-arrow, QDateTimeEdit::down-arrow {{ image: url({down}); width: 10px; height: 10px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ subcontrol-origin: border; subcontrol-position: top right;
    width: 20px; border: none; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ subcontrol-origin: border; subcontrol-position: bottom right;
    width: 20px; border: none; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url({up}); width: 8px; height: 8px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url({down}); width: 8px; height: 8px; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {muted}; border-radius: 3px; background: {base}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({check}); }}
QCheckBox::indicator:focus {{ border: 2px solid {text}; width: 12px; height: 12px; }}
QCheckBox::indicator:disabled {{ border-color: {line}; }}
QCheckBox::indicator:checked:disabled {{ background: {muted}; border-color: {muted}; }}
QTableView, QListView {{ border: none; background: {base}; gridline-color: transparent; outline: none;
    alternate-background-color: {base}; selection-background-color: {selected}; selection-color: {text}; }}
QTableView::item {{ padding: 0 6px; border-bottom: 1px solid {window}; }}
QTableView::item:selected {{ background: {selected}; color: {text}; }}
QHeaderView {{ background: {base}; }}
QHeaderView::section {{ background: {base}; color: {muted}; border: none; border-bottom: 1px solid {line};
    padding: 4px 6px 4px 9px; }}
QListWidget::item {{ padding: 4px 8px; }}
QListWidget::item:selected {{ background: {selected}; color: {text}; }}
QSplitter::handle {{ background: {line}; }}
QStatusBar {{ background: {window}; color: {muted}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
QFrame[card="true"] {{ background: {base}; border: 1px solid {line}; border-radius: 6px; }}
QFrame[notice="true"] {{ background: {notice}; border: none; border-left: 4px solid {warning}; }}
QFrame[hint="true"] {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; }}
QFrame[bar="true"] {{ background: {raised}; border: none; border-bottom: 1px solid {line}; }}
QLabel[muted="true"] {{ color: {muted}; }}
QLabel[heading="true"] {{ font-size: 13pt; font-weight: 600; }}
QLabel[section="true"] {{ color: {muted}; font-weight: 600; }}
QLabel[chip="true"] {{ background: {selected}; color: {text}; border-radius: 4px; padding: 2px 8px; }}
QScrollArea {{ border: none; }}
QScrollBar:vertical {{ width: 10px; background: transparent; }}
QScrollBar:horizontal {{ height: 10px; background: transparent; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def colours() -> Colours:
    """The theme in force."""
    dark = QApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


def apply(app: QApplication) -> None:
    """Puts the theme on the application, now and whenever the system's changes."""
    app.setStyle("Fusion")
    _dress(app)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _dress(app))


Tone = Literal["text", "muted", "accent", "on_accent", "danger", "warning", "good"]
"""A colour of an icon, by its name in `Colours`."""


@functools.cache
def icon(name: str, tone: Tone = "text") -> QIcon:
    """An icon of Font Awesome, such as ``plug``; it is drawn in the colours of the theme then in force."""
    return QIcon(_Drawn(name, tone))


class _Drawn(QIconEngine):
    """Asks for the colour when it draws, so that nothing on the screen keeps one of the theme before."""

    def __init__(self, name: str, tone: Tone) -> None:
        super().__init__()
        self._name, self._tone = name, tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._now().paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._now().pixmap(size, 1.0, mode, state)

    def clone(self) -> QIconEngine:
        return _Drawn(self._name, self._tone)

    def _now(self) -> QIcon:
        now = colours()
        drawn: QIcon = qtawesome.icon(  # which keeps what it made
            f"fa6s.{self._name}", color=getattr(now, self._tone), color_disabled=now.muted, scale_factor=_ICON_SCALE
        )
        return drawn


def _dress(app: QApplication) -> None:
    _dress_widgets(app)
    for window in app.topLevelWidgets():
        if window.testAttribute(Qt.WidgetAttribute.WA_SetWindowIcon):
            window.setWindowIcon(window.windowIcon())  # the desktop has a picture of it


def _dress_widgets(app: QApplication) -> None:
    now = colours()
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: now.window,
        QPalette.ColorRole.WindowText: now.text,
        QPalette.ColorRole.Base: now.base,
        QPalette.ColorRole.AlternateBase: now.window,
        QPalette.ColorRole.Text: now.text,
        QPalette.ColorRole.PlaceholderText: now.muted,
        QPalette.ColorRole.Button: now.raised,
        QPalette.ColorRole.ButtonText: now.text,
        QPalette.ColorRole.ToolTipBase: now.raised,
        QPalette.ColorRole.ToolTipText: now.text,
        QPalette.ColorRole.Highlight: now.accent,
        QPalette.ColorRole.HighlightedText: now.on_accent,
        QPalette.ColorRole.Link: now.accent,
        QPalette.ColorRole.Mid: now.line,
        QPalette.ColorRole.Dark: now.line,
        QPalette.ColorRole.Light: now.raised,
        QPalette.ColorRole.Accent: now.accent,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(now.muted))
    app.setPalette(palette)
    drawn = {"check": now.on_accent, "down": now.muted, "up": now.muted}
    marks = {name: (_MARKS / f"{name}-{colour.lstrip('#')}.svg").as_posix() for name, colour in drawn.items()}
    app.setStyleSheet(_STYLE.format(**marks, **dataclasses.asdict(now)))
