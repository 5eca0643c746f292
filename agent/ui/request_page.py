"""One request: number, state, next step and when, who helps, what happened; and the last word, which is the user's."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from agent.outbox import Request
from agent.ui import plain
from agent.ui.parts import Button, Card, Text, column, empty, initials, row
from agent.ui.theme import GRID
from agent.words import _
from protocol import envelope, limits
from protocol.desk.events import Actor, Staff
from protocol.desk.states import OPEN_STATES, TicketState


class RequestPage(QWidget):
    """Signals: `message_written(int, str)`, `verdict_given(int, bool, str)`, `taken_back(int)`; by number."""

    message_written = Signal(object, str)
    verdict_given = Signal(object, bool, str)
    taken_back = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.number: int | None = None
        self.request = ""
        self._sent = ""
        self._strange_hands = False
        self._view: envelope.TicketView | None = None
        self.title = Text(size="title", wrap=False)
        self.chip = Text(tone="chip", size="small", wrap=False)
        self.problem = Text(tone="muted")
        self.state = Text(size="lead")
        self.next_step = Text()
        self.who = Card()
        self.history = QVBoxLayout()
        self.history.setSpacing(GRID)
        self.notice = Text(tone="accent")
        self.verdict = self._verdict_card()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addLayout(row(self.title, self.chip, 1, spacing=2 * GRID))
        layout.addWidget(self._scrolled(), 1)
        layout.addWidget(self.notice)
        self.writing = QWidget()
        self.writing.setLayout(self._writing())
        layout.addWidget(self.writing)

    def show_waiting(self, request: Request, *, line_up: bool, stored: bool = True) -> None:
        """A request that the help desk does not have yet."""
        self._changed_to(None, request.request)
        self.title.setText(_("Your request"))
        self.chip.setText(_("Being sent") if line_up else _("Waiting for the line"))
        self.problem.setText(plain.clean(request.problem, 600))
        if line_up:
            self.state.setText(_("We are sending your request …"))
        elif stored:
            self.state.setText(_("We have your request; it will be sent as soon as the line is back."))
        else:
            self.state.setText(
                _("It will be sent as soon as the line is back. Please leave this computer on: its disk is full.")
            )
        self.next_step.setText("")
        self.who.hide()
        self.verdict.hide()
        empty(self.history)

    def show_ticket(self, view: envelope.TicketView) -> None:
        """A ticket as it stands; an older state than the one shown is ignored."""
        if self._view and self.number == view.number and view.revision < self._view.revision:
            return
        if self.number != view.number:
            self._changed_to(view.number, view.request)
        self._view = view
        self.title.setText(_("Request {number}").format(number=view.number))
        self.chip.setText(plain.state(view.state))
        self.problem.setText(
            _("{when} you wrote: {problem}").format(
                when=plain.when(view.asked_at).capitalize(), problem=plain.clean(view.problem, 600)
            )
        )
        self.state.setText(plain.state_sentence(view.state))
        self._show_next_step(view)
        self._show_who(view.owner)
        self.verdict.setVisible(view.state is TicketState.RESOLVED)
        self.solution.setText(plain.clean(view.solution, 1000))
        self.take_back.setVisible(view.state in OPEN_STATES)
        self.writing.setVisible(view.state in OPEN_STATES)  # else there is one thing to say: solved or not
        self._enable(on=True)

    def show_history(self, ticket: envelope.Ticket) -> None:
        """A ticket with all that happened, newest first."""
        self.show_ticket(ticket.ticket)
        self._notice("")
        if self._sent and any(line.actor is Actor.REQUESTER for line in ticket.history):
            if self._sent == self.message.toPlainText().strip():
                self.message.clear()
            self._sent = ""
        empty(self.history)
        for line in reversed(ticket.history):
            who = _("You") if line.actor is Actor.REQUESTER else plain.one_line(line.actor_name) or _("The help desk")
            if words := plain.event(line.event, who):
                at = Text(plain.when(line.at), tone="muted", size="small", wrap=False)
                at.setFixedWidth(18 * GRID)
                at.setAlignment(Qt.AlignmentFlag.AlignTop)
                entry = QWidget()
                inside = row(spacing=GRID)
                inside.addWidget(at)
                inside.addWidget(Text(words), 1)
                entry.setLayout(inside)
                self.history.addWidget(entry)

    def show_refusal(self, sentence: str) -> None:
        """What the user wanted was not carried out; nothing that was written is lost."""
        self._sent = ""
        self._notice(
            plain.one_line(sentence, 400)
            or _("The line is down just now, so this was not sent. Please try again soon.")
        )
        self._enable(on=True)

    def show_hands(self, *, strange: bool) -> None:
        """Whether somebody else uses the mouse just now: the user's words are for the user's own hand (P18)."""
        self._strange_hands = strange
        self._enable(on=self.number is not None)
        for words in (self.not_now, self.not_sent_now):
            words.setVisible(strange)

    def _notice(self, sentence: str) -> None:
        self.notice.setText(sentence)
        self.notice.setVisible(bool(sentence))

    def _show_next_step(self, view: envelope.TicketView) -> None:
        text = plain.clean(view.next_step, 600)
        if text and view.due:
            self.next_step.setText(_("Next: {text} ({when})").format(text=text, when=plain.when(view.due)))
        elif text:
            self.next_step.setText(_("Next: {text}").format(text=text))
        elif view.state in (TicketState.NEW, TicketState.TRIAGED):
            self.next_step.setText(_("Next: somebody takes care of it, and you will see here who that is."))
        else:
            self.next_step.setText("")
        self.next_step.setVisible(bool(self.next_step.text()))

    def _show_who(self, staff: Staff | None) -> None:
        empty_card(self.who)
        self.who.setVisible(staff is not None)
        if staff is None:
            return
        name, title, phone = (plain.one_line(part) for part in (staff.name, staff.title, staff.phone))
        face = initials(name)
        # The relay's word, not a certificate's: only the consent question vouches for anybody.
        said = Text(_("According to the help desk:"), tone="muted", size="small")
        helps = Text(_("{name} helps you").format(name=name), size="strong")
        who = column(said, helps, Text(title), Text(phone), spacing=0)
        line = row(face, spacing=2 * GRID)
        line.addLayout(who, 1)
        inside = QWidget()
        inside.setLayout(line)
        self.who.rows.addWidget(inside)
        helps_you = _("{name} helps you").format(name=f"{name}, {title}, {phone}")
        self.who.setAccessibleName(_("According to the help desk:") + " " + helps_you)

    def _changed_to(self, number: int | None, request: str) -> None:
        self.number, self.request, self._view = number, request, None
        self._notice("")
        self._sent = ""
        self.message.clear()
        self.not_yet_why.clear()
        empty(self.history)
        self._enable(on=number is not None)
        self.writing.setVisible(number is not None)
        self.take_back.setVisible(False)

    def _scrolled(self) -> QScrollArea:
        content = column(self.problem, self.state, self.next_step, self.verdict, self.who, spacing=2 * GRID)
        self.happened = Text(_("What happened so far"), size="strong")
        content.addWidget(self.happened)
        content.addLayout(self.history)
        content.addStretch(1)
        content.setContentsMargins(0, 0, GRID, 0)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(content)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return scroll

    def _verdict_card(self) -> Card:
        card = Card("soft")
        self.solution = Text()
        self.not_yet_why = QPlainTextEdit()
        self.not_yet_why.setAccessibleName(_("What is still wrong?"))
        self.not_yet_why.setPlaceholderText(_("If not: what is still wrong? (you may leave this empty)"))
        self.not_yet_why.setToolTip(_("Goes along with “Not yet”"))
        self.not_yet_why.setTabChangesFocus(True)
        self.not_yet_why.setFixedHeight(8 * GRID)
        self.yes = Button(_("Yes, it is solved"), _("Closes the request; only you can do that"), kind="main")
        self.not_yet = Button(_("Not yet"), _("The help desk goes on working on it"))
        self.yes.clicked.connect(lambda: self._give_verdict(solved=True))
        self.not_yet.clicked.connect(lambda: self._give_verdict(solved=False))
        card.rows.addWidget(Text(_("Is it solved?"), size="lead"))
        card.rows.addWidget(self.solution)
        card.rows.addWidget(self.not_yet_why)
        card.rows.addLayout(row(self.yes, self.not_yet, 1, spacing=2 * GRID))
        self.not_now = Text(_("You can answer as soon as nobody else uses your mouse and keyboard."), tone="muted")
        self.not_now.hide()
        card.rows.addWidget(self.not_now)
        return card

    def _writing(self) -> QVBoxLayout:
        self.message = QPlainTextEdit()
        self.message.setAccessibleName(_("Message to the help desk"))
        self.message.setPlaceholderText(_("Anything else we should know?"))
        self.message.setToolTip(_("Write to whoever helps you"))
        self.message.setTabChangesFocus(True)
        self.message.setFixedHeight(8 * GRID)
        self.message.textChanged.connect(self._message_changed)
        self.write = Button(_("Send message"), _("Sends what you wrote to whoever helps you"))
        self.write.clicked.connect(self._send_message)
        self.take_back = Button(
            _("I don't need help any more"), _("Takes the request back; nobody works on it then"), kind="flat"
        )
        self.take_back.clicked.connect(self._take_back)
        layout = column(self.message, spacing=GRID)
        self.not_sent_now = Text(_("You can send as soon as nobody else uses your mouse and keyboard."), tone="muted")
        self.not_sent_now.hide()
        layout.addWidget(self.not_sent_now)
        layout.addLayout(row(self.take_back, 1, self.write))
        return layout

    def _give_verdict(self, *, solved: bool) -> None:
        if self.number:
            self._enable(on=False)
            self.verdict_given.emit(self.number, solved, "" if solved else self.not_yet_why.toPlainText().strip())

    def _take_back(self) -> None:
        if self.number:
            self._enable(on=False)
            self.taken_back.emit(self.number)

    def _send_message(self) -> None:
        text = self.message.toPlainText().strip()[: limits.NOTE_CHARS]
        if self.number and text and not self._strange_hands:
            self._sent = text
            self.write.setEnabled(False)
            self.message_written.emit(self.number, text)

    def _message_changed(self) -> None:
        free = not self._sent and not self._strange_hands
        self.write.setEnabled(bool(self.number and self.message.toPlainText().strip()) and free)

    def _enable(self, *, on: bool) -> None:
        self.message.setEnabled(on)
        for part in (self.yes, self.not_yet, self.take_back):
            part.setEnabled(on and not self._strange_hands)
        self._message_changed()


def empty_card(card: Card) -> None:
    """Takes everything out of a card."""
    empty(card.rows)
