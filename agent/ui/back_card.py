"""A request that was solved, and is not any more: the user takes it up again, here as by mail and on the page."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from agent.letters import CameBack
from agent.ui import plain
from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import _
from protocol import limits


class BackCard(Card):
    """Signals: `came_back(CameBack)`."""

    came_back = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.why = QPlainTextEdit()
        self.why.setAccessibleName(_("What is wrong again?"))
        self.why.setPlaceholderText(_("What is wrong again? (you may leave this empty)"))
        self.why.setToolTip(_("Goes along with “It is back”"))
        self.why.setTabChangesFocus(True)
        self.why.setFixedHeight(8 * GRID)
        self.back = Button(_("It is back"), _("Opens the request again; the help desk goes on working on it"))
        self.back.clicked.connect(lambda: self.came_back.emit(CameBack(self.text)))
        self.until = Text(tone="muted", size="small")
        self.rows.addWidget(Text(_("Did it come back?"), size="strong"))
        self.rows.addWidget(self.why)
        line = row(self.back, spacing=2 * GRID)
        line.addWidget(self.until, 1)
        self.rows.addLayout(line)
        self.hide()

    @property
    def text(self) -> str:
        """What was written, as far as it can be sent."""
        return self.why.toPlainText().strip()[: limits.NOTE_CHARS]

    def ask(self, until: datetime | None) -> None:
        """Possible until then; None: not at all."""
        self.setVisible(until is not None)
        if until is not None:
            self.until.setText(_("Possible until {when}; after that, please ask anew.").format(when=plain.when(until)))

    def allow(self, *, on: bool) -> None:
        """Whether it can be sent just now."""
        self.back.setEnabled(on)
