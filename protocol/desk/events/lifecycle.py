"""How a ticket begins, goes on and ends. Pure."""

from typing import Annotated

from msgspec import Meta

from protocol import limits, moment
from protocol.desk.events.base import EventBase
from protocol.desk.events.talk import Attachment
from protocol.desk.terms import (
    Address,
    Channel,
    Digest,
    HoldReason,
    Language,
    Level,
    MessageId,
    Name,
    Staff,
    Text,
    TicketKind,
    Words,
)
from protocol.diagnostics import DiagnosticField
from protocol.moment import Moment


class Opened(EventBase, frozen=True):
    """Somebody asked for help, or something was found that needs it.

    Attributes:
        device: identifier of the machine, empty when it is not known: a mail, a call.
        requester: name of who asks: as the register knows whose machine it is, else as he wrote it.
        asked_at: by the requester's own clock, which may be before the line came back.
        user: identifier of the requester in the register, empty: not known there;
        customer: and of the customer who pays, empty: nobody's.
        subject: of the mail; else the first line of the problem is shown.
        follows: the closed ticket that this one comes from.
        fingerprint: of the fault it was opened for.
        address: the mail address it came from, where answers go when the register knows no better;
        automatic: no human wrote that mail, so there is nobody to send a receipt to;
        message_id, quoted, attachments, original: of that mail, as in `MessageAdded`.
        account: who the machine said it was, where the register knows its user by another name.
    """

    request: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    device: Name
    device_label: Name
    requester: Name
    problem: Annotated[str, Meta(min_length=1, max_length=limits.PROBLEM_CHARS)]
    urgency: Level
    minutes: Annotated[int, Meta(ge=1, le=limits.MAX_MINUTES)]
    diagnostics: Annotated[tuple[DiagnosticField, ...], Meta(max_length=limits.DIAGNOSTIC_FIELDS)]
    asked_at: Moment
    kind: TicketKind = TicketKind.INCIDENT
    channel: Channel = Channel.DIRECT
    user: Name = ""
    customer: Name = ""
    language: Language = ""
    subject: Annotated[str, Meta(max_length=998)] = ""
    follows: Annotated[int, Meta(ge=0, le=2**53)] = 0
    fingerprint: Name = ""
    address: Address = ""
    automatic: bool = False
    message_id: MessageId = ""
    quoted: Annotated[str, Meta(max_length=64 * 1024)] = ""
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=64)] = ()
    original: Digest = ""
    account: Name = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.asked_at)


class Triaged(EventBase, frozen=True):
    """Impact and urgency were judged; `reason` says why, when it is not a person's first judgement."""

    impact: Level
    urgency: Level
    reason: Text = ""


class PriorityOverridden(EventBase, frozen=True):
    """Somebody set a priority other than impact and urgency give; holds until the next judgement."""

    priority: Annotated[int, Meta(ge=1, le=5)]
    reason: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]


class LossStated(EventBase, frozen=True):
    """What the fault costs the customer, in whole units of a currency, the contract's then (promise 43)."""

    per_hour: Annotated[int, Meta(ge=0, le=10**9)]
    currency: Annotated[str, Meta(max_length=3)] = ""
    """ISO 4217; empty: there was no contract."""


class Assigned(EventBase, frozen=True):
    """Somebody owns it from now on."""

    staff: Staff


class Started(EventBase, frozen=True):
    """Work began or went on."""


class OnHold(EventBase, frozen=True):
    """Nothing can be done before somebody or something else has moved; `until` when that is expected."""

    reason: HoldReason
    until: Moment | None = None
    text: Text = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.until)


class Resumed(EventBase, frozen=True):
    """What a ticket on hold waited for is there."""


class EstimateSet(EventBase, frozen=True):
    """When the requester can count on it being solved (promise 15), and how much work it is thought to be."""

    done_by: Moment
    work_min: Annotated[int, Meta(ge=0, le=10**6)] | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.done_by)


class NextStepSet(EventBase, frozen=True):
    """What happens next, and when at the latest (promise 16)."""

    next_step: Text
    due: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class KindSet(EventBase, frozen=True):
    """It turned out to be of another kind, a complaint for example (promise 40)."""

    kind: TicketKind
    reason: Text = ""


class RequesterSet(EventBase, frozen=True):
    """Whose it is, once that is known or was wrong: identifiers of the register, and the name as people read it.

    Attributes:
        address: of his, where answers go; empty: the register says.
    """

    user: Name
    requester: Name
    customer: Name
    language: Language = ""
    address: Address = ""


class Resolved(EventBase, frozen=True):
    """The technician thinks it is solved; the requester has the last word."""

    solution: Text
    alternatives: Annotated[tuple[Words, ...], Meta(max_length=8)] = ()
    """What else would do (promise 10)."""


class Accepted(EventBase, frozen=True):
    """The requester said so: closed (promise 18)."""


class NotSolved(EventBase, frozen=True):
    """The requester said it is not solved."""

    text: Text = ""


class Cancelled(EventBase, frozen=True):
    """The requester needs no help any more."""


class Reopened(EventBase, frozen=True):
    """The requester came back to a closed ticket: it was not solved for good."""

    text: Text = ""


class LinksRevoked(EventBase, frozen=True):
    """The links to the desk's page made so far open this ticket no more: one of them came into wrong hands."""

    reason: Text = ""


class WentDormant(EventBase, frozen=True):
    """The requester answered no reminder. It is off the queues and its clocks stand, but it is not closed.

    Whatever the requester says next, or work taken up again, wakes it.
    """
