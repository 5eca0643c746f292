"""How staff come to their pages: a link made by `athand-admin web-link`, once, for some minutes; then a cookie.

    token = base64url(facts) "." base64url(HMAC-SHA256(key, "athand link v1: staff" ‖ facts))     facts as JSON

Guarantees: a link is made by whoever can read the relay's folder, for somebody with a certificate that holds; it lets
one browser in, once; whoever is revoked or leaves is out with the next page. Nothing is kept on disk: a relay that
starts anew knows no link made before, and nobody signed in. On the loop's thread. Distrusts links and cookies.
"""

import base64
import binascii
import collections
import hashlib
import hmac
import secrets
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from protocol.moment import Moment
from protocol.trust import TrustError
from relay.web.links import LinkError

LINK_LIFETIME = timedelta(minutes=10)
SESSION_LIFETIME = timedelta(hours=10)
"""A working day; a wall-board is signed in anew each morning."""
SESSIONS = 200
_LABEL = b"athand link v1: staff"
_TOKEN_CHARS = 2000


class StaffLink(Struct, frozen=True, forbid_unknown_fields=True):
    """What a link says.

    Attributes:
        staff: identifier of the technician; serials: of the certificates that hold.
        nonce: makes it one link.
    """

    staff: str
    serials: tuple[str, ...]
    issued_at: Moment
    nonce: str


class Session(Struct, frozen=True):
    """Somebody signed in."""

    staff: str
    serials: tuple[str, ...]
    expires_at: datetime


def make_link(key: bytes, staff: str, serials: tuple[str, ...], now: datetime) -> str:
    """The token of a link for a technician."""
    facts = msgspec.json.encode(StaffLink(staff, serials, now, secrets.token_hex(16)))
    return f"{_written(facts)}.{_written(_tag(key, facts))}"


class SigningIn:
    """Lets staff in, and keeps them until they leave."""

    def __init__(self, key: bytes, started_at: datetime, revoked: Callable[[], AbstractSet[int]]) -> None:
        """`revoked` gives the serials nobody trusts any more; it raises TrustError when that is not known."""
        self._key, self._started_at, self._revoked = key, started_at, revoked
        self._used: dict[str, datetime] = {}
        self._sessions: collections.OrderedDict[str, Session] = collections.OrderedDict()

    def read(self, token: str, now: datetime) -> StaffLink:
        """What a link says, while it can still be used. Raises LinkError."""
        facts_text, _, tag_text = token[:_TOKEN_CHARS].partition(".")
        facts = _read(facts_text)
        if not hmac.compare_digest(_read(tag_text), _tag(self._key, facts)):
            raise LinkError("This link is not complete.")
        link = msgspec.json.decode(facts, type=StaffLink)
        over = now >= link.issued_at + LINK_LIFETIME or link.issued_at < self._started_at
        if over or link.nonce in self._used or self._is_revoked(link.serials):
            raise LinkError("This link is over.")
        return link

    def use(self, link: StaffLink, now: datetime) -> str:
        """The cookie of a session; the link is used up."""
        self._used = {nonce: end for nonce, end in self._used.items() if end > now}
        self._used[link.nonce] = link.issued_at + LINK_LIFETIME
        cookie = secrets.token_urlsafe(32)
        self._sessions[_digest(cookie)] = Session(link.staff, link.serials, now + SESSION_LIFETIME)
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return cookie

    def session(self, cookie: str, now: datetime) -> Session | None:
        """Whose cookie it is; None: nobody's who may be here."""
        session = self._sessions.get(_digest(cookie))
        if session is None:
            return None
        if now >= session.expires_at or self._is_revoked(session.serials):
            self.leave(cookie)
            return None
        return session

    def leave(self, cookie: str) -> None:
        """The session ends."""
        self._sessions.pop(_digest(cookie), None)

    def _is_revoked(self, serials: tuple[str, ...]) -> bool:
        """Each certificate that held when the link was made; a newer one does not vouch for an older link."""
        try:
            revoked = self._revoked()
        except TrustError:
            return True  # not known is not good enough
        return not serials or any(int(serial, 16) in revoked for serial in serials)


def _tag(key: bytes, facts: bytes) -> bytes:
    return hmac.digest(key, _LABEL + facts, hashlib.sha256)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _read(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else b""
    except (binascii.Error, ValueError):
        return b""
