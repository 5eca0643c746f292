"""Puts the pages together: each address is an application of its own, with nothing of the other's."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp
from structlog.typing import FilteringBoundLogger

from relay.counts import Counts
from relay.desk import Room
from relay.files import Shelf
from relay.web.forms import Seals
from relay.web.guard import Guard
from relay.web.offers import OfferPages
from relay.web.pages import Pages
from relay.web.requester import RequesterPages
from relay.web.signing_in import SigningIn
from relay.web.staff import StaffPages

STATIC = Path(__file__).parent / "static"
_FILES = {"/style.css": "text/css", "/icon.svg": "image/svg+xml"}


def requester_app(room: Room, key: bytes, shelf: Shelf, log: FilteringBoundLogger) -> ASGIApp:
    """The page for whoever asked for help; `key` signs its links and forms."""
    pages = Pages()
    routes = (*RequesterPages(room, key, shelf, pages).routes(), *OfferPages(room, key, pages).routes())
    return guarded(routes, pages, room.counts, log, room.seconds)


def staff_app(
    room: Room, key: bytes, database: Path, revoked: Callable[[], AbstractSet[int]], log: FilteringBoundLogger
) -> ASGIApp:
    """The pages for staff; `revoked` gives the serials nobody trusts any more, or raises."""
    pages = Pages()
    signing_in = SigningIn(key, room.clock(), revoked)
    routes = StaffPages(room, signing_in, Seals(key), database, pages).routes()
    return guarded(routes, pages, room.counts, log, room.seconds)


def guarded(
    routes: Sequence[BaseRoute],
    pages: Pages,
    counts: Counts,
    log: FilteringBoundLogger,
    seconds: Callable[[], float],
) -> ASGIApp:
    """Routes with the stylesheet, behind the guard."""
    files = [Route(path, _file(path, kind)) for path, kind in _FILES.items()]
    return Guard(Router([*routes, *files], redirect_slashes=False), pages, counts, log, seconds)


def _file(path: str, kind: str) -> Callable[[Request], Response]:
    def serve(_request: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=3600"}
        return FileResponse(STATIC / path.removeprefix("/"), media_type=kind, headers=headers)

    return serve
