"""The one window of everyday: ask for help, see what became of it. Closing it hides it; the tray brings it back."""

from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from agent.letters import Letter
from agent.messages import Line, LineChanged
from agent.outbox import Request
from agent.ui import hours, plain, theme
from agent.ui.ask_page import AskPage
from agent.ui.faces import Faces
from agent.ui.line_strip import LineStrip
from agent.ui.parts import Button, Text, row
from agent.ui.request_page import RequestPage
from agent.ui.requests_page import RequestsPage
from agent.ui.theme import GRID
from agent.words import _
from protocol import envelope
from protocol.desk.states import TicketState

_WIDTH, _HEIGHT = 116 * GRID, 84 * GRID


class MainWindow(QWidget):
    """Pages: ask, list, one request.

    Signals: `about_to_ask()` when the form comes up and wants facts, `ticket_wanted(int)` when a ticket's history is,
    `about_wanted()` when what the desk says of itself is to be read anew, `line_said(str, bool)` how the line is in a
    sentence, and whether it is down.
    """

    about_to_ask = Signal()
    ticket_wanted = Signal(object)
    line_said = Signal(str, bool)
    about_wanted = Signal()

    def __init__(self, organisation: str, requester: str, computer: str) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowIcon(theme.program_icon())
        self.faces = Faces(self)
        self.ask = AskPage(requester, computer, self.faces)
        self.ask.urgency_chosen.connect(self._say_presence)
        self.requests = RequestsPage()
        self.request = RequestPage(self.faces)
        self._waiting: dict[str, Request] = {}
        self._unstored: set[str] = set()
        self._tickets: dict[int, envelope.TicketView] = {}
        self._tickets_known = False
        self._letters: tuple[Letter, ...] = ()
        self._line = LineChanged(Line.STARTING)
        self._about: envelope.About | None = None
        self._phone = ""
        self.strip = LineStrip()
        self.pages = QStackedWidget()
        for page in (self.ask, self.requests, self.request):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header(organisation))
        layout.addWidget(self.strip)
        layout.addWidget(self.pages, 1)
        self.requests.ticket_chosen.connect(self.show_ticket)
        self.requests.waiting_chosen.connect(self.show_waiting)
        self.requests.help_wanted.connect(self.show_ask)
        room = self.screen().availableSize()
        self.resize(min(_WIDTH, room.width() - 2 * GRID), min(_HEIGHT, room.height() - 6 * GRID))
        self._titled(_("Get help"), 0)

    @property
    def unsent(self) -> bool:
        """Whether something of the user's waits for the line."""
        return bool(self._waiting or self._letters)

    @property
    def open_requests(self) -> bool:
        """Whether a request waits for somebody: for the help desk, or for the user's verdict."""
        over = (TicketState.CLOSED, TicketState.CANCELLED)
        return any(ticket.state not in over for ticket in self._tickets.values())

    def shows(self, number: int) -> bool:
        """Whether the user can be reading this request just now."""
        return self.isVisible() and not self.isMinimized() and self.request.number == number

    # --- where to be
    def show_ask(self) -> None:
        """The form; what was written before stands in it still."""
        self._titled(_("Get help"), 0)
        self._say_presence()
        if not self.ask.touched:
            self.about_to_ask.emit()
        self._up(self.ask)
        self.ask.problem.setFocus()

    def show_requests(self) -> None:
        """The list."""
        self._titled(_("My requests"), 1)
        self.about_wanted.emit()
        self._up(self.requests)
        (self.requests.list if self.requests.list.count() else self.requests.ask).setFocus()

    def show_ticket(self, number: int) -> None:
        """One request that has a number."""
        if number in self._tickets:
            self.request.show_ticket(self._tickets[number])
        self._show_unsent()
        self._titled(_("Request {number}").format(number=number), None)
        self._up(self.request)
        self.request.take_focus()
        self.ticket_wanted.emit(number)

    def show_waiting(self, request: str) -> None:
        """One request that waits to be sent."""
        if request in self._waiting:
            self._show_waiting_page(self._waiting[request])
            self._titled(_("Your request"), None)
            self._up(self.request)
            self.request.take_focus()

    # --- what happened
    def line_changed(self, change: LineChanged) -> None:
        """The line is up or down."""
        self._line = change
        self._say_line()
        self._say_presence()
        self._show_unsent()
        if self.request.number is None and (request := self._waiting.get(self.request.request)):
            self._show_waiting_page(request)

    def waiting_listed(self, requests: tuple[Request, ...]) -> None:
        """Requests from before the last restart."""
        self._waiting.update({request.request: request for request in requests})
        self._list()

    def sent(self, request: Request) -> None:
        """The user pressed Send."""
        self._waiting[request.request] = request
        self._list()
        self.show_waiting(request.request)

    def kept(self, request: str, *, stored: bool) -> None:
        """It is safe on this computer; or, not `stored`, in memory only."""
        if not stored and request in self._waiting:
            self._unstored.add(request)
            self._show_waiting_page(self._waiting[request])

    def taken(self, request: str, number: int) -> None:
        """The help desk has it."""
        self._waiting.pop(request, None)
        self._list()
        if self.request.request == request and self.pages.currentWidget() is self.request:
            self._titled(_("Request {number}").format(number=number), None)
            if number in self._tickets:
                self.request.show_ticket(self._tickets[number])
            self.ticket_wanted.emit(number)

    def failed(self, request: Request, sentence: str) -> None:
        """The help desk will not take it: the words go back into the form."""
        self._waiting.pop(request.request, None)
        self._list()
        if not self.ask.touched:
            self.ask.put_back(request)
        self.show_ask()
        self.ask.say(plain.one_line(sentence, 400))

    def letters_listed(self, letters: tuple[Letter, ...]) -> None:
        """What the user wrote to requests and the help desk does not have yet."""
        self._letters = letters
        self._show_unsent()
        self._say_line()

    def letter_failed(self, letter: Letter, sentence: str) -> None:
        """The help desk will not take it: the words go back to where they were written."""
        self.show_ticket(letter.ticket)
        if self.request.number == letter.ticket:
            self.request.put_back(letter, sentence)

    def tickets_listed(self, tickets: tuple[envelope.TicketView, ...]) -> None:
        """All of the user's tickets."""
        self._tickets = {ticket.number: ticket for ticket in tickets}
        self._tickets_known = True
        self._list()
        if self.request.number in self._tickets:
            self.ticket_wanted.emit(self.request.number)

    def ticket_seen(self, ticket: envelope.TicketView) -> envelope.TicketView | None:
        """A ticket is new or changed; gives what was known before."""
        before = self._tickets.get(ticket.number)
        if before and before.revision > ticket.revision:
            return before
        self._tickets[ticket.number] = ticket
        self._list()
        if ticket.number == self.request.number:
            self.request.show_ticket(ticket)
            if self.isVisible() and (not before or before.revision < ticket.revision):
                self.ticket_wanted.emit(ticket.number)
        return before

    def about_read(self, about: envelope.About) -> None:
        """What the desk says of itself."""
        self._about = about
        self.phone_known(about.phone)
        self.requests.advice.show_advice(about.advice)
        self.requests.offers.show_offers(about.offers)
        self._say_presence()

    def phone_known(self, number: str) -> None:
        """Where the desk is called while there is no line."""
        self._phone = number
        self._say_line()

    def ticket_read(self, ticket: envelope.Ticket) -> None:
        """A ticket's history came."""
        self._tickets[ticket.ticket.number] = ticket.ticket
        self._list()
        if self.request.number in (ticket.ticket.number, None) and self.request.request == ticket.ticket.request:
            self.request.show_history(ticket)

    def show_hands(self, *, strange: bool) -> None:
        """Whether somebody else uses the mouse just now."""
        self.ask.show_hands(strange=strange)
        self.request.show_hands(strange=strange)
        self.requests.advice.allow(on=not strange)
        self.requests.offers.allow(on=not strange)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Hides; the program lives in the tray."""
        event.ignore()
        self.hide()

    def _show_waiting_page(self, request: Request) -> None:
        up = self._line.line is Line.CONNECTED
        self.request.show_waiting(request, line_up=up, stored=request.request not in self._unstored)

    def _show_unsent(self) -> None:
        mine = tuple(letter for letter in self._letters if letter.ticket == self.request.number)
        self.request.show_unsent(mine, line_up=self._line.line is Line.CONNECTED)

    def _say_presence(self) -> None:
        if self._about is not None:
            now = datetime.now(UTC)
            about = self._about
            if self._line.line is Line.AWAY:  # what cannot be sent yet has no date
                about = msgspec.structs.replace(about, answer_by=(), wait_min=None)
            said = hours.summary(about, now, self.ask.urgency)
            who = hours.who(self._about, now)
            known = {face.staff: face.sha256 for face in self._about.faces}
            self.ask.show_presence(said, who, known.get(who.identifier, "") if who else "")

    def _say_line(self) -> None:
        down = self._line.line is Line.AWAY
        sentence = plain.line(self._line, waiting=self.unsent, phone=self._phone)
        self.strip.say(sentence if down else "")
        self.line_said.emit(sentence, down)

    def _list(self) -> None:
        tickets = sorted(self._tickets.values(), key=lambda ticket: ticket.number, reverse=True)
        self.requests.show_requests(list(self._waiting.values()), tickets, known=self._tickets_known)
        self._say_line()

    def _up(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        self.showNormal()
        self.raise_()
        self.activateWindow()

    def _titled(self, title: str, tab: int | None) -> None:
        self.setWindowTitle(title)
        for index, button in enumerate((self.go_ask, self.go_requests)):
            button.setChecked(index == tab)

    def _header(self, organisation: str) -> QFrame:
        header = QFrame()
        header.setObjectName("header")
        sign = Text(wrap=False)
        sign.setPixmap(theme.program_icon().pixmap(4 * GRID, 4 * GRID))
        self.go_ask = Button(_("Get help"), _("Write what is wrong"), kind="flat")
        self.go_requests = Button(_("My requests"), _("See what became of what you asked"), kind="flat")
        for button, go in ((self.go_ask, self.show_ask), (self.go_requests, self.show_requests)):
            button.setCheckable(True)
            button.clicked.connect(go)
        name = Text(_("Help desk of {organisation}").format(organisation=organisation), size="strong", wrap=False)
        line = row(sign, name, 1, self.go_ask, self.go_requests, spacing=GRID)
        line.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        header.setLayout(line)
        return header
