"""Questions, what was understood, numbered steps: what must not be misunderstood (promises 32, 33). Main thread."""

import re
import secrets
from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from console import records
from console.language import _
from console.ui.dialogs import TextField
from console.ui.request_dialog import RequestDialog
from protocol import envelope
from protocol.envelope import HistoryLine, TicketView

_MOST_STEPS = 30
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_FEW = 3
"""Words beside a link that explain nothing: "see here:"."""


class AskDialog(RequestDialog):
    """Something that has to be known."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Question about ticket {number}").format(number=ticket.number)
        lead = _("Until it is answered, or dropped, it stands in the way of a solution.")
        super().__init__(title, lead, _("Ask"), parent)
        self._ticket = ticket
        self._key = secrets.token_hex(16)  # sent again after a cut it is asked once
        self._text = _text(self, _("&Question"), _("Question"), _("What the user has to tell"))

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if self._text.text else _("Please write the question.")

    def message(self, ref: int) -> envelope.AskRequester:
        """The request."""
        return envelope.AskRequester(ref, self._ticket.number, self._key, self._text.text)


class DropDialog(RequestDialog):
    """A question whose answer is not needed any more."""

    def __init__(self, ticket: TicketView, history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Drop a question of ticket {number}").format(number=ticket.number)
        super().__init__(title, _("The user reads why."), _("Drop it"), parent)
        self._ticket = ticket
        self._which = QComboBox(self)
        self._which.setAccessibleName(_("Question"))
        self._which.setToolTip(_("The questions nobody has answered yet"))
        for key, text in records.open_questions(history).items():
            self._which.addItem(" ".join(text.split())[:80], key)
        self.form.addRow(_("&Question"), self._which)
        self._text = _text(self, _("W&hy"), _("Why"), _("Why the answer is not needed any more"), lines=2)

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        if self._which.currentData() is None:
            return _("No question is open.")
        return "" if self._text.text else _("Please say why.")

    def message(self, ref: int) -> envelope.DropQuestion:
        """The request."""
        return envelope.DropQuestion(ref, self._ticket.number, self._which.currentData(), self._text.text)


class UnderstoodDialog(RequestDialog):
    """The technician's words for what the user wants."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("What was understood of ticket {number}").format(number=ticket.number)
        super().__init__(title, _("The user says whether that is it."), _("Ask whether that is it"), parent)
        self._ticket = ticket
        self._text = _text(self, _("&We understood"), _("We understood"), _("What the user wants, in your words"))

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        return "" if self._text.text else _("Please write what you understood.")

    def message(self, ref: int) -> envelope.SayUnderstood:
        """The request."""
        return envelope.SayUnderstood(ref, self._ticket.number, self._text.text)


class StepsDialog(RequestDialog):
    """Numbered steps; a bare link is warned about, and sent only if it is meant."""

    def __init__(self, ticket: TicketView, _history: Sequence[HistoryLine], parent: QWidget | None = None) -> None:
        title = _("Steps for ticket {number}").format(number=ticket.number)
        lead = _("One step a line; they are numbered by themselves. The user can always ask that it be done for him.")
        super().__init__(title, lead, _("Give the steps"), parent)
        self._ticket = ticket
        self._key = secrets.token_hex(16)  # sent again after a cut they are given once
        self._warned = ""
        self._text = _text(self, _("&Steps"), _("Steps"), _("What to do, one step a line"), lines=8)

    @property
    def steps(self) -> tuple[str, ...]:
        """As they will be read, without numbers of their own."""
        lines = (_NUMBERED.sub("", line).strip() for line in self._text.text.splitlines())
        return tuple(line for line in lines if line)

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        steps = self.steps
        if not steps:
            return _("Please write at least one step.")
        if len(steps) > _MOST_STEPS:
            return _("More than 30 steps are too many for anybody; offer to do it together.")
        if only_links(steps) and self._warned != self._text.text:
            self._warned = self._text.text
            return _("This is only a link. Please say what to do there, or press again to send it all the same.")
        return ""

    def message(self, ref: int) -> envelope.GiveInstruction:
        """The request."""
        return envelope.GiveInstruction(ref, self._ticket.number, self._key, self.steps)


def only_links(steps: Sequence[str]) -> bool:
    """Whether the steps send the user to a page, and say nothing of what to do there."""
    text = "\n".join(steps)
    return bool(_LINK.search(text)) and len(re.findall(r"\w+", _LINK.sub("", text))) <= _FEW


def _text(dialog: RequestDialog, label: str, name: str, tip: str, *, lines: int = 4) -> TextField:
    field = TextField(name, lines=lines, parent=dialog)
    field.setToolTip(tip)
    dialog.form.addRow(label, field)
    field.setFocus()
    return field
