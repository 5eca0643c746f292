"""The page of whoever says yes to a price in the requester's place (promise 11): who asks, what for, what it costs.

Guarantees: it shows nothing else of the ticket; its link was mailed to him alone, and his answer bears his name.
Whoever may not order any more finds it closed. Looking changes nothing. On the loop's thread. Distrusts links and
forms.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protocol import limits
from protocol.desk import events
from protocol.desk.agreements import Quote
from protocol.desk.book import Book
from protocol.desk.events import NoticeKind, User
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket
from relay import notices
from relay.admission import Buckets
from relay.desk import Room
from relay.desk.accepting import may_accept
from relay.desk.offers import by_accepter
from relay.desk.quotes import Quotes
from relay.errors import Refused, StoreFault
from relay.reports.monthly import zone_of
from relay.web import forms, links
from relay.web.forms import Seals
from relay.web.links import LinkError, LinkOverError, Links, Way
from relay.web.pages import Moments, Pages, asked_language
from relay.words import known, words

COOKIE = "athand-offer"
ANSWERS_PER_TICKET = (0.2, 20.0)
_NOTICE = "SELECT ticket, body FROM events WHERE number = ?"


class _Opened(Struct, frozen=True):
    """What a link opened."""

    token: str
    user: User
    ticket: Ticket
    key: str
    quote: Quote
    by: str
    moments: Moments


class OfferPages:
    """Its routes."""

    def __init__(self, room: Room, key: bytes, pages: Pages) -> None:
        """In the desk's `room`; `key` signs links and forms."""
        self._room, self._pages, self._quotes = room, pages, Quotes(room)
        self._links, self._seals = Links(key), Seals(key)
        self._per_ticket = Buckets(*ANSWERS_PER_TICKET)

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return Route("/o/{token}", self.offer), Route("/o/{token}", self.answer, methods=["POST"])

    async def offer(self, request: Request) -> Response:
        """The price; changes nothing."""
        try:
            return self._shown(await self._open(request), "")
        except LinkError as error:
            return await self._no_link(request, error)

    async def answer(self, request: Request) -> Response:
        """Yes or no."""
        try:
            opened = await self._open(request)
        except LinkError as error:
            return await self._no_link(request, error)
        _ = words(opened.moments.language)
        async with request.form(max_files=0, max_fields=forms.FORM_FIELDS, max_part_size=64 * 1024) as form:
            cookie = request.cookies.get(COOKIE, "")
            if not self._seals.holds(request, opened.token, cookie, forms.text(form, "form", 200)):
                sentence = _("This page was open in another window, too. Nothing was sent yet; please send it again.")
                return self._shown(opened, sentence, status=403)
            if not self._per_ticket.take(str(opened.ticket.number), self._room.seconds()):
                self._room.counts.add("web_answers_too_fast", ticket=opened.ticket.number)
                raise HTTPException(429)
            try:
                text, chosen = forms.text(form, "text", limits.NOTE_CHARS), forms.text(form, "accepted", 3)
            except ValueError:
                sentence = _("That is longer than {count} characters. Please shorten it, or send it as a file.")
                return self._shown(opened, sentence.format(count=limits.NOTE_CHARS), status=422)
        if chosen not in {"yes", "no"}:
            return self._shown(opened, _("Please choose one of the two answers."), status=422)
        answered = events.QuoteAnswered(opened.key, chosen == "yes", text, opened.user.identifier)
        try:
            await self._quotes.answer(opened.ticket.number, answered, opened.user, by_accepter(opened.user))
        except (Refused, StepRefused):
            sentence = _("That is not possible any more: something changed meanwhile. This is how it stands now.")
            return self._shown(await self._open(request), sentence, status=409)
        except StoreFault as fault:
            raise self._unsaved(fault) from fault
        return RedirectResponse(f"/o/{opened.token}", 303)

    # --- inside
    async def _open(self, request: Request) -> _Opened:
        """Raises LinkError, HTTPException."""
        now, token = self._room.clock(), request.path_params["token"]
        link = self._links.read(token, now, {Way.OFFERED})
        try:
            rows = await self._room.store.rows(_NOTICE, (link.ticket,))
            notice = events.decode(rows[0][1]).event if rows and rows[0][1] is not None else None
            ticket = links.check(link, await self._room.store.ticket(rows[0][0]) if rows else None)
            book = await self._room.store.book()
            history = await self._room.store.history(ticket.number)
        except StoreFault as fault:
            raise self._unsaved(fault) from fault
        if not isinstance(notice, events.NoticeSent) or notice.kind is not NoticeKind.QUOTE:
            raise LinkOverError("This link does not open anything any more.")
        user, quote = book.register.users.get(notice.to), ticket.agreements.quotes.get(notice.about)
        if user is None or quote is None or not may_accept(user, ticket):
            raise LinkOverError("This link does not open anything any more.")
        answers = ((e.actor_name, e.event) for _n, e in history if isinstance(e.event, events.QuoteAnswered))
        by = next((name for name, answered in answers if answered.quote == notice.about), "")
        return _Opened(token, user, ticket, notice.about, quote, by, _moments(book, user, ticket, now))

    def _shown(self, opened: _Opened, notice: str, *, status: int = 200) -> Response:
        quote, moments, cookie = opened.quote, opened.moments, self._seals.cookie(opened.token)
        desk = self._room.store.last_book.register.desk
        data = {
            "desk": desk,
            "notice": notice,
            "wrong": bool(notice),
            "ticket": opened.ticket,
            "quote": quote,
            "price": moments.money(quote.price_cents, quote.currency),
            "until": moments.moment(quote.valid_until),
            "state": _state(opened),
            "here": f"/o/{opened.token}",
            "form": self._seals.token(opened.token, cookie),
            "most_chars": limits.NOTE_CHARS,
        }
        page = self._pages.show("offer.html", moments.language, data, status=status)
        secure = desk.page.startswith("https://")
        page.set_cookie(COOKIE, cookie, path=f"/o/{opened.token}", secure=secure, httponly=True, samesite="strict")
        return page

    async def _no_link(self, request: Request, error: LinkError) -> Response:
        self._room.counts.add("web_link_over" if isinstance(error, LinkOverError) else "web_link_forged")
        desk = (await self._room.store.book()).register.desk
        _ = words(asked_language(request, desk.language))
        if isinstance(error, LinkOverError):
            title, sentence = _("This link is over"), _("For your safety, links to this page end after a while.")
        else:
            title = _("This link is not complete")
            sentence = _("Perhaps a part of it was lost on the way. Please copy the whole address once more.")
        if ways := ", ".join(way for way in (desk.address, desk.phone) if way):
            sentence = f"{sentence} {_('Please ask us: {ways}.').format(ways=ways)}"
        status = 410 if isinstance(error, LinkOverError) else 404
        return self._pages.say(request, status, title, sentence, language=asked_language(request, desk.language))

    def _unsaved(self, fault: StoreFault) -> HTTPException:
        self._room.counts.add("store_fault", why=repr(fault.__cause__)[:300])
        return HTTPException(503)


def _moments(book: Book, user: User, ticket: Ticket, now: datetime) -> Moments:
    """In the accepter's language, by the clock of the customer's hours."""
    return Moments(known(notices.reader(book, user.identifier).language), zone_of(book, ticket.customer, now), now)


def _state(opened: _Opened) -> str:
    """What became of the price; empty: it waits for an answer."""
    _ = words(opened.moments.language)
    if opened.quote.accepted is not None:
        said = _("{name} said yes to this price.") if opened.quote.accepted else _("{name} said no to this price.")
        return said.format(name=opened.by)
    if not opened.ticket.is_open:
        return _("There is nothing to answer any more: the request is not open.")
    if opened.moments.now > opened.quote.valid_until:
        return _("This price does not hold any more.")
    return ""
