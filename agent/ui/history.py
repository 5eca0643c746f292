"""What happened to a request so far, newest first; on top of it what the user wrote and nobody has yet. Never empty."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from agent.letters import Letter
from agent.ui import plain, story
from agent.ui.file_dialog import described
from agent.ui.parts import Button, Text, column, empty, row
from agent.ui.story import Told
from agent.ui.theme import GRID
from agent.words import _
from protocol.desk.events import Attachment

_TIME_WIDTH = 18 * GRID


class History(QWidget):
    """The heading and the lines. Signals: `file_wanted(Attachment)`, to be looked at."""

    file_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._told: Sequence[Told] = ()
        self._unsent: Sequence[Letter] = ()
        self._unsent_words = ""
        self.heading = Text(_("What happened so far"), size="strong")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.heading)
        layout.addLayout(self._lines)

    def show_told(self, told: Sequence[Told]) -> None:
        """When and what, oldest first."""
        self._told = told
        self._draw()

    def show_unsent(self, letters: Sequence[Letter], *, line_up: bool) -> None:
        """The letters to this request that the help desk does not have yet, oldest first."""
        words = _("being sent") if line_up else _("not sent yet")
        if (letters, words) != (self._unsent, self._unsent_words):
            self._unsent, self._unsent_words = letters, words
            self._draw()

    def _draw(self) -> None:
        empty(self._lines)
        for letter in reversed(self._unsent):
            self._add(self._unsent_words, story.unsent(letter), tone="accent")
        for one in reversed(self._told):
            self._add(plain.when(one.at), one.words, one.files, tone="muted")

    def _add(self, at: str, words: str, files: Sequence[Attachment] = (), *, tone: str) -> None:
        when = Text(at, tone=tone, size="small")
        when.setFixedWidth(_TIME_WIDTH)
        when.setAlignment(Qt.AlignmentFlag.AlignTop)
        line = QWidget()
        inside = row(spacing=GRID)
        inside.addWidget(when)
        said = column(Text(words), spacing=0)
        for file in files:
            button = Button(described(file), _("Shows this file; nothing is opened without you"), kind="flat")
            button.clicked.connect(lambda _checked=False, file=file: self.file_wanted.emit(file))
            said.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addLayout(said, 1)
        line.setLayout(inside)
        self._lines.addWidget(line)
