"""The clerk: passes on what both sides say, and runs the session.

Guarantees: there is one session at most, and only for a ticket that this user opened on this device; what the user's
side knows of a session reaches the history. On the network thread.
Distrusts the relay: what it says about tickets is shown, but a consent question quotes this device's own memory.
"""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec
import structlog

from agent import enrolled, messages
from agent.desk_phone import DeskPhone
from agent.errors import PlaceError
from agent.letters import CameBack, Complained, HasTime, Judged, Letter, TookBack, Wrote, letter
from agent.messages import LineChanged
from agent.net.asked import About, Asked
from agent.net.faces import FacesAsked
from agent.net.fetching import Fetching
from agent.net.link import Link
from agent.net.membership import Membership
from agent.net.pause import Pause
from agent.net.post import Post
from agent.net.reports import Reports
from agent.outbox import Request
from agent.own_tickets import OwnTickets
from agent.place import Place
from agent.sessions import Party, Session
from agent.watching.figures import LocalFigures
from agent.watching.round import Report, Round
from agent.words import language
from protocol import envelope
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from protocol.trust import RevocationList

_NUMBER = "revocations.number"
_LAST_WORDS_S, _LOOK_S = 1.0, 0.02
"""How long reports may take to reach the relay when the program ends."""
_OVER = {TicketState.CLOSED, TicketState.CANCELLED}

_log = structlog.get_logger()


class Clerk:
    """Everything of the agent that is on the network thread."""

    def __init__(
        self,
        place: Place,
        standing: enrolled.Standing,
        *,
        hot_key: str,
        tell: Callable[[messages.Happened], None],
    ) -> None:
        """Reads what was kept. Raises PlaceError."""
        self._place, self._hot_key, self._tell = place, hot_key, tell
        self._own = OwnTickets(place)
        self._phone = DeskPhone(place)
        self._asked = Asked(self._send)
        self._post = Post(place, self._asked, tell)
        self._fetching, self._faces = Fetching(self._asked, tell), FacesAsked(self._asked, tell)
        self._pause = Pause()
        self._membership = Membership(place, standing, self._pause, self._line_changed)
        self._link: Link | None = None
        self._round = Round(LocalFigures(), self._ask_for_watch)
        self._session: Session | None = None
        self._session_task: asyncio.Task[None] | None = None
        self._offered_next: envelope.SessionOffered | None = None
        self._revocations = b""
        self._reports = Reports(self._asked)

    def _line_changed(self, change: LineChanged) -> None:
        _log.info("line", line=change.line.value, trouble=change.trouble.value if change.trouble else None)
        self._tell(change)

    async def run(self) -> None:
        """Enrols if need be, then keeps the line up. Ends when cancelled, and with it the session."""
        self._tell(messages.PhoneKnown(self._phone.number))
        self._post.list_all()
        try:
            await self._membership.join()
            self._link = Link(
                self._membership,
                self._pause,
                last_revocations=self._known_revocations(),
                on_line=self._line_changed,
                on_signed_in=self._signed_in,
                on_message=self._heard,
            )
            line = asyncio.create_task(self._link.run())
            watch = asyncio.create_task(self._round.run())
            renewal = asyncio.create_task(self._membership.keep())
            try:
                await asyncio.shield(line)
            finally:  # the line outlives the session, so that the help desk hears why it ended
                await self.end_session(EndReason.USER_LOGGED_OFF)
                await self._say_last_words()
                for task in (line, watch, renewal):
                    task.cancel()
                await asyncio.wait([line, watch, renewal])
        finally:
            await self.end_session(EndReason.USER_LOGGED_OFF)

    async def _say_last_words(self) -> None:
        """Waits a moment for the relay's answers to what was reported."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                while self._reports and self._link and self._link.up:  # noqa: ASYNC110 - once in a program's life
                    await asyncio.sleep(_LOOK_S)

    async def end_session(self, reason: EndReason) -> None:
        """Ends whatever session there is and waits until its processes are gone."""
        self._offered_next = None
        if self._session and self._session_task:
            self._session.stop(reason)
            await asyncio.wait([self._session_task])

    # --- what the user wants
    def wish(self, wish: messages.Wish) -> None:
        """Carries out what the user wants, or tells why not."""
        match wish:
            case messages.Beat():
                if self._session:
                    self._session.beat()
            case messages.TryNow():
                self._hurry()
            case messages.SendRequest(request=request):
                self._open(request)
            case (
                messages.ReadTicket()
                | messages.ReadAbout()
                | messages.FindArticles()
                | messages.AnswerAdvice()
                | messages.AnswerOffer()
            ):
                self._look_up(wish)
            case messages.SendFile(letter=letter, content=content):
                self._post.keep_file(letter, content)
                self._hurry()
            case messages.FetchFile():
                self._fetching.fetch(wish)
            case messages.FetchFace():
                self._faces.fetch(wish)
            case messages.SendLetter(letter=letter):
                self._write(letter)
            case _:
                self._wish_of_session(wish)

    def _look_up(self, wish: messages.LookedUp) -> None:
        """What is of no use later: asked now, or not at all."""
        ref = self._asked.next_ref()
        match wish:
            case messages.ReadTicket(number=number):
                self._asked.ask(envelope.ReadTicket(ref, number))
            case messages.ReadAbout():
                self._asked.ask(envelope.ReadAbout(ref, language()))
            case messages.FindArticles() as find:
                self._asked.ask(envelope.SuggestArticles(ref, find.words, find.language))
            case messages.AnswerAdvice(key=key, accepted=accepted):
                self._asked.ask(envelope.AnswerAdvice(ref, key, accepted, language=language()), wish)
            case messages.AnswerOffer(ticket=ticket, quote=quote, accepted=accepted):
                self._asked.ask(envelope.AnswerOffer(ref, ticket, quote, accepted, language=language()), wish)

    def _wish_of_session(self, wish: messages.OfSession) -> None:
        session = self._session
        if session is None:
            return
        match wish:
            case messages.StopSession(reason=reason):
                session.stop(reason)
            case messages.BannersShown(windows=windows):
                session.banners_shown(windows)
            case messages.TakeBack(scopes=scopes):
                session.take_back(scopes)
            case messages.GiveTime() if wish.session == session.number:
                session.give_time(wish)
            case messages.AnswerQuestion() if wish.session == session.number:
                session.answer(wish)
            case messages.QuestionOnScreen() if wish.session == session.number:
                session.question_on_screen(shown=wish.shown)

    def _hurry(self) -> None:
        if self._link:
            self._link.hurry()
        else:
            self._pause.hurry()

    def _open(self, request: Request) -> None:
        try:
            self._own.remember(request)
        except PlaceError as error:
            _log.error("request is remembered in memory only", why=str(error))
        self._post.keep(request)
        self._hurry()

    def _write(self, letter: Letter) -> None:
        if isinstance(letter.said, Complained):
            self._complain(letter, letter.said.text)
        if self._post.keep_letter(letter):
            self._decide(letter)
        self._hurry()

    def _complain(self, letter: Letter, text: str) -> None:
        try:
            self._own.remember_complaint(letter, text)
        except PlaceError as error:
            _log.error("complaint is remembered in memory only", why=str(error))

    def _decide(self, letter: Letter) -> None:
        """The user's own word on a ticket; from now on it holds here, whatever the relay makes of it."""
        match letter.said:
            case HasTime(minutes=minutes):
                self._has_time(letter.ticket, minutes)
                return
            case TookBack() | Judged(solved=True):
                done = True
            case Wrote() | Judged() | CameBack():
                done = False
            case _:
                return
        try:
            self._own.decide(letter.ticket, done=done)
        except PlaceError as error:
            _log.error("user's word is in memory only", why=str(error))

    def _has_time(self, number: int, minutes: int) -> None:
        try:
            self._own.has_time(number, minutes)
        except PlaceError as error:
            _log.error("user's time is in memory only", why=str(error))

    def _send(self, message: envelope.FromAgent) -> bool:
        return self._link is not None and self._link.send(message)

    # --- what the relay says
    def _signed_in(self, revocations: RevocationList) -> None:
        self._revocations = revocations.encoded
        try:
            self._place.write(_NUMBER, str(revocations.number).encode())
        except PlaceError as error:
            _log.error("list of revocations is in memory only", why=str(error))
        self._asked.lost()
        self._fetching.lost()
        self._asked.ask(envelope.ListMyTickets(self._asked.next_ref()))
        self._asked.ask(envelope.ReadAbout(self._asked.next_ref(), language()))
        self._post.send_all()
        self._faces.signed_in()
        self._round.signed_in()
        self._reports.signed_in()

    def _heard(self, message: envelope.ToClient) -> None:
        match message:
            case envelope.SessionOffered():
                self._offered(message)
            case envelope.SessionOver(session=number, reason=reason):
                if self._offered_next and self._offered_next.session == number:
                    self._offered_next = None
                if self._session and self._session.number == number:
                    self._session.stop(reason)
            case envelope.Ticket() | envelope.Tickets() | envelope.TicketChanged():
                self._heard_of_tickets(message)
            case envelope.Watch() | envelope.WatchChanged() | envelope.RunCheck():
                self._heard_of_watch(message)
            case envelope.About(ref=ref):
                self._asked.answered(ref)
                self._phone.learn(message.phone)
                self._tell(messages.AboutRead(message))
            case envelope.Suggestions(ref=ref, articles=articles):
                self._asked.answered(ref)
                self._tell(messages.ArticlesFound(articles))
            case envelope.PartTaken() | envelope.FilePart() | envelope.FaceFound():
                self._heard_of_file(message, self._asked.answered(message.ref))
            case envelope.Done(ref=ref):
                self._done(self._asked.answered(ref))
            case envelope.RequestRefused(ref=ref):
                self._refused(message, self._asked.answered(ref))
            case _:
                _log.warning("message dropped", reason="not for an agent", message=type(message).__name__)

    def _heard_of_tickets(self, message: envelope.Ticket | envelope.Tickets | envelope.TicketChanged) -> None:
        match message:
            case envelope.Tickets(ref=ref, tickets=tickets):
                self._asked.answered(ref)
                for ticket in tickets:
                    self._number(ticket)
                self._tell(messages.TicketsListed(tickets))
            case envelope.TicketChanged(ticket=ticket):
                self._number(ticket)
                self._tell(messages.TicketSeen(ticket))
            case envelope.Ticket(ref=ref, ticket=view):
                about = self._asked.answered(ref)
                self._number(view)
                self._tell(messages.TicketRead(message))
                if isinstance(about, Letter):
                    self._post.letter_taken(about)

    def _heard_of_file(
        self, message: envelope.PartTaken | envelope.FilePart | envelope.FaceFound, about: About
    ) -> None:
        match message, about:
            case envelope.PartTaken(offset=offset), Letter():
                self._post.part_taken(about, offset)
            case envelope.FilePart(), messages.FetchFile():
                self._fetching.came(about, message)
            case envelope.FaceFound(), messages.FetchFace():
                self._faces.came(about, message)

    def _heard_of_watch(self, message: envelope.Watch | envelope.WatchChanged | envelope.RunCheck) -> None:
        match message:
            case envelope.Watch(ref=ref):
                self._asked.answered(ref)
                self._round.watch(message)
                self._tell(messages.WatchRead(self._round.thresholds))
            case envelope.WatchChanged():
                self._round.changed()
            case envelope.RunCheck():
                self._round.run_check(message)

    def _number(self, ticket: envelope.TicketView) -> None:
        try:
            if not self._own.numbered(ticket.request, ticket.number, over=ticket.state in _OVER):
                _log.warning("ticket not ours", ticket=ticket.number)
                return
        except PlaceError as error:
            _log.error("ticket's number is in memory only", why=str(error))
        self._post.taken(ticket.request, ticket.number)

    def _refused(self, refusal: envelope.RequestRefused, about: About) -> None:
        _log.info("request refused", reason=refusal.reason.value, sentence=refusal.sentence)
        match about:
            case Request() | Letter():
                self._post.refused(about, refusal)
            case messages.FetchFile():
                self._fetching.failed(about, refusal.sentence)
            case messages.FetchFace():
                self._faces.refused(about)
            case messages.AnswerAdvice() | messages.AnswerOffer():  # answered already, from somewhere else
                self._look_up(messages.ReadAbout())
            case _:
                self._done(about)

    def _done(self, about: About) -> None:
        if isinstance(about, envelope.ReportFault | envelope.ReportRecovery):
            self._round.answered()
        else:
            self._reports.answered(about)

    def _ask_for_watch(self, message: Report | envelope.ReportCheck | envelope.ReadWatch) -> bool:
        about = message if isinstance(message, envelope.ReportFault | envelope.ReportRecovery) else None
        return self._asked.ask(msgspec.structs.replace(message, ref=self._asked.next_ref()), about)

    # --- the session
    def _offered(self, offer: envelope.SessionOffered) -> None:
        own = self._own.by_number(offer.ticket)
        if self._session is not None and self._session.number == offer.session:
            return  # offered once more after a cut of this line
        if self._session is not None and self._session.interrupted:
            self._session.stop(EndReason.LINE_LOST)  # the relay was killed meanwhile, and knows nothing of it
        if self._session is not None and self._session.ending:
            self._offered_next = offer  # whoever asks at once need not know how long processes take to go
            return
        if self._session is not None:
            _log.warning("session refused", reason="another one runs", session=offer.session)
            return  # the relay's own rule; a report would end the wrong thing
        if own is None or own.over or own.done:
            _log.warning("session refused", reason="not this user's open ticket", ticket=offer.ticket)
            # Not kept until answered, as the user's own sessions' reports are: a relay may make up any number of these.
            self._asked.ask(envelope.ReportEnd(self._asked.next_ref(), offer.session, EndReason.REFUSED))
            return
        member = self._membership.member
        party = Party(member.organisation, member.identity, self._revocations, self._hot_key)
        self._session = Session(
            offer,
            own,
            party,
            tell=self._tell,
            report=self._reports.consent,
            ended=lambda reason: self._reports.tell(envelope.ReportEnd(0, offer.session, reason)),
            prolonged=lambda minutes: self.wish(messages.SendLetter(letter(offer.ticket, HasTime(minutes)))),
        )
        self._session_task = asyncio.create_task(self._run_session(self._session))

    async def _run_session(self, session: Session) -> None:
        try:
            await session.run()
        finally:
            self._session = None
            if (offer := self._offered_next) is not None:
                self._offered_next = None
                self._offered(offer)

    def _known_revocations(self) -> int:
        """The number of the newest list ever seen: a relay that shows an older one is not believed."""
        try:
            number = int(self._place.read(_NUMBER) or b"0")
        except (PlaceError, ValueError) as error:
            _log.error("number of the last list of revocations is lost", why=str(error))
            return 0
        return number
