"""What waits for the user's yes or no, one thing at a time; hidden while there is nothing."""

from PySide6.QtWidgets import QHBoxLayout

from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import ngettext


class DecisionCard(Card):
    """Two buttons, and how much comes after; what it is about stands above, and `say` has the answer told."""

    def __init__(self, yes: Button, no: Button) -> None:
        super().__init__("soft")
        self._on = True
        self.yes, self.no = yes, no
        self.more = Text(tone="muted", size="small")
        self.yes.clicked.connect(lambda: self._answer(accepted=True))
        self.no.clicked.connect(lambda: self._answer(accepted=False))
        self.hide()

    def say(self, *, accepted: bool) -> None:
        """Tells the answer to what is shown."""
        raise NotImplementedError

    def allow(self, *, on: bool) -> None:
        """Whether it can be answered just now."""
        self._on = on
        self._enable(on=on)

    def _buttons(self) -> QHBoxLayout:
        return row(self.yes, self.no, 1, spacing=2 * GRID)

    def _show_more(self, others: int) -> None:
        """Something is shown, and so many things come after it."""
        self.more.setText(
            ngettext(
                "After that, there is {count} more thing.", "After that, there are {count} more things.", others
            ).format(count=others)
        )
        self.more.setVisible(bool(others))
        self._enable(on=self._on)

    def _answer(self, *, accepted: bool) -> None:
        self._enable(on=False)
        self.say(accepted=accepted)

    def _enable(self, *, on: bool) -> None:
        self.yes.setEnabled(on)
        self.no.setEnabled(on)
