"""A price on a colleague's request, which this user decides on for his organisation (P11). Hidden without one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from agent.ui import plain
from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import _, ngettext
from protocol.envelope import OfferView


class OfferCard(Card):
    """One at a time. Signals: `answered(int, str, bool)`: on which request, to which price, and yes or no."""

    answered = Signal(int, str, bool)

    def __init__(self) -> None:
        super().__init__("soft")
        self._shown: OfferView | None = None
        self._on = True
        self.who = Text(tone="muted")
        self.text = Text(size="lead")
        self.price = Text(size="strong")
        self.yes = Button(_("Yes, at this price"), _("The work begins, and costs what stands here"), kind="main")
        self.no = Button(_("No, thank you"), _("Nothing is done at this price, and nothing is charged"))
        self.more = Text(tone="muted", size="small")
        self.yes.clicked.connect(lambda: self._answer(accepted=True))
        self.no.clicked.connect(lambda: self._answer(accepted=False))
        for part in (self.who, self.text, self.price):
            self.rows.addWidget(part)
        self.rows.addLayout(row(self.yes, self.no, 1, spacing=2 * GRID))
        self.rows.addWidget(self.more)
        self.hide()

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
        others = len(offers) - 1
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
            self.answered.emit(self._shown.ticket, self._shown.quote, accepted)
