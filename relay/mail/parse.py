"""Bytes to a mail as the desk sees it. Pure; distrusts every byte.

Guarantees: `read` gives a Mail whose texts fit their bounds and can be stored, or raises MailUnreadable; nothing else,
whatever the bytes are; its time grows with their number.
"""

import codecs
import dataclasses
import email.parser
import hashlib
import re
from email.message import Message

from relay.mail import headers, reports
from relay.mail.errors import MailUnreadable
from relay.mail.kinds import OURS, MailKind, kind_of
from relay.mail.parts import File, Parts, TooManyParts, take_apart
from relay.mail.sender import Sender, sender_of
from relay.mail.trim import trim

SUBJECT_CHARS = 300
NAME_CHARS = 100
TEXT_CHARS = 4000
"""protocol.limits.NOTE_CHARS; a longer mail goes on in `rest`."""
REST_CHARS = 60_000
MAX_FILES = 50
_TAG = re.compile(r"\[#([0-9]{1,15})\]")
_PREFIX = re.compile(
    r"(?:(?:re|aw|antw|antwort|wg|fw|fwd|vs|vl|vá|sv|ref|rif|res|rv|tr|odp|pd|ynt|ilt|回复|答复|转发)"
    r"(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\)|\^\d)?\s?[::]\s*)",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"\[cid:([^\[\]@\s]{1,100})(?:@[^\[\]\s]{0,100})?\]")
"""Outlook's way to say where a picture stands that lies below as a file."""
_SIGNED, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP SIGNATURE-----\n"
_FIELD = re.compile(
    r'^(SUMMARY|LOCATION|DTSTART|DTEND)(?:"[^"\n]{0,200}"|[^":\n]){0,300}:(.{0,500})$',
    re.MULTILINE,
)
_ESCAPE = re.compile(r"\\([\\;,nN])")
_ANSWER = re.compile(r"\b(solved|not-solved|accepted|declined)-([0-9a-f]{32})\b")


@dataclasses.dataclass(frozen=True, slots=True)
class Mail:
    """A mail.

    Attributes:
        mark: of its content, 32 hexadecimal digits: the same for the same mail fetched or delivered twice.
        message_id: without brackets, empty: it has none; references: those it answers, the nearest first.
        sender: address, lower case, empty: it says none; name: as he calls himself.
        subject: without "Re:" and the ticket's tag; tag: that number, None without one.
        answer: "solved", "not-solved", "accepted" or "declined" with its token, from the subject.
        text: what was newly written; rest: what was trimmed, and what does not fit.
        truncated: only its beginning was read; files whose end was cut off have no content.
        desk: what `OURS` says, if a desk sent it.
        confirmed: whether it came from whom it says.
    """

    mark: str
    message_id: str
    references: tuple[str, ...]
    sender: str
    name: str
    subject: str
    tag: int | None
    answer: tuple[str, str] | None
    kind: MailKind
    text: str
    rest: str
    files: tuple[File, ...]
    urgent: bool = False
    truncated: bool = False
    desk: str = ""
    report: reports.Report | None = None
    confirmed: Sender = Sender.NOT_ASKED


def read(content: bytes, *, truncated: bool = False, authserv_id: str = "") -> Mail:
    """The mail that these bytes are.

    Args:
        content: as it travels.
        truncated: they are only the beginning of a mail that is too large.
        authserv_id: under which name the desk's own server says whether a sender is genuine; empty: nobody does.

    Raises:
        MailUnreadable: one sentence says why.
    """
    try:
        content = content.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
        message = email.parser.BytesParser(policy=headers.POLICY).parsebytes(content)
        if not message.keys():
            raise MailUnreadable("It has no header, so it is no mail.")
        mail = _read(message, content, truncated=truncated)
        _, sender = headers.address(message, "From")
        return dataclasses.replace(mail, confirmed=sender_of(message, sender, authserv_id))
    except TooManyParts:
        raise MailUnreadable("It has more parts, or parts within parts, than any mail program makes.") from None
    except RecursionError:
        raise MailUnreadable("Its parts lie in each other deeper than can be read.") from None


def _read(message: Message, content: bytes, *, truncated: bool) -> Mail:
    parts = take_apart(message)
    body = "\n\n".join(text.strip("\n") for text in parts.texts if text.strip()) or _invitation(parts)
    whole_subject = headers.text(message, "Subject", 998)
    tag, answer = _TAG.search(whole_subject), _ANSWER.search(whole_subject)
    shown, trimmed = trim(_without_armour(_PICTURE.sub(r"[\1]", body)))
    rest = trimmed if len(shown) <= TEXT_CHARS else f"…{shown[TEXT_CHARS - 1 :]}\n\n{trimmed}"
    kind = kind_of(message, subject_line(whole_subject))
    name, sender = headers.address(message, "From")
    reply_name, reply_to = headers.address(message, "Reply-To")
    return Mail(
        mark=_mark(message, content),
        message_id=next(iter(headers.message_ids(message, "Message-ID")), ""),
        references=_references(message),
        sender=sender or reply_to,
        name=(name or reply_name)[:NAME_CHARS],
        subject=subject_line(whole_subject)[:SUBJECT_CHARS],
        tag=int(tag[1]) if tag else None,
        answer=(answer[1], answer[2]) if answer else None,
        kind=kind,
        text=shown if len(shown) <= TEXT_CHARS else f"{shown[: TEXT_CHARS - 1]}…",
        rest=rest[:REST_CHARS],
        files=tuple(_whole(file, truncated=truncated) for file in parts.files[:MAX_FILES]),
        urgent=headers.raw(message, "X-Priority").startswith(("1", "2"))
        or headers.raw(message, "Importance").strip().lower() == "high",
        truncated=truncated,
        desk=headers.raw(message, OURS).strip()[:100],
        report=reports.read(message, body) if kind is MailKind.REPORT else None,
    )


def subject_line(subject: str) -> str:
    """Without the prefixes of all languages and numbers, and without a ticket's tag."""
    without = _ANSWER.sub("", _TAG.sub("", subject)).strip()
    while match := _PREFIX.match(without):
        without = without[match.end() :].lstrip()
    return " ".join(without.split())


def _references(message: Message) -> tuple[str, ...]:
    answered = headers.message_ids(message, "In-Reply-To")
    return tuple(dict.fromkeys((*answered, *reversed(headers.message_ids(message, "References")))))


def _mark(message: Message, content: bytes) -> str:
    """Of what the sender wrote; what servers add on the way (Received and the like) is not part of it."""
    digest = hashlib.sha256()
    for name in ("Message-ID", "From", "Date", "Subject"):
        digest.update(headers.raw(message, name).encode("utf-8", "replace") + b"\0")
    if not headers.raw(message, "Message-ID") and not headers.raw(message, "Date"):
        # A machine that gives neither says the same words each time: which time it is, only the way here tells.
        digest.update("\0".join(map(str, message.get_all("Received", []))).encode("utf-8", "replace"))
    body = content.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    digest.update(body.rstrip(b"\n"))
    return digest.hexdigest()[:32]


def _whole(file: File, *, truncated: bool) -> File:
    """Of a mail read in part nobody can say which of its files are whole."""
    return dataclasses.replace(file, content=b"") if truncated else file


def _invitation(parts: Parts) -> str:
    """What a mail without words is about, if it is a calendar's (RFC 5545)."""
    for file in parts.files:
        if file.media_type == "text/calendar":
            text = file.content[:100_000].decode("utf-8", "replace").replace("\r\n", "\n").replace("\n ", "")
            # The zone's own dates come before the event, a reminder's words after its own.
            fields = dict(reversed(_FIELD.findall(text.partition("BEGIN:VEVENT")[2] or text)))
            said = [fields.get(name, "") for name in ("SUMMARY", "DTSTART", "DTEND", "LOCATION")]
            return "\n".join(_ESCAPE.sub(_unescaped, value) for value in said if value)
    return ""


def _unescaped(escape: re.Match[str]) -> str:
    """RFC 5545, 3.3.11."""
    return "\n" if escape[1] in "nN" else escape[1]


def _without_armour(text: str) -> str:
    """The words that somebody signed in place (RFC 9580, 7); the signature is in the mail as it came."""
    before, begun, signed = text.partition(_SIGNED)
    head, _, rest = signed.partition("\n\n")
    words, ended, armour = rest.partition(_SIGNATURE)
    if not begun or not ended or any(":" not in line for line in head.splitlines()):
        return text
    lines = [line.removeprefix("- ") for line in words.split("\n")]
    return before + "\n".join(lines) + armour.partition("-----END PGP SIGNATURE-----")[2]
