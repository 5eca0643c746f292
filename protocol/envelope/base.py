"""What every message is, and the answers that fit any request. Pure."""

import enum
from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits

Ref = Annotated[int, Meta(ge=0, le=2**31)]
TicketNumber = Annotated[int, Meta(ge=1, le=2**53)]
Minutes = Annotated[int, Meta(ge=1, le=limits.MAX_MINUTES)]
Words = Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]


class EnvelopeError(Exception):
    """A message that is none of those a client, or the relay, may send."""


class MessageBase(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Of every message: its class's name is its tag."""


class RefusalReason(enum.StrEnum):
    """Why a request was not carried out, for programs."""

    NOT_YOURS = "not_yours"
    NO_SUCH_TICKET = "no_such_ticket"
    NO_SUCH_SESSION = "no_such_session"
    NOT_NOW = "not_now"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody else changed the ticket after this was thought of."""
    DEVICE_AWAY = "device_away"
    SESSION_RUNNING = "session_running"
    TOO_FAST = "too_fast"
    FORBIDDEN = "forbidden"
    BAD_INPUT = "bad_input"
    FAULT = "fault"


class RequestRefused(MessageBase, frozen=True):
    """The request with this `ref` was not carried out; the sentence is for the person who asked."""

    ref: Ref
    reason: RefusalReason
    sentence: Annotated[str, Meta(max_length=400)]


class Done(MessageBase, frozen=True):
    """The request with this `ref` was carried out and committed."""

    ref: Ref
