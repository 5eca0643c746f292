"""What whoever follows a link that opens nothing any more is told, and how he gets a new one.

Guarantees: a new link goes to the requester's own address, as the register or his first mail has it, never to one that
is typed in; the answer is the same whether anything was sent or not, so that it tells nothing about anybody. Only a
link that was made here once and opens nothing any more can ask. However many of them somebody has, one mail address
gets no more than relay.mailboxes allows, together with the receipts that forms cause there. On the loop's thread.
Distrusts the link.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.desk import events
from protocol.desk.events import NoticeKind
from protocol.desk.ticket import Ticket
from relay import mailboxes, notices
from relay.admission import Buckets
from relay.desk import Room
from relay.errors import Refused, StoreFault
from relay.store import THE_DESK
from relay.web.forms import Seals
from relay.web.links import Link, LinkEndedError, LinkError, LinkForgedError, LinkOverError, Links, check
from relay.web.pages import Pages, asked_language
from relay.words import words

NEW_PER_TICKET = (1 / 900, 2.0)
"""Mails with a new link: one in a quarter of an hour, two at once for whoever looks into the wrong mailbox first."""
COOKIE = "athand-again"
_CLOSED_LINK = 410


class Renewing:
    """One for all links."""

    def __init__(self, room: Room, links: Links, seals: Seals, pages: Pages) -> None:
        """In the desk's `room`."""
        self._room, self._links, self._seals, self._pages = room, links, seals, pages
        self._per_ticket = Buckets(*NEW_PER_TICKET)

    async def no_link(self, request: Request, error: LinkError) -> Response:
        """The page for a link that opens nothing: why, and what to do. Raises StoreFault."""
        self._room.counts.add("web_link_over" if isinstance(error, LinkOverError) else "web_link_forged")
        desk = (await self._room.store.book()).register.desk
        language = asked_language(request, desk.language)
        _ = words(language)
        if isinstance(error, LinkEndedError):
            title, sentence = _("This link was ended"), _("All addresses of this page were ended, so it opens no more.")
        elif isinstance(error, LinkOverError):
            title, sentence = _("This link is over"), _("For your safety, links to this page end after a while.")
        else:
            title = _("This link is not complete")
            sentence = _("Perhaps a part of it was lost on the way. Please copy the whole address once more.")
        if desk.address:
            ways = ", ".join(way for way in (desk.address, desk.phone) if way)
            more = _("Our newest mail has a link that works; or ask us: {ways}.").format(ways=ways)
            sentence = f"{sentence} {more}"
        elif desk.phone:
            sentence = f"{sentence} {_('Please ask us: {ways}.').format(ways=desk.phone)}"
        if not isinstance(error, LinkOverError):
            return self._pages.say(request, 404, title, sentence, language=language)
        token = request.path_params["token"]
        cookie = self._seals.cookie(token)
        data = {
            "title": title,
            "sentence": sentence,
            "again": f"/t/{token}/again" if desk.address and desk.page else "",
            "form": self._seals.token(token, cookie),
        }
        page = self._pages.show("over.html", language, data, status=_CLOSED_LINK)
        secure = desk.page.startswith("https://")
        page.set_cookie(COOKIE, cookie, path=f"/t/{token}/again", secure=secure, httponly=True, samesite="strict")
        return page

    async def again(self, request: Request) -> Response:
        """A new link, by mail. Raises HTTPException."""
        token = request.path_params["token"]
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            seal = form.get("form", "")
        if not isinstance(seal, str) or not self._seals.holds(request, token, request.cookies.get(COOKIE, ""), seal):
            raise HTTPException(403)
        try:
            link = self._links.made_here(token)
        except LinkForgedError as error:
            raise HTTPException(404) from error
        if await self._opens(token):
            return RedirectResponse(f"/t/{token}", 303)
        if not self._per_ticket.take(str(link.ticket), self._room.seconds()):
            self._room.counts.add("web_links_too_fast", ticket=link.ticket)
        else:
            await self._send(link)
        language = asked_language(request, (await self._room.store.book()).register.desk.language)
        _ = words(language)
        sentence = _(
            "If there is a request behind this link, a new one is on its way to the mail address that we know. "
            "Please look there in a few minutes, also among what was sorted out as spam."
        )
        return self._pages.say(request, 200, _("Look into your mail"), sentence, language=language)

    async def _opens(self, token: str) -> bool:
        """Whether the link still holds: then nobody needs another, least of all to his mailbox."""
        try:
            link = self._links.read(token, self._room.clock())
            check(link, await self._room.store.ticket(link.ticket))
        except LinkOverError:
            return False
        except StoreFault as fault:
            raise self._unsaved(fault) from fault
        return True

    async def _send(self, link: Link) -> None:
        try:
            book, asked = await self._room.store.book(), await self._room.store.ticket(link.ticket)
            address = notices.requester(book, asked).address if asked else ""
            may = not address or await mailboxes.take(self._room.store, address, self._room.clock())
        except StoreFault as fault:
            raise self._unsaved(fault) from fault
        if not may:
            self._room.counts.add("web_links_too_many_for_mailbox", ticket=link.ticket)
            return
        about = f"link {self._room.clock().isoformat()}"

        def decide(ticket: Ticket) -> tuple[events.NoticeSent, ...]:
            if not address or notices.requester(book, ticket).address != address:
                return ()
            return notices.tell(book, ticket, NoticeKind.LINK, about=about)

        try:
            await self._room.change(link.ticket, decide, THE_DESK)
        except Refused:  # there is no such ticket, and nobody is told so
            self._room.counts.add("web_link_of_nothing", ticket=link.ticket)
        except StoreFault as fault:
            raise self._unsaved(fault) from fault

    def _unsaved(self, fault: StoreFault) -> HTTPException:
        self._room.counts.add("store_fault", why=repr(fault.__cause__)[:300])
        return HTTPException(503)
