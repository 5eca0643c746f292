"""The text of a mail and the files that came with it. Pure; distrusts every byte.

Nothing is unpacked: an archive is a file like any other. Only Outlook's winmail.dat, which nobody else can open, is
taken apart; it is not compressed.
"""

import dataclasses
import email.parser
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

import html2text

from protocol.trust.names import one_line
from relay.mail.charsets import decoded, plain
from relay.mail.headers import raw, words
from relay.mail.opaque import signed_words

MAX_PARTS = 500
MAX_DEPTH = 40
MAX_HTML_CHARS = 2 * 1024 * 1024
MAX_TAG_CHARS = 4000
"""Longer ones hold pictures."""
MAX_NESTED = 60
"""Lists and quotes within each other; each indents all lines within, so that more would make megabytes of kilobytes."""
NAME_CHARS = 255
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_SIGNED_WHOLE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_FOR_PROGRAMS = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/x-amp-html",
        "text/watch-html",
        "text/vnd.google.email-reaction+json",
    }
)
"""Nobody opens these: they say what other parts say, or that they are genuine."""
_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|]')
_ESCAPED = re.compile(r"\\([-+.*_#])")
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)
_MARKUP = re.compile(r"<([^<>]*)(>?)")
_NESTED = re.compile(r"<(/?)(?:ul|ol|dl|blockquote)\b", re.IGNORECASE)
_DUPLICATE_BREAKS = re.compile(r"\n{3,}")


class TooManyParts(Exception):  # noqa: N818 - says what is so
    """Built to break whoever reads it."""


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """A file as it came; `media_type` is what the sender says."""

    name: str
    media_type: str
    content: bytes


@dataclasses.dataclass(slots=True)
class Parts:
    """What a mail consists of."""

    texts: list[str]
    files: list[File]


def take_apart(message: Message) -> Parts:
    """Raises TooManyParts."""
    parts = Parts([], [])
    budget = [MAX_PARTS]
    _walk(message, parts, budget, 0)
    return parts


def _walk(message: Message, parts: Parts, budget: list[int], depth: int) -> None:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise TooManyParts
    kind = message.get_content_type()
    if kind == "message/rfc822" or (message.get_content_maintype() == "message" and message.is_multipart()):
        parts.files.append(_enclosed_mail(message))
    elif kind == "multipart/alternative":
        _walk_alternatives(message, parts, budget, depth)
    elif message.is_multipart():
        for part in _children(message):
            _walk(part, parts, budget, depth + 1)
    elif kind.startswith("multipart/") or (
        kind in {"text/plain", "text/html"} and (not depth or not _is_file(message))
    ):
        # A multipart without a boundary is text, whatever it says; and so is the whole of a mail.
        parts.texts.append(_text(message))
    elif kind in _SIGNED_WHOLE and (signed := signed_words(_content(message))) is not None:
        _walk(email.parser.BytesParser(policy=message.policy).parsebytes(signed), parts, budget, depth + 1)
    elif kind not in _FOR_PROGRAMS:
        _add_file(message, parts)


def _walk_alternatives(message: Message, parts: Parts, budget: list[int], depth: int) -> None:
    """The plain text if it says anything, else the first alternative that does; files of all of them."""
    said: list[list[str]] = []
    for part in _children(message):
        inner = Parts([], parts.files)
        _walk(part, inner, budget, depth + 1)
        is_plain = part.get_content_type() == "text/plain"
        said.insert(0 if is_plain else len(said), inner.texts)
    parts.texts += next((texts for texts in said if any(text.strip() for text in texts)), [])


def _children(message: Message) -> Iterator[Message]:
    payload = message.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload if isinstance(part, Message))


def _is_file(message: Message) -> bool:
    disposition = raw(message, "Content-Disposition").split(";")[0].strip().lower()
    return disposition == "attachment" or bool(_name(message))


def _content(message: Message) -> bytes:
    try:
        content = message.get_payload(decode=True)
    except (ValueError, LookupError, UnicodeError, AssertionError):  # uuencoded by a liar, a charset there is not
        content = str(message.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _text(message: Message) -> str:
    text = plain(decoded(_content(message), _parameter(message, "charset")))
    return _from_html(text) if message.get_content_type() == "text/html" else text


def _from_html(text: str) -> str:
    converter = _Converter(bodywidth=0)
    converter.ignore_images = converter.ignore_emphasis = converter.ignore_tables = True
    converter.protect_links = converter.wrap_links = False
    converter.ul_item_mark = "-"
    text = _CELL.sub(r" \g<0>", _MARKUP.sub(_tame, _without_comments(text[:MAX_HTML_CHARS])))
    try:
        found = converter.handle(text) if _depth(text) <= MAX_NESTED else ""
    except Exception:  # noqa: BLE001 - it trips over some markup; then the tags go and the words stay
        found = ""
    if not found.strip():
        found = re.sub(r"<[^<>]{0,2000}>", " ", text)
    found = _ESCAPED.sub(r"\1", plain(found).replace("\u00a0", " "))
    return _DUPLICATE_BREAKS.sub("\n\n", found).strip()


class _Converter(html2text.HTML2Text):
    """Gives up on what makes the parser look through the same text again and again."""

    read_chars = 0

    def parse_starttag(self, i: int) -> int:
        """See the library; negative: the tag does not end."""
        end = super().parse_starttag(i)
        self.read_chars += (end if end > 0 else len(self.rawdata)) - i
        if self.read_chars > 2 * MAX_HTML_CHARS:
            raise ValueError("quotes that do not end")
        return end


def _without_comments(text: str) -> str:
    """The words behind a comment that does not end are no comment."""
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join((*kept, text[at:]))


def _tame(markup: re.Match[str]) -> str:
    """A tag as it is; for the parser's sake, what only looks like one as text, and what shows nothing as nothing."""
    inner, end = markup.groups()
    if not end or not (inner[:1].isalpha() or inner[:1] in {"/", "!", "?"}):
        return f"&lt;{inner}{end}"
    return " " if inner[0] in "!?" or len(inner) > MAX_TAG_CHARS else markup[0]


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _NESTED.finditer(text):
        depth = max(depth - 1, 0) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _name(message: Message) -> str:
    found = _said_name(message)
    if "\ufffd" in found:  # bytes above ASCII, which nobody declared
        again = Message(policy=message.policy)
        for header in ("Content-Disposition", "Content-Type"):
            again[header] = raw(message, header)
        found = _said_name(again)
    return file_name(words(found))


def _said_name(message: Message) -> str:
    try:
        return str(message.get_filename("") or "")
    except (ValueError, TypeError, LookupError, UnicodeError, IndexError):
        return ""


def file_name(name: str) -> str:
    """A name as it may stand beside others: one line, no folders, no hidden characters; every script is welcome."""
    shown = _IN_FILE_NAMES.sub("_", one_line(plain(name))).strip(". ")
    if len(shown) <= NAME_CHARS:
        return shown
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[: NAME_CHARS - 12]}{dot}{ending[:11]}" if stem else shown[:NAME_CHARS]


def _parameter(message: Message, name: str) -> str:
    try:
        value: Any = message.get_param(name, "")
    except (ValueError, TypeError, LookupError, UnicodeError, IndexError):
        return ""
    return str(value[2] if isinstance(value, tuple) else value or "")


def _enclosed_mail(message: Message) -> File:
    inner = next(_children(message), None)
    subject = file_name(words(raw(inner, "Subject"))) if inner is not None else ""
    try:
        content = inner.as_bytes() if inner is not None else b""
    except Exception:  # noqa: BLE001 - the library cannot write everything it can read; the whole mail is kept anyway
        content = b""
    return File(f"{subject[: NAME_CHARS - 4] or 'mail'}.eml", "message/rfc822", content)


def _add_file(message: Message, parts: Parts) -> None:
    content, kind = _content(message), message.get_content_type()
    name = _name(message)
    if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        parts.files += _from_outlook(content) or [File(name or "winmail.dat", kind, content)]
        return
    if not _MEDIA_TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    parts.files.append(File(name or _nameless(kind), kind, content))


def _nameless(kind: str) -> str:
    known = {"text/calendar": "invitation.ics", "image/png": "image.png", "image/jpeg": "image.jpg"}
    return known.get(kind, "attachment")


def _from_outlook(content: bytes) -> list[File]:
    """The files in a winmail.dat; none if it cannot be read."""
    from tnefparse import TNEF  # noqa: PLC0415 - rare, and slow to load

    try:
        found = TNEF(content).attachments
        return [
            File(file_name(str(one.long_filename() or one.name)) or "attachment", "application/octet-stream", one.data)
            for one in found[:MAX_PARTS]
            if isinstance(one.data, bytes)
        ]
    except Exception:  # noqa: BLE001 - a parser for a format without a standard; the file is kept as it is then
        return []
