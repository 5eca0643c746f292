"""Stands before every page: bounds, headers, and a sentence for whatever goes wrong. Distrusts every client.

Guarantees: no answer without the headers that keep a browser from doing more than showing it; no request longer than
its bound is read; no address is served faster than its rate; no traceback reaches a person.
"""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from relay.admission import Buckets, address_key
from relay.counts import Counts
from relay.errors import RelayError
from relay.web.pages import Pages, asked_language
from relay.words import words

BODY_BYTES = 12 * 1024 * 1024
"""Of a form with its files."""
PAGES_PER_ADDRESS = (5.0, 120.0)
"""Requests a second, and at once: an office behind one address reads along."""
FORMS_PER_ADDRESS = (0.5, 30.0)
"""What may be written down."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Connection": "close",
}
_HSTS = "max-age=31536000"


class TooLarge(RelayError):  # noqa: N818 - a refusal
    """More than BODY_BYTES."""


class Guard:
    """The outermost part of an application."""

    def __init__(
        self, app: ASGIApp, pages: Pages, counts: Counts, log: FilteringBoundLogger, seconds: Callable[[], float]
    ) -> None:
        """`seconds` is monotonic."""
        self._app, self._pages, self._counts, self._log, self._seconds = app, pages, counts, log, seconds
        self._reads, self._writes = Buckets(*PAGES_PER_ADDRESS), Buckets(*FORMS_PER_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = _HSTS
            await send(message)

        scope["app"] = self  # so that routes raise what is said here, instead of answering in bare English
        request = Request(scope)
        try:
            self._admit(request)
            await self._app(scope, _bounded(receive), send_guarded)
        except TooLarge:
            self._counts.add("web_too_large")
            await self._say(request, 413, receive, send_guarded)
        except HTTPException as error:
            self._counts.add(f"web_{error.status_code}")
            await self._say(request, error.status_code, receive, send_guarded)
        except Exception:  # noqa: BLE001 - one request's misfortune is not the others'; the log has it whole
            self._counts.add("web_fault")
            self._log.exception("web_fault", method=request.method)  # not the path: it may open a ticket
            if not started:
                await self._say(request, 500, receive, send_guarded)

    def _admit(self, request: Request) -> None:
        """Raises HTTPException, TooLarge."""
        key, now = address_key(request.client.host if request.client else ""), self._seconds()
        writes = request.method not in {"GET", "HEAD"}
        if not self._reads.take(key, now) or (writes and not self._writes.take(key, now)):
            raise HTTPException(429)
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            raise TooLarge("too large")

    async def _say(self, request: Request, status: int, receive: Receive, send: Send) -> None:
        _ = words(asked_language(request))
        sentences = {
            404: (_("Nothing here"), _("There is no such page. Please use the whole link that you were given.")),
            405: (_("Not possible"), _("Please go back, and use the buttons on the page.")),
            413: (_("Too large"), _("This is more than we can take at once. Please send fewer or smaller files.")),
            429: (_("One moment, please"), _("That was very much at once. Please wait a minute and try again.")),
            500: (
                _("That is our fault"),
                _("Something went wrong here, and we have noted it. Please try again in a few minutes, or call us."),
            ),
            503: (
                _("One moment, please"),
                _("We cannot save anything right now, and nothing was changed. Please try again in a few minutes."),
            ),
        }
        unclear = (_("Not understood"), _("We could not read what your browser sent. Please go back and try again."))
        title, sentence = sentences.get(status, unclear)
        await self._pages.say(request, status, title, sentence)(request.scope, receive, send)


def _bounded(receive: Receive) -> Receive:
    """The request's body, up to BODY_BYTES; a length that is not announced is counted as it comes."""
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_BYTES:
            raise TooLarge("too large")
        return message

    return receive_bounded
