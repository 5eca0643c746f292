"""The small dialogs about a ticket: take it, connect, next step, solution, note. Main thread."""

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)

from console.language import _
from console.session.conversation import Wish
from console.ui import theme, words
from console.ui.number_field import NumberField
from console.ui.request_dialog import RequestDialog
from console.ui.when import WhenField, next_quarter
from protocol import limits
from protocol.envelope import TicketView
from protocol.scopes import Scope

_DUE_AFTER = timedelta(minutes=30)


class TextField(QPlainTextEdit):
    """Some lines of text, bounded; Tab leaves it."""

    def __init__(self, name: str, *, lines: int, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setTabChangesFocus(True)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2 * theme.GRID + 2)

    @property
    def text(self) -> str:
        """What was typed, without blank ends, cut to what the relay takes."""
        return self.toPlainText().strip()[: limits.NOTE_CHARS]


class StepField(TextField):
    """What comes next; the desk's own step, left as it is, stays that for every reader."""

    def __init__(self, step: str, *, lines: int, otherwise: str = "", parent: QWidget) -> None:
        """`step`: as it stands; `otherwise`: what is proposed where there is none."""
        super().__init__(_("Next step"), lines=lines, tip=_("What the user reads as the next step"), parent=parent)
        self._before = step
        self.setPlainText(words.step(step) or otherwise)

    @property
    def step(self) -> str:
        """For the history."""
        return self._before if self.text == words.step(self._before) else self.text


class LevelField(QComboBox):
    """High, medium or low, with what it means."""

    def __init__(self, name: str, chosen: int, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        for number in words.LEVELS:
            self.addItem(words.level(number), number)
        self.setCurrentIndex(chosen - 1)

    @property
    def level(self) -> int:
        """1 (high) to 3."""
        return int(self.currentData())


class _Due(WhenField):
    """When at the latest; begins at the next quarter of an hour from a while on."""

    def __init__(self, due: datetime | None, parent: QWidget) -> None:
        tip = _("When the user will hear from you at the latest")
        super().__init__(_("By when"), tip, due or next_quarter(_DUE_AFTER), parent)


class PriorityChip(QLabel):
    """What impact and urgency come to (promise 25), while they are chosen."""

    def __init__(self, impact: LevelField, urgency: LevelField, parent: QWidget) -> None:
        super().__init__(parent)
        self._impact, self._urgency = impact, urgency
        self.setProperty("chip", True)
        impact.currentIndexChanged.connect(self._show)
        urgency.currentIndexChanged.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setText(f"P{self._impact.level + self._urgency.level - 1}")
        self.setAccessibleName(_("Priority") + " " + self.text())


class TakeDialog(RequestDialog):
    """Judge the urgency, own it, say what happens next (promises 16, 25)."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Take ticket {number}").format(number=ticket.number),
            words.first_line(ticket.problem),
            _("Take it"),
            parent,
        )
        self._impact = LevelField(
            _("Impact"), ticket.impact or 2, _("How many people, or how much work, is held up"), self
        )
        self._urgency = LevelField(_("Urgency"), ticket.urgency, _("How soon it has to be solved"), self)
        priority = PriorityChip(self._impact, self._urgency, self)
        self._step = StepField(ticket.next_step, lines=2, otherwise=_("Look at it together on the screen"), parent=self)
        self._step.selectAll()
        self._due = _Due(ticket.due, self)
        self.form.addRow(_("&Impact"), self._impact)
        self.form.addRow(_("&Urgency"), self._urgency)
        self.form.addRow(_("Priority"), priority)
        self.form.addRow(_("&Next step"), self._step)
        self.form.addRow(_("&By when"), self._due)

    @property
    def impact(self) -> int:
        """1 (high) to 3."""
        return self._impact.level

    @property
    def urgency(self) -> int:
        """1 (high) to 3."""
        return self._urgency.level

    @property
    def next_step(self) -> str:
        """What happens next."""
        return self._step.step

    @property
    def due(self) -> datetime:
        """By when, aware UTC."""
        return self._due.moment

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        return "" if self.next_step else _("Please say what happens next, so that the user knows.")


class NextStepDialog(RequestDialog):
    """What happens next, and by when (promise 16)."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Next step of ticket {number}").format(number=ticket.number),
            _("The user sees this."),
            _("Set next step"),
            parent,
        )
        self._step = StepField(ticket.next_step, lines=3, parent=self)
        self._step.selectAll()
        self._due = _Due(ticket.due, self)
        self.form.addRow(_("&Next step"), self._step)
        self.form.addRow(_("&By when"), self._due)

    @property
    def next_step(self) -> str:
        """What happens next."""
        return self._step.step

    @property
    def due(self) -> datetime:
        """By when, aware UTC."""
        return self._due.moment

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        return "" if self.next_step else _("Please say what happens next, so that the user knows.")


class ResolveDialog(RequestDialog):
    """What solved it; the user has the last word (promise 18)."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Solution for ticket {number}").format(number=ticket.number),
            _("The user is asked whether it is solved; only the user can close the ticket."),
            _("Propose solution"),
            parent,
        )
        self._solution = TextField(_("Solution"), lines=5, tip=_("What solved it; the user reads it"), parent=self)
        self.form.addRow(_("&Solution"), self._solution)
        tip = _("What else would do, one on each line; the user reads it")
        self._alternatives = TextField(_("Alternatives"), lines=2, tip=tip, parent=self)
        self._alternatives.setPlaceholderText(_("Optional: what else would do, one on each line"))
        self.form.addRow(_("&Alternatives"), self._alternatives)

    @property
    def solution(self) -> str:
        """What solved it."""
        return self._solution.text

    @property
    def alternatives(self) -> tuple[str, ...]:
        """What else would do."""
        return tuple(line.strip() for line in self._alternatives.text.splitlines() if line.strip())

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        if not self.solution:
            return _("Please say what solved it.")
        if len(self.alternatives) > limits.ALTERNATIVES or any(
            len(a) > limits.ALTERNATIVE_CHARS for a in self.alternatives
        ):
            return _("Please name {most} alternatives at most, each in a line or two.").format(most=limits.ALTERNATIVES)
        return ""


class ConnectDialog(RequestDialog):
    """What to ask the user for: see, control, for how long."""

    def __init__(
        self, ticket: TicketView, widest: frozenset[Scope], parent: QWidget | None = None, *, instead: str = ""
    ) -> None:
        """`widest` is what the technician's certificate allows at all; `instead`: whose session makes way for it."""
        lead = _("The user is asked and may say no, or stop at any time.")
        if instead:
            ends = _("{name} still has a session on this ticket. It ends when you ask the user.")
            lead = f"{ends.format(name=instead)}\n{lead}"
        super().__init__(
            _("Connect to {name}").format(name=words.one_line(ticket.requester)),
            lead,
            _("Ask the user"),
            parent,
        )
        self._widest = widest
        self._see = QCheckBox(_("See the screen"), self)
        self._see.setAccessibleName(_("See the screen"))
        self._see.setToolTip(_("Every session begins with seeing"))
        self._see.setChecked(True)
        self._see.setEnabled(False)
        self._control = QCheckBox(_("&Control mouse and keyboard"), self)
        self._control.setAccessibleName(_("Control mouse and keyboard"))
        self._control.setToolTip(_("The user can allow seeing only"))
        self._control.setEnabled(Scope.CONTROL in widest)
        self._control.setChecked(Scope.CONTROL in widest)
        self._minutes = NumberField(self)
        self._minutes.setAccessibleName(_("Minutes"))
        self._minutes.setToolTip(_("The user said how many minutes there are"))
        self._minutes.setRange(1, limits.MAX_MINUTES)
        self._minutes.setValue(ticket.minutes)
        self._remark = TextField(_("Remark"), lines=2, tip=_("The user reads it beside the question"), parent=self)
        self._remark.setPlaceholderText(_("Optional: a word to the user"))
        self.form.addRow(_("Ask to"), self._see)
        self.form.addRow("", self._control)
        self.form.addRow(_("For &minutes"), self._minutes)
        self.form.addRow(_("&Remark"), self._remark)

    @property
    def wish(self) -> Wish:
        """What is asked for."""
        scopes = {Scope.SEE} | ({Scope.CONTROL} if self._control.isChecked() else set())
        return Wish(frozenset(scopes), self._minutes.value(), self._remark.text)

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        return "" if Scope.SEE in self._widest else _("Your certificate does not allow you to see screens.")


class NoteDialog(RequestDialog):
    """Why a session is over, and what was done in it, for its ticket's history."""

    def __init__(self, ticket: int, sentence: str, parent: QWidget | None = None) -> None:
        """`sentence`: why it is over."""
        title = _("What was done? Ticket {number}").format(number=ticket)
        super().__init__(title, "", _("Save note"), parent)
        self.say_why(sentence)
        self._note = TextField(
            _("What was done?"), lines=5, tip=_("Stands in the history, where the user can read it"), parent=self
        )
        self.form.addRow(self._note)
        self._note.setFocus()

    def say_why(self, sentence: str) -> None:
        """Why it is over; what is typed stays."""
        self._lead.setText(sentence + " " + _("Please write down what was done; the user can read it."))
        self._lead.show()

    @property
    def note(self) -> str:
        """What was done."""
        return self._note.text

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        return "" if self.note else _("Please write a word or two, or press Cancel to leave it out.")


class QuitDialog(QMessageBox):
    """Asked before the console ends while a session runs; gone with the session.

    Signals:
        confirmed: a yes.
    """

    confirmed = Signal()

    def __init__(self, running: Callable[[], bool], parent: QWidget | None = None) -> None:
        """`running`: whether one does still."""
        super().__init__(parent)
        self._running = running
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Quit"))
        self.setAccessibleName(_("Quit"))
        self.setText(_("A session is running. End it and quit?"))
        end = self.addButton(_("End it and quit"), QMessageBox.ButtonRole.AcceptRole)
        end.setAccessibleName(_("End it and quit"))
        end.setToolTip(_("Ends the session and the program"))
        stay = self.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        stay.setAccessibleName(_("Cancel"))
        stay.setToolTip(_("Leave everything as it is (Esc)"))
        self.setDefaultButton(stay)
        self.setEscapeButton(stay)
        end.clicked.connect(self.confirmed)

    def look_again(self) -> None:
        """The session went on, or is over: then there is nothing to ask."""
        if not self._running():
            self.reject()
