"""What the desk said by itself, and to whom: so that nothing is said twice, or never. Pure."""

import enum
from typing import Annotated

from msgspec import Meta

from protocol.desk.events.base import EventBase
from protocol.desk.terms import Key, MessageId, Name, Text


class NoticeKind(enum.StrEnum):
    """Why somebody was told something."""

    RECEIPT = "receipt"
    NEW_HANDLER = "new_handler"
    ANSWER = "answer"
    RESOLVED = "resolved"
    VERDICT_REMINDER = "verdict_reminder"
    HOLD_REMINDER = "hold_reminder"
    WARNING = "warning"
    BREACH = "breach"
    STEP_NEAR = "step_near"
    STEP_DUE = "step_due"
    UNTOUCHED = "untouched"
    APPOINTMENT = "appointment"
    APPOINTMENT_NEAR = "appointment_near"
    """In a day, and in an hour (promise 31)."""
    APPOINTMENT_OPEN = "appointment_open"
    """It is over, and nobody has said whether it was kept."""
    APPOINTMENT_OFF = "appointment_off"
    """It was called off: whoever has made room for it hears so in time (promise 31)."""
    APPOINTMENT_CLASH = "appointment_clash"
    """To staff: it came with its ticket to somebody who has another one then (promise 31)."""
    APPOINTMENT_UNSURE = "appointment_unsure"
    """It comes near, and still nobody can keep both: whoever asked is not reminded of it as of one that stands."""
    DISPLACED = "displaced"
    QUOTE = "quote"
    FAULT = "fault"
    RECOVERY = "recovery"
    PAGE = "page"
    VERDICT_ASKED = "verdict_asked"
    """His "thanks!" was answered with both buttons."""
    PROOF_FAILED = "proof_failed"
    """To staff: what was checked for the solution fails again, a day or a week later (promise 12)."""
    LINK = "link"
    """A new link to his page, which somebody who had an old one asked for."""
    TOO_LARGE = "too_large"
    """Files that came with his mail were not taken in."""
    MAIL_ASIDE = "mail_aside"
    """To the lead: a mail that could not be taken in."""
    MAIL_UNSENT = "mail_unsent"
    """To the lead: one that could not be delivered."""


class NoticeSent(EventBase, frozen=True):
    """Somebody was told; whether by mail, in his window or by paging, stands in `way`.

    Attributes:
        about: what makes it one notice and not another: a clock and its target, an appointment, a fault.
        to: identifier of a user or technician, or a mail address.
        way: ``mail``, or empty: it is shown to whoever signs in.
        message_id: of the mail that it goes as, without the brackets.
    """

    kind: NoticeKind
    to: Annotated[str, Meta(max_length=254)]
    about: Annotated[str, Meta(max_length=254)] = ""
    way: Name = ""
    text: Text = ""
    message_id: MessageId = ""


class Announced(NoticeSent, frozen=True):
    """The same about no ticket: a fault, its end, a mail that was set aside. Its entry bears number 0."""


class Paged(EventBase, frozen=True):
    """Who is on call was called, as the first or a later step of the rota (promise 1)."""

    page: Key
    staff: Name
    step: Annotated[int, Meta(ge=0, le=10**6)]


class PageAcknowledged(EventBase, frozen=True):
    """He has heard it."""

    page: Key
    staff: Name
