"""A session's own window: its stages in plain words, then the helped screen, then why it is over. Main thread."""

import math
import time
from datetime import datetime

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.language import _, mark
from console.monitors import Monitors
from console.picture.canvas import Canvas
from console.picture.measures import Reading
from console.session.conversation import Allowed, NotAllowed, Secured, Shown, Wish
from console.session.stages import Stage
from console.typing_mode import TypingMode
from console.ui import session_bar, shortcuts, theme, words
from console.ui.curtain import Curtain
from console.ui.figures_overlay import FiguresOverlay
from console.ui.hint import Hint
from console.ui.screen_view import ScreenView
from console.ui.session_bar import SessionBar
from console.ui.shortcuts import Shortcut
from protocol.desk.events import EndReason
from protocol.envelope import TicketView
from protocol.scopes import Scope
from protocol.session.messages import (
    CursorChanged,
    CursorMoved,
    InputDropped,
    KeyboardChanged,
    PictureTimed,
    ScreenChanged,
    Watch,
)

_MORE_MINUTES = 10
"""What is asked for when the time runs out; the user is asked like at the beginning (promise 30)."""


class SessionWindow(QWidget):
    """One session.

    Signals:
        input_made: a message for the helped side.
        ask_wanted: a `Wish` for more.
        end_wanted: the technician ended it, by whatever way.
    """

    input_made = Signal(object)
    ask_wanted = Signal(object)
    end_wanted = Signal()

    def __init__(self, ticket: TicketView, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = _("{name} – ticket {number}")  # noqa: RUF001 - a dash as it is printed
        title = title.format(name=words.one_line(ticket.requester), number=ticket.number)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowIcon(theme.icon("display", "accent"))
        self._stage = Stage.DIALLING
        self._why = EndReason.LINE_LOST
        self._granted: frozenset[Scope] = frozenset()
        self._end: datetime | None = None
        self._ends_at_s = 0.0
        self._is_adapted = QSize()
        self._monitors = Monitors()
        self.bar = SessionBar(f"{words.one_line(ticket.requester)} · {words.one_line(ticket.device_label)}", self)
        self.view = ScreenView(canvas, self)
        self._curtain = Curtain(self.view.viewport())  # of the view itself assistive programs know the viewport alone
        self._figures = FiguresOverlay(self.view.viewport())
        self._words = QLabel(self)
        self._words.setProperty("heading", True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._close = QPushButton(_("Close"), self)
        self._close.setAccessibleName(_("Close"))
        self._close.setToolTip(_("Close this window (Esc)"))
        self._close.clicked.connect(self.close)
        self._close.hide()
        page = QWidget(self)
        page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # else the first button had it, and Enter would end the session
        page.setAccessibleName(_("State of the session"))
        inside = QVBoxLayout(page)
        inside.setContentsMargins(4 * theme.GRID, 4 * theme.GRID, 4 * theme.GRID, 4 * theme.GRID)
        inside.addStretch(1)
        inside.addWidget(self._words)
        inside.addSpacing(2 * theme.GRID)
        inside.addWidget(self._close, 0, Qt.AlignmentFlag.AlignCenter)
        inside.addStretch(1)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(page)
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._pages, 1)
        self.resize(90 * theme.GRID, 45 * theme.GRID)
        self._connect()
        self.show_stage(Stage.DIALLING)
        page.setFocus()

    # --- what happened
    def show_stage(self, stage: Stage) -> None:
        """The session went on by one stage."""
        back = self._stage is Stage.INTERRUPTED and stage is Stage.RUNNING
        self._stage = stage
        self._say(_(words.STAGES[stage]))
        if back and self._monitors.watched:
            self.input_made.emit(Watch(self._monitors.watched))  # in another tunnel nothing was said yet
        cut = stage is Stage.INTERRUPTED
        self.bar.show_interrupted(cut)
        if cut:
            self.bar.show_line(None)
        self.view.set_control(self.bar.controls and not cut)
        self._curtain.draw(closed=cut)

    def show_said(self, event: Secured | Allowed | NotAllowed | Shown) -> None:
        """The other end said something."""
        match event:
            case Allowed(consent):
                self._granted = consent.scopes
                if consent.end != self._end:
                    # By the length of it, not by its end: the two computers' clocks may differ by minutes.
                    self._end = consent.end
                    self._ends_at_s = time.monotonic() + (consent.end - consent.begin).total_seconds()
                self.bar.show_scopes(consent.scopes)
                self.view.set_control(self.bar.controls)
                self._countdown()
                self._timer.start(1000)
            case NotAllowed(sentence):
                self._not_allowed(sentence)
            case CursorChanged():
                self.view.show_cursor(event)
            case CursorMoved():
                self.view.move_cursor(event)
            case KeyboardChanged():
                self.view.show_keyboard(event)
            case InputDropped():
                self._hint.say(_(_DROPPED.get(event.reason, _DROPPED_OTHERWISE)))
            case ScreenChanged():
                watched = self._monitors.watched
                self._monitors.changed(event)
                self._show_monitors()
                if self._pages.currentWidget() is not self.view:  # its first picture comes in a moment
                    area = self._monitors.current.area
                    self._make_room(area.width, area.height) if area else self._make_room(event.width, event.height)
                if self._monitors.watched != watched:  # it is gone
                    self.input_made.emit(Watch(self._monitors.watched))
            case Secured() | PictureTimed():
                pass  # the stage says the one, the figures the other

    def show_line(self, round_trip_ms: float) -> None:
        """How fast the line is; while it is interrupted nobody wants to know how fast the half is that is there."""
        if self._stage is not Stage.INTERRUPTED:
            self.bar.show_line(round_trip_ms)

    def show_figures(self, figures: Reading) -> None:
        """How the picture travels."""
        if self._figures.isVisible():
            self._figures.show_figures(figures, [self.view.to_viewport(rect) for rect, _ in figures.regions])

    def show_owner(self, name: str) -> None:
        """Whose ticket it is now, if it is somebody else's."""
        self.bar.show_remark(_("{name} owns the ticket").format(name=words.one_line(name)) if name else "")

    def show_over(self, sentence: str, reason: EndReason) -> None:
        """It is over, and why."""
        self._stage, self._why = Stage.OVER, reason
        if reason is EndReason.TECHNICIAN_LEFT:
            self.leave()  # whoever ended it knows
            return
        self._timer.stop()
        self._hint.say("")
        self._curtain.draw(closed=False)
        self.view.set_control(False)
        self.bar.show_over()
        if self.isFullScreen():
            self.showNormal()
        self._pages.setCurrentIndex(0)
        self._say(sentence)
        self._close.show()
        self._close.setFocus()

    def leave(self) -> None:
        """It is over, and why is said elsewhere, or known."""
        self._stage = Stage.OVER
        self.close()

    def correct_end(self, sentence: str, reason: EndReason) -> None:
        """The relay knows why, or at least that it was not its own line: said in place of a line that was cut."""
        if self._stage is Stage.OVER and self._why is EndReason.LINE_LOST:
            self._why = reason
            self._say(sentence)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Asks nothing: closing is ending."""
        self.view.release_all()
        if self._stage is not Stage.OVER:
            self._stage = Stage.OVER
            self.end_wanted.emit()
        super().closeEvent(event)

    def _connect(self) -> None:
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._countdown)
        self._hint = Hint(self._pages)
        self.view.input_made.connect(self.input_made)
        self.view.resized_there.connect(self._adapt)
        self.view.typing_changed.connect(self._show_typing)
        self.bar.typing_chosen.connect(self._set_typing)
        self.bar.control.connect(self.view.set_control)
        self.bar.ask_for_control.connect(self._ask_for_control)
        self.bar.ask_for_time.connect(self._ask_for_time)
        self.bar.figures.connect(self._figures.setVisible)
        self.bar.fit.connect(self.view.set_fitted)
        self.bar.full_screen.connect(self._set_full_screen)
        self.bar.end.connect(self.end_wanted)
        self._on(shortcuts.CONTROL, self.bar.press_control)
        self._on(shortcuts.MORE_TIME, self.bar.press_more_time)
        self._on(shortcuts.FIT, self.bar.press_fit)
        self._on(shortcuts.FULL_SCREEN, self.bar.press_full_screen)
        self._on(shortcuts.TYPING, self.bar.press_typing)
        self.bar.monitors.chosen.connect(self._look_at)
        self._on(shortcuts.MONITOR, self._look_at_next)
        self._on(shortcuts.FIGURES, self.bar.press_figures)
        self._on(shortcuts.END, self._end_or_close)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(lambda: self.close() if self._stage is Stage.OVER else None)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # the button's: there only once it is shown
            QShortcut(QKeySequence(key), self._close).activated.connect(self.close)

    def _on(self, shortcut: Shortcut, act: object) -> None:
        keys = QShortcut(QKeySequence(shortcut.keys), self)
        keys.setAutoRepeat(False)
        keys.activated.connect(act)

    def _say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._words.setAccessibleName(sentence)

    def _not_allowed(self, sentence: str) -> None:
        self.bar.show_scopes(self._granted)
        if self._stage is not Stage.REFUSED:  # at the first no the window itself says so, and it ends
            self._hint.say(sentence or _("The user said no."))

    def _countdown(self) -> None:
        self.bar.show_left(self._ends_at_s - time.monotonic())

    def _ask_for_control(self) -> None:
        minutes = max(1, round((self._ends_at_s - time.monotonic()) / 60))
        self.bar.show_asking()
        self.ask_wanted.emit(Wish(self._granted | {Scope.CONTROL}, minutes))

    def _ask_for_time(self) -> None:
        self.bar.show_asking()
        self.ask_wanted.emit(Wish(self._granted, _MORE_MINUTES))

    def _set_typing(self, mode: TypingMode) -> None:
        self.view.set_typing(mode)
        self._hint.say(words.typing(self.view.typing))

    def _show_typing(self) -> None:
        self.bar.show_typing(self.view.typing)

    def _look_at(self, name: str) -> None:
        self._monitors.choose(name)
        self._watch()

    def _look_at_next(self) -> None:
        if len(self._monitors.views) > 1:
            self._monitors.choose_next()
            self._watch()

    def _watch(self) -> None:
        self._show_monitors()
        self.input_made.emit(Watch(self._monitors.watched))

    def _show_monitors(self) -> None:
        self.bar.monitors.show_monitors(self._monitors)
        self.view.show_area(self._monitors.current.area)

    def _end_or_close(self) -> None:
        if self._stage is Stage.OVER:
            self.close()
        else:
            self.end_wanted.emit()

    def _set_full_screen(self, full: bool) -> None:
        if full:
            self.showFullScreen()
        else:
            self.showNormal()
        self.view.setFocus()

    def _adapt(self, width: int, height: int) -> None:
        """The first picture, or another size: shown whole and 1:1 if this display has room for it."""
        first = self._pages.currentWidget() is not self.view
        self._pages.setCurrentWidget(self.view)
        if first:
            self.view.setFocus()
        if first or self.size() == self._is_adapted:
            self._make_room(width, height)

    def _make_room(self, width: int, height: int) -> None:
        if self.isFullScreen() or self.isMaximized():
            return
        ratio = self.devicePixelRatioF()
        spare = 0 if ratio.is_integer() else 1  # Qt may round a window down where scales are not whole
        wanted = QSize(math.ceil(width / ratio) + spare, math.ceil(height / ratio) + spare + session_bar.HEIGHT)
        frame = self.frameGeometry().size() - self.geometry().size()
        room = self.screen().availableGeometry()
        whole = wanted + frame
        if whole.width() <= room.width() and whole.height() <= room.height():
            self._is_adapted = wanted
            self.bar.show_fitted(False)
            self.resize(wanted)
            place = QRect(0, 0, whole.width(), whole.height())
            place.moveCenter(room.center())
            self.move(place.topLeft())
        else:
            self.bar.show_fitted(True)
            self.showMaximized()


_DROPPED = {
    "user_active": mark("The user is using mouse or keyboard; yours have to wait."),
    "question_open": mark("The user is being asked something; your input has to wait."),
    "scope_missing": mark("The user did not allow that."),
    "banner": mark("The user's banner is here; your clicks stop short of it."),
    "server_key": mark("That key steers the user's screen; only they press it."),
    "other_monitor": mark("The user did not allow that screen."),
}
_DROPPED_OTHERWISE = mark("Your input was not taken.")
