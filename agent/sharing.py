"""A session as its user sees it: questions, banners, more time, and the sentence at its end. Qt's main thread.

Guarantees: one question is on the screen at most, and the technician's comes before the user's own wish for more time.
"""

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from agent import messages
from agent.letters import Wrote, letter
from agent.ui import plain, story
from agent.ui.banners import Banners
from agent.ui.consent_dialog import ConsentDialog
from agent.ui.longer_dialog import LongerDialog
from agent.ui.main_window import MainWindow
from agent.ui.tray import Tray
from agent.words import _
from protocol.desk.events import EndReason
from protocol.scopes import Scope


class Sharing(QObject):
    """Everything about the session, if there is one.

    Signals: `wished(messages.Wish)`: what the user wants of it.

    Attributes:
        session: as the banner shows it, or None.
        dialog: the technician's question, while it is on the screen.
        longer: the user's own, whether it may last longer.
    """

    wished = Signal(object)

    def __init__(self, tray: Tray, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._tray, self._window = tray, window
        self.session: messages.SessionRunning | None = None
        self.dialog: ConsentDialog | None = None
        self.longer: LongerDialog | None = None
        self.banners = Banners()
        self.banners.stop_pressed.connect(self.stop)
        self.banners.longer_pressed.connect(self._ask_for_more_time)
        self.banners.windows_changed.connect(lambda windows: self.wished.emit(messages.BannersShown(windows)))
        self.banners.lost.connect(lambda: self.wished.emit(messages.StopSession(EndReason.BANNER_HIDDEN)))
        self.banners.view_only_pressed.connect(
            lambda: self.wished.emit(messages.TakeBack(frozenset(Scope) - {Scope.SEE}))
        )

    @property
    def looking(self) -> str:
        """Who sees the screen; empty: nobody."""
        return plain.one_line(self.session.technician.name, 60) if self.session else ""

    @property
    def asking(self) -> str:
        """Who waits for an answer; empty: nobody."""
        return plain.one_line(self.dialog.question.technician.name, 60) if self.dialog else ""

    def stop(self) -> None:
        """The user ends it."""
        self.wished.emit(messages.StopSession(EndReason.USER_STOPPED))

    def take(
        self,
        happened: messages.QuestionRaised
        | messages.QuestionWithdrawn
        | messages.SessionRunning
        | messages.SessionClosed,
    ) -> None:
        """What happened to it."""
        match happened:
            case messages.QuestionRaised(question=question):
                self._ask(question)
            case messages.QuestionWithdrawn(session=session):
                if self.dialog and self.dialog.question.session == session:
                    self.dialog.withdraw()
                    self.dialog = None
            case messages.SessionRunning():
                self._running(happened)
            case messages.SessionClosed():
                self._closed(happened)

    def _ask(self, question: messages.Question) -> None:
        self._drop_longer()
        if self.dialog:
            self.dialog.withdraw()
        self._tray.hush()
        dialog = ConsentDialog(question, self._window.faces)
        dialog.answered.connect(self._answered)
        dialog.later.connect(lambda when: self._put_off(question, when))
        dialog.on_screen.connect(
            lambda shown: self.wished.emit(messages.QuestionOnScreen(question.session, shown)),
        )
        self.dialog = dialog
        dialog.open()
        dialog.raise_()
        dialog.activateWindow()

    def _put_off(self, question: messages.Question, when: datetime) -> None:
        """The user has no time now: whoever asked reads when that is (P30)."""
        if question.own.number is not None:
            text = _("Not now, please. It suits me {when} or later.").format(when=plain.when(when))
            self.wished.emit(messages.SendLetter(letter(question.own.number, Wrote(text))))

    def _answered(self, answer: object) -> None:
        self.dialog = None
        self.wished.emit(answer)

    def _ask_for_more_time(self) -> None:
        if self.session is None or self.session.interrupted or self.dialog:
            return
        if self.longer is None:
            session = self.session.session
            self.longer = LongerDialog(self.session)
            self.longer.given.connect(self.wished)
            self.longer.on_screen.connect(lambda shown: self.wished.emit(messages.QuestionOnScreen(session, shown)))
            self.longer.finished.connect(self._longer_done)
            self.longer.open()
        self.longer.raise_()
        self.longer.activateWindow()

    def _longer_done(self, _result: int) -> None:
        self.longer = None

    def _drop_longer(self) -> None:
        if self.longer is not None:
            self.longer.reject()

    def _running(self, session: messages.SessionRunning) -> None:
        self.session = session
        if session.interrupted:
            self._drop_longer()
        self.banners.show_session(session)
        self._tray.show_sharing(sharing=True)
        self._window.show_hands(strange=Scope.CONTROL in session.scopes)

    def _closed(self, closed: messages.SessionClosed) -> None:
        name = plain.one_line(closed.technician.name, 60) if closed.technician else ""
        sentence = story.ended(closed.reason, name, allowed=closed.allowed)
        self.session = None
        self._drop_longer()
        self._tray.show_sharing(sharing=False)
        self._window.show_hands(strange=False)
        if closed.allowed:
            self.banners.show_end(sentence)
        elif closed.technician:
            self._tray.notify(_("Nobody sees your screen"), sentence)
