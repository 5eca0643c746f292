"""A call becomes a ticket, by keyboard alone: number, problem, urgency, Enter (promise 21). Main thread."""

import secrets

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from console.language import _
from console.ui import words
from console.ui.dialogs import LevelField, TextField
from console.ui.request_dialog import RequestDialog
from protocol import limits
from protocol.envelope import Caller, Callers, TakeCall

_SEARCH_MS = 150
"""After the last key: whoever types on does not make the relay search for each digit."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class IntakeDialog(RequestDialog):
    """Three fields; whoever calls is recognised while they are filled in.

    Signals:
        searched: a number or name to look for; answer with `show_callers`, or `show_unasked` if nobody could be asked.

    Attributes:
        request: so that one sent twice makes one ticket.
    """

    searched = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Take a call"), "", _("Make the ticket"), parent)
        self.request = secrets.token_hex(16)
        self._callers: tuple[Caller, ...] = ()
        self._asked = ""
        self._waits = self._hurried = False
        self.who = QLineEdit(self)
        self.who.setAccessibleName(_("Number or name"))
        self.who.setToolTip(_("The number as the phone shows it, or who it is"))
        self.who.setPlaceholderText(_("Number, or a name"))
        self.who.setMaxLength(limits.NAME_CHARS)
        self._found = QLabel(self)
        self._found.setTextFormat(Qt.TextFormat.PlainText)
        self._found.setWordWrap(True)
        self._found.setMinimumHeight(2 * self._found.fontMetrics().lineSpacing())  # nothing moves when it is filled
        self._found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.problem = TextField(_("Problem"), lines=3, parent=self)
        self.problem.setToolTip(_("In the caller's words; Shift+Enter begins a line"))
        self.urgency = LevelField(_("Urgency"), 2, _("How soon it has to be solved"), self)
        self._caller = QComboBox(self)
        self._caller.setAccessibleName(_("Caller"))
        self._caller.setToolTip(_("Somebody else, if it is not whom the number says"))
        self._machine = QComboBox(self)
        self._machine.setAccessibleName(_("Machine"))
        self._machine.setToolTip(_("What it is about"))
        self.form.addRow(_("&Who calls"), self.who)
        self.form.addRow("", self._found)
        self.form.addRow(_("&Problem"), self.problem)
        self.form.addRow(_("&Urgency"), self.urgency)
        self.form.addRow(_("Ca&ller"), self._caller)
        self.form.addRow(_("&Machine"), self._machine)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_MS)
        self._timer.timeout.connect(self._search)
        self.who.textChanged.connect(lambda _text: self._timer.start())
        self._caller.currentIndexChanged.connect(self._show_machines)
        for field in (self.who, self.problem, self.urgency):
            field.installEventFilter(self)
        self.show_callers(Callers(0, certain=False, callers=()))
        self.who.setFocus()

    def show_callers(self, callers: Callers) -> None:
        """Whoever it may be, the likeliest first."""
        self._callers = callers.callers
        self._caller.clear()
        for caller in callers.callers:
            self._caller.addItem(" · ".join(part for part in (caller.user.name, caller.customer) if part))
        self._caller.addItem(_("not in the register"))
        self._caller.setCurrentIndex(0)
        self._waits = False
        self._show_machines()
        if self._hurried:
            self._hurried = False
            super()._submit()

    def show_unasked(self, text: str) -> None:
        """The register could not be asked for `text`: that makes nobody a stranger, and it is asked again."""
        if text == self._asked:
            self._asked = ""
            self.show_callers(Callers(0, certain=False, callers=()))
            self._found.setText(_("The register cannot be asked at the moment."))
            self._found.setAccessibleName(self._found.text())

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        if not self.who.text().strip():
            return _("Please say who calls: the number, or a name.")
        return "" if self.problem.text else _("Please say what the problem is.")

    def message(self, ref: int) -> TakeCall:
        """The call as it goes to the relay."""
        caller, text = self._chosen, self.who.text().strip()
        is_number = any(char.isdigit() for char in text)
        return TakeCall(
            ref,
            self.request,
            text[:40] if is_number else "",
            self.problem.toPlainText().strip()[: limits.PROBLEM_CHARS],
            self.urgency.level,
            user=caller.user.identifier if caller else "",
            requester="" if caller or is_number else text,
            device=str(self._machine.currentData() or ""),
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter goes on to the problem, and from there makes the ticket."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _ENTER:
            if watched is self.who:
                self.problem.setFocus()
                return True
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._submit()
                return True
        return super().eventFilter(watched, event)

    @property
    def _chosen(self) -> Caller | None:
        index = self._caller.currentIndex()
        return self._callers[index] if 0 <= index < len(self._callers) else None

    def _submit(self) -> None:
        """Whoever types faster than the relay answers is not taken for a stranger: it is sent with the answer."""
        self._timer.stop()
        self._search()
        if self._waits and not self.what_is_missing():
            self._hurried = True
        else:
            super()._submit()

    def _search(self) -> None:
        text = self.who.text().strip()
        if text != self._asked:
            self._asked, self._waits = text, True
            self.searched.emit(text)

    def _show_machines(self) -> None:
        caller = self._chosen
        self._machine.clear()
        for machine in caller.machines if caller else ():
            self._machine.addItem(words.one_line(machine.label), machine.identifier)
        self._machine.addItem(_("none in particular"), "")
        self._machine.setEnabled(self._machine.count() > 1)
        self._found.setText(self._said(caller))
        self._found.setAccessibleName(self._found.text() or _("Caller"))
        self._found.setForegroundRole(QPalette.ColorRole.Link if caller else QPalette.ColorRole.WindowText)

    def _said(self, caller: Caller | None) -> str:
        if caller is None:
            return _("Nobody in the register has this number or name.") if self._asked else ""
        lines = [" · ".join(part for part in (caller.user.name, caller.customer, *caller.user.mails[:1]) if part)]
        if caller.open:
            first = caller.open[0]
            title = words.one_line(first.title)[:50]
            lines.append(_("open already: {number} {title}").format(number=first.number, title=title))
        return "\n".join(lines)
