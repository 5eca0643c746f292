"""Headers of mails as text: decoded whatever is wrong with them. Pure; distrusts every byte.

The standard library's parser runs with its old policy: the new one reads headers by a grammar that raises all kinds of
errors on mails that people do get. What is needed of them is read here instead, from the raw text.
"""

import email.errors
import email.header
import email.utils
import re
from email.message import Message

from protocol.trust.names import one_line
from relay.mail.charsets import decoded

MAX_HEADER_CHARS = 20_000
"""Of one header that is looked at; References grow, but a line of ours stands near its end or not at all."""
MAX_REFERENCES = 50
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
_ADDRESS = re.compile(r"[^\s<>@\"(),:;]{1,64}@[^\s<>@\"(),:;]{1,189}")
_FOLD = re.compile(r"\s*\r?\n\s*")


def raw(message: Message, name: str) -> str:
    """The first header of a name as it stands, unfolded; empty: there is none."""
    found = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    found = found[:MAX_HEADER_CHARS]
    if not found.isascii():  # bytes above ASCII, which nobody declared
        found = decoded(found.encode("utf-8", "surrogateescape"), "")
    return unfolded(found)


def unfolded(value: str) -> str:
    """A header's value on one line (RFC 5322, 2.2.3)."""
    return _FOLD.sub(" ", value)


def text(message: Message, name: str, limit: int) -> str:
    """A header for people: encoded words (RFC 2047) decoded, on one line, without hidden characters."""
    return one_line(words(raw(message, name)))[:limit]


def words(encoded: str) -> str:
    """RFC 2047's encoded words decoded; what cannot be stays as it is."""
    if "=?" not in encoded:
        return encoded
    try:
        parts = email.header.decode_header(encoded)
    except (email.errors.HeaderParseError, ValueError):
        return encoded
    return "".join(part if isinstance(part, str) else decoded(part, charset or "") for part, charset in parts)


def message_ids(message: Message, name: str) -> tuple[str, ...]:
    """The Message-IDs that a header names, without brackets; the newest come last."""
    return tuple(_MESSAGE_ID.findall(raw(message, name)))[-MAX_REFERENCES:]


def address(message: Message, name: str) -> tuple[str, str]:
    """The first name and address (lower case) of a header; empty where there is none."""
    header = raw(message, name)
    try:
        found = [pair for pair in email.utils.getaddresses([header]) if _ADDRESS.fullmatch(pair[1])]
    except (ValueError, IndexError, TypeError, RecursionError):  # its own parser trips over some of what is sent
        found = []
    if found:
        shown, where = found[0]
        return one_line(words(shown)).strip("'\" "), where.lower()
    bare = _ADDRESS.search(header)
    return ("", bare[0].lower()) if bare else ("", "")
