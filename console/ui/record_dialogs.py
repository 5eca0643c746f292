"""A time entry that was wrong, a link that is none, a check kept as proof. Main thread."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from console import records
from console.language import _
from console.ui import theme, words
from console.ui.desk_dialogs import RELATIONS
from console.ui.dialogs import TextField
from console.ui.judging_dialogs import choice
from console.ui.number_field import NumberField
from console.ui.request_dialog import RequestDialog
from console.ui.when import WhenField
from protocol import envelope
from protocol.desk.events import Relation, WorkKind
from protocol.desk.ledger import LedgerEntry, whole_minutes
from protocol.envelope import HistoryLine, TicketView

_MAX_MINUTES = 7 * 24 * 60


class CorrectDialog(RequestDialog):
    """An entry that was wrong; what it was stays in the history."""

    def __init__(self, ticket: TicketView, history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Correct time on ticket {number}").format(number=ticket.number)
        super().__init__(title, _("What it was stays in the history; 0 minutes strike it out."), _("Correct"), parent)
        self._ticket = ticket
        self._entries = records.time_entries(ticket.number, history)
        names = {key: _entry(entry) for key, entry in reversed(self._entries.items())}
        self._which = choice(_("Entry"), _("The newest stands first"), names, self)
        self._kind = choice(
            _("Kind of work"),
            _("Kind of work"),
            {kind.value: _(text) for kind, text in words.WORK.items()},
            self,
        )
        self._minutes = NumberField(self)
        self._minutes.setRange(0, _MAX_MINUTES)
        self._minutes.setSuffix(" " + _("min"))
        self._minutes.setAccessibleName(_("Minutes"))
        self._minutes.setToolTip(_("How long it took"))
        self._text = QLineEdit(self)
        self._text.setAccessibleName(_("What was done"))
        self._text.setToolTip(_("The customer reads it"))
        self._billed = QCheckBox(_("The customer pays for it"), self)
        self._billed.setAccessibleName(_("The customer pays for it"))
        self._billed.setToolTip(_("Otherwise it is only written down"))
        now = next(iter(self._entries.values())).end if self._entries else ticket.changed_at
        self._end = WhenField(_("Ended"), _("When the work ended"), now, self)
        self._shown_end = self._end.moment
        self._reason = TextField(_("Why"), lines=2, parent=self)
        self._reason.setToolTip(_("Why it was wrong"))
        for label, field in (
            (_("&Entry"), self._which),
            (_("&Kind of work"), self._kind),
            (_("&Minutes"), self._minutes),
            (_("E&nded"), self._end),
            (_("What was &done"), self._text),
            ("", self._billed),
            (_("W&hy"), self._reason),
        ):
            self.form.addRow(label, field)
        self._which.currentIndexChanged.connect(self._show_entry)
        self._show_entry()
        self._minutes.selectAll()
        self._minutes.setFocus()

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        if not self._entries:
            return _("There is no time entry on this ticket.")
        return "" if self._reason.text else _("Please say why.")

    def message(self, ref: int) -> envelope.CorrectTime:
        """The request. What was not touched stays to the second."""
        entry = self._entries[self._which.currentData()]
        same = self._minutes.value() == whole_minutes(entry.worked_s)
        worked = timedelta(seconds=entry.worked_s) if same else timedelta(minutes=self._minutes.value())
        end = entry.end if self._end.moment == self._shown_end else self._end.moment
        begin = min(entry.begin, end - worked)
        if end != entry.end:  # the same work at another time
            begin = end - max(worked, entry.end - entry.begin)
        return envelope.CorrectTime(
            ref,
            self._ticket.number,
            entry.entry,
            begin,
            end,
            worked.total_seconds(),
            WorkKind(self._kind.currentData()),
            self._reason.text,
            self._text.text().strip(),
            self._billed.isChecked(),
        )

    def _show_entry(self) -> None:
        entry = self._entries.get(self._which.currentData())
        if entry is None:
            return
        self._kind.setCurrentIndex(self._kind.findData(entry.kind.value))
        self._minutes.setValue(whole_minutes(entry.worked_s))
        self._end.set_moment(entry.end)
        self._shown_end = self._end.moment
        self._text.setText(words.one_line(entry.text))
        self._billed.setChecked(entry.billed)


class UnlinkDialog(RequestDialog):
    """A ticket this one has nothing to do with."""

    def __init__(self, ticket: TicketView, history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Unlink ticket {number}").format(number=ticket.number)
        super().__init__(title, "", _("Unlink"), parent)
        self._ticket = ticket
        self._links = records.links(history)
        names = {
            at: _("{number}: this one {relation}").format(number=number, relation=_(RELATIONS[relation]))
            for at, (number, relation) in enumerate(self._links)
        }
        self._which = choice(_("Link"), _("With which ticket it has nothing to do"), names, self)
        self.form.addRow(_("&Link"), self._which)

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if self._links else _("This ticket is linked with no other one.")

    def message(self, ref: int) -> envelope.LinkTickets:
        """The request."""
        other, relation = self._links[self._which.currentData()]
        return envelope.LinkTickets(ref, self._ticket.number, other, Relation(relation), linked=False)


class ProofDialog(RequestDialog):
    """A check that fails now, kept, to show later that the fix holds (promise 10)."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Proof for ticket {number}").format(number=ticket.number)
        lead = _("The check is run now. If it fails it is kept, and run again at the solution, a day and a week later.")
        super().__init__(title, lead, _("Run and keep"), parent)
        self._ticket = ticket
        names = {name: _(text) for name, text in words.CHECKS.items()}
        self._check = choice(_("Check"), _("What is looked at on the user's computer"), names, self)
        self._target = QComboBox(self)
        self._target.setEditable(True)
        self._target.addItems(["/", "/home", "C:\\"])
        self._target.setMinimumWidth(24 * theme.GRID)
        self._target.setAccessibleName(_("Drive"))
        self._target.setToolTip(_("Which drive, as the computer calls it"))
        self._check.currentIndexChanged.connect(self._offer_target)
        self.form.addRow(_("&Check"), self._check)
        self.form.addRow(_("&Drive"), self._target)
        self._offer_target()
        self._check.setFocus()

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        if not self._target.isEnabled() or self._target.currentText().strip():
            return ""
        return _("Please say which drive.")

    def message(self, ref: int) -> envelope.KeepCheck:
        """The request."""
        target = self._target.currentText().strip()[:255] if self._target.isEnabled() else ""
        return envelope.KeepCheck(ref, self._ticket.number, self._check.currentData(), target)

    def _offer_target(self) -> None:
        self._target.setEnabled(str(self._check.currentData()).startswith("disk."))


def _entry(entry: LedgerEntry) -> str:
    worked = words.minutes(entry.worked_s)
    parts = (words.clock(entry.begin), words.one_line(entry.staff.name), worked, words.one_line(entry.text)[:40])
    return " · ".join(part for part in parts if part)
