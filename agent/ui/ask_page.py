"""The page "Get help": what is wrong, how urgent, how many minutes, and exactly what will be sent."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit, QRadioButton, QSpinBox, QVBoxLayout, QWidget

from agent.outbox import Request, new_request_id
from agent.ui import plain
from agent.ui.faces import Face, Faces
from agent.ui.parts import Button, Text, column, empty, row
from agent.ui.preview import Preview
from agent.ui.suggestions import ArticleWindow, Suggestions, looked_up
from agent.ui.theme import GRID, TARGET
from agent.words import _
from protocol import limits
from protocol.desk.terms import Staff
from protocol.diagnostics import DiagnosticField

_PAUSE_MS = 500
"""Of the user's hands, before what was written so far is looked up."""
_STEP_MINUTES = 5
_USUAL_MINUTES = 30
_NOT_URGENT, _HINDERED, _STUCK = 3, 2, 1
"""As the desk counts: 1 is the most urgent (P25)."""


class AskPage(QWidget):
    """The form.

    Signals: `request_ready(Request)` when the user pressed Send, `looked_up(str)` words to find articles by,
    `urgency_chosen()`.
    """

    request_ready = Signal(object)
    looked_up = Signal(str)
    urgency_chosen = Signal()

    def __init__(self, requester: str, computer: str, faces: Faces | None = None) -> None:
        super().__init__()
        self._known_faces = faces
        self.setObjectName("page")
        self._strange_hands = False
        self._asked_about = ""
        self.suggestions = Suggestions()
        self.article = ArticleWindow()
        self.suggestions.chosen.connect(self.article.show_article)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look_up)
        self._requester = requester[: limits.NAME_CHARS] or _("somebody")
        self.preview = Preview()
        self.preview.show_always([(_("Your name"), self._requester), (_("This computer"), computer)])
        sides = row(1, spacing=3 * GRID)
        sides.takeAt(0)
        sides.addLayout(self._questions(), 5)
        sides.addWidget(self.preview, 4)
        self.notice = Text(tone="accent")
        self.notice.hide()
        self.presence = Text(tone="muted", size="small")
        self.send = Button(_("Send"), _("Sends your request to the help desk (Ctrl+Enter)"), kind="main")
        self.send.setMinimumWidth(20 * GRID)
        self.send.clicked.connect(self._send)
        footer = row(spacing=2 * GRID)
        self.not_now = Text(_("You can send as soon as nobody else uses your mouse and keyboard."), tone="muted")
        self.not_now.hide()
        self.face = QWidget()
        self._faces = QVBoxLayout(self.face)
        self._faces.setContentsMargins(0, 0, 0, 0)
        self.face.hide()
        footer.addWidget(self.face)
        footer.addLayout(column(self.notice, self.not_now, self.presence, spacing=0), 1)
        footer.addWidget(self.send)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        layout.setSpacing(3 * GRID)
        layout.addLayout(sides, 1)
        layout.addLayout(footer)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._send)
        self._check()

    def begin_again(self) -> None:
        """An empty form, for the next request."""
        self.problem.clear()
        self.notice.clear()
        self.notice.hide()
        self._urgency.button(_HINDERED).setChecked(True)
        self.minutes.setValue(_USUAL_MINUTES)

    def show_presence(self, sentence: str, who: Staff | None = None, face: str = "") -> None:
        """Whether somebody is there, how long a wait is, and whose face belongs to it (P4)."""
        self.presence.setText(sentence)
        empty(self._faces)
        self.face.setVisible(who is not None)
        if who is not None:
            sign = Face(plain.one_line(who.name), face, self._known_faces)
            sign.setAccessibleName(plain.one_line(who.name))
            sign.setToolTip(", ".join(plain.one_line(part) for part in (who.name, who.title, who.phone)))
            self._faces.addWidget(sign)

    def say(self, sentence: str) -> None:
        """Why what was sent came back."""
        self.notice.setText(sentence)
        self.notice.show()

    def put_back(self, request: Request) -> None:
        """What could not be sent stands in the form again."""
        self.problem.setPlainText(request.problem)
        self._urgency.button(request.urgency).setChecked(True)
        self.minutes.setValue(request.minutes)

    @property
    def urgency(self) -> int:
        """As chosen now, 1 to 3."""
        return self._urgency.checkedId()

    @property
    def touched(self) -> bool:
        """Whether the user has written something that is not sent yet."""
        return bool(self.problem.toPlainText().strip())

    def show_fields(self, fields: tuple[DiagnosticField, ...] | None) -> None:
        """The facts about this computer; None while they are collected."""
        self.preview.show_fields(fields)

    def show_hands(self, *, strange: bool) -> None:
        """Whether somebody else uses the mouse just now: nobody asks in the user's name."""
        self._strange_hands = strange
        self.not_now.setVisible(strange)
        self._check()

    def _questions(self) -> QVBoxLayout:
        self.problem = QPlainTextEdit()
        self.problem.setAccessibleName(_("What is wrong?"))
        self.problem.setPlaceholderText(_("Just write as you would tell a friend."))
        self.problem.setToolTip(_("Say what is wrong, in your own words"))
        self.problem.setTabChangesFocus(True)
        self.problem.setMinimumHeight(8 * GRID)
        self.problem.textChanged.connect(self._check)
        self._urgency = QButtonGroup(self)
        choices = []
        for level, words in (
            (_STUCK, _("I cannot work at all")),
            (_HINDERED, _("It holds me up")),
            (_NOT_URGENT, _("It can wait")),
        ):
            choice = QRadioButton(words)
            choice.setAccessibleName(words)
            choice.setToolTip(_("How urgent it is for you"))
            self._urgency.addButton(choice, level)
            choices.append(choice)
        choices[1].setChecked(True)
        self._urgency.idToggled.connect(lambda _level, on: self.urgency_chosen.emit() if on else None)
        self.minutes = QSpinBox()
        self.minutes.setRange(1, limits.MAX_MINUTES)
        self.minutes.setSingleStep(_STEP_MINUTES)
        self.minutes.setValue(_USUAL_MINUTES)
        self.minutes.setSuffix(" " + _("minutes"))
        self.minutes.setAccessibleName(_("How many minutes have you got?"))
        self.minutes.setToolTip(_("We will not take more of your time than this"))
        self.minutes.lineEdit().setTextMargins(GRID - 2, 0, 0, 0)  # the style sheet's padding does not reach it
        self.minutes.setFixedSize(20 * GRID, TARGET)
        layout = column(
            _asked(_("What is wrong?"), self.problem),
            self.problem,
            spacing=GRID,
        )
        layout.setStretch(1, 1)
        lookup = Text(
            _("Plain words of it are looked up while you write, to find what helped others."),
            tone="muted",
            size="small",
        )
        layout.addWidget(lookup)
        layout.addWidget(self.suggestions)
        layout.addSpacing(2 * GRID)
        layout.addWidget(_asked(_("How urgent is it for you?")))
        for choice in choices:
            layout.addWidget(choice)
        layout.addSpacing(2 * GRID)
        layout.addWidget(_asked(_("How many minutes have you got?"), self.minutes))
        layout.addWidget(self.minutes, 0, Qt.AlignmentFlag.AlignLeft)
        return layout

    def _check(self) -> None:
        text = self.problem.toPlainText()
        if len(text) > limits.PROBLEM_CHARS:
            self.problem.setPlainText(text[: limits.PROBLEM_CHARS])
            return
        self.send.setEnabled(bool(text.strip()) and not self._strange_hands)
        self._pause.start()

    def _look_up(self) -> None:
        words = looked_up(self.problem.toPlainText())
        if words == self._asked_about:
            return
        self._asked_about = words
        if words:
            self.looked_up.emit(words)
        else:
            self.suggestions.show_articles(())

    def _send(self) -> None:
        if not self.send.isEnabled():
            return
        request = Request(
            request=new_request_id(),
            requester=self._requester,
            problem=self.problem.toPlainText().strip(),
            urgency=self._urgency.checkedId(),
            minutes=self.minutes.value(),
            diagnostics=self.preview.chosen,
            asked_at=datetime.now(UTC),
        )
        self.begin_again()
        self.request_ready.emit(request)


def _asked(question: str, answer: QWidget | None = None) -> Text:
    text = Text(question, size="lead")
    if answer:
        text.setBuddy(answer)
    return text
