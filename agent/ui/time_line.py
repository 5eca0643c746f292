"""How much time the user has for a request, and more of it when he wants (P30). Nobody else can say so."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from agent.letters import HasTime
from agent.ui.parts import Button, Text
from agent.ui.theme import GRID
from agent.words import _, ngettext
from protocol import limits

_MORE_MIN = (10, 30, 60)


class TimeLine(QWidget):
    """Signals: `prolonged(HasTime)`."""

    prolonged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._minutes = 0
        self.said = Text(tone="muted")
        self.more = Button(_("I have more time"), _("Says how much longer it may take, if you like"), kind="flat")
        self.menu = QMenu(self)
        for minutes in _MORE_MIN:
            words = ngettext("{count} minute more", "{count} minutes more", minutes).format(count=minutes)
            self.menu.addAction(words).triggered.connect(lambda _checked=False, more=minutes: self._give(more))
        self.more.setMenu(self.menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self.said, 1)
        line.addWidget(self.more)
        self.hide()

    def show_minutes(self, minutes: int) -> None:
        """So many he has said; 0: it is over, and nobody needs any."""
        self._minutes = minutes
        self.setVisible(bool(minutes))
        said = ngettext(
            "You said that you have {count} minute.", "You said that you have {count} minutes.", minutes
        ).format(count=minutes)
        self.said.setText(said + " " + _("Nobody takes more of your time without asking you."))

    def allow(self, *, on: bool) -> None:
        """Whether more can be given just now."""
        self.more.setEnabled(on and self._minutes < limits.MAX_MINUTES)

    def _give(self, more: int) -> None:
        self.prolonged.emit(HasTime(min(self._minutes + more, limits.MAX_MINUTES)))
