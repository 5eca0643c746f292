"""How a socket to the relay is opened. Guarantees: in the clear only to this very machine, else by TLS.

The operating system's trust store is never read: the relay's certificate descends from the authority in the
organisation's file, or from one of Mozilla's list (certifi).
"""

import ipaddress
import ssl
from urllib.parse import urlsplit

import certifi
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from agent.errors import EnrolmentError
from agent.net.bounded import BoundedConnection
from agent.words import _
from protocol import limits, signin
from protocol.trust import Organisation


def host_of(organisation: Organisation) -> str:
    """The host name that is dialled, which the sign-in is signed for."""
    return urlsplit(organisation.relay_url).hostname or ""


def dial(organisation: Organisation, path: str) -> connect:
    """A connection to `path` (such as "/control"), to be awaited or used with `async with`.

    Raises:
        EnrolmentError: the organisation's file asks for a line in the clear to another machine.
    """
    return connect(
        organisation.relay_url.rstrip("/") + path,
        ssl=tls_to(organisation),
        compression=None,
        create_connection=BoundedConnection,
        subprotocols=[Subprotocol(signin.SUBPROTOCOL)],
        proxy=None if _is_loopback(host_of(organisation)) else True,
        user_agent_header="athand",
        open_timeout=limits.HANDSHAKE_S + limits.SIGN_IN_S,
        ping_interval=limits.PING_S,
        ping_timeout=limits.PING_S,
        close_timeout=2.0,
        max_size=limits.REPLY_BYTES,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def tls_to(organisation: Organisation) -> ssl.SSLContext | None:
    """How the relay's certificate is checked; None for a line in the clear. Raises as `dial`."""
    if urlsplit(organisation.relay_url).scheme != "wss":
        if _is_loopback(host_of(organisation)):
            return None
        raise EnrolmentError(
            _("The address of the help desk in the file is not a secure one. Please ask for a new file."), final=True
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if organisation.relay_tls_ca is None:
        context.load_verify_locations(cafile=certifi.where())
    else:
        context.load_verify_locations(cadata=organisation.relay_tls_ca)
    return context
