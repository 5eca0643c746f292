"""A strip below a window's header that says, plainly and without alarm, that there is no connection. Hidden else."""

from PySide6.QtWidgets import QFrame

from agent.ui.parts import Sign, Text, row
from agent.ui.theme import GRID
from agent.words import _


class LineStrip(QFrame):
    """One sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAccessibleName(_("Connection"))
        self.sentence = Text()
        inside = row(Sign("ph.wifi-slash-bold", "on_warn", 20), spacing=GRID)
        inside.addWidget(self.sentence, 1)
        inside.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        self.setLayout(inside)
        self.hide()

    def say(self, sentence: str) -> None:
        """Shows it; nothing to say hides the strip."""
        self.sentence.setText(sentence)
        self.setVisible(bool(sentence))
