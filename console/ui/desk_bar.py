"""The row above the queue: what belongs to no ticket that is open. Main thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.shortcuts import Shortcut


class DeskBar(QFrame):
    """Take a call, the week, the staff, the machines.

    Signals:
        call, week, staff, machines: that is wanted.
    """

    call = Signal()
    week = Signal()
    staff = Signal()
    machines = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setAccessibleName(_("Desk"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID)
        for icon, text, shortcut, wanted in (
            ("phone", _("Take a call"), shortcuts.CALL, self.call),
            ("calendar-week", _("Appointments"), shortcuts.WEEK, self.week),
            ("people-group", _("Who is there"), shortcuts.STAFF, self.staff),
            ("computer", _("Machines"), shortcuts.MACHINES, self.machines),
        ):
            row.addWidget(_button(icon, text, shortcut, wanted))
        row.addStretch(1)


def _button(icon: str, text: str, shortcut: Shortcut, wanted: object) -> QPushButton:
    button = QPushButton(theme.icon(icon), text)
    button.setProperty("flat", True)
    button.setAccessibleName(text)
    button.setToolTip(words.tip(shortcut))
    button.clicked.connect(wanted)
    return button
