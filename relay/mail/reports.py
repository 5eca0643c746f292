"""Delivery reports: which mail of ours did not reach whom, and why (RFC 3464). Pure; distrusts every byte."""

import dataclasses
import re
from collections.abc import Iterator
from email.message import Message

from protocol.trust.names import one_line
from relay.mail.charsets import decoded
from relay.mail.headers import message_ids, raw, words

REASON_CHARS = 500
_ADDRESS = re.compile(r"[^\s<>@\"(),:;]{1,64}@[^\s<>@\"(),:;]{1,189}")
_MESSAGE_ID = re.compile(r"^Message-ID:\s{0,9}<([^<>\s]{1,998})>", re.IGNORECASE | re.MULTILINE)
_TEXT_CHARS = 64 * 1024
_SAID_CHARS = 1000
_DELAYED = re.compile(
    r"not\s+yet\s+been\s+delivered|^warning: .{0,100}\bdelayed\b|this is a warning message only",
    re.IGNORECASE | re.MULTILINE,
)
"""Of servers that say in words only that they go on trying."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says of a mail.

    Attributes:
        failed: it did not arrive; else it is late, or was delivered or read.
        message_ids: those it may be about: of the mail it encloses, and whatever it refers to.
        recipient: lower case; empty: it does not say.
        reason: one line.
    """

    failed: bool
    message_ids: tuple[str, ...]
    recipient: str
    reason: str


def read(message: Message, body: str) -> Report:
    """The report that a mail is; `body` is its text, for those that say everything in words."""
    fields = _status(message)
    action = fields.get("action", "")
    about = (*_enclosed(message, body), *message_ids(message, "In-Reply-To"), *message_ids(message, "References"))
    status = fields.get("status", "")
    in_words = f"{raw(message, 'Subject')[:200]}\n{body[:_SAID_CHARS]}"
    waits = _is_receipt(message) or status.startswith(("2", "4")) or bool(_DELAYED.search(in_words))
    failed = action == "failed" or (not action and not waits)
    recipient = fields.get("final-recipient", "") or fields.get("original-recipient", "")
    recipient = recipient or raw(message, "X-Failed-Recipients")
    found = _ADDRESS.search(recipient.rpartition(";")[2] or recipient)
    reason = fields.get("diagnostic-code", "") or status or _first_line(body)
    return Report(
        failed, tuple(dict.fromkeys(about)), found[0].lower() if found else "", one_line(words(reason))[:REASON_CHARS]
    )


def _status(message: Message) -> dict[str, str]:
    """The fields of the first recipient who was not reached, else of the first one; names in lower case."""
    blocks = [
        {name.lower(): raw(block, name).strip() for name in block.keys()}  # noqa: SIM118 - a Message is no mapping
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.get_payload()
        if isinstance(block, Message)
    ]
    for block in blocks:
        if "action" in block:
            block["action"] = block["action"].lower()
    concerned = sorted(blocks, key=lambda block: (block.get("action") != "failed", "action" not in block))
    return {name: value for block in reversed(concerned) for name, value in block.items()} if concerned else {}


def _is_receipt(message: Message) -> bool:
    """That it was read, or delivered (RFC 8098)."""
    return any(part.get_content_type() == "message/disposition-notification" for part in message.walk())


def _enclosed(message: Message, body: str) -> Iterator[str]:
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    yield from message_ids(inner, "Message-ID")
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield from _MESSAGE_ID.findall(decoded(content[:_TEXT_CHARS], ""))
    yield from _MESSAGE_ID.findall(body[:_TEXT_CHARS])


def _first_line(body: str) -> str:
    return next((line.strip() for line in body.split("\n") if line.strip()), "")
