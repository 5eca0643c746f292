"""What a free technician is offered: the ticket that has waited longest (promise 26). Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.sign import Sign
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.desk.terms import Staff
from protocol.envelope import TicketView


class OfferBar(QFrame):
    """Hidden until something is offered.

    Signals:
        taken, left: the ticket's number: it is to be taken, or left to others.
    """

    taken = Signal(int)
    left = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setAccessibleName(_("Offer"))
        self.number = 0
        self._owner: Staff | None = None
        icon = Sign("hand-point-right", "accent", self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._take = QPushButton(_("Take it"), self)
        self._take.setAccessibleName(_("Take the offered ticket"))
        self._take.setToolTip(words.tip(shortcuts.TAKE_OFFER))
        self._take.clicked.connect(lambda: self.taken.emit(self.number))
        self._leave = QPushButton(_("Leave it to others …"), self)
        self._leave.setAccessibleName(_("Leave it to others"))
        self._leave.setToolTip(words.tip(shortcuts.LEAVE_OFFER))
        self._leave.clicked.connect(lambda: self.left.emit(self.number))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID)
        row.addWidget(icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._take)
        row.addWidget(self._leave)
        self.hide()

    def show_offer(self, view: TicketView) -> None:
        """Somebody waits."""
        self.number, self._owner = view.number, view.owner
        text = _("You are free; this has waited longest: {number} {problem} ({requester}, since {when})").format(
            number=view.number,
            problem=words.first_line(view.problem),
            requester=words.one_line(view.requester),
            when=words.clock(view.opened_at),
        )
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._text.setToolTip(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))

    def follow(self, view: TicketView) -> None:
        """Somebody else took it or was given it, or it is over."""
        begun_or_over = view.state is TicketState.IN_PROGRESS or view.state not in OPEN_STATES
        if view.number == self.number and (begun_or_over or view.owner != self._owner):
            self.withdraw()

    def withdraw(self) -> None:
        """Nothing is offered any more."""
        self.number = 0
        self.hide()

    def want_take(self) -> None:
        """As if its button had been pressed; nothing while nothing is offered. So does the next one."""
        if self.number:
            self._take.click()

    def want_leave(self) -> None:
        """See `want_take`."""
        if self.number:
            self._leave.click()
