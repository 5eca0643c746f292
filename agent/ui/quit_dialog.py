"""What is asked before the program ends while something is open: it says what happens then, and there is a way back."""

import dataclasses

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog

from agent.ui import theme
from agent.ui.parts import Button, Text, column, row
from agent.ui.theme import GRID
from agent.words import _

_WIDTH = 64 * GRID


@dataclasses.dataclass(frozen=True, slots=True)
class Open:
    """What is open just now.

    Attributes:
        looking: who sees the screen.
        asking: who waits for an answer to a question on the screen.
        requests: whether a request is not solved yet.
        unsent: whether something is not sent yet.
    """

    looking: str = ""
    asking: str = ""
    requests: bool = False
    unsent: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to ask about."""
        return bool(self.looking or self.asking or self.requests or self.unsent)

    def sentences(self) -> list[str]:
        """What quitting means."""
        said = []
        if self.looking:
            said.append(_("{name} can then no longer see your screen.").format(name=self.looking))
        if self.asking:
            said.append(_("The question of {name} then counts as answered with no.").format(name=self.asking))
        if self.unsent:
            said.append(_("What is not sent yet is kept, and goes out when you start athand again."))
        elif self.requests:
            said.append(_("Your request stays open; help goes on when you start athand again."))
        return said


class QuitDialog(QDialog):
    """Signals: `confirmed()`. Everything else than that button leads back.

    Attributes:
        open_now: what it speaks of.
    """

    confirmed = Signal()

    def __init__(self, open_now: Open) -> None:
        super().__init__()
        self.open_now = open_now
        self.setObjectName("window")
        self.setWindowTitle(_("Quit athand?"))
        self.setWindowIcon(theme.program_icon())
        self.stay = Button(_("Keep it running"), _("Nothing changes"), kind="main")
        self.quit = Button(_("Quit athand"), _("Ends the program; you can start it again at any time"))
        self.stay.clicked.connect(self.reject)
        self.quit.clicked.connect(self._confirm)
        layout = column(Text(_("Quit athand?"), size="title"), spacing=2 * GRID)
        for sentence in open_now.sentences():
            layout.addWidget(Text(sentence))
        layout.addSpacing(GRID)
        layout.addLayout(row(1, self.quit, self.stay, spacing=2 * GRID))
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        self.setLayout(layout)
        self.stay.setAutoDefault(True)
        self.stay.setDefault(True)
        self.stay.setFocus()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Wrapped lines count only once the style is on."""
        super().showEvent(event)
        if (layout := self.layout()) is not None:
            self.setFixedSize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit()
