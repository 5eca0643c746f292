"""The question whether somebody may look, and do more. Guarantees: only a deliberate hand says yes.

No answer, Escape, closing and Enter mean no. What is more than looking is a second choice: off until it is ticked, and
not to be ticked before it has been on the screen for some seconds; so is Allow itself. Nobody is rushed by a default.
"""

import math
import time
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QMenu, QWidget

from agent.messages import AnswerQuestion, Question
from agent.ui import theme
from agent.ui.consent_words import Wording, wording
from agent.ui.faces import Face, Faces
from agent.ui.parts import Button, Card, Sign, Text, column, row, unmarked, warning
from agent.ui.screens import here
from agent.ui.theme import GRID
from agent.words import _, language
from protocol.scopes import Scope

ALLOW_AFTER_S = 1.5
"""A click that was meant for something else, as the question came up, must not say yes."""
MORE_AFTER_S = 3.0
"""Whoever gives away mouse and keyboard has had the time to read the sentence."""
KEYS_AFTER_S = 1.0
"""Keys typed for another window, as the question came up, say nothing either."""
_TICK_MS = 200
_WIDTH = 80 * GRID


class ConsentDialog(QDialog):
    """One question. Signals: `answered(AnswerQuestion)`, once; `later(datetime)` before a no; `on_screen(bool)`."""

    answered = Signal(object)
    later = Signal(object)
    on_screen = Signal(bool)

    def __init__(self, question: Question, faces: Faces | None = None) -> None:
        super().__init__()
        self._faces = faces
        self.question = question
        self._here = None if question.allowed else here(self.screen())
        self.words: Wording = wording(
            question, now=datetime.now(UTC), others=self._here.others if self._here is not None else 0
        )
        self._again = bool(question.allowed)
        self._since = time.monotonic()
        self._answered = False
        self.setObjectName("window")
        self.setWindowTitle(self.words.heading)
        self.setWindowIcon(theme.program_icon())
        self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint)
        self.no = Button(_("No thanks"), _("Nobody gets to see or do anything"))
        self.not_now = Button(_("Not now …"), _("Says no, and when it suits you better"), kind="flat")
        self.times = QMenu(self)
        self.allow = Button(_("Allow"), _("Allows exactly what is written here, for this long"), kind="main")
        self.left = Text(tone="muted", size="small")
        self.ticks: dict[Scope, QCheckBox] = {}
        self.screens: QCheckBox | None = None
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._tick()

    def withdraw(self) -> None:
        """The question has become pointless: it goes, unanswered."""
        self._answered = True
        self._timer.stop()
        self.hide()
        self.deleteLater()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """From now on the seconds count."""
        super().showEvent(event)
        if (layout := self.layout()) is not None:  # wrapped lines count only once the style is on
            self.setFixedSize(_WIDTH, layout.totalHeightForWidth(_WIDTH))
            self.move(self.screen().availableGeometry().center() - self.rect().center())
        self._since = time.monotonic()
        self._timer.start()
        self._tick()
        self.on_screen.emit(True)

    def reject(self) -> None:
        """Escape means no."""
        self._answer(frozenset())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """So does closing."""
        event.ignore()
        self._answer(frozenset())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Swallows keys that were typed before anybody can have read the question."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and self._shown_s < KEYS_AFTER_S:
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        words = self.words
        name, title, phone, vouched = words.who
        vouch = row(Sign("ph.shield-check-fill", size=20), spacing=GRID // 2)
        vouch.addWidget(Text(vouched, tone="accent"), 1)
        who = column(Text(name, size="strong"), Text(f"{title}  ·  {phone}"), spacing=2)
        who.addLayout(vouch)
        sign = Face(name, self.question.face, self._faces)
        if self.question.face:
            sign.setToolTip(_("The picture is from the help desk; name, title and phone are vouched for"))
        face = row(sign, spacing=2 * GRID)
        face.addLayout(who, 1)
        card = Card()
        card.rows.addLayout(face)
        card.rows.addWidget(Text(words.asked))
        if words.remark:
            card.rows.addWidget(Text(words.remark, tone="muted"))
        layout = column(Text(words.heading, size="title"), card, spacing=2 * GRID)
        hands = self._again and Scope.CONTROL in self.question.scopes | self.question.allowed
        layout.addLayout(_signed("ph.mouse-bold" if hands else "ph.eye-bold", words.first))
        if words.screens:
            self.screens = _tick(words.screens, _("Off unless you tick it; only this screen is shown then"))
            layout.addWidget(self.screens)
        for scope, sentence in words.ticks:
            self.ticks[scope] = _tick(sentence, _("Off unless you tick it; you can take it back at any moment"))
            layout.addWidget(self.ticks[scope])
        layout.addLayout(_signed("ph.clock-bold", words.until))
        layout.addWidget(warning(words.warning))
        for button in (self.no, self.allow):
            button.setMinimumSize(18 * GRID, 6 * GRID)
        footer = row(spacing=2 * GRID)
        footer.addWidget(self.left, 1)
        if not self._again:
            self._offer_times()
            footer.addWidget(self.not_now)
        footer.addWidget(self.no)
        footer.addWidget(self.allow)
        layout.addSpacing(GRID)
        layout.addLayout(footer)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        self.setLayout(layout)
        self.no.clicked.connect(lambda: self._answer(frozenset()))
        self.allow.clicked.connect(self._allow)
        self.no.setAutoDefault(True)
        self.no.setDefault(True)
        self.no.setFocus()
        for part in (self, self.no, self.not_now, self.allow, *self._all_ticks):
            part.installEventFilter(self)
        QWidget.setTabOrder(self.no, self.allow)

    def _offer_times(self) -> None:
        for words, minutes in (
            (_("In a quarter of an hour"), 15),
            (_("In an hour"), 60),
            (_("In three hours"), 180),
            (_("Tomorrow at this time"), 24 * 60),
        ):
            self.times.addAction(words).triggered.connect(lambda _checked=False, after=minutes: self._put_off(after))
        self.not_now.setMenu(self.times)

    def _put_off(self, after_min: int) -> None:
        """No, and when instead: whose time it is decides (P30)."""
        if not self._answered:
            self.later.emit(datetime.now(UTC) + timedelta(minutes=after_min))
            self._answer(frozenset())

    def _allow(self) -> None:
        if not self._allow_ready:
            return
        ticked = frozenset(scope for scope, tick in self.ticks.items() if tick.isChecked())
        base = frozenset(self.question.scopes) - self.ticks.keys()
        self._answer(base | ticked)

    @property
    def _all_ticks(self) -> list[QCheckBox]:
        return [*([self.screens] if self.screens else []), *self.ticks.values()]

    @property
    def _monitors(self) -> tuple[str, ...]:
        """The screen that the question is on now, unless all were ticked or there is but one."""
        if self._here is None or (self.screens is not None and self.screens.isChecked()):
            return ()
        return ((here(self.screen()) or self._here).name,)

    @property
    def _shown_s(self) -> float:
        return time.monotonic() - self._since

    @property
    def _allow_ready(self) -> bool:
        return self._shown_s >= (MORE_AFTER_S if self._again else ALLOW_AFTER_S)

    def _tick(self) -> None:
        left_s = self.question.answer_by_s - self._shown_s
        if left_s <= 0:
            self._answer(frozenset(), nobody=True)
            return
        self.left.setText(_("No answer in {seconds}\N{NO-BREAK SPACE}s means no.").format(seconds=math.ceil(left_s)))
        self.allow.setEnabled(self._allow_ready)
        for tick in self._all_ticks:
            tick.setEnabled(self._shown_s >= MORE_AFTER_S)

    def _answer(self, scopes: frozenset[Scope], *, nobody: bool = False) -> None:
        if self._answered:
            return
        self._answered = True
        self._timer.stop()
        self.hide()
        self.on_screen.emit(False)
        monitors = self._monitors if scopes else ()
        text = self.words.signed_text(scopes, all_screens=not monitors)
        self.answered.emit(AnswerQuestion(self.question.session, scopes, text, language(), nobody, monitors))
        self.deleteLater()


def _tick(sentence: str, tip: str) -> QCheckBox:
    tick = QCheckBox(unmarked(sentence))
    tick.setAccessibleName(sentence)
    tick.setToolTip(tip)
    return tick


def _signed(sign: str, sentence: str) -> QHBoxLayout:
    line = row(Sign(sign, size=20), spacing=GRID)
    line.addWidget(Text(sentence), 1)
    return line
