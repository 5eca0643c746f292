"""Headers of mails as text: decoded whatever is wrong with them. Pure; distrusts every byte.

The standard library's parser runs with its old policy: the new one reads headers by a grammar that raises all kinds of
errors on mails that people do get. What is needed of them is read here instead, from the raw text.
"""

import email.errors
import email.header
import email.policy
import re
from collections.abc import Sequence
from email.message import Message

from protocol.trust.names import one_line
from relay.mail.charsets import decoded

MAX_HEADER_CHARS = 20_000
"""Of one header that is looked at; References grow, but a line of ours stands near its end or not at all."""
MAX_PARAMETER_CHARS = 4000
"""Of a header with parameters: the library cuts those off one after the other, so that its time grows with the square
of their length. A file name of 255 characters takes 2,300 in the longest of their encodings."""
MAX_REFERENCES = 50
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
_BARE_ID = re.compile(r"[^<>\s@]{1,500}@[^<>\s@]{1,497}")
_ADDR_SPEC = r"[^\s<>@\"(),:;]{1,64}@[^\s<>@\"(),:;]{1,189}"
_ADDRESS = re.compile(_ADDR_SPEC)
_STANDING_ALONE = re.compile(rf"(?<![^\s,;:<(]){_ADDR_SPEC}(?![^\s,;>(])(?!\s*:)")
_ANGLE = re.compile(r"<([^<>]*)")
_LISTED = re.compile(r"[^,;]+")
_MAILBOX = re.compile(
    rf"[\s(]*+(?:[^<>@,;:\\]*+<[\s(]*+(?P<angled>{_ADDR_SPEC})[\s(]*+>|(?P<bare>{_ADDR_SPEC}))[\s(]*+"
)
_QUOTING = re.compile(r"\\(.)|\"")


class _Bounded(email.policy.Compat32):
    """Keeps of each header what is looked at, so that nothing that reads it takes long."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        # Beyond it by one: so that whoever wants a header whole sees that this one is not.
        most = MAX_PARAMETER_CHARS if name.lower().startswith("content-") else MAX_HEADER_CHARS + 1
        return name, value[:most]


POLICY = _Bounded()


def raw(message: Message, name: str) -> str:
    """The first header of a name as it stands, unfolded; empty: there is none."""
    found = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    found = found[:MAX_HEADER_CHARS]
    if not found.isascii():  # bytes above ASCII, which nobody declared
        found = decoded(found.encode("utf-8", "surrogateescape"), "")
    return unfolded(found)


def unfolded(value: str) -> str:
    """A header's value on one line (RFC 5322, 2.2.3)."""
    first, *others = value.split("\n")
    if not others:
        return value
    middle = (line.strip() for line in others[:-1])
    return " ".join((first.rstrip(), *filter(None, middle), others[-1].lstrip()))


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
    header = raw(message, name)
    found = _MESSAGE_ID.findall(header)
    if not found and "@" in header:  # some programs forget the brackets
        bare = header.replace(",", " ").split()
        found = bare if all(_BARE_ID.fullmatch(one) for one in bare) else []
    return tuple(found)[-MAX_REFERENCES:]


def address(message: Message, name: str) -> tuple[str, str]:
    """The first name and address (lower case) of a header; empty where there is none.

    The address is never one that stands in somebody's name: not in quotes, not in brackets, not before "<".
    """
    header = raw(message, name)
    if "@" not in header:
        header = words(header)  # some programs encode the address, too; a server that checks senders confirms none such
    shape, _ = _shape(header)
    for listed in _LISTED.finditer(shape):
        start, end = listed.span()
        if "<" not in shape:
            bare = _STANDING_ALONE.search(shape, start, end)
            found = (bare, start) if bare else None
        else:
            angles = (
                (_STANDING_ALONE.search(shape, *angle.span(1)), angle.start())
                for angle in _ANGLE.finditer(shape, start, end)
            )
            found = next(((one, before) for one, before in reversed(list(angles)) if one), None)
        if found:
            return _name(header, shape, start, found[1], end), _lower(found[0][0])
    return "", ""


def only_address(message: Message, name: str) -> str:
    """The address (lower case) of a header that can be read in one way only; empty: it cannot.

    It stands once, with one mailbox as RFC 5322, 3.4 has it, and shows no other address than that one.
    """
    values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    if len(values) != 1 or len(values[0]) > MAX_HEADER_CHARS:
        return ""
    header = raw(message, name)
    shape, whole = _shape(header)
    mailbox = _MAILBOX.fullmatch(shape)
    if not whole or mailbox is None:
        return ""
    start, end = mailbox.span("angled" if mailbox["angled"] else "bare")
    where = _lower(header[start:end])
    shown = words(header[:start]), words(header[end:])
    return where if all(_lower(other) == where for part in shown for other in _ADDRESS.findall(part)) else ""


def _shape(header: str) -> tuple[str, bool]:
    """The header, as long as it is, with `"` for all of its quoted strings and `(` for all of its comments.

    And whether each of them ends; one that does not stays as it is.
    """
    shape = list(header)
    depth, begun, quoted, escaped = 0, 0, False, False
    for position, char in enumerate(header):
        if not quoted and not depth:
            if char in '"(':
                begun, quoted, depth = position, char == '"', int(char == "(")
            continue
        shape[position] = '"' if quoted else "("
        if escaped or char == "\\":
            escaped = not escaped
        elif quoted:
            quoted = char != '"'
        else:
            depth += (char == "(") - (char == ")")
    if quoted or depth:
        return "".join(shape[:begun]) + header[begun:], False
    return "".join(shape), True


def _name(header: str, shape: str, start: int, before: int, end: int) -> str:
    """What stands before an address, or else in its comments."""
    phrase = "".join(header[at] for at in range(start, before) if shape[at] != "(")
    if not phrase.strip():
        phrase = "".join(header[at] for at in range(start, end) if shape[at] == "(").strip("()")
    return one_line(words(_QUOTING.sub(lambda quoting: quoting[1] or "", phrase))).strip("'\" ")


def _lower(where: str) -> str:
    """Lower case, unless that makes somebody else's address of it, as of a Kelvin sign a k."""
    lower = where.lower()
    return lower if lower.isascii() == where.isascii() else where
