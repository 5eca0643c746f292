"""What the help desk recommends, with why: the user says yes or no to it (P8). Hidden while there is nothing."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from agent.ui import plain
from agent.ui.decision_card import DecisionCard
from agent.ui.parts import Button, Text
from agent.words import _
from protocol.envelope import AdviceView

_EVIDENCE = 5
"""Lines shown; whoever wants to know more asks."""


class AdviceCard(DecisionCard):
    """One at a time. Signals: `answered(str, bool)`: which, and whether it is welcome."""

    answered = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__(
            Button(_("Yes, please"), _("We get in touch about it; nothing costs anything yet"), kind="main"),
            Button(_("No, thank you"), _("We do not ask about this again for now")),
        )
        self._shown: AdviceView | None = None
        self.text = Text(size="lead")
        self.evidence = Text(tone="muted", size="small")
        self.rows.addWidget(Text(_("This might serve you better"), tone="muted"))
        self.rows.addWidget(self.text)
        self.rows.addWidget(self.evidence)
        self.rows.addLayout(self._buttons())
        self.rows.addWidget(self.more)

    def show_advice(self, advice: Sequence[AdviceView]) -> None:
        """What waits for an answer, as the help desk says now."""
        self._shown = advice[0] if advice else None
        self.setVisible(self._shown is not None)
        if self._shown is None:
            return
        self.text.setText(plain.clean(self._shown.text, 600))
        self.evidence.setText("\n".join(plain.one_line(line, 200) for line in self._shown.evidence[:_EVIDENCE]))
        self._show_more(len(advice) - 1)

    def say(self, *, accepted: bool) -> None:
        """See DecisionCard."""
        if self._shown is not None:
            self.answered.emit(self._shown.key, accepted)
