"""How urgent a ticket is, what it costs, of what kind it is: judged anew without taking it. Main thread."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from console.language import _
from console.ui import words
from console.ui.dialogs import LevelField, PriorityChip, TextField
from console.ui.number_field import NumberField
from console.ui.request_dialog import RequestDialog
from protocol import envelope
from protocol.desk.terms import TicketKind
from protocol.envelope import HistoryLine, TicketView

_PRIORITIES = 5
_MOST_LOSS = 10**9
"""What the relay takes, in whole units of the contract's currency."""


class JudgeDialog(RequestDialog):
    """Impact and urgency (promise 25)."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Judge ticket {number}").format(number=ticket.number)
        super().__init__(title, words.first_line(ticket.problem), _("Judge"), parent)
        self._ticket = ticket
        tip = _("How many people, or how much work, is held up")
        self._impact = LevelField(_("Impact"), ticket.impact or 2, tip, self)
        self._urgency = LevelField(_("Urgency"), ticket.urgency, _("How soon it has to be solved"), self)
        self.form.addRow(_("&Impact"), self._impact)
        self.form.addRow(_("&Urgency"), self._urgency)
        self.form.addRow(_("Priority"), PriorityChip(self._impact, self._urgency, self))

    def message(self, ref: int) -> envelope.JudgeTicket:
        """The request."""
        view = self._ticket
        return envelope.JudgeTicket(ref, view.number, self._impact.level, self._urgency.level, view.revision)


class PriorityDialog(RequestDialog):
    """Another priority than impact and urgency give."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Priority of ticket {number} by hand").format(number=ticket.number)
        super().__init__(title, _("It holds until the ticket is judged anew."), _("Set priority"), parent)
        self._ticket = ticket
        names = {number: f"P{number}" for number in range(1, _PRIORITIES + 1)}
        self._priority = choice(_("Priority"), _("P1 goes first"), names, self)
        self._priority.setCurrentIndex((ticket.priority or 3) - 1)
        self._reason = TextField(_("Why"), lines=2, parent=self)
        self._reason.setToolTip(_("Stands in the history"))
        self.form.addRow(_("&Priority"), self._priority)
        self.form.addRow(_("W&hy"), self._reason)

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if self._reason.text else _("Please say why.")

    def message(self, ref: int) -> envelope.OverridePriority:
        """The request."""
        view, priority = self._ticket, int(self._priority.currentData())
        return envelope.OverridePriority(ref, view.number, priority, self._reason.text, view.revision)


class LossDialog(RequestDialog):
    """What the fault costs in an hour (promise 43)."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Loss through ticket {number}").format(number=ticket.number)
        lead = _("What the customer loses in an hour; if it is much, the ticket goes up by itself.")
        super().__init__(title, lead, _("Set loss"), parent)
        self._ticket = ticket
        self._loss = NumberField(self)
        self._loss.setRange(0, _MOST_LOSS)
        self._loss.setGroupSeparatorShown(True)
        self._loss.setValue(ticket.loss_per_hour or 0)
        self._loss.setAccessibleName(_("Loss an hour"))
        self._loss.setToolTip(_("In whole units of the contract's currency"))
        self._loss.setSuffix(f" {words.one_line(ticket.currency)}" if ticket.currency else "")
        self._loss.selectAll()
        self.form.addRow(_("&Loss an hour"), self._loss)

    def message(self, ref: int) -> envelope.StateLoss:
        """The request."""
        return envelope.StateLoss(ref, self._ticket.number, self._loss.value(), self._ticket.revision)


class KindDialog(RequestDialog):
    """It turned out to be of another kind (promise 40)."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Kind of ticket {number}").format(number=ticket.number)
        super().__init__(title, "", _("Set kind"), parent)
        self._ticket = ticket
        names = {kind.value: _(text) for kind, text in words.KINDS.items()}
        self._kind = choice(_("Kind"), _("What it turned out to be"), names, self)
        self._kind.setCurrentIndex(self._kind.findData(ticket.kind.value))
        self._reason = TextField(_("Why"), lines=2, parent=self)
        self._reason.setToolTip(_("Stands in the history; may stay empty"))
        self.form.addRow(_("&Kind"), self._kind)
        self.form.addRow(_("W&hy"), self._reason)

    def message(self, ref: int) -> envelope.SetKind:
        """The request."""
        view, kind = self._ticket, TicketKind(self._kind.currentData())
        return envelope.SetKind(ref, view.number, kind, self._reason.text, view.revision)


def choice(name: str, tip: str, texts: Mapping[str, str] | Mapping[int, str], parent: QWidget) -> QComboBox:
    """One of these; what belongs to a text is its data."""
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    for value, text in texts.items():
        box.addItem(text, value)
    return box
