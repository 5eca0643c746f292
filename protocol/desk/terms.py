"""The words that everything at the desk is written in: the field's own (ITIL), each with its bounds. Pure."""

import enum
from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits

Text = Annotated[str, Meta(max_length=limits.NOTE_CHARS)]
Name = Annotated[str, Meta(max_length=limits.NAME_CHARS)]
Level = Annotated[int, Meta(ge=1, le=3)]
Words = Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]
"""A text that says something."""
Key = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
"""A number that a program rolled, for what people never have to name."""
SessionId = Key
Mark = Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")]
"""Likewise, or empty."""
Number = Annotated[int, Meta(ge=1, le=2**53)]
"""A ticket's."""
Language = Annotated[str, Meta(pattern="^([a-z]{2})?$")]
"""ISO 639-1; empty: not known."""
Minutes = Annotated[int, Meta(ge=0, le=366 * 24 * 60)]
Cents = Annotated[int, Meta(ge=0, le=10**9)]
Address = Annotated[str, Meta(max_length=254)]
"""A mail address (RFC 5321, 4.5.3.1.3), in lower case."""
MessageId = Annotated[str, Meta(max_length=998)]
"""Of a mail, without the brackets; a line of its header holds no more (RFC 5322, 2.1.1)."""
Digest = Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
"""SHA-256, hexadecimal, of bytes that lie beside the database; empty: they were not kept."""


class TicketKind(enum.StrEnum):
    """What a ticket is about."""

    INCIDENT = "incident"
    REQUEST = "request"
    PROBLEM = "problem"
    COMPLAINT = "complaint"
    """Goes past the person concerned, to the lead (promise 40)."""
    WISH = "wish"


class HoldReason(enum.StrEnum):
    """What a ticket on hold waits for."""

    USER = "user"
    VENDOR = "vendor"
    CHANGE = "change"
    SCHEDULED = "scheduled"


class Channel(enum.StrEnum):
    """The way a message came or went."""

    DIRECT = "direct"
    """Typed into the user's or the technician's window."""
    MAIL = "mail"
    WEB = "web"
    PHONE = "phone"
    WATCH = "watch"
    """Nobody said anything: a machine was found at fault (promise 34), or the day of a schedule came (promise 37)."""


class SummaryTopic(enum.StrEnum):
    """What a line of a ticket's short version is about, in the order they are shown."""

    ASKED = "asked"
    URGENCY = "urgency"
    HANDLER = "handler"
    DONE = "done"
    OPEN_QUESTION = "open_question"
    WAITING = "waiting"
    SOLUTION = "solution"
    VERDICT = "verdict"
    NEXT_STEP = "next_step"
    ESTIMATE = "estimate"


class EndReason(enum.StrEnum):
    """Why a session is over."""

    USER_STOPPED = "user_stopped"
    HOT_KEY = "hot_key"
    TECHNICIAN_LEFT = "technician_left"
    TIME_OVER = "time_over"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    LINE_LOST = "line_lost"
    USER_LOGGED_OFF = "user_logged_off"
    USER_QUIT = "user_quit"
    HANDED_OVER = "handed_over"
    """Its ticket has another owner, and that one took the session's place. The relay's word alone."""
    NOT_TRUSTED = "not_trusted"
    BANNER_HIDDEN = "banner_hidden"
    FAULT = "fault"


NEVER_BEGAN = frozenset({EndReason.REFUSED, EndReason.NO_ANSWER})
"""Of a session that the user did not agree to: nobody saw anything, and it has no duration."""


class Staff(Struct, frozen=True, forbid_unknown_fields=True):
    """A technician as certified: name, title and phone are mandatory (promise 45)."""

    identifier: Name
    name: Name
    title: Name
    phone: Name
