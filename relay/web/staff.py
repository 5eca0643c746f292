"""The pages of staff, at an address of their own: the wall-board, and each customer's months.

Guarantees: nobody is served who has not signed in with a link for certified staff (see `signing_in`); looking changes
nothing. On the loop's thread, reports beside it. Distrusts everybody.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protocol.desk.book import Book
from protocol.desk.overview import Flag
from relay.desk import Room
from relay.desk.room import LISTED
from relay.errors import StoreFault
from relay.reports import document, monthly, sheet, source
from relay.reports.labels import Labels
from relay.reports.monthly import Report, ReportError
from relay.store.tables import microseconds
from relay.web.board import board, decided
from relay.web.forms import Seals
from relay.web.links import LinkError
from relay.web.pages import Moments, Pages, asked_language
from relay.web.signing_in import SESSION_LIFETIME, SigningIn
from relay.words import words

COOKIE = "athand-staff"
REFRESH_S = 60
MONTHS_SHOWN = 13
FIRST_YEAR = 2000
"""Nobody's months are older, and no zone's clock is known for the first years of all."""
_CHANGED = "SELECT number FROM tickets WHERE changed_us >= ? OR state NOT IN ('closed', 'cancelled') LIMIT ?"
_WRITERS = {"csv": (sheet.write, "text/csv; charset=utf-8"), "pdf": (document.write, "application/pdf")}

Endpoint = Callable[[Request], Awaitable[Response]]


class StaffPages:
    """Their routes."""

    def __init__(self, room: Room, signing_in: SigningIn, seals: Seals, database: Path, pages: Pages) -> None:
        """In the desk's `room`; reports are read from `database`."""
        self._room, self._signing_in, self._seals = room, signing_in, seals
        self._database, self._pages = database, pages
        self._reporting = asyncio.Semaphore(1)  # typst takes half a second of a core

    def routes(self) -> Sequence[Route]:
        """All of them; nothing else is there."""
        return (
            Route("/signin/{token}", self.door),
            Route("/signin/{token}", self.sign_in, methods=["POST"]),
            Route("/signout", self._inside(self.sign_out), methods=["POST"]),
            Route("/", self._inside(self.board)),
            Route("/reports", self._inside(self.reports)),
            Route("/reports/{customer}/{month}", self._inside(self.report)),
            Route("/reports/{customer}/{month}/{kind}", self._inside(self.file)),
        )

    # --- the door
    async def door(self, request: Request) -> Response:
        """A button: a program that looks at the link does not use it up."""
        token = request.path_params["token"]
        try:
            link = self._signing_in.read(token, self._room.clock())
        except LinkError:
            return self._no_entry(request)
        book = await self._room.store.book()
        profile = book.register.staff.get(link.staff)
        if profile is None or profile.gone:
            return self._no_entry(request)
        data = {"name": profile.name, "form": self._seals.token(token, self._seals.cookie(token)), "token": token}
        page = self._pages.show("door.html", self._language(request, book), data)
        page.set_cookie(
            COOKIE, self._seals.cookie(token), path="/", secure=_secure(request), httponly=True, samesite="strict"
        )
        return page

    async def sign_in(self, request: Request) -> Response:
        """The link is used up."""
        token, now = request.path_params["token"], self._room.clock()
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            sealed = form.get("form", "")
        if not isinstance(sealed, str) or not self._seals.holds(
            request, token, request.cookies.get(COOKIE, ""), sealed
        ):
            return self._no_entry(request)
        try:
            link = self._signing_in.read(token, now)
        except LinkError:
            return self._no_entry(request)
        cookie = self._signing_in.use(link, now)
        self._room.counts.add("web_staff_signed_in")
        answer = RedirectResponse("/", 303)
        lifetime_s = int(SESSION_LIFETIME.total_seconds())
        answer.set_cookie(
            COOKIE, cookie, lifetime_s, path="/", secure=_secure(request), httponly=True, samesite="strict"
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """For good."""
        cookie = request.cookies.get(COOKIE, "")
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            sealed = form.get("form", "")
        if not isinstance(sealed, str) or not self._seals.holds(request, "out", cookie, sealed):
            raise HTTPException(400)
        self._signing_in.leave(cookie)
        _ = words(asked_language(request))
        answer = self._pages.say(request, 200, _("Signed out"), _("You are signed out. A new link brings you back."))
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _inside(self, endpoint: Endpoint) -> Endpoint:
        """Only for who has signed in."""

        @functools.wraps(endpoint)
        async def checked(request: Request) -> Response:
            session = self._signing_in.session(request.cookies.get(COOKIE, ""), self._room.clock())
            try:
                profile = None
                if session is not None:
                    profile = (await self._room.store.book()).register.staff.get(session.staff)
                if profile is None or profile.gone:
                    return self._no_entry(request)
                return await endpoint(request)
            except StoreFault as fault:
                self._room.counts.add("store_fault", why=repr(fault.__cause__)[:300])
                raise HTTPException(503) from fault

        return checked

    def _no_entry(self, request: Request) -> Response:
        self._room.counts.add("web_staff_refused")
        _ = words(asked_language(request))
        sentence = _("This page is for staff. A link that lets you in once is made with: athand-admin web-link")
        return self._pages.say(request, 403, _("Please sign in"), sentence)

    # --- inside
    async def board(self, request: Request) -> Response:
        """What is open, late, under way, kept."""
        now, room = self._room.clock(), self._room
        book = await room.store.book()
        register = book.register
        zone = monthly.zone_of(book, "", now)
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        tickets = await room.store.unfinished()
        numbers = [row[0] for row in await room.store.rows(_CHANGED, (microseconds(midnight), LISTED))]
        touched = await room.store.tickets(numbers)

        shown = board(
            tickets,
            lambda ticket: room.agreed.clocks(register, ticket, now),
            decided(touched, lambda ticket: room.agreed.terms(register, ticket.customer), midnight, now),
            now,
            named=not register.desk.works_council,
        )
        language = self._language(request, book)
        moments = Moments(language, zone, now)
        data = {"board": shown, "moments": moments, "flags": _flags(language), "refresh_s": REFRESH_S}
        return self._shown(request, "board.html", book, data)

    async def reports(self, request: Request) -> Response:
        """Which customer, which month."""
        book, now = await self._room.store.book(), self._room.clock()
        language = self._language(request, book)
        labels = Labels(language)
        months = [(f"{first:%Y-%m}", labels.month(first)) for first in _months(now)]
        customers = sorted(book.register.customers.values(), key=lambda customer: customer.name.casefold())
        chosen = request.query_params.get("customer", ""), request.query_params.get("month", "")
        if chosen[0] in book.register.customers and chosen[1] in dict(months):
            return RedirectResponse(f"/reports/{chosen[0]}/{chosen[1]}", 303)
        return self._shown(request, "reports.html", book, {"customers": customers, "months": months})

    async def report(self, request: Request) -> Response:
        """A month as a page."""
        book = await self._room.store.book()
        language = self._language(request, book)
        made = await self._report(request, book, language)
        if isinstance(made, Response):
            return made
        data = {"report": made, "labels": Labels(language), "here": request.url.path.rstrip("/")}
        return self._shown(request, "report.html", book, data)

    async def file(self, request: Request) -> Response:
        """A month as CSV or PDF."""
        kind = request.path_params["kind"]
        if kind not in _WRITERS:
            raise HTTPException(404)
        write, media_type = _WRITERS[kind]
        book = await self._room.store.book()
        language = self._language(request, book)
        made = await self._report(request, book, language)
        if isinstance(made, Response):
            return made
        async with self._reporting:
            content = await asyncio.to_thread(write, made, language)
        customer, month = request.path_params["customer"], f"{made.begin:%Y-%m}"
        headers = {"Content-Disposition": f'attachment; filename="{customer}-{month}.{kind}"'}
        return Response(content, media_type=media_type, headers=headers)

    def _no_report(self, request: Request, book: Book, _: Callable[[str], str]) -> str:
        """Why there is none, in a sentence; empty: there is one."""
        customer = request.path_params["customer"]
        if customer not in book.register.customers:
            return _("There is no such customer. All of them stand on the page with the reports.")
        try:
            first = monthly.month(request.path_params["month"])
        except ReportError:
            return _("There is no such month; write it as 2026-03.")
        if first.year < FIRST_YEAR:
            return _("There is no such month; write it as 2026-03.")
        now = self._room.clock()
        today = now.astimezone(monthly.zone_of(book, customer, now)).date()
        return _("This month has not begun yet.") if first > today else ""

    async def _report(self, request: Request, book: Book, language: str) -> Report | Response:
        """What was asked for, or the page that says why there is none."""
        _ = words(language)
        if sentence := self._no_report(request, book, _):
            return self._pages.say(request, 404, _("No report"), sentence, language=language)
        customer, month = request.path_params["customer"], request.path_params["month"]
        try:
            first = monthly.month(month)
            async with self._reporting:
                return await asyncio.to_thread(source.read, self._database, customer, first, self._room.clock())
        except ReportError as error:
            raise HTTPException(404) from error

    def _shown(self, request: Request, template: str, book: Book, data: dict[str, object]) -> Response:
        common = {
            "desk": book.register.desk.name,
            "out": self._seals.token("out", request.cookies.get(COOKIE, "")),
        }
        return self._pages.show(template, self._language(request, book), common | data)

    @staticmethod
    def _language(request: Request, book: Book) -> str:
        return asked_language(request, book.register.desk.language)


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _months(now: datetime) -> Sequence[date]:
    """This one and those before it."""
    months = [date(now.year, now.month, 1)]
    while len(months) < MONTHS_SHOWN:
        year, month = months[-1].year, months[-1].month
        months.append(date(year - (month == 1), (month - 2) % 12 + 1, 1))
    return months


def _flags(language: str) -> dict[Flag, str]:
    _ = words(language)
    return {
        Flag.BREACHED: _("promise broken"),
        Flag.DATE_PASSED: _("next step overdue"),
        Flag.ESTIMATE_PASSED: _("should be solved by now"),
        Flag.UNTOUCHED: _("lies too long"),
        Flag.WARNING: _("promise nearly due"),
        Flag.DATE_NEAR: _("next step due soon"),
    }
