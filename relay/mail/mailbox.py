"""The desk's mailbox, by IMAP. Blocking, for one thread at a time; distrusts the server.

Guarantees: a mail is asked for its size first and never fetched beyond a bound; nothing is marked or moved unless told
to; messages are named by UID within one validity (RFC 3501, 2.3.1.1); every failure is a ServerFault with one sentence.
"""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import imapclient
from imapclient.exceptions import IMAPClientError, LoginError

from relay.mail.errors import ServerFault
from relay.mail.oauth import Tokens
from relay.mail.settings import MailSettings, Security

TIMEOUT_S = 30.0
READ_BYTES = 25 * 1024 * 1024
"""The largest mail that is fetched whole, as most servers let through."""
BEGINNING_BYTES = 512 * 1024
"""Of a larger one: its words stand before its files."""


class Mailbox:
    """One connection.

    Attributes:
        tells: whether the server says by itself that a mail came.
    """

    def __init__(self, settings: MailSettings, tokens: Tokens | None = None) -> None:
        """Not connected yet. `tokens` are signed in with where the settings have no password."""
        self._settings, self._tokens = settings, tokens
        self._client: Any = None
        self.tells = False

    def open(self) -> None:
        """Signs in and makes the folders that are missing. Raises ServerFault, SettingsRefused."""
        imap = self._settings.imap
        tls = self._settings.tls()
        token = "" if self._tokens is None else self._tokens.token()
        with _named(f"The mailbox at {imap.host}"):
            is_tls = imap.security is Security.TLS
            self._client = imapclient.IMAPClient(
                imap.host, imap.port, ssl=is_tls, ssl_context=tls if is_tls else None, timeout=TIMEOUT_S
            )
            if imap.security is Security.STARTTLS:
                self._client.starttls(tls)
            self._sign_in(token)
            self.tells = bool(self._client.has_capability("IDLE"))
            self._make_folders()
            self._client.select_folder(self._settings.inbox)

    def close(self) -> None:
        """Whatever state it is in."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(IMAPClientError, OSError, ValueError, AttributeError):
                client.logout()
            with contextlib.suppress(IMAPClientError, OSError, ValueError, AttributeError):
                client.shutdown()

    def hang_up(self) -> None:
        """From another thread: whoever waits in here gets a ServerFault."""
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError, AttributeError):
                # The plain socket's: the TLS one forgets its keys first, under the hands of whoever reads it.
                socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)

    def waiting(self) -> list[int]:
        """The UIDs in the inbox, oldest first."""
        with self._talking():
            return sorted(self._client.search(["UNDELETED"]))

    def size(self, uid: int) -> int | None:
        """In bytes, as the server says; None: it is gone."""
        with self._talking():
            found = self._client.fetch([uid], ["RFC822.SIZE"]).get(uid)
            return None if found is None else int(found[b"RFC822.SIZE"])

    def fetch(self, uid: int, limit: int) -> bytes | None:
        """The first `limit` bytes of a mail, without marking it as read; None: it is gone."""
        with self._talking():
            found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{limit}>"]).get(uid, {})
            content = next((value for key, value in found.items() if key.startswith(b"BODY[]")), None)
            return None if content is None else bytes(content)[:limit]

    def move(self, uid: int, *, aside: bool) -> None:
        """To the mails that were taken down, or to those set aside."""
        folder = self._settings.aside if aside else self._settings.done
        with self._talking():
            if self._client.has_capability("MOVE"):
                self._client.move([uid], self._folders[folder])
            else:
                self._client.copy([uid], self._folders[folder])
                self._client.delete_messages([uid], silent=True)
                self._client.expunge([uid] if self._client.has_capability("UIDPLUS") else None)

    def wait(self, seconds: float) -> bool:
        """Until something changes in the inbox; whether something did. Only of a server that `tells`."""
        with self._talking():
            self._client.idle()
            try:
                return bool(self._client.idle_check(timeout=seconds))
            finally:
                self._client.idle_done()

    # --- inside
    def _sign_in(self, token: str) -> None:
        imap = self._settings.imap
        try:
            if token:
                self._client.oauth2_login(imap.user, token)
            else:
                self._client.login(imap.user, imap.password)
        except LoginError as error:
            what = "it does not take the token" if token else "user or password is wrong"
            raise ServerFault(f"{imap.host} does not let {imap.user!r} in: {what}.") from error

    @property
    def _folders(self) -> dict[str, str]:
        """By the name in the settings: as the server calls it."""
        prefix = self._prefix
        names = (self._settings.done, self._settings.aside)
        return {name: name if name.startswith(prefix) else f"{prefix}{name}" for name in names}

    def _make_folders(self) -> None:
        self._prefix = ""
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal
            self._prefix = personal[0][0] if personal else ""
        if not self._client.folder_exists(self._settings.inbox):
            raise ServerFault(f"There is no folder {self._settings.inbox!r} in the mailbox.")
        for folder in self._folders.values():
            if not self._client.folder_exists(folder):
                self._client.create_folder(folder)
                with contextlib.suppress(IMAPClientError):
                    self._client.subscribe_folder(folder)

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        if self._client is None:
            raise ServerFault("There is no connection to the mailbox.")
        with _named(f"The mailbox at {self._settings.imap.host}"):
            yield


@contextlib.contextmanager
def _named(who: str) -> Iterator[None]:
    """Each failure as one sentence."""
    try:
        yield
    except ServerFault:
        raise
    except ssl.SSLCertVerificationError as error:
        raise ServerFault(f"{who} has a certificate that is not trusted: {error.verify_message}.") from error
    except ssl.SSLError as error:
        raise ServerFault(f"{who} does not speak TLS as expected; is the port right?") from error
    except socket.gaierror as error:
        raise ServerFault(f"{who} cannot be found: there is no such name.") from error
    except TimeoutError as error:
        raise ServerFault(f"{who} does not answer.") from error
    except OSError as error:
        raise ServerFault(f"{who} cannot be reached: {error.strerror or error}.") from error
    except (IMAPClientError, ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError) as error:
        raise ServerFault(f"{who} said something unexpected: {str(error)[:200]}.") from error
