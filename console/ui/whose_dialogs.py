"""Whose a ticket is, and the end of the links to its page that somebody else may have. Main thread."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from console.language import _
from console.ui import words
from console.ui.dialogs import TextField
from console.ui.request_dialog import RequestDialog
from protocol import envelope, limits
from protocol.desk import events
from protocol.envelope import HistoryLine, TicketView

_ADDRESS_CHARS = 254


class RequesterDialog(RequestDialog):
    """Somebody wrote from an address that nobody knew, or for somebody else."""

    def __init__(self, ticket: TicketView, history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Whose ticket {number} is").format(number=ticket.number)
        lead = _("It is {name}'s so far. Links to its page that were sent before open it no more.")
        super().__init__(title, lead.format(name=words.one_line(ticket.requester)), _("Set requester"), parent)
        self._ticket = ticket
        self._user = QLineEdit(self)
        self._user.setMaxLength(limits.NAME_CHARS)
        self._user.setAccessibleName(_("User"))
        self._user.setToolTip(_("Somebody of the register: a name, a mail address, a phone number or an ID"))
        self._address = QLineEdit(self)
        self._address.setMaxLength(_ADDRESS_CHARS)
        self._address.setAccessibleName(_("Writes from"))
        self._address.setToolTip(_("An address that is his, too: what comes from it counts as his. May stay empty"))
        if address := wrote_from(history):
            self._address.setPlaceholderText(_("for example {address}").format(address=address))
        self.form.addRow(_("&User"), self._user)
        self.form.addRow(_("&Writes from"), self._address)
        self._user.setFocus()

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if self._user.text().strip() else _("Please say whose it is.")

    def message(self, ref: int) -> envelope.SetRequester:
        """The request."""
        view = self._ticket
        user, address = self._user.text().strip(), self._address.text().strip().lower()
        return envelope.SetRequester(ref, view.number, user, address, view.revision)


class LinksDialog(RequestDialog):
    """One of the links came into wrong hands."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("End the links to ticket {number}").format(number=ticket.number)
        lead = _("No link to its page that was sent so far opens it any more; the next mail to the user has a new one.")
        super().__init__(title, lead, _("End links"), parent)
        self._ticket = ticket
        self._reason = TextField(_("Why"), lines=2, parent=self)
        self._reason.setToolTip(_("Stands in the history; the user does not read it. May stay empty"))
        self.form.addRow(_("W&hy"), self._reason)

    def message(self, ref: int) -> envelope.EndLinks:
        """The request."""
        return envelope.EndLinks(ref, self._ticket.number, self._reason.text, self._ticket.revision)


def wrote_from(history: Sequence[HistoryLine]) -> str:
    """The address that the last mail from outside came from; empty: there was none."""
    for line in reversed(history):
        match line.event:
            case events.MessageAdded(sender=sender, internal=False) if sender:
                return words.one_line(sender)
            case events.Opened(address=address) if address:
                return words.one_line(address)
            case _:
                pass
    return ""
