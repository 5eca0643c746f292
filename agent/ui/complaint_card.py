"""A way to complain about how a request is handled, past everybody who handled it (P40). Closed until it is wanted."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from agent.letters import Complained
from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import _
from protocol import limits


class ComplaintCard(QWidget):
    """Signals: `complained(Complained)`."""

    complained = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._on = True
        self.want = Button(
            _("I am not happy with how this is handled"), _("Opens a place to say what went wrong"), kind="link"
        )
        self.card = Card()
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(_("What went wrong?"))
        self.text.setToolTip(_("Say it as you feel it"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(10 * GRID)
        self.text.textChanged.connect(self._check)
        self.send = Button(_("Send complaint"), _("Makes a request of its own, for whoever leads the help desk"))
        self.never_mind = Button(_("Never mind"), _("Closes this again; nothing is sent"), kind="flat")
        self.want.clicked.connect(lambda: self._open(wanted=True))
        self.never_mind.clicked.connect(lambda: self._open(wanted=False))
        self.send.clicked.connect(self._send)
        self.card.rows.addWidget(Text(_("We are sorry. What went wrong?"), size="lead"))
        self.card.rows.addWidget(
            Text(_("It goes to whoever leads the help desk, past everybody who handled it."), tone="muted")
        )
        self.card.rows.addWidget(self.text)
        self.card.rows.addLayout(row(self.send, self.never_mind, 1, spacing=2 * GRID))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self.want, 1))
        layout.addWidget(self.card)
        self._open(wanted=False)

    def begin_again(self) -> None:
        """About another request: closed, and empty."""
        self.text.clear()
        self._open(wanted=False)

    def put_back(self, text: str) -> None:
        """What could not be sent stands in the field again."""
        self._open(wanted=True)
        self.text.setPlainText(text)

    def allow(self, *, on: bool) -> None:
        """Whether it can be sent just now."""
        self._on = on
        self._check()

    def _open(self, *, wanted: bool) -> None:
        self.card.setVisible(wanted)
        self.want.setVisible(not wanted)
        if wanted:
            self.text.setFocus()
        self._check()

    def _send(self) -> None:
        text = self.text.toPlainText().strip()[: limits.PROBLEM_CHARS]
        if text and self.send.isEnabled():
            self.begin_again()
            self.complained.emit(Complained(text))

    def _check(self) -> None:
        self.send.setEnabled(self._on and bool(self.text.toPlainText().strip()))
