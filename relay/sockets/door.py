"""Who is let up to signing in. Denied by default: a path that is not named here is not there.

Guarantees that strangers cost little: a bound on sockets that have not signed in, in all and for one address, and on
how often one address may try. A request with an Origin comes from a web page, and no web page has any business here.
On the loop's thread.
"""

import collections
import http
from collections.abc import Callable, Sequence

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from protocol import limits, signin
from relay.admission import SignIns, address_key
from relay.counts import Counts
from relay.sockets.connection import RelayConnection

HEALTH = "/health"
CONTROL = "/control"
SESSION = "/session"
ENROL = "/enrol"
_SOCKETS = (CONTROL, SESSION, ENROL)


class Door:
    """The relay's front door.

    Attributes:
        half_open: sockets that have not signed in, with the key of the address they count for; None: behind the
            proxy, which has not said yet whose they are.
    """

    def __init__(
        self, counts: Counts, clock: Callable[[], float], health: Callable[[], dict[str, object]], proxy: str | None
    ) -> None:
        """`health` gives what /health shows; `proxy` is the address whose X-Forwarded-For is believed."""
        self._counts, self._clock, self._health, self._proxy = counts, clock, health, proxy
        self._sign_ins = SignIns(now=clock())
        self.half_open: dict[RelayConnection, str | None] = {}
        self._by_address: collections.Counter[str] = collections.Counter()
        self._leaving: set[RelayConnection] = set()

    def enter(self, connection: RelayConnection) -> bool:
        """One more half-open socket; False: too many."""
        if len(self.half_open) >= limits.HALF_OPEN_SOCKETS:
            self._counts.add("too_many_half_open")
            return False
        self.half_open[connection] = None
        address = _peer(connection)
        if address == self._proxy or self._is_counted(connection, address):
            return True
        del self.half_open[connection]
        return False

    def hung_up(self, connection: RelayConnection) -> bool:
        """It does not count as half-open any more, but is still to hear why; False: too many are, it goes at once."""
        self._forget(connection)
        if len(self._leaving) >= limits.LEAVING_SOCKETS:
            self._counts.add("too_many_leaving")
            return False
        self._leaving.add(connection)
        return True

    def leave(self, connection: RelayConnection) -> None:
        """It has signed in, or is gone."""
        self._forget(connection)
        self._leaving.discard(connection)

    def _is_counted(self, connection: RelayConnection, address: str) -> bool:
        """Counts it for its address, unless that one has too many already."""
        key = address_key(address)
        if self._by_address[key] >= limits.HALF_OPEN_PER_ADDRESS:
            self._counts.add("too_many_half_open_from_address", address=address)
            return False
        self.half_open[connection] = key
        self._by_address[key] += 1
        return True

    def _forget(self, connection: RelayConnection) -> None:
        key = self.half_open.pop(connection, None)
        if key is not None:
            self._by_address[key] -= 1
            if not self._by_address[key]:
                del self._by_address[key]

    def close(self) -> None:
        """The relay stops: whoever has not even sent a request is not waited for."""
        for connection in list(self.half_open):
            if connection.request is None:
                connection.transport.abort()

    def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """Called by websockets for each HTTP request; a response given here is the end of it."""
        if not isinstance(connection, RelayConnection):
            raise TypeError("the door is for the relay's own connections")
        connection.address = self._address(connection, request)
        if self._is_crowded(connection):
            return _text(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many at the moment; please try again in a minute.")
        if "Origin" in request.headers:
            self._counts.add("origin", address=connection.address)
            return _text(http.HTTPStatus.FORBIDDEN, "Web pages may not connect here.")
        if request.path == HEALTH:
            return _json(self._health())
        if request.path not in _SOCKETS:
            self._counts.add("unknown_path", address=connection.address)
            return _text(http.HTTPStatus.NOT_FOUND, "There is nothing here.")
        connection.too_many = self._sign_ins.take(connection.address, self._clock())
        if connection.too_many is not None:
            self._counts.add(connection.too_many, address=connection.address)
        if request.path != SESSION:
            connection.protocol.max_message_size = limits.CONTROL_BYTES  # from the second message on
        return None

    def select_subprotocol(self, connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """Called by websockets after `process_request`, with what the client offers: which version it speaks."""
        if not isinstance(connection, RelayConnection):
            raise TypeError("the door is for the relay's own connections")
        connection.version = signin.version_for(offered)
        chosen = signin.subprotocol(connection.version)
        return next((name for name in offered if name == chosen), None)

    def _is_crowded(self, connection: RelayConnection) -> bool:
        """What came through the proxy is counted now; whatever came itself was counted when it came."""
        if connection.address == self._proxy or self.half_open.get(connection, "") is not None:
            return False
        return not self._is_counted(connection, connection.address)

    def _address(self, connection: RelayConnection, request: Request) -> str:
        address = _peer(connection)
        if self._proxy is not None and address == self._proxy:
            forwarded = request.headers.get_all("X-Forwarded-For")
            if forwarded:
                return forwarded[-1].rpartition(",")[2].strip()[:64]
        return address


def _peer(connection: RelayConnection) -> str:
    peer = connection.remote_address
    return str(peer[0]) if isinstance(peer, tuple) and peer else "unknown"


def _text(status: http.HTTPStatus, sentence: str) -> Response:
    return _response(status, "text/plain; charset=utf-8", sentence.encode() + b"\n")


def _json(content: dict[str, object]) -> Response:
    return _response(http.HTTPStatus.OK, "application/json", msgspec.json.encode(content) + b"\n")


def _response(status: http.HTTPStatus, kind: str, body: bytes) -> Response:
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Connection": "close",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    return Response(status.value, status.phrase, headers, body)
