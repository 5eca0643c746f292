"""Where messages are written; a draft stays with its ticket until it was really sent. Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.language import _
from console.ui import shortcuts, theme
from console.ui.dialogs import TextField

_LINES = 3


class Composer(QWidget):
    """One field for the ticket that is open, with its draft.

    Signals:
        submitted: (ticket, text, internal); answer with `sent` or `failed`.
    """

    submitted = Signal(int, str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0
        self._drafts: dict[int, tuple[str, bool]] = {}
        self._sending: dict[int, str] = {}
        self.field = TextField(_("Message"), lines=_LINES, parent=self)
        self.field.setPlaceholderText(_("Message to the user …"))
        self.field.setToolTip(_("Write a message ({keys})").format(keys=shortcuts.MESSAGE.keys))
        self.internal = QCheckBox(_("&Internal: only colleagues read it"), self)
        self.internal.setAccessibleName(_("Internal"))
        self.internal.setToolTip(_("The user will not see this message"))
        self.internal.toggled.connect(self._show_kind)
        self.send = QPushButton(theme.icon("paper-plane"), _("&Send"), self)
        self.send.setAccessibleName(_("Send"))
        self.send.setToolTip(_("Send the message ({keys})").format(keys="Ctrl+Enter"))
        self.send.clicked.connect(self._submit)
        enter = QShortcut(QKeySequence(shortcuts.SEND.keys), self.field)
        enter.setContext(Qt.ShortcutContext.WidgetShortcut)
        enter.activated.connect(self._submit)
        row = QHBoxLayout()
        row.addWidget(self.internal)
        row.addStretch(1)
        row.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.field)
        column.addLayout(row)

    def open_ticket(self, number: int) -> None:
        """Puts the draft of the ticket before away and takes out this one's."""
        if number == self._ticket:
            return
        self._keep()
        self._ticket = number
        text, internal = self._drafts.get(number, ("", False))
        self.field.setPlainText(text)
        self.internal.setChecked(internal)
        self._show_sending()

    def insert(self, text: str, internal: bool) -> None:
        """Puts a text below what was written; one that is for colleagues only makes the whole message so."""
        written = self.field.toPlainText().rstrip()
        self.field.setPlainText(f"{written}\n\n{text}" if written else text)
        if internal:
            self.internal.setChecked(True)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.field.setFocus()

    def sent(self, ticket: int) -> None:
        """The relay has it: the draft is done."""
        text = self._sending.pop(ticket, "")
        if ticket != self._ticket:
            self._drafts.pop(ticket, None)
        elif self.field.text == text:
            self.field.clear()
        self._show_sending()

    def failed(self, ticket: int) -> None:
        """It was not sent; the draft stays."""
        self._sending.pop(ticket, None)
        self._show_sending()

    def _keep(self) -> None:
        if self.field.text:
            self._drafts[self._ticket] = (self.field.toPlainText(), self.internal.isChecked())
        else:
            self._drafts.pop(self._ticket, None)

    def _submit(self) -> None:
        if self.field.text and self._ticket and self._ticket not in self._sending:
            self._sending[self._ticket] = self.field.text
            self._show_sending()
            self.submitted.emit(self._ticket, self.field.text, self.internal.isChecked())

    def _show_sending(self) -> None:
        self.send.setEnabled(self._ticket not in self._sending)

    def _show_kind(self, internal: bool) -> None:
        self.field.setPlaceholderText(_("Note for colleagues …") if internal else _("Message to the user …"))
