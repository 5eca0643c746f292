"""The pages of whoever asked for help: his ticket by its link, and a form for people without an agent.

Guarantees: looking changes nothing, so that a mail scanner that follows links closes no ticket; an answer is taken only
from our own form, at a bounded rate, and shown as what it came to. On the loop's thread. Distrusts links and forms.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protocol import limits
from protocol.desk.book import Book
from protocol.desk.business_time import OpenTime
from protocol.desk.events import Actor, Channel, EndReason, TicketKind
from protocol.desk.states import StepRefused
from protocol.desk.telling import told_to_requester
from protocol.desk.ticket import Ticket
from relay import mailboxes, notices
from relay.admission import Buckets
from relay.desk import Room, advice, complaints
from relay.desk.quotes import Quotes
from relay.errors import Refused, StoreFault
from relay.files import Shelf
from relay.store import By
from relay.web import answers, asking, forms, links, uploads
from relay.web.answers import ANSWERS, Answer, quote, thanks
from relay.web.forms import FormRefused, Seals
from relay.web.hours import calendar_of, hours
from relay.web.links import Link, LinkError, Links, Way
from relay.web.pages import Pages, asked_language
from relay.web.renewing import Renewing
from relay.web.view import View, moments_of, view
from relay.words import words

FORMS_PER_TICKET = (0.2, 20.0)
"""Answers a second, and at once: what fills the history."""
FILES_PER_TICKET = (1 / 300, 12.0)
"""What fills the disk: 150 MB an hour at most."""
FIELD_BYTES = 64 * 1024
COOKIE = "athand-form"
_QUOTE, _ADVICE, _COMPLAIN = "quote", "advice", "complain"


class Opened(Struct, frozen=True):
    """A ticket as a link opened it."""

    token: str
    link: Link
    ticket: Ticket
    book: Book
    view: View


class RequesterPages:
    """Its routes."""

    def __init__(self, room: Room, key: bytes, shelf: Shelf, pages: Pages) -> None:
        """In the desk's `room`; `key` signs links and forms, `shelf` keeps files."""
        self._room, self._shelf, self._pages = room, shelf, pages
        self._quotes = Quotes(room)
        self._links, self._seals = Links(key), Seals(key)
        self._per_ticket, self._files_per_ticket = Buckets(*FORMS_PER_TICKET), Buckets(*FILES_PER_TICKET)
        self._asking = asking.Asking(room, self._links)
        self._renewing = Renewing(room, self._links, self._seals, pages)

    def routes(self) -> Sequence[Route]:
        """All of them; nothing else is there."""
        return (
            Route("/", self.welcome),
            Route("/ask", self.to_form),
            Route("/ask", self.ask, methods=["POST"]),
            Route("/t/{token}", self.ticket),
            Route("/t/{token}/again", self._renewing.again, methods=["POST"]),
            Route("/t/{token}/{action}", self.answer, methods=["POST"]),
            Route("/t/{token}/file/{event:int}/{position:int}", self.file),
            Route("/t/{token}/face/{sha256}", self.face),
        )

    # --- for anybody
    async def welcome(self, request: Request) -> Response:
        """Who we are, when we are there, and a form."""
        return await self._welcome(request, FormData(), "")

    async def to_form(self, request: Request) -> Response:
        """Whoever comes back to a form's address is shown the form."""
        del request
        return RedirectResponse("/", 303)

    async def ask(self, request: Request) -> Response:
        """A new request."""
        form = await request.form(max_files=0, max_fields=forms.FORM_FIELDS, max_part_size=FIELD_BYTES)
        cookie = request.cookies.get(COOKIE, "")
        language = await self._language(request)
        _ = words(language)
        if not self._seals.holds(request, "ask", cookie, _string(form, "form")):
            sentence = _("This page was open for very long. Please look through it once more, and send it again.")
            return await self._welcome(request, form, sentence, status=403)
        try:
            ticket = await self._asking.ask(form, language, request.client.host if request.client else "")
        except (FormRefused, Refused) as refused:
            sentence = refused.said(language) if isinstance(refused, Refused) else str(refused)
            return await self._welcome(request, form, sentence, status=422)
        except StoreFault as fault:
            raise _unsaved(self._room, fault) from fault
        token = self._links.token(ticket.number, self._room.clock(), Way.SHOWN)
        return RedirectResponse(f"/t/{token}?done=asked", 303)

    # --- by link
    async def ticket(self, request: Request) -> Response:
        """The ticket; changes nothing."""
        try:
            opened = await self._open(request)
        except LinkError as error:
            return await self._no_link(request, error)
        notice = thanks(request.query_params.get("done", ""), opened.ticket, words(opened.view.language))
        return self._shown(opened, notice)

    async def answer(self, request: Request) -> Response:
        """One of the page's forms."""
        try:
            opened = await self._open(request)
        except LinkError as error:
            return await self._no_link(request, error)
        action = request.path_params["action"]
        if action not in {*ANSWERS, _QUOTE, _ADVICE, _COMPLAIN}:
            raise HTTPException(404)
        most = uploads.MAX_FILES if action == "say" else 0
        async with request.form(max_files=most, max_fields=forms.FORM_FIELDS, max_part_size=FIELD_BYTES) as form:
            return await self._answered(request, opened, action, form)

    async def file(self, request: Request) -> Response:
        """A file that came with a message."""
        try:
            opened = await self._open(request)
        except LinkError as error:
            return await self._no_link(request, error)
        number, position = request.path_params["event"], request.path_params["position"]
        history = dict(await self._room.store.history(opened.ticket.number))
        entry = history.get(number)
        found = None
        if entry is not None and told_to_requester(entry.event) is not None:
            try:
                found = await uploads.give(entry, position, self._shelf)
            except StoreFault as fault:
                raise _unsaved(self._room, fault) from fault
        if found is None:
            raise HTTPException(404)
        return found

    async def face(self, request: Request) -> Response:
        """The picture of whoever looks after this ticket; nobody else's, whatever hash is asked for (promise 4)."""
        try:
            opened = await self._open(request)
        except LinkError as error:
            return await self._no_link(request, error)
        found = None
        if opened.view.face and request.path_params["sha256"] == opened.view.face:
            try:
                found = await uploads.give_face(opened.view.face, self._shelf)
            except StoreFault as fault:
                raise _unsaved(self._room, fault) from fault
        if found is None:
            raise HTTPException(404)
        return found

    # --- inside
    async def _answered(self, request: Request, opened: Opened, action: str, form: FormData) -> Response:
        _ = words(opened.view.language)
        cookie = request.cookies.get(COOKIE, "")
        if not self._seals.holds(request, opened.token, cookie, _string(form, "form")):
            sentence = _("This page was open in another window, too. Nothing was sent yet; please send it again.")
            return self._shown(opened, sentence, form=form, status=403)
        self._check_pace(opened, form)
        try:
            answer = Answer(form, opened.view, await uploads.keep(form, self._shelf), _)
            if action == _COMPLAIN:
                return await self._complained(answer, opened)
            await self._take(action, answer, opened)
        except FormRefused as refused:
            return self._shown(opened, str(refused), form=form, status=422)
        except (Refused, StepRefused):
            sentence = _("That is not possible any more: something changed meanwhile. This is how it stands now.")
            return self._shown(await self._open(request), sentence, form=form, status=409)
        except StoreFault as fault:
            raise _unsaved(self._room, fault) from fault
        if action == "links":
            return self._links_closed(request, opened)
        return RedirectResponse(f"/t/{opened.token}?done={action}", 303)

    def _check_pace(self, opened: Opened, form: FormData) -> None:
        """Raises HTTPException. By ticket: it has as many links as mails were sent."""
        ticket, seconds = str(opened.ticket.number), self._room.seconds()
        files = sum(isinstance(value, UploadFile) and bool(value.filename) for value in form.getlist("file"))
        if not self._per_ticket.take(ticket, seconds) or not all(
            self._files_per_ticket.take(ticket, seconds) for _file in range(files)
        ):
            self._room.counts.add("web_answers_too_fast", ticket=opened.ticket.number)
            raise HTTPException(429)

    async def _take(self, action: str, answer: Answer, opened: Opened) -> None:
        """Raises FormRefused, Refused, StepRefused, StoreFault."""
        number, by = opened.ticket.number, _by(opened)
        if action == "say":  # whatever is said on a ticket that was merged is said where it goes on
            number = (await self._room.goes_on(opened.ticket)).number
        if action == _ADVICE:
            if not opened.view.may_buy:
                raise StepRefused("Only with the link from a mail.")
            await advice.answer(self._room, answers.advice(answer), opened.ticket.user, by)
            return
        if action == _QUOTE:
            user = opened.book.register.users.get(opened.ticket.user)
            await self._quotes.answer(number, quote(answer, user.identifier if user else ""), user, by)
            return
        ticket = await self._room.change(number, ANSWERS[action](answer), by)
        self._room.end_if_over(ticket, EndReason.USER_STOPPED)

    async def _complained(self, answer: Answer, opened: Opened) -> Response:
        """To the page of a ticket of its own, past whoever handled this one (promise 40).

        Raises FormRefused, Refused, StepRefused, StoreFault.
        """
        request, problem = answers.complaint(answer)
        mailbox = notices.requester(opened.book, opened.ticket).address
        if mailbox and not await mailboxes.take(self._room.store, mailbox, self._room.clock()):
            self._room.counts.add("web_asked_too_fast")
            raise FormRefused(answer._("That was very much at once. Please wait a few minutes, or call us."))
        by = _by(opened)
        number = await complaints.complain(self._room, opened.ticket, request, problem, Channel.WEB, by)
        if (await self._room.find(number)).kind is not TicketKind.COMPLAINT:
            raise StepRefused("This number is that of something else.")
        token = self._links.token(number, self._room.clock(), Way.SHOWN)
        return RedirectResponse(f"/t/{token}?done={_COMPLAIN}", 303)

    async def _open(self, request: Request) -> Opened:
        """Raises LinkError, HTTPException."""
        now, token = self._room.clock(), request.path_params["token"]
        link = self._links.read(token, now)
        try:
            ticket = links.check(link, await self._room.store.ticket(link.ticket))
            history = await self._room.store.history(link.ticket)
            goes_on = await self._room.goes_on(ticket)
            book = await self._room.store.book()
        except StoreFault as fault:
            raise _unsaved(self._room, fault) from fault
        moments = moments_of(book, ticket, now)
        before = _number(request.query_params.get("before", ""))
        shown = view(book, ticket, history, moments, mailed=link.way is Way.MAILED, goes_on=goes_on, before=before)
        return Opened(token, link, ticket, book, shown)

    def _shown(self, opened: Opened, notice: str, *, form: FormData | None = None, status: int = 200) -> Response:
        cookie = self._seals.cookie(opened.token)
        data = {
            "view": opened.view,
            "notice": notice,
            "wrong": status >= 400,  # noqa: PLR2004 - as HTTP has it
            "form": self._seals.token(opened.token, cookie),
            "mark": forms.new_mark(),
            "here": f"/t/{opened.token}",
            "moments": moments_of(opened.book, opened.ticket, self._room.clock()),
            "typed": _string(form, "text") if form else "",
            "most_chars": limits.NOTE_CHARS,
        }
        page = self._pages.show("ticket.html", opened.view.language, data, status=status)
        secure = opened.book.register.desk.page.startswith("https://")
        page.set_cookie(COOKIE, cookie, path=f"/t/{opened.token}", secure=secure, httponly=True, samesite="strict")
        return page

    async def _welcome(self, request: Request, form: FormData, notice: str, *, status: int = 200) -> Response:
        now = self._room.clock()
        language = await self._language(request)
        try:
            book = await self._room.store.book()
            desk = book.register.desk
            calendar = calendar_of(book.register, "", now)
            closed = calendar is not None and not OpenTime(calendar).is_open(now)
            wait_min = None if closed else await self._asking.expected_wait_min(now)
        except StoreFault as fault:
            raise _unsaved(self._room, fault) from fault
        cookie = request.cookies.get(COOKIE, "") or secrets.token_urlsafe(24)
        moments = self._asking.moments(book, language, now)
        data = {
            "desk": desk,
            "hours": None if calendar is None else hours(calendar, moments),
            "wait_min": wait_min,
            "begins": "" if wait_min is None else moments.moment(now + timedelta(minutes=wait_min)),
            "notice": notice,
            "form": self._seals.token("ask", cookie),
            "mark": forms.new_mark(),
            "typed": {name: _string(form, name) for name in ("name", "mail", "problem", "urgency", "minutes")},
            "limits": limits,
        }
        page = self._pages.show("welcome.html", language, data, status=status)
        secure = desk.page.startswith("https://")
        page.set_cookie(COOKIE, cookie, path="/ask", secure=secure, httponly=True, samesite="strict")
        return page

    async def _no_link(self, request: Request, error: LinkError) -> Response:
        try:
            return await self._renewing.no_link(request, error)
        except StoreFault as fault:
            raise _unsaved(self._room, fault) from fault

    def _links_closed(self, request: Request, opened: Opened) -> Response:
        _ = words(opened.view.language)
        sentence = _("No link to this page works any more.")
        if opened.view.mails:
            sentence = f"{sentence} {_('Our next mail to you brings a new one.')}"
        elif opened.view.desk_phone:
            sentence = f"{sentence} {_('Please ask us: {ways}.').format(ways=opened.view.desk_phone)}"
        return self._pages.say(request, 200, _("Done"), sentence, language=opened.view.language)

    async def _language(self, request: Request) -> str:
        try:
            desk = (await self._room.store.book()).register.desk
        except StoreFault as fault:
            raise _unsaved(self._room, fault) from fault
        return asked_language(request, desk.language)


def _by(opened: Opened) -> By:
    ticket, name = opened.ticket, opened.book.register.requester_of(opened.ticket)
    identifier = ticket.user or ticket.device or ticket.address
    return By(Actor.REQUESTER, identifier[: limits.NAME_CHARS], name)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None  # noqa: PLR2004 - fits a column


def _string(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _unsaved(room: Room, fault: StoreFault) -> HTTPException:
    room.counts.add("store_fault", why=repr(fault.__cause__)[:300])
    return HTTPException(503)
