"""The sessions under way: each with its window, its canvas and its line. Main thread."""

import dataclasses
from collections.abc import Callable

import structlog
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from console import events
from console.errors import StateDamaged
from console.figures import Figures
from console.language import _
from console.net.thread import NetworkThread
from console.picture.canvas import Canvas
from console.picture.measures import Reading
from console.requests import Build, OnDone, OnFailed
from console.session.conversation import Allowed, Subject, Wish
from console.session.series import Series
from console.state import MissingNote, StateDirectory
from console.ui import words
from console.ui.dialogs import NoteDialog
from console.ui.request_dialog import RequestDialog
from console.ui.session_window import SessionWindow
from protocol import envelope
from protocol.desk.events import EndReason

_log = structlog.get_logger()


class Waker(QObject):
    """Wakes the painter of one session: `came` is emitted on the network thread, and heard on the main thread."""

    came = Signal()

    def __init__(self, paint: Callable[[], None], painted: Callable[[], None]) -> None:
        """`paint` is the view's own slot, so that nobody calls it once the view is gone; then comes `painted`."""
        super().__init__()
        self._painted = painted
        self.came.connect(paint, Qt.ConnectionType.QueuedConnection)
        self.came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def _tell(self) -> None:
        self._painted()


@dataclasses.dataclass
class _Session:
    """A session that has a window, or had one.

    Attributes:
        ticket: its ticket's number.
        window: None once it was closed.
        allowed: whether the user ever agreed; then a note is asked for.
        reported: whether the relay was told its end by us.
        finished: whether its line is gone.
        series: how its picture travelled.
    """

    ticket: int
    window: SessionWindow | None
    canvas: Canvas
    waker: Waker
    allowed: bool = False
    reported: bool = False
    finished: bool = False
    series: Series = dataclasses.field(default_factory=Series)


@dataclasses.dataclass
class _Note:
    """A note that is asked for, and why its session is over as far as it is known."""

    dialog: NoteDialog
    why: EndReason


class Sessions(QObject):
    """All sessions of this console.

    Signals:
        went_on: one of `running`, `reporting` and `notes` may have changed.
    """

    went_on = Signal()

    def __init__(
        self,
        network: NetworkThread,
        ask: Callable[[Build, OnDone, OnFailed], None],
        ask_from: Callable[[RequestDialog, Build], None],
        parent: QWidget,
        state: StateDirectory,
    ) -> None:
        """`ask` sends a request to the relay, `ask_from` one that a dialog waits for; `parent` is of the notes."""
        super().__init__()
        self._network, self._ask, self._ask_from, self._parent = network, ask, ask_from, parent
        self._sessions: dict[str, _Session] = {}
        self._state = state
        self._figures = Figures(ask)
        self._notes: dict[str, _Note] = {}
        self._reporting = 0
        self._left = False

    @property
    def running(self) -> bool:
        """Whether a session's line is there."""
        return not all(session.finished for session in self._sessions.values())

    @property
    def reporting(self) -> bool:
        """Whether the relay has still to say that it knows of an end."""
        return self._reporting > 0

    @property
    def notes(self) -> bool:
        """Whether a note is being asked for."""
        return bool(self._notes)

    def open(self, view: envelope.TicketView, ready: envelope.SessionReady, wish: Wish) -> None:
        """Opens the window of a session that the relay has ready, and dials."""
        canvas, number = Canvas(), ready.session
        window = SessionWindow(view, canvas)

        def painted() -> None:
            canvas.measures.painted()
            self._network.painted(number)

        waker = Waker(window.view.paint_new, painted)
        window.input_made.connect(lambda message: self._network.send_input(number, message))
        window.ask_wanted.connect(lambda wish: self._network.ask(number, wish))
        window.end_wanted.connect(lambda: self._end_session(number))
        window.destroyed.connect(lambda: self._forget_window(number))
        self._sessions[number] = _Session(view.number, window, canvas, waker)
        window.show()
        subject = Subject(number, ready.ticket, ready.device)
        self._network.open_session(subject, wish, canvas, waker.came.emit)

    def _end_session(self, number: str) -> None:
        # The relay is told first: else it sees only that a line ended.
        self._report_end(number, EndReason.TECHNICIAN_LEFT)
        self._network.end_session(number)

    def follow(self, view: envelope.TicketView, me: str) -> None:
        """A ticket changed: whoever has a session on it hears that it is somebody else's by now."""
        other = view.owner is not None and view.owner.identifier != me
        for session in self._sessions.values():
            if session.ticket == view.number and session.window is not None:
                session.window.show_owner(view.owner.name if other and view.owner else "")

    def _report_end(self, number: str, reason: EndReason) -> None:
        session = self._sessions.get(number)
        if session is None or session.reported:
            return
        session.reported = True
        self._reporting += 1

        def failed(sentence: str) -> None:
            _log.info("end_not_reported", session=number, why=sentence)
            self._reported()

        self._ask(lambda ref: envelope.ReportEnd(ref, number, reason), lambda _answer: self._reported(), failed)

    def _reported(self) -> None:
        self._reporting -= 1
        self.went_on.emit()

    def _forget_window(self, number: str) -> None:
        if (session := self._sessions.get(number)) is not None:
            session.window = None
            if session.finished:
                del self._sessions[number]

    def handle(self, event: events.Event) -> None:
        """A session went on."""
        match event:
            case events.StageReached(number, stage):
                if window := self._window_of(number):
                    window.show_stage(stage)
            case events.Said(number, said):
                if isinstance(said, Allowed) and number in self._sessions:
                    self._allowed(number, self._sessions[number])
                if window := self._window_of(number):
                    window.show_said(said)
            case events.LineMeasured(number, round_trip_ms):
                if window := self._window_of(number):
                    window.show_line(round_trip_ms)
            case events.PictureMeasured(number, figures):
                if (session := self._sessions.get(number)) is not None:
                    self._measured(session, figures)
            case events.SessionFinished():
                self._finish(event)

    @staticmethod
    def _measured(session: _Session, figures: Reading) -> None:
        session.series.add(
            figures.at_s,
            latency_ms=figures.latency_ms or 0.0,
            round_trip_ms=figures.round_trip_ms or 0.0,
            frames=figures.frames,
            received_bytes=figures.received_bytes,
            exact=figures.exact,
        )
        if session.window is not None:
            session.window.show_figures(figures)

    def _finish(self, event: events.SessionFinished) -> None:
        session = self._sessions.get(event.session)
        if session is None:
            return
        session.finished = True
        if event.ours:
            self._report_end(event.session, event.reason)
        self._figures.report(event.session, session.series.samples())
        sentence = words.ended(event.reason, event.sentence)
        if session.allowed:
            if session.window is not None:
                session.window.leave()  # it would hide the ticket, and say no more than the note's dialog
            self._ask_for_note(event.session, session.ticket, sentence, event.reason)
        elif session.window is not None:
            session.window.show_over(sentence, event.reason)
        if session.window is None:
            self._sessions.pop(event.session, None)
        self.went_on.emit()

    def _allowed(self, number: str, session: _Session) -> None:
        if not session.allowed:
            session.allowed = True
            self._keep(lambda: self._state.keep_missing_note(MissingNote(number, session.ticket)))

    @staticmethod
    def _keep(act: Callable[[], None]) -> None:
        try:
            act()
        except StateDamaged as error:
            _log.warning("missing_notes_not_kept", why=str(error))

    def relay_says_over(self, over: envelope.SessionOver) -> None:
        """A session whose line is cut need not wait for the user's end to come back."""
        if over.session in self._sessions:
            self._network.session_over(over.session, over.reason)

    def correct_end(self, over: envelope.SessionOver) -> None:
        """The relay knows why a session is over, where this end saw no more than a cut line."""
        sentence = words.ended(over.reason, "")
        if (window := self._window_of(over.session)) is not None:
            window.correct_end(sentence, over.reason)
        if (note := self._notes.get(over.session)) is not None and note.why is EndReason.LINE_LOST:
            note.why = over.reason
            note.dialog.say_why(sentence)

    def leave_notes(self) -> None:
        """The console ends: what is not written by now is asked for at the next start."""
        self._left = True
        self._figures.give_up_all()

    def _ask_for_note(self, number: str, ticket: int, sentence: str, why: EndReason) -> None:
        if self._left:
            return
        dialog = NoteDialog(ticket, sentence, self._parent)
        self._notes[number] = _Note(dialog, why)
        dialog.submitted.connect(
            lambda: self._ask_from(dialog, lambda ref: envelope.AddSessionNote(ref, number, dialog.note))
        )
        dialog.finished.connect(lambda _result: self._note_done(number))
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _note_done(self, number: str) -> None:
        if self._left:
            return  # the window was closed because all are
        self._notes.pop(number, None)
        self._keep(lambda: self._state.drop_missing_note(number))
        self.went_on.emit()

    def remind(self) -> None:
        """Asks for the oldest note that an earlier run of the program was left without."""
        if self._notes or self._sessions:
            return
        missing: list[MissingNote] = []
        self._keep(lambda: missing.extend(self._state.missing_notes()))
        if missing:
            sentence = _("You have not yet written what was done in the session on ticket {number}.")
            sentence = sentence.format(number=missing[0].ticket)
            self._ask_for_note(missing[0].session, missing[0].ticket, sentence, EndReason.TECHNICIAN_LEFT)

    def line_changed(self, *, online: bool) -> None:
        """The line to the relay is there, or away; see `Figures.line_changed`."""
        self._figures.line_changed(online=online)

    def _window_of(self, number: str) -> SessionWindow | None:
        session = self._sessions.get(number)
        return None if session is None else session.window

    def end_all(self) -> None:
        """The console ends: the relay is told that the technician left."""
        for number in list(self._sessions):
            self._report_end(number, EndReason.TECHNICIAN_LEFT)

    def close_windows(self) -> None:
        """Closes every session's window, and so ends what runs."""
        for session in list(self._sessions.values()):
            if session.window is not None:
                session.window.close()
