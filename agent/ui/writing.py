"""Where the user writes to whoever helps, and takes a request back. Guarantees: what is half written is never lost."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from agent.ui.enclosing import Enclosing
from agent.ui.parts import Button, Text, column, row
from agent.ui.theme import GRID
from agent.words import _
from protocol import limits


class Writing(QWidget):
    """Signals: `written(str, tuple[Path, …])`, text and files; `taken_back()`."""

    written = Signal(str, object)
    taken_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._on, self._strange_hands = False, False
        self._number: int | None = None
        self._drafts: dict[int, tuple[str, tuple[Path, ...]]] = {}
        self.files = Enclosing()
        self.message = QPlainTextEdit()
        self.message.setAccessibleName(_("Message to the help desk"))
        self.message.setPlaceholderText(_("Anything else we should know?"))
        self.message.setToolTip(_("Write to whoever helps you"))
        self.message.setTabChangesFocus(True)
        self.message.setFixedHeight(8 * GRID)
        self.message.textChanged.connect(self._check)
        self.send = Button(_("Send message"), _("Sends what you wrote to whoever helps you"))
        self.send.clicked.connect(self._send)
        self.take_back = Button(
            _("I don't need help any more"), _("Takes the request back; nobody works on it then"), kind="link"
        )
        self.take_back.clicked.connect(self.taken_back)
        self.not_now = Text(_("You can send as soon as nobody else uses your mouse and keyboard."), tone="muted")
        self.not_now.hide()
        self.files.changed.connect(self._check)
        layout = column(self.message, self.files, self.not_now, spacing=GRID)
        layout.addLayout(row(self.take_back, 1, self.files.add, self.send))
        self.setLayout(layout)
        self._check()

    def begin(self, number: int | None) -> None:
        """About another request from now on; what was half written for it stands there again."""
        if self._number is not None:
            self._drafts[self._number] = self.message.toPlainText(), self.files.take_all()
        self._number = number
        text, paths = self._drafts.pop(number, ("", ())) if number is not None else ("", ())
        self.message.setPlainText(text)
        self.files.put(paths)

    def put_back(self, text: str, paths: Iterable[Path] = ()) -> None:
        """What could not be sent stands in the field again, before what was written since."""
        self.files.put(paths)
        if not text:
            return
        rest = self.message.toPlainText()
        self.message.setPlainText(f"{text}\n\n{rest}" if rest.strip() else text)

    def allow(self, *, on: bool) -> None:
        """Whether anything can be written and taken back just now."""
        self._on = on
        self._check()

    def show_hands(self, *, strange: bool) -> None:
        """Whether somebody else uses the mouse just now."""
        self._strange_hands = strange
        self.not_now.setVisible(strange)
        self._check()

    def _send(self) -> None:
        text = self.message.toPlainText().strip()[: limits.NOTE_CHARS]
        if self.send.isEnabled():
            self.message.clear()
            self.written.emit(text, self.files.take_all())

    def _check(self) -> None:
        free = self._on and not self._strange_hands
        self.message.setEnabled(self._on)
        self.take_back.setEnabled(free)
        self.files.add.setEnabled(free)
        self.send.setEnabled(free and bool(self.message.toPlainText().strip() or self.files.paths))
