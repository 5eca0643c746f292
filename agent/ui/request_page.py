"""One request: number, state, next step and when, who helps, what happened; and the last word, which is the user's."""

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from agent import downloads
from agent.letters import (
    Answered,
    AnsweredPrice,
    CameBack,
    Complained,
    Confirmed,
    Enclosed,
    HasTime,
    Judged,
    Letter,
    RatedIt,
    Said,
    TookBack,
    Wrote,
    letter,
)
from agent.outbox import Request
from agent.ui import plain, standing, story
from agent.ui.asked_card import AskedCard
from agent.ui.back_card import BackCard
from agent.ui.complaint_card import ComplaintCard
from agent.ui.faces import Faces
from agent.ui.history import History
from agent.ui.parts import Text, column, row
from agent.ui.rating_card import RatingCard
from agent.ui.theme import GRID
from agent.ui.time_line import TimeLine
from agent.ui.to_do import ToDo, awaits_rating, left, to_do
from agent.ui.verdict_card import VerdictCard
from agent.ui.who_card import WhoCard
from agent.ui.writing import Writing
from agent.words import _
from protocol import envelope
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.desk.terms import TicketKind
from protocol.files import MAX_SENT_BYTES


class RequestPage(QWidget):
    """Signals: `letter_ready(Letter)` and `file_ready(Letter, bytes)` when the user said something; `file_wanted(…)`.

    `file_wanted(int, Attachment)`: he wants to see a file of this request's history.
    """

    letter_ready = Signal(object)
    file_ready = Signal(object, object)
    file_wanted = Signal(object, object)

    def __init__(self, faces: Faces) -> None:
        super().__init__()
        self.setObjectName("page")
        self.number: int | None = None
        self.request = ""
        self._on_the_way: tuple[Letter, ...] = ()
        self._to_do: tuple[ToDo, ...] = ()
        self._unrated = False
        self._strange_hands = False
        self._view: envelope.TicketView | None = None
        self.title = Text(size="title", wrap=False)
        self.chip = Text(tone="chip", size="small", wrap=False)
        self.problem = Text(tone="muted")
        self.state = Text(size="lead")
        self.next_step = Text()
        self.estimate = Text()
        self.time = TimeLine()
        self.verdict = VerdictCard()
        self.asked = AskedCard()
        self.rating = RatingCard()
        self.back = BackCard()
        self.who = WhoCard(faces)
        self.history = History()
        self.complaint = ComplaintCard()
        self.notice = Text(tone="accent")
        self.notice.hide()
        self.writing = Writing()
        self.verdict.given.connect(lambda solved, text: self._say(Judged(solved, text)))
        self.asked.answered.connect(self._say)
        self.rating.rated.connect(self._say)
        self.back.came_back.connect(self._say)
        self.time.prolonged.connect(self._say)
        self.complaint.complained.connect(self._say)
        self.complaint.want.clicked.connect(lambda: QTimer.singleShot(0, self, self._show_complaint))
        self.writing.written.connect(self._write)
        self.history.file_wanted.connect(lambda file: self.file_wanted.emit(self.number, file))
        self.writing.taken_back.connect(lambda: self._say(TookBack()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addLayout(row(self.title, self.chip, 1, spacing=2 * GRID))
        layout.addWidget(self._content(), 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.writing)

    def show_waiting(self, request: Request, *, line_up: bool, stored: bool = True) -> None:
        """A request that the help desk does not have yet."""
        if self.request != request.request or self.number is not None:
            self._changed_to(None, request.request)
        self.title.setText(_("Your request"))
        self.chip.setText(_("Being sent") if line_up else _("Not sent yet"))
        self.problem.setText(_wrote(request.asked_at, request.problem))
        if line_up:
            self.state.setText(_("We are sending your request …"))
        elif stored:
            self.state.setText(
                _("Your request is kept on this computer and goes out by itself as soon as there is a connection.")
            )
        else:
            self.state.setText(
                _("Your request goes out by itself as soon as there is a connection.")
                + " "
                + _("Please leave this computer on until then: its disk is full.")
            )
        self._say_next("" if line_up else _("If it cannot wait, please call your help desk."))
        self._say_estimate("")
        self.who.hide()
        self._ask()
        self.history.show_told([story.Told(request.asked_at, _("You wrote your request."))])

    def show_ticket(self, view: envelope.TicketView) -> None:
        """A ticket as it stands; an older state than the one shown is ignored."""
        if self._view and self.number == view.number and view.revision < self._view.revision:
            return
        if self.number != view.number:
            self._changed_to(view.number, view.request)
            self.history.show_told(story.beginning(view))
        self._view = view
        self.title.setText(_("Request {number}").format(number=view.number))
        self.chip.setText(plain.state(view.state))
        self.problem.setText(_wrote(view.asked_at, view.problem))
        self.state.setText(standing.sentence(view))
        self._say_next(standing.next_step(view))
        self._say_estimate(standing.estimate(view, datetime.now(UTC)))
        over = view.state in (TicketState.CLOSED, TicketState.CANCELLED)
        self.who.show_staff(view.owner, view.owner_face, over=over)
        self.verdict.show_solution(view.solution, view.alternatives, standing.evidence(view))
        self.writing.setVisible(view.state in OPEN_STATES)  # else there is one thing to say: solved or not
        self._ask()

    def show_history(self, ticket: envelope.Ticket) -> None:
        """A ticket with all that happened."""
        self.show_ticket(ticket.ticket)
        self._to_do, self._unrated = to_do(ticket.history), awaits_rating(ticket.history)
        self._ask()
        self.history.show_told(story.tell(ticket.history) or story.beginning(ticket.ticket))

    def show_unsent(self, letters: Sequence[Letter], *, line_up: bool) -> None:
        """What the user wrote to this request and the help desk does not have yet."""
        self._on_the_way = tuple(letters)
        self.history.show_unsent(letters, line_up=line_up)
        self._ask()

    def put_back(self, letter: Letter, sentence: str) -> None:
        """The help desk does not take this letter: the words go back to where they were written."""
        match letter.said:
            case Judged(text=text):
                self.verdict.not_yet_why.setPlainText(text)
            case CameBack(text=text):
                self.back.why.setPlainText(text)
            case RatedIt():
                self.rating.put_back(letter.said)
            case Answered(text=text) | Confirmed(text=text) | AnsweredPrice(text=text) if self.asked.isVisible():
                self.asked.put_back(text)
                self.asked.warn(plain.one_line(sentence, 400))
                return
            case Complained(text=text):
                self.complaint.put_back(text)
            case _ if letter.text:
                self.writing.put_back(letter.text)
        self._notice(plain.one_line(sentence, 400))

    def take_focus(self) -> None:
        """To where the next word is, if there is one to say."""
        (self.writing.message if self.writing.isVisible() else self.scrolled).setFocus()

    def show_hands(self, *, strange: bool) -> None:
        """Whether somebody else uses the mouse just now: the user's words are for the user's own hand (P18)."""
        self._strange_hands = strange
        self.verdict.not_now.setVisible(strange)
        self.writing.show_hands(strange=strange)
        self._ask()

    def _changed_to(self, number: int | None, request: str) -> None:
        self.number, self.request, self._view = number, request, None
        self._to_do, self._unrated, self._on_the_way = (), False, ()
        self._notice("")
        self.verdict.not_yet_why.clear()
        self.back.why.clear()
        self.complaint.begin_again()
        self.history.show_unsent((), line_up=True)
        self.writing.begin(number)
        self.writing.setVisible(number is not None)

    def _content(self) -> QScrollArea:
        content = column(
            self.problem,
            self.state,
            self.next_step,
            self.estimate,
            self.time,
            self.verdict,
            self.rating,
            self.asked,
            self.who,
            self.back,
            self.history,
            self.complaint,
            1,
            spacing=2 * GRID,
        )
        content.setContentsMargins(0, 0, GRID, 0)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(content)
        self.scrolled = QScrollArea()
        self.scrolled.setWidgetResizable(True)
        self.scrolled.setWidget(inside)
        self.scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return self.scrolled

    def _show_complaint(self) -> None:
        """At the end of the page; laid out by now."""
        self.scrolled.ensureWidgetVisible(self.complaint.card)

    def _say_next(self, sentence: str) -> None:
        self.next_step.setText(sentence)
        self.next_step.setVisible(bool(sentence))

    def _say_estimate(self, sentence: str) -> None:
        self.estimate.setText(sentence)
        self.estimate.setVisible(bool(sentence))

    def _notice(self, sentence: str) -> None:
        self.notice.setText(sentence)
        self.notice.setVisible(bool(sentence))

    def _say(self, said: Said) -> None:
        if self.number and not self._strange_hands:
            self._notice("")
            self.asked.warn("")
            self.letter_ready.emit(letter(self.number, said))

    def _write(self, text: str, paths: tuple[Path, ...]) -> None:
        """A message; with files, the words go with the first of them. All of it goes out, or nothing does."""
        if not paths:
            self._say(Wrote(text))
            return
        enclosed: list[tuple[Enclosed, bytes]] = []
        for path in paths:
            try:
                content = downloads.read(path)
            except downloads.TooLarge:
                sentence = _("The file {name} is larger than {count} MB, which is too much to be sent here.")
                self._keep_back(sentence.format(name=path.name, count=MAX_SENT_BYTES // 2**20), text, paths)
                return
            except OSError as error:
                sentence = _("The file {name} cannot be read: {why}").format(name=path.name, why=error.strerror)
                self._keep_back(sentence, text, paths)
                return
            kind = mimetypes.guess_type(path.name)[0] or ""
            enclosed.append((Enclosed(path.name, kind, len(content), "" if enclosed else text), content))
        self._notice("")
        for said, content in enclosed:
            if self.number and not self._strange_hands:
                self.file_ready.emit(letter(self.number, said), content)

    def _keep_back(self, sentence: str, text: str, paths: tuple[Path, ...]) -> None:
        self.writing.put_back(text, paths)
        self._notice(plain.one_line(sentence, 400))

    def _ask(self) -> None:
        """What there is to say, one thing at a time; nothing twice, while it is on its way."""
        state = self._view.state if self._view else None
        free = not self._strange_hands
        said = [on_the_way.said for on_the_way in self._on_the_way]
        over = any(isinstance(one, Judged | TookBack) for one in said)
        back = any(isinstance(one, CameBack) for one in said)
        until = self._view.reopen_until if self._view else None
        rated = any(isinstance(one, RatedIt) for one in said)
        self.verdict.setVisible(state is TicketState.RESOLVED)
        self.verdict.allow(on=free and not over)
        asked = left(self._to_do, said) if state in OPEN_STATES and not over else ()
        self.asked.show_first(asked, self._view.yes_by if self._view else None)
        self.asked.allow(on=free)
        self.rating.ask(wanted=state is TicketState.CLOSED and self._unrated and not rated and not back)
        self.back.ask(until if until is not None and until > datetime.now(UTC) and not back else None)
        self.back.allow(on=free)
        minutes = max((one.minutes for one in said if isinstance(one, HasTime)), default=0)
        self.time.show_minutes(max(minutes, self._view.minutes) if self._view and state in OPEN_STATES else 0)
        self.time.allow(on=free)
        self.rating.allow(on=free)
        self.complaint.setVisible(self._view is not None and self._view.kind is not TicketKind.COMPLAINT)
        self.complaint.allow(on=free)
        self.writing.allow(on=state is not None and not over)


def _wrote(at: datetime, problem: str) -> str:
    when = plain.when(at)
    return _("{when} you wrote: {problem}").format(when=when[:1].upper() + when[1:], problem=plain.clean(problem, 600))
