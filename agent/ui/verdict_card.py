"""The last word on a request, which is the user's (P18): solved, or not yet and why."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from agent.ui import plain
from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import _


class VerdictCard(Card):
    """Signals: `given(bool, str)`: whether it is solved, and what is still wrong."""

    given = Signal(bool, str)

    def __init__(self) -> None:
        super().__init__("soft")
        self.solution = Text()
        self.alternatives = Text(tone="muted")
        self.evidence = Text(tone="muted", size="small")
        self.not_yet_why = QPlainTextEdit()
        self.not_yet_why.setAccessibleName(_("What is still wrong?"))
        self.not_yet_why.setPlaceholderText(_("If not: what is still wrong? (you may leave this empty)"))
        self.not_yet_why.setToolTip(_("Goes along with “Not yet”"))
        self.not_yet_why.setTabChangesFocus(True)
        self.not_yet_why.setFixedHeight(8 * GRID)
        self.yes = Button(_("Yes, it is solved"), _("Closes the request; only you can do that"), kind="main")
        self.not_yet = Button(_("Not yet"), _("The help desk goes on working on it"))
        self.yes.clicked.connect(lambda: self.given.emit(True, ""))
        self.not_yet.clicked.connect(lambda: self.given.emit(False, self.not_yet_why.toPlainText().strip()))
        self.rows.addWidget(Text(_("Is it solved?"), size="lead"))
        self.rows.addWidget(self.solution)
        self.rows.addWidget(self.alternatives)
        self.rows.addWidget(self.evidence)
        self.rows.addWidget(self.not_yet_why)
        self.rows.addLayout(row(self.yes, self.not_yet, 1, spacing=2 * GRID))
        self.not_now = Text(_("You can answer as soon as nobody else uses your mouse and keyboard."), tone="muted")
        self.not_now.hide()
        self.rows.addWidget(self.not_now)

    def show_solution(self, solution: str, alternatives: Sequence[str], evidence: str) -> None:
        """What was done and what else would do, in the technician's words, and whether it was seen to help."""
        self.solution.setText(plain.clean(solution, 1000))
        lead = _("This would do as well, if you would rather have it so:")
        others = [f"\N{BULLET} {plain.clean(alternative, 400)}" for alternative in alternatives]
        self.alternatives.setText("\n".join((lead, *others)))
        self.alternatives.setVisible(bool(others))
        self.evidence.setText(evidence)

    def allow(self, *, on: bool) -> None:
        """Whether it can be answered just now."""
        self.yes.setEnabled(on)
        self.not_yet.setEnabled(on)
