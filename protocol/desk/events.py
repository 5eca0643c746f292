"""Everything that can happen to a ticket, as it is kept for ever. Pure.

Events are in the past tense, append-only and bear who did it and when. A field may be added with a default; none is
ever renamed or removed, since old events are read for as long as the desk exists.
"""

import enum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from protocol import limits, moment
from protocol.diagnostics import DiagnosticField
from protocol.moment import Moment
from protocol.scopes import Scope

Text = Annotated[str, Meta(max_length=limits.NOTE_CHARS)]
Name = Annotated[str, Meta(max_length=limits.NAME_CHARS)]
Level = Annotated[int, Meta(ge=1, le=3)]
SessionId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Mark = Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")]


class EventError(Exception):
    """Bytes that are no event: the store is damaged."""


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
    NOT_TRUSTED = "not_trusted"
    BANNER_HIDDEN = "banner_hidden"
    FAULT = "fault"


class Staff(Struct, frozen=True, forbid_unknown_fields=True):
    """A technician as certified: name, title and phone are mandatory (promise 45)."""

    identifier: Name
    name: Name
    title: Name
    phone: Name


class _Event(Struct, frozen=True, tag=True, forbid_unknown_fields=True, omit_defaults=True):
    # Defaults are left out, so that an event keeps its bytes when its kind gets another field.
    pass


class Opened(_Event, frozen=True):
    """The user asked for help. `asked_at` is the user's own clock, which may be before the line came back."""

    request: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    device: Name
    device_label: Name
    requester: Name
    problem: Annotated[str, Meta(min_length=1, max_length=limits.PROBLEM_CHARS)]
    urgency: Level
    minutes: Annotated[int, Meta(ge=1, le=limits.MAX_MINUTES)]
    diagnostics: Annotated[tuple[DiagnosticField, ...], Meta(max_length=limits.DIAGNOSTIC_FIELDS)]
    asked_at: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.asked_at)


class Triaged(_Event, frozen=True):
    """Impact and urgency were judged; `reason` says why, when it is not a person's first judgement."""

    impact: Level
    urgency: Level
    reason: Text = ""


class PriorityOverridden(_Event, frozen=True):
    """Somebody set a priority other than impact and urgency give; holds until the next judgement."""

    priority: Annotated[int, Meta(ge=1, le=5)]
    reason: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]


class LossStated(_Event, frozen=True):
    """What the fault costs the customer, in whole units of the contract's currency (promise 43)."""

    per_hour: Annotated[int, Meta(ge=0, le=10**9)]


class Assigned(_Event, frozen=True):
    """Somebody owns it from now on."""

    staff: Staff


class Started(_Event, frozen=True):
    """Work began or went on."""


class OnHold(_Event, frozen=True):
    """Nothing can be done before somebody or something else has moved; `until` when that is expected."""

    reason: HoldReason
    until: Moment | None = None
    text: Text = ""

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.until)


class Resumed(_Event, frozen=True):
    """What a ticket on hold waited for is there."""


class EstimateSet(_Event, frozen=True):
    """When the requester can count on it being solved (promise 15), and how much work it is thought to be."""

    done_by: Moment
    work_min: Annotated[int, Meta(ge=0, le=10**6)] | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.done_by)


class NextStepSet(_Event, frozen=True):
    """What happens next, and when at the latest (promise 16)."""

    next_step: Text
    due: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class MessageAdded(_Event, frozen=True):
    """Somebody wrote something, or said it on the phone. Internal ones are not for the requester.

    Attributes:
        automatic: no human wrote it: a receipt, a reminder, an out-of-office reply. It answers nobody.
        message_id: of the mail it came or went as (RFC 5322), without the brackets.
        mark: the writer's own number for it, so that one sent again after a cut is written down once.
    """

    text: Text
    internal: bool = False
    automatic: bool = False
    channel: Channel = Channel.DIRECT
    message_id: Annotated[str, Meta(max_length=998)] = ""
    mark: Mark = ""


class SessionRequested(_Event, frozen=True):
    """A technician asked to see the screen."""

    session: SessionId
    staff: Staff


class SessionConsented(_Event, frozen=True):
    """The user allowed it; `consent` is the signed original."""

    session: SessionId
    staff: Staff
    scopes: frozenset[Scope]
    begin: Moment
    end: Moment
    consent: Annotated[bytes, Meta(max_length=16 * 1024)]

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class SessionEnded(_Event, frozen=True):
    """It is over. Without a consent before it, nothing was shown and `worked_s` is 0."""

    session: SessionId
    reason: EndReason
    worked_s: Annotated[float, Meta(ge=0)]


class SessionNoted(_Event, frozen=True):
    """The technician's note on a session."""

    session: SessionId
    text: Text


class Resolved(_Event, frozen=True):
    """The technician thinks it is solved; the requester has the last word."""

    solution: Text


class Accepted(_Event, frozen=True):
    """The requester said so: closed (promise 18)."""


class NotSolved(_Event, frozen=True):
    """The requester said it is not solved."""

    text: Text = ""


class Cancelled(_Event, frozen=True):
    """The requester needs no help any more."""


class Reopened(_Event, frozen=True):
    """The requester came back to a closed ticket: it was not solved for good."""

    text: Text = ""


class WentDormant(_Event, frozen=True):
    """The requester answered no reminder. It is off the queues and its clocks stand, but it is not closed.

    Whatever the requester says next, or work taken up again, wakes it.
    """


Event = (
    Opened
    | Triaged
    | PriorityOverridden
    | LossStated
    | Assigned
    | Started
    | OnHold
    | Resumed
    | EstimateSet
    | NextStepSet
    | MessageAdded
    | SessionRequested
    | SessionConsented
    | SessionEnded
    | SessionNoted
    | Resolved
    | Accepted
    | NotSolved
    | Cancelled
    | Reopened
    | WentDormant
)


class Actor(enum.StrEnum):
    """What kind of party did something."""

    REQUESTER = "requester"
    STAFF = "staff"
    DESK = "desk"


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """An event with its place in the history: what is hashed and kept.

    Attributes:
        ticket: the ticket's number.
        at: when the desk took it down, aware UTC.
        actor: who, by kind;
        actor_id: certificate identifier (device or technician), empty for the desk itself;
        actor_name: and as a person reads it.
        event: what.
    """

    ticket: Annotated[int, Meta(ge=1)]
    at: Moment
    actor: Actor
    actor_id: Name
    actor_name: Name
    event: Event


def encode(entry: Entry) -> bytes:
    """The canonical bytes of an entry: msgpack with fields in the order they are declared."""
    return msgspec.msgpack.encode(entry, order="deterministic")


_decoder = msgspec.msgpack.Decoder(Entry)


def decode(body: bytes) -> Entry:
    """The inverse of `encode`; raises EventError for anything else."""
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EventError(f"not an event: {error}") from error
