"""What a form on a page sends: that it comes from our page, and what stands in it. Distrusts all of it.

Guarantees that a form is taken only from a page of ours in the same browser (RFC 6265bis, SameSite; a token that is
signed for one subject and one cookie), and that every text is within its bounds and free of what cannot be stored.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata

from starlette.datastructures import FormData
from starlette.requests import Request

from protocol.trust.names import one_line
from relay.errors import RelayError

FORM_FIELDS = 24
_KEPT_CONTROLS = "\n\t"
_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_AS_SENT = 4
"""Characters for one that is kept: line ends of two, letters apart from their marks, spaces at both ends."""
_MARK = re.compile(r"[0-9a-f]{32}")


class FormRefused(RelayError):  # noqa: N818 - a refusal with its sentence
    """What stands in a form cannot be taken; str() says why, in the reader's language."""


class Seals:
    """Tells our own forms from others'."""

    def __init__(self, key: bytes) -> None:
        """With the relay's key for pages."""
        self._key = key

    def cookie(self, subject: str) -> str:
        """The cookie for pages about a subject that is itself a secret: two windows of it share one."""
        return self._sealed("cookie", subject)

    def token(self, subject: str, cookie: str) -> str:
        """What a form about `subject` bears, on a page that set `cookie`."""
        return self._sealed("form", subject, cookie)

    def holds(self, request: Request, subject: str, cookie: str, token: str) -> bool:
        """Whether a form came from our page. Browsers say themselves when it did not (Fetch Metadata)."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        return bool(cookie) and hmac.compare_digest(self.token(subject, cookie).encode(), token.encode())

    def _sealed(self, *parts: str) -> str:
        sealed = "\0".join(("athand page v1", *parts)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, sealed, hashlib.sha256).hex()


def text(form: FormData, name: str, limit: int) -> str:
    """A text of several lines, cut at nothing: longer than `limit` raises ValueError. Absent is empty."""
    value = form.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - wrong input, not a wrong program
    if len(value) > _AS_SENT * limit:
        # Before it is normalised, whose time grows with the square of the marks on one letter.
        raise ValueError(f"{name} is longer than {limit} characters")
    value = _BREAKS.sub("\n", unicodedata.normalize("NFC", value))
    value = "".join(char for char in value if char in _KEPT_CONTROLS or unicodedata.category(char) not in {"Cc", "Cs"})
    value = value.strip()
    if len(value) > limit:
        raise ValueError(f"{name} is longer than {limit} characters")
    return value


def line(form: FormData, name: str, limit: int) -> str:
    """A text of one line, without hidden characters. Raises ValueError."""
    return one_line(text(form, name, limit))


def number(form: FormData, name: str, lowest: int, highest: int) -> int | None:
    """A whole number; None: nothing was chosen. Raises ValueError."""
    value = text(form, name, 12)
    if not value:
        return None
    if not value.isascii() or not value.isdecimal() or not lowest <= int(value) <= highest:
        raise ValueError(f"{name} is not between {lowest} and {highest}")
    return int(value)


def mark(form: FormData, name: str = "mark") -> str:
    """The number a form was shown with, so that one sent twice is taken once. Raises ValueError."""
    value = text(form, name, 32)
    if not _MARK.fullmatch(value):
        raise ValueError(f"{name} is no number of ours")
    return value


def request_of(mark: str) -> str:
    """The number of the request that a form with this mark makes.

    Not the mark itself: whoever sends a form chooses it, and could take the number that is made of somebody's mail.
    """
    return hashlib.sha256(f"athand form v1: {mark}".encode()).hexdigest()[:32]


def new_mark() -> str:
    """For a form that is shown."""
    return secrets.token_hex(16)
