"""A price on a colleague's request, which this user decides on for his organisation (P11). Hidden without one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from agent.ui import plain
from agent.ui.decision_card import DecisionCard
from agent.ui.parts import Button, Text
from agent.words import _
from protocol.envelope import OfferView


class OfferCard(DecisionCard):
    """One at a time. Signals: `answered(int, str, bool)`: on which request, to which price, and yes or no."""

    answered = Signal(int, str, bool)

    def __init__(self) -> None:
        super().__init__(
            Button(_("Yes, at this price"), _("The work begins, and costs what stands here"), kind="main"),
            Button(_("No, thank you"), _("Nothing is done at this price, and nothing is charged")),
        )
        self._shown: OfferView | None = None
        self.who = Text(tone="muted")
        self.text = Text(size="lead")
        self.price = Text(size="strong")
        for part in (self.who, self.text, self.price):
            self.rows.addWidget(part)
        self.rows.addLayout(self._buttons())
        self.rows.addWidget(self.more)

    def show_offers(self, offers: Sequence[OfferView]) -> None:
        """What waits for an answer, as the help desk says now."""
        self._shown = shown = offers[0] if offers else None
        self.setVisible(shown is not None)
        if shown is None:
            return
        whose = _("{who} has asked for help: {title}. It costs extra; you are asked to decide.")
        title = plain.one_line(shown.title, 160).rstrip(".")
        self.who.setText(whose.format(who=plain.one_line(shown.requester), title=title))
        self.text.setText(plain.clean(shown.text, 600))
        price, until = plain.money(shown.price_cents, shown.currency), plain.when(shown.valid_until)
        self.price.setText(_("{price}. The price holds until {when}.").format(price=price, when=until))
        self._show_more(len(offers) - 1)

    def say(self, *, accepted: bool) -> None:
        """See DecisionCard."""
        if self._shown is not None:
            self.answered.emit(self._shown.ticket, self._shown.quote, accepted)
