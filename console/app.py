"""Joins windows and network: what windows want becomes requests, what the network says becomes calls. Main thread."""

from pathlib import Path

import structlog
from PySide6.QtCore import QObject, QTimer, Signal

from console import events
from console.correspondence import Correspondence
from console.daily import DailyWork
from console.deeds import Deeds
from console.knowledge import KnowledgeDesk
from console.language import _
from console.mailbox import Mailbox
from console.net.thread import NetworkThread
from console.people import PeopleDesk
from console.requests import Answer, Build, OnDone, OnFailed, Requests, TooManyWaiting
from console.second_look import SecondLook
from console.sessions import Sessions
from console.state import StateDirectory
from console.ui.dialogs import ConnectDialog, NextStepDialog, QuitDialog, ResolveDialog, TakeDialog
from console.ui.main_window import MainWindow
from console.ui.notice import NoticeBar
from console.ui.request_dialog import RequestDialog
from console.watching import WatchDesk
from protocol import envelope
from protocol.desk.events import EndReason
from protocol.envelope import RefusalReason
from protocol.trust import Party

_log = structlog.get_logger()

_MAX_INVITATION_BYTES = 64 * 1024
_OURS_IS_CUT_MS = 1500
"""If the relay has gone our own line is known to be cut by then."""
_FAREWELL_MS = 2000
"""How long a quit waits for the other ends, and the relay, to know."""


class Console(QObject):
    """The program: one main window, its sessions, and the network thread.

    Signals:
        finished: everything is wound up; the program may end.
    """

    finished = Signal()

    def __init__(self, state: Path, *, relay: str | None = None) -> None:
        super().__init__()
        self._mailbox = Mailbox()
        self._mailbox.arrived.connect(self._read_mail)
        self._network = NetworkThread(state, self._mailbox.post, relay=relay)
        self._requests, self._second_look = Requests(), SecondLook()
        self._me: Party | None = None
        self._online = False
        self._cuts = 0
        self._unsure: set[str] = set()
        self.window = MainWindow()
        self._leaving = self._patient = False
        self._sessions = Sessions(self._network, self._ask, self._ask_from, self.window, StateDirectory(state))
        self._people = PeopleDesk(self._ask, self._show_made, self.window)
        self._watching = WatchDesk(self._ask, self._show_made, self._people.open_ticket, self.window)
        self._daily = DailyWork(self._ask, self._show_ticket, self._people.open_ticket, self.window)
        self._knowledge = KnowledgeDesk(self._ask, self.window)
        self._deeds = Deeds(self._ask, self._show_ticket, self.window)
        self._correspondence = Correspondence(self._ask, self._show_ticket, self.window)
        self._bind()

    def start(self, invitation: bytes | None) -> None:
        """Shows the window and starts the network."""
        self.window.show()
        self._network.start(invitation)

    def stop(self) -> None:
        """Ends sessions and network; blocks for two seconds at most."""
        self._sessions.end_all()
        self._network.stop()

    def _bind(self) -> None:
        window = self.window
        window.closed.connect(self._close)
        window.held = lambda: self._sessions.running
        window.close_held.connect(self._ask_to_quit)
        self._sessions.went_on.connect(self._leave_when_done)
        window.enrol.chosen.connect(self._open_invitation)
        window.queue.selected.connect(self._select)
        window.queue.opened.connect(lambda _number: window.ticket.timeline.setFocus())
        window.ticket.take.connect(self._take)
        window.offer.taken.connect(self._take_offered)
        window.ticket.connect_to.connect(self._connect)
        window.ticket.next_step.connect(self._set_next_step)
        window.ticket.resolve.connect(self._resolve)

    # --- what the network says
    def _read_mail(self) -> None:
        for event in self._mailbox.take_all():
            self._handle(event)
        if self._mailbox.has_lost_words:
            self._mailbox.has_lost_words = False
            self._requests.lose_all()  # an answer may have been among them
            self._read_all()

    def _handle(self, event: events.Event) -> None:
        match event:
            case events.LinkChanged():
                self._link_changed(event)
            case events.Heard(message):
                self._heard(message)
            case events.EnrolmentChanged(state, sentence, key):
                self.window.show_first_start()
                self.window.enrol.show_progress(state, sentence, key)
            case events.IdentityReady(me):
                self._me = me
                self._people.me = self._daily.me = self._watching.me = self.window.model.me = me.identifier
                self.window.ticket.me = me.identifier
                self.window.show_desk(me)
            case events.InvitationNeeded():
                self.window.show_first_start()
                self.window.enrol.show_needed()
            case events.StartFailed(sentence):
                self.window.show_first_start()
                self.window.enrol.show_failed(sentence)
            case events.CertificateEnding(ends_at):
                self.window.show_certificate_ending(ends_at)
            case _:
                self._sessions.handle(event)

    def _link_changed(self, event: events.LinkChanged) -> None:
        online = event.state is events.LinkState.ONLINE
        was, self._online = self._online, online
        self._sessions.line_changed(online=online)
        if was and not online:
            self._cuts += 1
            self._requests.lose_all()
        self.window.show_link(event.state, event.sentence)
        if online:
            self._read_all()
            self._sessions.remind()

    def _read_all(self) -> None:
        self._ask(envelope.ListQueue, self._queue_came, self._say, reads=True)
        self._read_ticket()
        self._people.faces.ask_again()

    def _heard(self, message: envelope.ToClient) -> None:
        match message:
            case envelope.TicketChanged(view):
                self._ticket_changed(view)
            case envelope.WorkOffered(view):
                self._people.offered(view)
            case envelope.SessionOver():
                self._session_over(message)
            case (
                envelope.SessionOffered()
                | envelope.Watch()
                | envelope.WatchChanged()
                | envelope.RunCheck()
                | envelope.About()
            ):
                _log.warning("not_for_a_console", message=type(message).__name__)
            case _:
                self._requests.answer(message)

    def _ticket_changed(self, view: envelope.TicketView) -> None:
        known = self.window.model.find(view.number)
        self.window.model.put(view)
        self.window.offer.follow(view)
        self._watching.follow(view)
        self._sessions.follow(view, self._me.identifier if self._me else "")
        if view.number == self.window.ticket.number:
            self.window.ticket.show_view(view)
            if known is None or known.revision != view.revision:
                self._read_ticket()

    def _queue_came(self, answer: Answer) -> None:
        if isinstance(answer, envelope.Tickets):
            self.window.model.replace_all(answer.tickets)
            if answer.total > len(answer.tickets):
                text = _("The queue has {total} tickets; the oldest {shown} are shown. The search finds all of them.")
                self._say(text.format(total=answer.total, shown=len(answer.tickets)))
            for view in answer.tickets:
                self._watching.follow(view)
                if view.number == self.window.ticket.number:
                    self.window.ticket.show_view(view)

    # --- requests
    def _ask(self, build: Build, on_done: OnDone, on_failed: OnFailed, *, reads: bool = False, what: str = "") -> None:
        """Sends a request; exactly one of the two is called, with the answer or with a sentence.

        One that only `reads` is made again when the line is back; if it is lost, nobody has to know.
        `what` names it, should nobody know whether it was done.
        """

        def answered(answer: Answer) -> None:
            if isinstance(answer, envelope.RequestRefused):
                if answer.reason is RefusalReason.CHANGED_MEANWHILE:
                    view = self.window.model.find(getattr(request, "ticket", 0))
                    self._second_look.told(request, view.revision if view else 0)
                on_failed(answer.sentence)
            else:
                on_done(answer)

        def lost() -> None:
            if reads:
                return
            sentence = _("{what}: the line was cut before the server answered; please look whether it was done.")
            sentence = sentence.format(what=what)
            self._unsure.add(sentence)
            on_failed(sentence)

        if not self._online:
            on_failed(_("There is no connection to the server at the moment; nothing was sent and nothing is lost."))
            return
        try:
            ref = self._requests.expect(answered, lost)
        except TooManyWaiting:
            on_failed(_("The server does not answer at the moment; please try again later."))
            return
        request = self._second_look.meant(build(ref))
        self._network.request(request, lambda: None)  # a link lost meanwhile is told by LinkChanged

    def _say(self, sentence: str) -> None:
        self.window.notice.say(sentence)

    def _show_ticket(self, answer: Answer) -> None:
        if isinstance(answer, envelope.Ticket):
            self.window.model.put(answer.ticket)
            self.window.offer.follow(answer.ticket)
            self.window.ticket.show_ticket(answer)
            for notice in self.window.findChildren(NoticeBar):  # the ticket itself now says whether it was done
                notice.take_back(self._unsure)
            self._unsure.clear()

    def _show_made(self, answer: Answer) -> None:
        """A ticket that was changed, or another one that was made of it: that one is opened."""
        self._show_ticket(answer)
        if isinstance(answer, envelope.Ticket) and answer.ticket.number != self.window.ticket.number:
            self._people.open_ticket(answer.ticket.number)

    def _ask_from(self, dialog: RequestDialog, build: Build) -> None:
        def done(answer: Answer) -> None:
            dialog.succeed()
            self._show_ticket(answer)

        self._ask(build, done, dialog.fail, what=dialog.windowTitle())

    def _read_ticket(self) -> None:
        number = self.window.ticket.number
        if number and self._online:
            self._ask(lambda ref: envelope.ReadTicket(ref, number), self._show_ticket, self._say, reads=True)
            self._people.read(number)

    # --- what the windows want
    def _open_invitation(self, path: str) -> None:
        try:
            content = read_invitation_file(Path(path))
        except OSError as error:
            self.window.enrol.show_failed(_("The file cannot be read: {why}.").format(why=error.strerror))
            return
        self.window.enrol.show_starting()
        self._network.open_invitation(content)

    def _select(self, number: int) -> None:
        view = self.window.model.find(number)
        if view is None:
            self.window.ticket.clear()
            return
        if number != self.window.ticket.number:
            self.window.ticket.show_view(view)
            self._read_ticket()

    def _take(self) -> None:
        view = self.window.ticket.view
        if view is None:
            return
        dialog = TakeDialog(view, self.window)
        dialog.submitted.connect(
            lambda: self._ask_from(
                dialog,
                lambda ref: envelope.TakeTicket(
                    ref, view.number, dialog.impact, dialog.urgency, dialog.next_step, dialog.due, view.revision
                ),
            )
        )
        dialog.open()

    def _take_offered(self, number: int) -> None:
        self._people.open_ticket(number)
        if self.window.ticket.number == number:
            self._take()

    def _set_next_step(self) -> None:
        view = self.window.ticket.view
        if view is None:
            return
        dialog = NextStepDialog(view, self.window)
        dialog.submitted.connect(
            lambda: self._ask_from(
                dialog, lambda ref: envelope.SetNextStep(ref, view.number, dialog.next_step, dialog.due, view.revision)
            )
        )
        dialog.open()

    def _resolve(self) -> None:
        view = self.window.ticket.view
        if view is None:
            return
        dialog = ResolveDialog(view, self.window)
        dialog.submitted.connect(
            lambda: self._ask_from(
                dialog,
                lambda ref: envelope.ResolveTicket(
                    ref, view.number, dialog.solution, view.revision, dialog.alternatives
                ),
            )
        )
        dialog.open()

    # --- sessions
    def _connect(self) -> None:
        view = self.window.ticket.view
        if view is None or self._me is None:
            return
        instead = self.window.ticket.in_the_way
        dialog = ConnectDialog(view, self._me.scopes, self.window, instead=instead)

        def ready(answer: Answer) -> None:
            wish = dialog.wish
            dialog.succeed()
            if isinstance(answer, envelope.SessionReady):
                self._sessions.open(view, answer, wish)

        dialog.submitted.connect(
            lambda: self._ask(
                lambda ref: envelope.RequestSession(ref, view.number, dialog.wish.scopes, bool(instead)),
                ready,
                dialog.fail,
                what=dialog.windowTitle(),
            )
        )
        dialog.open()

    def _session_over(self, over: envelope.SessionOver) -> None:
        """The relay knows more of the end than a cut line says."""
        self._sessions.relay_says_over(over)
        if over.reason is not EndReason.LINE_LOST:
            self._sessions.correct_end(over)
            return
        # It was the user's line if ours to the relay goes on; a relay that stops says the same, and then is gone.
        cuts = self._cuts
        QTimer.singleShot(
            _OURS_IS_CUT_MS, self, lambda: self._sessions.correct_end(over) if cuts == self._cuts else None
        )

    def leave(self) -> None:
        """Ends what runs, and the program once the other ends know and the notes are written."""
        self._leaving = self._patient = True
        QTimer.singleShot(_FAREWELL_MS, self, self._lose_patience)
        self._sessions.close_windows()
        self._leave_when_done()

    def leave_now(self) -> None:
        """Ends at once; blocks for two seconds at most. What notes are missing is asked for at the next start."""
        self.window.held = lambda: False
        self.window.close()

    def _ask_to_quit(self) -> None:
        if self._leaving:
            return
        dialog = QuitDialog(lambda: self._sessions.running, self.window)
        dialog.confirmed.connect(self.leave)
        self._sessions.went_on.connect(dialog.look_again)
        dialog.open()

    def _lose_patience(self) -> None:
        self._patient = False
        self._leave_when_done()

    def _leave_when_done(self) -> None:
        if not self._leaving or self._sessions.notes:
            return
        if not (self._patient and (self._sessions.running or self._sessions.reporting)):
            self._leaving = False
            self.leave_now()

    def _close(self) -> None:
        self._leaving = False
        self._sessions.leave_notes()
        self._sessions.close_windows()
        self.stop()
        self.finished.emit()


def read_invitation_file(path: Path) -> bytes:
    """An invitation's content, cut where no invitation can reach. Raises OSError."""
    with path.open("rb") as file:
        return file.read(_MAX_INVITATION_BYTES)
