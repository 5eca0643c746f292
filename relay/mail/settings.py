"""Where the desk's mail is fetched and sent: one file in the relay's folder, readable by its owner only.

Distrusts what was typed.
"""

import enum
import ipaddress
import re
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct
from structlog.typing import FilteringBoundLogger

from relay.admin import files
from relay.mail.errors import SettingsRefused

FILE = "mail.json"
_MAX_BYTES = 64 * 1024
_ADDRESS = re.compile(r"[^\s<>@\"(),:;\\\[\]]{1,64}@[a-z0-9.-]{1,189}")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
Host = Annotated[str, Meta(max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Folder = Annotated[str, Meta(min_length=1, max_length=200)]


class Security(enum.StrEnum):
    """How a server is talked to."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """In the clear; only on this machine itself."""


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """One mail server. An empty user: it lets us in without signing in."""

    host: Host
    port: Port
    security: Security = Security.TLS
    user: Annotated[str, Meta(max_length=254)] = ""
    password: Annotated[str, Meta(max_length=1024)] = ""


class OAuth(Struct, frozen=True, forbid_unknown_fields=True):
    """Where tokens come from (RFC 6749); without a refresh token the client asks for itself (4.4)."""

    url: Annotated[str, Meta(max_length=1000)]
    client: Annotated[str, Meta(min_length=1, max_length=254)]
    secret: Annotated[str, Meta(max_length=1024)] = ""
    refresh_token: Annotated[str, Meta(max_length=16 * 1024)] = ""
    scope: Annotated[str, Meta(max_length=1000)] = ""


class MailSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The desk's mailbox.

    Attributes:
        address: the one address (promise 20), in lower case.
        inbox: its mails are taken down, then moved to `done`; those that cannot be, to `aside`.
        poll_s: how often it is looked at where the server does not tell by itself (IDLE, RFC 2177).
        tls_ca: PEM file of the servers' authority, if it is not a public one.
        authserv_id: under which name the receiving server says whether a sender is genuine (RFC 8601, 2.5); empty:
            it does not, and whoever writes from an address is taken for its owner, as far as mails decide anything.
        oauth: both servers are signed in at with a token, and not with a password.
    """

    address: Annotated[str, Meta(max_length=254)]
    imap: Server
    smtp: Server
    inbox: Folder = "INBOX"
    done: Folder = "athand"
    aside: Folder = "athand-aside"
    poll_s: Annotated[float, Meta(ge=0.1, le=3600)] = 20.0
    tls_ca: Annotated[str, Meta(max_length=1000)] = ""
    authserv_id: Annotated[str, Meta(max_length=253, pattern="^[^ ;]*$")] = ""
    oauth: OAuth | None = None

    def check(self) -> None:
        """Raises SettingsRefused."""
        if not _ADDRESS.fullmatch(self.address):
            raise SettingsRefused(f"{self.address!r} is no mail address in lower case.")
        if len({self.inbox, self.done, self.aside}) < 3:  # noqa: PLR2004 - the three
            raise SettingsRefused("The folders for new mails, those taken down and those set aside must differ.")
        if self.oauth is not None:
            parts = urlsplit(self.oauth.url)
            secure = parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname or ""))
            if not secure or not parts.hostname:
                raise SettingsRefused(f"{self.oauth.url!r} is no https address that tokens could come from.")
        for server in (self.imap, self.smtp):
            if not _HOST.fullmatch(server.host):
                raise SettingsRefused(f"{server.host!r} is no name of a server.")
            if server.security is Security.NONE and not _is_this_machine(server.host):
                raise SettingsRefused(f"{server.host} is another machine: mail and passwords go there with TLS only.")

    def tls(self) -> ssl.SSLContext:
        """What the servers' certificates are checked with. Raises SettingsRefused."""
        try:
            return ssl.create_default_context(cafile=self.tls_ca or None)
        except (OSError, ssl.SSLError) as error:
            raise SettingsRefused(f"The certificates in {self.tls_ca} cannot be read.") from error


def read(home: Path) -> MailSettings | None:
    """The settings in a relay's folder; None: mail was not set up. Raises SettingsRefused."""
    path = home / FILE
    try:
        content = files.read(path, _MAX_BYTES)
    except FileNotFoundError:
        return None
    except (OSError, files.AdminError) as error:
        raise SettingsRefused(f"{path} cannot be read.") from error
    try:
        settings = msgspec.json.decode(content, type=MailSettings)
    except (msgspec.MsgspecError, ValueError) as error:
        raise SettingsRefused(f"{path} is not what `athand-admin mail` writes: {error}.") from error
    settings.check()
    return settings


def write(home: Path, settings: MailSettings) -> None:
    """Raises SettingsRefused, OSError."""
    settings.check()
    files.write(home / FILE, msgspec.json.format(msgspec.json.encode(settings)))


def keep_token(home: Path, log: FilteringBoundLogger, token: str) -> None:
    """What the next start signs in with; what cannot be kept stands in the `log`."""
    try:
        settings = read(home)
        if settings is not None and settings.oauth is not None:
            oauth = msgspec.structs.replace(settings.oauth, refresh_token=token)
            write(home, msgspec.structs.replace(settings, oauth=oauth))
    except (SettingsRefused, OSError) as error:
        log.warning("mail_token_not_kept", why=str(error)[:300])


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
