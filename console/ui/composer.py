"""Where messages are written; a draft stays with its ticket until it was really sent. Main thread."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.dialogs import TextField

_LINES = 3


class Composer(QWidget):
    """One field for the ticket that is open, with its draft.

    Signals:
        submitted: (ticket, text, internal, paths of files); answer with `sent` or `failed`, and `file_sent` before.
    """

    submitted = Signal(int, str, bool, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0
        self._drafts: dict[int, tuple[str, bool]] = {}
        self._files: dict[int, list[Path]] = {}
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
        self.send.setToolTip(_("Send the message ({keys})").format(keys=words.keys(shortcuts.SEND)))
        self.send.clicked.connect(self._submit)
        enter = QShortcut(QKeySequence(shortcuts.SEND.keys), self.field)
        enter.setContext(Qt.ShortcutContext.WidgetShortcut)
        enter.activated.connect(self._submit)
        self.attach = QPushButton(theme.icon("paperclip"), _("&File …"), self)
        self.attach.setAccessibleName(_("Add a file"))
        self.attach.setToolTip(words.tip(shortcuts.ATTACH))
        self.attach.clicked.connect(self.choose_files)
        self._chosen = QWidget(self)
        self._chosen_row = QHBoxLayout(self._chosen)
        self._chosen_row.setContentsMargins(0, 0, 0, 0)
        self._chosen.hide()
        row = QHBoxLayout()
        row.addWidget(self.internal)
        row.addStretch(1)
        row.addWidget(self.attach)
        row.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.field)
        column.addWidget(self._chosen)
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
        self._show_files()
        self._show_sending()

    def insert(self, text: str, internal: bool) -> None:
        """Puts a text below what was written; one that is for colleagues only makes the whole message so."""
        written = self.field.toPlainText().rstrip()
        self.field.setPlainText(f"{written}\n\n{text}" if written else text)
        if internal:
            self.internal.setChecked(True)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.field.setFocus()

    def choose_files(self) -> None:
        """Asks which files are to go along."""
        if not self._ticket:
            return
        ticket = self._ticket
        dialog = QFileDialog(self, _("Which files are to go along?"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.add_files(ticket, [Path(path) for path in paths]))
        dialog.open()

    def add_files(self, ticket: int, paths: Sequence[Path]) -> None:
        """These go along with the message on this ticket; the same one once."""
        files = self._files.setdefault(ticket, [])
        files += [path for path in dict.fromkeys(paths) if path not in files]
        self._show_files()

    def file_sent(self, ticket: int, path: Path) -> None:
        """The relay has this file, and what was said with it."""
        self._drop_file(ticket, path)
        text = self._sending.get(ticket, "")
        if ticket == self._ticket and text and self.field.text == text:
            self.field.clear()
        elif ticket != self._ticket:
            self._drafts.pop(ticket, None)

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
        files = tuple(self._files.get(self._ticket, ()))
        if (self.field.text or files) and self._ticket and self._ticket not in self._sending:
            self._sending[self._ticket] = self.field.text
            self._show_sending()
            self.submitted.emit(self._ticket, self.field.text, self.internal.isChecked(), files)

    def _drop_file(self, ticket: int, path: Path) -> None:
        files = self._files.get(ticket, [])
        if path in files:
            files.remove(path)
        self._show_files()

    def _show_files(self) -> None:
        """The chosen files, each with a way to leave it out."""
        while (item := self._chosen_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        ticket = self._ticket
        for path in self._files.get(ticket, ()):
            name = words.one_line(path.name)
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 24 * theme.GRID)
            drop = QPushButton(theme.icon("xmark"), shown, self._chosen)
            drop.setProperty("flat", True)
            drop.setAccessibleName(_("Leave out {name}").format(name=name))
            drop.setToolTip(_("Leave out {name}").format(name=name))
            drop.clicked.connect(lambda _checked=False, path=path: self._drop_file(ticket, path))
            self._chosen_row.addWidget(drop)
        self._chosen_row.addStretch(1)
        self._chosen.setVisible(bool(self._files.get(ticket)))

    def _show_sending(self) -> None:
        self.send.setEnabled(self._ticket not in self._sending)

    def _show_kind(self, internal: bool) -> None:
        self.field.setPlaceholderText(_("Note for colleagues …") if internal else _("Message to the user …"))
