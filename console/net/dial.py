"""Guarantees that the relay is dialled by TLS, or on this machine itself, and that whatever goes wrong is a sentence.

Network thread. Distrusts the address (a file or the command line has it) and the server's certificate.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from console.errors import AddressRefused
from console.language import _
from console.net.bounded import BoundedConnection
from protocol import limits, signin
from protocol.trust import Organisation

_NOBODY_BEHIND = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
"""What a proxy answers in place of a relay that is just being started anew."""
_QUEUED_MESSAGES = 16
_WRITE_LIMIT_BYTES = 32 * 1024
"""`send` waits from here on: what lies in this process is not on its way yet, and newer input overtakes nothing."""


class CannotReach(Exception):  # noqa: N818 - what happened, with the sentence for the technician
    """There is no line to the relay at the moment."""


def host_of(url: str) -> str:
    """The host name of a relay's address, without port: what sign-in is bound to.

    Raises:
        AddressRefused: it is not encrypted and not on this machine, or no address at all.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("ws", "wss") or not host:
        raise AddressRefused(_("The server's address must begin with wss://."))
    if parts.scheme == "ws" and not _is_loopback(host):
        raise AddressRefused(
            _("The server's address must begin with wss://; without encryption only this computer may be.")
        )
    return host


@contextlib.asynccontextmanager
async def dial(
    url: str, path: str, organisation: Organisation, *, max_bytes: int, within_s: float = limits.SIGN_IN_S
) -> AsyncIterator[ClientConnection]:
    """A websocket to the relay's `path`, closed at the end.

    Args:
        url: the relay's address; `host_of` accepts it.
        path: such as ``/control``.
        organisation: says which authority the server's TLS certificate must come from.
        max_bytes: the largest message that is taken.
        within_s: so long it may take until the websocket stands.

    Raises:
        CannotReach: there is no line; also when it is cut within.
    """
    host = host_of(url)
    secure = url.startswith("wss:")
    try:
        async with connect(
            url.rstrip("/") + path,
            ssl=_tls(organisation) if secure else None,
            proxy=None if _is_loopback(host) else True,
            compression=None,
            create_connection=BoundedConnection,
            subprotocols=[Subprotocol(signin.SUBPROTOCOL)],
            max_size=max_bytes,
            max_queue=_QUEUED_MESSAGES,
            write_limit=_WRITE_LIMIT_BYTES,
            open_timeout=within_s,
            ping_interval=limits.PING_S,
            ping_timeout=limits.PING_S,
            close_timeout=1.0,
        ) as socket:
            yield socket
    except ConnectionClosed as error:
        raise CannotReach(_("The line to the server was cut.")) from error
    except ssl.SSLError as error:
        raise CannotReach(_("The server's certificate is not the one it must be; nothing was sent.")) from error
    except InvalidStatus as error:
        if error.response.status_code in _NOBODY_BEHIND:
            raise CannotReach(_("The server cannot be reached.")) from error
        raise CannotReach(_("There is something at the server's address, but it does not speak athand.")) from error
    except (InvalidHandshake, InvalidURI) as error:
        raise CannotReach(_("There is something at the server's address, but it does not speak athand.")) from error
    except (OSError, TimeoutError) as error:
        raise CannotReach(_("The server cannot be reached.")) from error


def now() -> datetime:
    """The clock of this computer, aware UTC."""
    return datetime.now(UTC)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(organisation: Organisation) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if organisation.relay_tls_ca is None:
        context.load_verify_locations(certifi.where())
    else:
        authority = x509.load_der_x509_certificate(organisation.relay_tls_ca)
        context.load_verify_locations(cadata=authority.public_bytes(Encoding.PEM).decode("ascii"))
    return context
