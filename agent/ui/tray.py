"""The agent's place in the tray, or, on a desk without one, a small window with the same four things to do."""

import html
import time

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QCloseEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QVBoxLayout, QWidget

from agent.ui import theme
from agent.ui.parts import Button, Text
from agent.ui.theme import GRID
from agent.words import _

_NOTE_MS = 8000


class Tray(QObject):
    """Signals: `help_wanted()`, `requests_wanted()`, `stop_wanted()`, `about_wanted()`, `quit_wanted()`."""

    help_wanted = Signal()
    requests_wanted = Signal()
    stop_wanted = Signal()
    about_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, *, available: bool | None = None) -> None:
        """`available`: whether there is a tray; by default what the system says."""
        super().__init__()
        there = QSystemTrayIcon.isSystemTrayAvailable() if available is None else available
        self.icon = QSystemTrayIcon(theme.program_icon()) if there else None
        self.window = None if there else SmallWindow()
        self.menu = QMenu()
        self.stop_action = QAction()
        self._sharing, self._down = False, False
        self._build_menu()
        self._noted_until = 0.0
        if self.icon:
            self.icon.setContextMenu(self.menu)
            self.icon.activated.connect(self._activated)
            self.icon.show()
        if self.window:
            self.window.help.clicked.connect(self.help_wanted)
            self.window.requests.clicked.connect(self.requests_wanted)
            self.window.stop.clicked.connect(self.stop_wanted)
            self.window.show()
        self.say_line("", down=False)

    def say_line(self, sentence: str, *, down: bool) -> None:
        """How the line is: in the tooltip, and if it is `down`, in the sign's colour."""
        tip = sentence or _("Help is at hand. Click here if something does not work.")
        self._down = down
        self._draw()
        if self.icon:
            self.icon.setToolTip(tip)
        if self.window:
            self.window.line.setText(tip)
            self.window.fit()

    def show_sharing(self, *, sharing: bool) -> None:
        """Whether somebody sees the screen now."""
        self.stop_action.setVisible(sharing)
        self._sharing = sharing
        self._draw()
        if self.window:
            self.window.stop.setVisible(sharing)
            self.window.fit()

    def notify(self, title: str, text: str) -> None:
        """A short note beside the tray."""
        if self.icon:
            self.icon.showMessage(title, text if self._balloons else _unmarked(text), theme.program_icon(), _NOTE_MS)
            self._noted_until = time.monotonic() + _NOTE_MS / 1000
        if self.window:
            self.window.note.setText(f"{title}: {text}")
            self.window.note.show()
            self.window.fit()

    def hush(self) -> None:
        """Takes away a note that may lie over something more important."""
        if self.icon and self._balloons and time.monotonic() < self._noted_until:
            self.icon.showMessage("", "")

    @property
    def _balloons(self) -> bool:
        """Whether a note is Qt's own, or the system's: a tray over D-Bus has no place on the screen."""
        return self.icon is not None and not self.icon.geometry().isEmpty()

    def leave(self) -> None:
        """Takes the sign away."""
        if self.icon:
            self.icon.hide()
        if self.window:
            self.window.hide()

    def _draw(self) -> None:
        if self.icon:
            self.icon.setIcon(theme.program_icon(badge=self._sharing, away=self._down))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.help_wanted.emit()

    def _build_menu(self) -> None:
        add = self.menu.addAction
        add(_("Get help")).triggered.connect(self.help_wanted)
        add(_("My requests")).triggered.connect(self.requests_wanted)
        self.stop_action = add(_("Stop showing my screen"))
        self.stop_action.triggered.connect(self.stop_wanted)
        self.stop_action.setVisible(False)
        self.menu.addSeparator()
        add(_("About")).triggered.connect(self.about_wanted)
        add(_("Quit")).triggered.connect(self.quit_wanted)


def _unmarked(text: str) -> str:
    """Others' words for a note that may be shown as markup (Desktop Notifications Specification, "Markup")."""
    return html.escape(text, quote=False)


class SmallWindow(QWidget):
    """What there is where there is no tray. Closing it only minimises it: help stays at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("athand")
        self.setWindowIcon(theme.program_icon())
        self.help = Button(_("Get help"), _("Write what is wrong"), kind="main")
        self.requests = Button(_("My requests"), _("See what became of what you asked"))
        self.stop = Button(_("Stop showing my screen"), _("Ends it at once"), kind="stop")
        self.stop.hide()
        self.note = Text()
        self.note.hide()
        self.line = Text(tone="muted", size="small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        for part in (self.stop, self.help, self.requests, self.note, self.line):
            layout.addWidget(part)
        self.setFixedWidth(32 * GRID)

    def fit(self) -> None:
        """As high as what is said now."""
        if (layout := self.layout()) is not None:
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Wrapped lines count only once the style is on."""
        super().showEvent(event)
        self.fit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Does not go away."""
        event.ignore()
        self.showMinimized()
