"""How it went, in one to five stars, if the user likes to say (P41). Hidden once it is said."""

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QPlainTextEdit

from agent.letters import RatedIt
from agent.ui import theme
from agent.ui.parts import Button, Card, Text, row
from agent.ui.theme import GRID
from agent.words import _, ngettext
from protocol import limits

MOST = 5


class RatingCard(Card):
    """Signals: `rated(RatedIt)`."""

    rated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._chosen = 0
        self._on = True
        self.stars = [self._star(number) for number in range(1, MOST + 1)]
        self.why = QPlainTextEdit()
        self.why.setAccessibleName(_("Anything you would like to tell us?"))
        self.why.setPlaceholderText(_("Anything you would like to tell us? (you may leave this empty)"))
        self.why.setToolTip(_("Goes along with the stars"))
        self.why.setTabChangesFocus(True)
        self.why.setFixedHeight(8 * GRID)
        self.send = Button(_("Send stars"), _("Tells the help desk how it went"))
        self.send.clicked.connect(self._send)
        self.rows.addWidget(Text(_("How did it go?"), size="lead"))
        self.rows.addLayout(row(*self.stars, 1, spacing=GRID // 2))
        self.rows.addWidget(self.why)
        self.rows.addLayout(row(self.send, 1))
        self.hide()
        self._draw()

    def ask(self, *, wanted: bool) -> None:
        """Whether the newest solution waits for its stars."""
        if not wanted:
            self._chosen = 0
            self.why.clear()
            self._draw()
        self.setVisible(wanted)

    def put_back(self, said: RatedIt) -> None:
        """What could not be sent stands there again."""
        self.why.setPlainText(said.text)
        self._choose(said.stars)

    def allow(self, *, on: bool) -> None:
        """Whether it can be said just now."""
        self._on = on
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The theme changed."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "stars"):
            self._draw()
        super().changeEvent(event)

    def _star(self, number: int) -> Button:
        words = ngettext("{count} star of 5", "{count} stars of 5", number).format(count=number)
        star = Button("", words, kind="flat")
        star.setAccessibleName(words)
        star.setFixedSize(theme.TARGET + GRID, theme.TARGET)
        star.setIconSize(QSize(3 * GRID, 3 * GRID))
        star.clicked.connect(lambda: self._choose(number))
        return star

    def _choose(self, number: int) -> None:
        self._chosen = number
        self._draw()

    def _draw(self) -> None:
        for number, star in enumerate(self.stars, 1):
            star.setIcon(theme.icon("ph.star-fill" if number <= self._chosen else "ph.star", theme.tones().accent))
            star.setEnabled(self._on)
        self.send.setEnabled(self._on and bool(self._chosen))

    def _send(self) -> None:
        if self._chosen:
            self.rated.emit(RatedIt(self._chosen, self.why.toPlainText().strip()[: limits.NOTE_CHARS]))
