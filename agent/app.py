"""Puts windows and network together.

Guarantees: what happened reaches the windows by one queued signal, and when this process ends, for whatever reason, so
does the session. Qt's main thread.
"""

import sys
from collections.abc import Callable
from datetime import datetime

import structlog
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QSessionManager
from PySide6.QtWidgets import QApplication

from agent import diagnostics, enrolled, messages, words
from agent.diagnostics.local import full_name
from agent.letters import Letter
from agent.net.clerk import Clerk
from agent.net.thread import NetworkThread
from agent.network import NetworkWatch
from agent.outbox import Request
from agent.place import Place
from agent.sharing import Sharing
from agent.single import Single
from agent.ui import plain
from agent.ui.about import AboutWindow
from agent.ui.banner import hot_key_words
from agent.ui.main_window import MainWindow
from agent.ui.news import news
from agent.ui.quit_dialog import Open, QuitDialog
from agent.ui.tray import Tray
from agent.viewing import Viewing
from agent.words import _
from protocol import limits
from protocol.desk.events import EndReason, Staff
from protocol.diagnostics import DiagnosticField
from protocol.envelope import About, Ticket, TicketView

_STOP_S = 8.0
"""For ending a session and its processes, at quitting."""
_BEAT_MS = int(limits.HEARTBEAT_S * 1000)

_log = structlog.get_logger()


class _Gathering(QRunnable):
    """Collects the facts about this machine, off Qt's thread."""

    def __init__(self, screens: diagnostics.ScreenFacts, done: Callable[[object], None]) -> None:
        super().__init__()
        self._screens, self._done = screens, done

    def run(self) -> None:
        """On a thread of the pool."""
        self._done(diagnostics.fields(diagnostics.LocalMachine(), self._screens))


class Agent(QObject):
    """The running agent."""

    _happened = Signal(object)
    _gathered = Signal(object)

    def __init__(self, place: Place, standing: enrolled.Standing, single: Single, *, hot_key: str) -> None:
        """Builds everything; nothing runs yet. Raises PlaceError."""
        super().__init__()
        self._single, self._hot_key = single, hot_key
        self._quitting: QuitDialog | None = None
        self._gathering: _Gathering | None = None
        self._leaving = False
        self._advised: set[str] = set()
        self._news_since: dict[int, datetime] = {}
        self._handlers: dict[int, tuple[int, Staff | None]] = {}
        self.tray = Tray()
        self.window = MainWindow(standing.organisation.name, full_name(), enrolled.device_label())
        self.sharing = Sharing(self.tray, self.window, self)
        self.viewing = Viewing(self.window)
        self.about = AboutWindow(standing.organisation.name, hot_key_words(hot_key))
        self._happened.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._gathered.connect(self._show_facts, Qt.ConnectionType.QueuedConnection)
        self._clerk = Clerk(place, standing, hot_key=hot_key, tell=self._happened.emit)
        self._network = NetworkThread(self._clerk.run, on_crash=self._crashed)
        self._watch = NetworkWatch()
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(lambda: self._wish(messages.Beat()))
        self._connect()

    def start(self) -> None:
        """Begins to run."""
        self._network.start()
        self._beat.start()

    def stop(self) -> None:
        """Ends the session, then the network, then lets go of the lock. Waits for all of it."""
        self._beat.stop()
        if not self._network.stop(_STOP_S):
            _log.error("network thread did not end in time")
        QThreadPool.globalInstance().waitForDone(int(_STOP_S * 1000))
        self._happened.disconnect(self._take)  # nothing reaches windows that are about to go
        self._gathered.disconnect(self._show_facts)
        self.tray.leave()
        self._single.give_up()

    def _connect(self) -> None:
        self.tray.help_wanted.connect(self.window.show_ask)
        self.tray.requests_wanted.connect(self.window.show_requests)
        self.tray.stop_wanted.connect(self.sharing.stop)
        self.tray.about_wanted.connect(self.about.come_up)
        self.tray.quit_wanted.connect(self._quit)
        self._single.asked_to_show.connect(self.window.show_ask)
        self._watch.came_back.connect(lambda: self._wish(messages.TryNow()))
        self.window.about_to_ask.connect(self._gather)
        self.window.about_to_ask.connect(lambda: self._wish(messages.ReadAbout()))
        self.window.about_wanted.connect(lambda: self._wish(messages.ReadAbout()))
        self.window.requests.offers.answered.connect(
            lambda ticket, quote, accepted: self._wish(messages.AnswerOffer(ticket, quote, accepted))
        )
        self.window.requests.advice.answered.connect(
            lambda key, accepted: self._wish(messages.AnswerAdvice(key, accepted))
        )
        self.window.line_said.connect(lambda sentence, down: self.tray.say_line(sentence, down=down))
        self.window.ticket_wanted.connect(lambda number: self._wish(messages.ReadTicket(number)))
        self.window.ask.request_ready.connect(self._send)
        self.window.ask.looked_up.connect(lambda typed: self._wish(messages.FindArticles(typed, words.language())))
        self.window.request.letter_ready.connect(self._send_letter)
        self.window.request.file_ready.connect(
            lambda letter, content: self._wish(messages.SendFile(letter, content)),
        )
        self.window.request.file_wanted.connect(self.viewing.show_file)
        self.viewing.wished.connect(self._wish)
        self.window.faces.wanted.connect(lambda sha256: self._wish(messages.FetchFace(sha256)))
        self.sharing.wished.connect(self._wish)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.commitDataRequest.connect(self._logging_off, Qt.ConnectionType.DirectConnection)

    # --- what the user wants
    def _wish(self, wish: messages.Wish) -> None:
        self._network.call(self._clerk.wish, wish)

    def _send(self, request: object) -> None:
        if isinstance(request, Request):
            self.window.sent(request)
            self._wish(messages.SendRequest(request))

    def _send_letter(self, letter: object) -> None:
        if isinstance(letter, Letter):
            self._wish(messages.SendLetter(letter))

    def _quit(self) -> None:
        """The user wants the program to end: asks first while something is open."""
        if self._quitting is not None:
            self._quitting.raise_()
            self._quitting.activateWindow()
            return
        open_now = self._open_now()
        if not open_now:
            self.leave(EndReason.USER_QUIT)
            return
        self._quitting = QuitDialog(open_now)
        self._quitting.confirmed.connect(lambda: self.leave(EndReason.USER_QUIT))
        self._quitting.finished.connect(self._stayed)
        self._quitting.open()
        self._quitting.raise_()
        self._quitting.activateWindow()

    def _open_now(self) -> Open:
        return Open(
            looking=self.sharing.looking,
            asking=self.sharing.asking,
            requests=self.window.open_requests,
            unsent=self.window.unsent,
        )

    def _quit_anew(self) -> None:
        """A session that began or ended is another thing to quit; where nothing is left, nothing is asked."""
        if self._quitting is None or self._quitting.open_now == (open_now := self._open_now()):
            return
        self._quitting.reject()
        if open_now:
            self._quit()

    def _stayed(self, _result: int) -> None:
        if self._quitting is not None:
            self._quitting.deleteLater()
            self._quitting = None

    def leave(self, reason: EndReason) -> None:
        """Ends the session for this reason, and then the program."""
        if not self._leaving:
            self._leaving = True
            self._wish(messages.StopSession(reason))
            QApplication.exit(0)  # quit() would ask the windows first, and those only ever hide

    @Slot(QSessionManager)
    def _logging_off(self, _manager: QSessionManager) -> None:
        """The desktop's session ends, or may: ours does, in any case."""
        self._wish(messages.StopSession(EndReason.USER_LOGGED_OFF))

    def _crashed(self) -> None:
        """On the network thread: without it there is no way to end a session in order."""
        self._happened.emit(None)

    # --- facts about this machine
    def _gather(self) -> None:
        if self._gathering is None:
            self.window.ask.show_fields(None)
            self._gathering = _Gathering(_screen_facts(), self._gathered.emit)
            QThreadPool.globalInstance().start(self._gathering)

    @Slot(object)
    def _show_facts(self, facts: tuple[DiagnosticField, ...]) -> None:
        self._gathering = None
        self.window.ask.show_fields(facts)

    # --- what happened
    @Slot(object)
    def _take(self, happened: messages.Happened | None) -> None:
        window = self.window
        match happened:
            case messages.LineChanged():
                window.line_changed(happened)
            case messages.TicketsListed(tickets=tickets):
                for ticket in tickets:
                    self._handlers.setdefault(ticket.number, (ticket.revision, ticket.owner))
                window.tickets_listed(tickets)
            case messages.TicketSeen(ticket=ticket):
                self._ticket_seen(ticket)
            case messages.TicketRead(ticket=read):
                self._ticket_read(read)
            case messages.ArticlesFound(articles=articles):
                window.ask.suggestions.show_articles(articles)
            case messages.FileFetched() | messages.FileMissed() | messages.FaceFetched():
                self._fetched(happened)
            case messages.AboutRead() | messages.PhoneKnown() | messages.WatchRead():
                self._take_of_desk(happened)
            case None:
                sys.stderr.flush()
                QApplication.exit(1)
            case (
                messages.SessionRunning()
                | messages.SessionClosed()
                | messages.QuestionRaised()
                | messages.QuestionWithdrawn()
            ):
                self.sharing.take(happened)
                self._quit_anew()
            case _:
                self._take_of_post(happened)

    def _fetched(self, happened: messages.FileFetched | messages.FileMissed | messages.FaceFetched) -> None:
        if isinstance(happened, messages.FaceFetched):
            self.window.faces.take(happened.sha256, happened.content)
        else:
            self.viewing.take(happened)

    def _take_of_desk(self, happened: messages.AboutRead | messages.PhoneKnown | messages.WatchRead) -> None:
        match happened:
            case messages.AboutRead(about=about):
                self._about_read(about)
            case messages.PhoneKnown(number=number):
                self.window.phone_known(number)
            case messages.WatchRead(thresholds=thresholds):
                self.about.show_watch(thresholds)

    def _about_read(self, about: About) -> None:
        """A new recommendation, or a price to be decided on, is told once; it waits where the requests are."""
        self.window.about_read(about)
        self.about.show_desk(about)
        offered = [one for one in about.offers if one.quote not in self._advised]
        new = [one for one in about.advice if one.key not in self._advised]
        self._advised |= {one.key for one in new} | {one.quote for one in offered}
        if offered and not self.window.isVisible():
            said = f"{plain.money(offered[0].price_cents, offered[0].currency)}: {offered[0].text}"
            self.tray.notify(_("A price waits for your answer"), plain.one_line(said, 200))
            return
        if new and not self.window.isVisible():
            self.tray.notify(_("This might serve you better"), plain.one_line(new[0].text, 200))

    def _take_of_post(
        self,
        happened: messages.WaitingListed
        | messages.RequestKept
        | messages.RequestTaken
        | messages.RequestFailed
        | messages.LettersListed
        | messages.LetterFailed,
    ) -> None:
        window = self.window
        match happened:
            case messages.WaitingListed(requests=requests):
                window.waiting_listed(requests)
            case messages.RequestKept(request=request, stored=stored):
                window.kept(request, stored=stored)
            case messages.RequestTaken(request=request, number=number):
                window.taken(request, number)
                if not window.isVisible():
                    title = _("Request {number}").format(number=number)
                    self.tray.notify(title, _("Your request has gone out to the help desk."))
            case messages.RequestFailed(request=failed, sentence=sentence):
                window.failed(failed, sentence)
            case messages.LettersListed(letters=letters):
                window.letters_listed(letters)
            case messages.LetterFailed(letter=letter, sentence=sentence):
                window.letter_failed(letter, sentence)

    def _ticket_seen(self, ticket: TicketView) -> None:
        before = self.window.ticket_seen(ticket)
        if before and before.revision < ticket.revision and not self.window.shows(ticket.number):
            self._news_since.setdefault(ticket.number, before.changed_at)
            self._wish(messages.ReadTicket(ticket.number))  # what was said stands in its history
        if not self._meet(ticket) and before and before.state is not ticket.state:
            said = plain.state_sentence(ticket.state, ticket.owner)
            self.tray.notify(_("Request {number}").format(number=ticket.number), said)

    def _ticket_read(self, ticket: Ticket) -> None:
        """Tells what was said meanwhile, if the user is not reading it just now."""
        number = ticket.ticket.number
        since = self._news_since.pop(number, None)
        self.window.ticket_read(ticket)
        self._meet(ticket.ticket)  # an answer may come before the news of the change
        if since is not None and (said := news(ticket.history, since)):
            self.tray.notify(_("Request {number}").format(number=number), said)

    def _meet(self, ticket: TicketView) -> bool:
        """Introduces whoever takes over, once, by whichever way it was heard first."""
        revision, known = self._handlers.get(ticket.number, (0, None))
        if ticket.revision < revision:
            return False
        self._handlers[ticket.number] = ticket.revision, ticket.owner
        if ticket.owner is None or ticket.owner == known:
            return False
        self._introduce(ticket.number, ticket.owner)
        return True

    def _introduce(self, number: int, staff: Staff) -> None:
        """Whoever takes over says who they are (P14); the relay's word, which only a consent question vouches for."""
        who = ", ".join(plain.one_line(part) for part in (staff.name, staff.title, staff.phone))
        sentence = _("According to the help desk: {who} takes care of it now.").format(who=who)
        self.tray.notify(_("Request {number}").format(number=number), sentence)


def _screen_facts() -> diagnostics.ScreenFacts:
    screens = tuple(
        (
            round(screen.geometry().width() * screen.devicePixelRatio()),
            round(screen.geometry().height() * screen.devicePixelRatio()),
            round(screen.devicePixelRatio() * 100),
        )
        for screen in QGuiApplication.screens()
    )
    return diagnostics.ScreenFacts(screens, QGuiApplication.platformName(), plain.locale().name())
