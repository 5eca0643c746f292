"""Signing in at mail servers that want a token instead of a password: OAuth 2.0 (RFC 6749), as SASL XOAUTH2.

Guarantees: a token is asked for when there is none, or it is about to run out, and never twice at once; what the server
says beyond a bound is not read; no token or secret stands in a sentence or a log. Blocking; any thread. Distrusts the
server.
"""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

from relay.mail.errors import ServerFault
from relay.mail.settings import OAuth

TIMEOUT_S = 30.0
ANSWER_BYTES = 64 * 1024
EARLY_S = 120.0
"""A token that runs out so soon is not begun with."""
USUAL_S = 300.0
"""Of a server that does not say how long its token holds (RFC 6749, 5.1)."""


Renewed = Callable[[str], None]
"""Keeps a refresh token: some servers give another one with each token, and the old one runs out (RFC 6749, 6)."""


class Tokens:
    """Of one mailbox."""

    def __init__(
        self,
        settings: OAuth,
        renewed: Renewed = lambda _token: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`renewed` keeps a refresh token that took the place of the last; `seconds` is monotonic."""
        self._settings, self._renewed, self._seconds = settings, renewed, seconds
        self._asking = threading.Lock()
        self._token, self._until_s = "", 0.0
        self._refresh_token = settings.refresh_token

    def token(self) -> str:
        """One that holds for a while. Raises ServerFault."""
        with self._asking:
            if not self._token or self._seconds() > self._until_s - EARLY_S:
                self._ask()
            return self._token

    def _ask(self) -> None:
        settings = self._settings
        grant = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        if not self._refresh_token:
            grant = {"grant_type": "client_credentials"}
        facts = grant | {"client_id": settings.client, "client_secret": settings.secret, "scope": settings.scope}
        body = urllib.parse.urlencode({name: value for name, value in facts.items() if value}).encode()
        request = urllib.request.Request(settings.url, body, {"Accept": "application/json"})  # noqa: S310 - checked by the settings
        host = urllib.parse.urlsplit(settings.url).hostname
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the same
                said = json.loads(answer.read(ANSWER_BYTES))
            token, lasts_s = said["access_token"], float(said.get("expires_in", USUAL_S))
        except urllib.error.HTTPError as error:
            error.close()
            sentence = f"{host} gives no token for the mailbox ({error.code}); it may have to be allowed anew."
            raise ServerFault(sentence) from error
        except OSError as error:
            raise ServerFault(f"{host}, which gives tokens for the mailbox, cannot be reached.") from error
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
            raise ServerFault(f"{host} said something unexpected when it was asked for a token.") from error
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ServerFault(f"{host} said something unexpected when it was asked for a token.")
        self._token, self._until_s = token, self._seconds() + lasts_s
        renewed = said.get("refresh_token")
        if isinstance(renewed, str) and renewed not in {"", self._refresh_token}:
            self._refresh_token = renewed
            self._renewed(renewed)
