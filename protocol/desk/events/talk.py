"""What people said to each other, and what must not be misunderstood (promise 33). Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol.desk.events.base import EventBase
from protocol.desk.terms import Address, Channel, Digest, Key, Mark, MessageId, Text, Words


class Attachment(Struct, frozen=True, forbid_unknown_fields=True):
    """A file with a message; its bytes lie beside the database under their hash.

    Attributes:
        sha256: of the bytes, hexadecimal; empty: too large or not allowed, only its name was kept.
    """

    name: Annotated[str, Meta(max_length=255)]
    media_type: Annotated[str, Meta(max_length=127)]
    size_bytes: Annotated[int, Meta(ge=0)]
    sha256: Digest


class MessageAdded(EventBase, frozen=True):
    """Somebody wrote something, or said it on the phone. Internal ones are not for the requester.

    Attributes:
        automatic: no human wrote it: a receipt, a reminder, an out-of-office reply. It answers nobody.
        message_id: of the mail it came or went as (RFC 5322), without the brackets;
        mark: the writer's own number for it, so that one sent again after a cut is written down once.
        sender: and the address it came from.
        quoted: what was trimmed for display: earlier mails, signatures, disclaimers.
        original: the whole mail as it came, kept beside the database under this hash.
    """

    text: Text
    internal: bool = False
    automatic: bool = False
    channel: Channel = Channel.DIRECT
    message_id: MessageId = ""
    mark: Mark = ""
    sender: Address = ""
    quoted: Annotated[str, Meta(max_length=64 * 1024)] = ""
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=64)] = ()
    original: Digest = ""


class MailBounced(EventBase, frozen=True):
    """A mail of ours did not arrive (RFC 3464); `mark` is that of the report."""

    message_id: MessageId
    recipient: Address
    reason: Text
    mark: Mark = ""


class ReadBack(EventBase, frozen=True):
    """The technician's words for what the requester wants: "we understood that …" (promise 33)."""

    text: Words


class ReadBackAnswered(EventBase, frozen=True):
    """The requester says whether that is it."""

    right: bool
    text: Text = ""


class QuestionAsked(EventBase, frozen=True):
    """Staff ask the requester something that has to be known; unanswered it stands in the way of a solution."""

    question: Key
    text: Words


class QuestionAnswered(EventBase, frozen=True):
    """The requester answered, or staff say why the answer is not needed any more."""

    question: Key
    text: Words


class InstructionGiven(EventBase, frozen=True):
    """Numbered steps for the requester (promise 32)."""

    instruction: Key
    steps: Annotated[tuple[Words, ...], Meta(min_length=1, max_length=30)]


class InstructionAnswered(EventBase, frozen=True):
    """The requester did them, or asks that it be done for him; `step` counts from 1, 0: all."""

    instruction: Key
    done: bool
    step: Annotated[int, Meta(ge=0, le=30)] = 0


class Rated(EventBase, frozen=True):
    """The requester on how it went; each solution has its own (promise 41)."""

    stars: Annotated[int, Meta(ge=1, le=5)]
    text: Text = ""
