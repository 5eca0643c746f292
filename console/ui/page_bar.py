"""Whoever is on call is called: an urgent ticket that nobody has taken (promise 1). Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.sign import Sign
from protocol.envelope import TicketView


class PageBar(QFrame):
    """Hidden until somebody is called; the oldest call that nobody has acknowledged is shown.

    Signals:
        acknowledged: the ticket's number: the technician has heard it.
        opened: likewise: it is to be shown.
    """

    acknowledged = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("notice", "warning")
        self.setAccessibleName(_("You are called"))
        self._calls: dict[int, TicketView] = {}
        icon = Sign("bell", "accent", self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        heard = QPushButton(_("I have heard it"), self)
        heard.setAccessibleName(_("Acknowledge the call"))
        heard.setToolTip(words.tip(shortcuts.ACKNOWLEDGE))
        heard.clicked.connect(self.want_acknowledge)
        show = QPushButton(_("Show the ticket"), self)
        show.setAccessibleName(_("Show the ticket"))
        show.setToolTip(_("Opens the ticket you are called for"))
        show.clicked.connect(self._want_open)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID)
        row.addWidget(icon)
        row.addWidget(self._text, 1)
        row.addWidget(heard)
        row.addWidget(show)
        self.hide()

    @property
    def number(self) -> int:
        """The ticket that is shown; 0: none."""
        return next(iter(self._calls), 0)

    def follow(self, view: TicketView, me: str) -> None:
        """A ticket is as it is now: whether this technician is called for it."""
        called = bool(me) and view.called == me
        if called == (view.number in self._calls):
            return
        if called:
            self._calls[view.number] = view
            QApplication.alert(self.window())
        else:
            del self._calls[view.number]
        self._show()

    def want_acknowledge(self) -> None:
        """As if its button had been pressed; nothing while nobody is called."""
        if self.number:
            self.acknowledged.emit(self.number)

    def _want_open(self) -> None:
        if self.number:
            self.opened.emit(self.number)

    def _show(self) -> None:
        view = self._calls.get(self.number)
        if view is None:
            self.hide()
            return
        text = _("You are called: {number} {problem} ({requester}). Nobody has taken it yet.").format(
            number=view.number, problem=words.first_line(view.problem), requester=words.one_line(view.requester)
        )
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._text.setToolTip(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))
