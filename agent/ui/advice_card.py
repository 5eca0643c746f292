"""What the help desk recommends, with why: the user says yes or no to it (P8). Hidden while there is nothing."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from agent.ui import plain
from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import _, ngettext
from protocol.envelope import AdviceView

_EVIDENCE = 5
"""Lines shown; whoever wants to know more asks."""


class AdviceCard(Card):
    """One at a time. Signals: `answered(str, bool)`: which, and whether it is welcome."""

    answered = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__("soft")
        self._shown: AdviceView | None = None
        self._on = True
        self.text = Text(size="lead")
        self.evidence = Text(tone="muted", size="small")
        self.yes = Button(_("Yes, please"), _("We get in touch about it; nothing costs anything yet"), kind="main")
        self.no = Button(_("No, thank you"), _("We do not ask about this again for now"))
        self.more = Text(tone="muted", size="small")
        self.yes.clicked.connect(lambda: self._answer(accepted=True))
        self.no.clicked.connect(lambda: self._answer(accepted=False))
        self.rows.addWidget(Text(_("This might serve you better"), tone="muted"))
        self.rows.addWidget(self.text)
        self.rows.addWidget(self.evidence)
        self.rows.addLayout(row(self.yes, self.no, 1, spacing=2 * GRID))
        self.rows.addWidget(self.more)
        self.hide()

    def show_advice(self, advice: Sequence[AdviceView]) -> None:
        """What waits for an answer, as the help desk says now."""
        self._shown = advice[0] if advice else None
        self.setVisible(self._shown is not None)
        if self._shown is None:
            return
        self.text.setText(plain.clean(self._shown.text, 600))
        self.evidence.setText("\n".join(plain.one_line(line, 200) for line in self._shown.evidence[:_EVIDENCE]))
        others = len(advice) - 1
        self.more.setText(
            ngettext(
                "After that, there is {count} more thing.", "After that, there are {count} more things.", others
            ).format(count=others)
        )
        self.more.setVisible(bool(others))
        self.allow(on=self._on)

    def allow(self, *, on: bool) -> None:
        """Whether it can be answered just now."""
        self._on = on
        self.yes.setEnabled(on)
        self.no.setEnabled(on)

    def _answer(self, *, accepted: bool) -> None:
        if self._shown is not None:
            self.yes.setEnabled(False)
            self.no.setEnabled(False)
            self.answered.emit(self._shown.key, accepted)
