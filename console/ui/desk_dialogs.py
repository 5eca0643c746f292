"""The dialogs of a technician's daily work on a ticket: on hold, estimate, merge, link, tags, time. Main thread."""

import secrets
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from console.language import _, mark
from console.ui import theme, words
from console.ui.dialogs import TextField
from console.ui.number_field import NumberField
from console.ui.request_dialog import RequestDialog
from console.ui.when import WhenField, next_quarter
from protocol import envelope
from protocol.desk.events import Relation, WorkKind
from protocol.desk.terms import HoldReason
from protocol.envelope import TicketView

RELATIONS = {
    Relation.RELATED: mark("has to do with it"),
    Relation.FOLLOWS: mark("follows from it"),
    Relation.CAUSED_BY: mark("is caused by it"),
}
_MAX_MINUTES = 24 * 60


class HoldDialog(RequestDialog):
    """What the ticket waits for, and until when."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        title = _("Put ticket {number} on hold").format(number=ticket.number)
        lead = _("The user reads what it waits for. When he writes, a ticket that waits for him goes on by itself.")
        super().__init__(title, lead, _("Put on hold"), parent)
        self._ticket = ticket
        self._reason = _choice(_("Waits for"), {r: _(text) for r, text in words.HOLDS.items()}, self)
        self._dated = QCheckBox(_("until"), self)
        self._dated.setAccessibleName(_("Until a day"))
        self._dated.setToolTip(_("Whether it is known until when it waits"))
        tip = _("Until when it is expected to wait")
        self._until = WhenField(_("Until"), tip, next_quarter(timedelta(days=1)), self)
        self._until.setEnabled(False)
        self._dated.toggled.connect(self._until.setEnabled)
        self._text = TextField(_("Why"), lines=2, tip=_("The user reads why it waits"), parent=self)
        self.form.addRow(_("&Waits for"), self._reason)
        self.form.addRow(self._dated, self._until)
        self.form.addRow(_("W&hy"), self._text)

    def message(self, ref: int) -> envelope.HoldTicket:
        """The request."""
        until = self._until.moment if self._dated.isChecked() else None
        reason = HoldReason(self._reason.currentData())
        return envelope.HoldTicket(ref, self._ticket.number, reason, until, self._text.text, self._ticket.revision)


class EstimateDialog(RequestDialog):
    """When it is solved, and how much work it is (promise 15)."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        title = _("Estimate for ticket {number}").format(number=ticket.number)
        super().__init__(title, _("The user reads by when he can count on it."), _("Set estimate"), parent)
        self._ticket = ticket
        tip = _("By when the user can count on it being solved")
        self._done_by = WhenField(_("Solved by"), tip, ticket.done_by or next_quarter(timedelta(hours=4)), self)
        self._work = NumberField(self)
        self._work.setRange(0, 10_000)
        self._work.setSuffix(" " + _("min"))
        self._work.setSpecialValueText(_("not said"))
        self._work.setAccessibleName(_("Work in minutes"))
        self._work.setToolTip(_("How much work it is thought to be"))
        self.form.addRow(_("&Solved by"), self._done_by)
        self.form.addRow(_("&Work"), self._work)

    def message(self, ref: int) -> envelope.SetEstimate:
        """The request."""
        work = self._work.value() or None
        return envelope.SetEstimate(ref, self._ticket.number, self._done_by.moment, work, self._ticket.revision)


class MergeDialog(RequestDialog):
    """Where it goes on; can be undone."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        title = _("Merge ticket {number}").format(number=ticket.number)
        lead = _("It goes on in the other ticket, with everything that was said. This can be undone.")
        super().__init__(title, lead, _("Merge"), parent)
        self._ticket = ticket
        self._into = _number(_("Into ticket"), self)
        self._reason = QLineEdit(self)
        self._reason.setAccessibleName(_("Why"))
        self._reason.setToolTip(_("Why both are the same"))
        self.form.addRow(_("&Into ticket"), self._into)
        self.form.addRow(_("W&hy"), self._reason)

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if _typed(self._into) else _("Please say into which ticket.")

    def message(self, ref: int) -> envelope.MergeTicket:
        """The request."""
        return envelope.MergeTicket(ref, self._ticket.number, _typed(self._into), self._reason.text().strip())


class LinkDialog(RequestDialog):
    """Two tickets that have to do with each other."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        title = _("Link ticket {number}").format(number=ticket.number)
        super().__init__(title, "", _("Link"), parent)
        self._ticket = ticket
        self._relation = _choice(_("This ticket"), {r: _(text) for r, text in RELATIONS.items()}, self)
        self._other = _number(_("Other ticket"), self)
        self.form.addRow(_("&Other ticket"), self._other)
        self.form.addRow(_("&This ticket"), self._relation)

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if _typed(self._other) else _("Please say which ticket.")

    def message(self, ref: int) -> envelope.LinkTickets:
        """The request."""
        relation = Relation(self._relation.currentData())
        return envelope.LinkTickets(ref, self._ticket.number, _typed(self._other), relation)


class TagsDialog(RequestDialog):
    """The ticket's tags, as words."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        title = _("Tags of ticket {number}").format(number=ticket.number)
        super().__init__(title, "", _("Set tags"), parent)
        self._ticket = ticket
        self._tags = QLineEdit(", ".join(ticket.tags), self)
        self._tags.setMaxLength(1000)
        self._tags.setAccessibleName(_("Tags"))
        self._tags.setToolTip(_("Separated by commas; only staff sees them"))
        self.form.addRow(_("&Tags"), self._tags)

    def message(self, ref: int) -> envelope.TagTicket:
        """The request: what is new, and what was taken out."""
        wanted = {tag.strip().casefold()[:100] for tag in self._tags.text().split(",")} - {""}
        known = set(self._ticket.tags)
        return envelope.TagTicket(
            ref, self._ticket.number, tuple(sorted(wanted - known))[:32], tuple(sorted(known - wanted))[:32]
        )


class TimeDialog(RequestDialog):
    """Work that was no session: by phone, on site, on the way (promises 6, 28)."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        title = _("Time on ticket {number}").format(number=ticket.number)
        lead = _("Sessions enter their time by themselves. Charged are whole minutes, never rounded up.")
        super().__init__(title, lead, _("Enter time"), parent)
        self._ticket = ticket
        self._entry = secrets.token_hex(16)  # sent again after a cut it is entered once
        self._kind = _choice(_("Kind of work"), {k: _(text) for k, text in words.WORK.items()}, self)
        self._minutes = NumberField(self)
        self._minutes.setRange(1, _MAX_MINUTES)
        self._minutes.setValue(15)
        self._minutes.setSuffix(" " + _("min"))
        self._minutes.setAccessibleName(_("Minutes"))
        self._minutes.setToolTip(_("How long it took"))
        self._minutes.selectAll()
        tip = _("When the work ended; it began that many minutes before")
        self._end = WhenField(_("Ended"), tip, datetime.now(UTC), self)
        self._billed = QCheckBox(_("The customer pays for it"), self)
        self._billed.setAccessibleName(_("The customer pays for it"))
        self._billed.setToolTip(_("Otherwise it is only written down"))
        self._billed.setChecked(True)
        self._text = TextField(_("What was done"), lines=2, tip=_("Stands beside the time in the history"), parent=self)
        self.form.addRow(_("&Kind of work"), self._kind)
        self.form.addRow(_("&Minutes"), self._minutes)
        self.form.addRow(_("&Ended"), self._end)
        self.form.addRow(_("What was &done"), self._text)
        self.form.addRow("", self._billed)
        self._minutes.setFocus()

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if self._text.text else _("Please say what was done; the customer reads it.")

    def message(self, ref: int) -> envelope.LogTime:
        """The request."""
        end = self._end.moment
        return envelope.LogTime(
            ref,
            self._ticket.number,
            self._entry,
            end - timedelta(minutes=self._minutes.value()),
            end,
            WorkKind(self._kind.currentData()),
            self._text.text,
            billed=self._billed.isChecked(),
        )


def _choice(
    name: str, texts: dict[Relation, str] | dict[HoldReason, str] | dict[WorkKind, str], parent: QWidget
) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setToolTip(name)
    for value, text in texts.items():
        box.addItem(text, value.value)
    return box


def _number(name: str, parent: QWidget) -> QLineEdit:
    field = QLineEdit(parent)
    field.setAccessibleName(name)
    field.setToolTip(_("A ticket's number"))
    field.setValidator(QIntValidator(1, 2**31 - 1, field))
    field.setMaximumWidth(20 * theme.GRID)
    field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
    return field


def _typed(field: QLineEdit) -> int:
    text = field.text().strip()
    return int(text) if text.isdigit() else 0
