"""The page "My requests": all of them, newest first, each with its state; those that wait for the line on top."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from agent.outbox import Request
from agent.ui import plain
from agent.ui.advice_card import AdviceCard
from agent.ui.offer_card import OfferCard
from agent.ui.parts import Button, Text
from agent.ui.theme import GRID
from agent.words import _
from protocol.envelope import TicketView

_ALL = 1000
"""Of the page's height: the list, where there is one; else what is said stands at the top."""


class RequestsPage(QWidget):
    """Signals: `ticket_chosen(int)` with a ticket's number, `waiting_chosen(str)` with a request's, `help_wanted()`."""

    ticket_chosen = Signal(object)
    waiting_chosen = Signal(str)
    help_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.offers = OfferCard()
        self.advice = AdviceCard()
        self.none = Text(tone="muted")
        self.ask = Button(_("Ask for help"), _("Write what is wrong"), kind="main")
        self.ask.clicked.connect(self.help_wanted)
        self.list = QListWidget()
        self.list.setAccessibleName(_("My requests"))
        self.list.setToolTip(_("Press Enter or click to see more about a request"))
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(Text(_("My requests"), size="title"))
        layout.addWidget(self.offers)
        layout.addWidget(self.advice)
        layout.addWidget(self.none)
        layout.addWidget(self.ask, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.list, _ALL)
        layout.addStretch(1)
        self.show_requests([], [], known=False)

    def show_requests(self, waiting: list[Request], tickets: list[TicketView], *, known: bool = True) -> None:
        """Everything there is, in the order it is to be shown; `known`: the help desk said which tickets there are."""
        self.list.clear()
        self.none.setText(
            _("You have not asked for anything yet.")
            if known
            else _("What you asked before comes up here as soon as there is a connection.")
        )
        for request in waiting:
            head = f"{_('Not sent yet')}  ·  {plain.when(request.asked_at)}"
            self._add(head, request.problem, request.request)
        for ticket in tickets:
            head = _("Request {number}").format(number=ticket.number) + f"  ·  {plain.state(ticket.state)}"
            self._add(f"{head}  ·  {plain.when(ticket.asked_at)}", ticket.problem, ticket.number)
        self.none.setVisible(not self.list.count() or not known)
        self.ask.setVisible(known and not self.list.count())
        self.list.setVisible(bool(self.list.count()))

    def _add(self, head: str, problem: str, key: str | int) -> None:
        item = QListWidgetItem(f"{head}\n{plain.one_line(problem, 100)}")
        item.setData(Qt.ItemDataRole.UserRole, key)
        self.list.addItem(item)

    def _choose(self, item: QListWidgetItem) -> None:
        key = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(key, int):
            self.ticket_chosen.emit(key)
        else:
            self.waiting_chosen.emit(key)
