"""Everything that can happen at the desk, as it is kept for ever. Pure.

Events are in the past tense, append-only and bear who did it and when. A field may be added with a default; none is
ever renamed or removed, since old events are read for as long as the desk exists.

    of a ticket      lifecycle  talk  sessions  work  agreements  kinship  proof  notices
    of the desk      register  duty  knowledge  watching          (their entries bear number 0)
"""

import enum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from protocol.desk.events.agreements import (
    AppointmentMade,
    AppointmentOutcome,
    AppointmentOver,
    BudgetProlonged,
    Displaced,
    HandedOver,
    HandlersBarred,
    MovedAhead,
    OfferDeclined,
    QuoteAnswered,
    QuoteMade,
    TicketOffered,
    WaitForecast,
)
from protocol.desk.events.duty import AbsenceSet, RotaSet, Schedule, ScheduleFired, ScheduleSet, Shift, ShiftOverridden
from protocol.desk.events.kinship import Absorbed, Linked, MergedInto, Relation, Released, Tagged, Unlinked, Unmerged
from protocol.desk.events.knowledge import Article, ArticleSet, RecommendationAnswered, RecommendationMade
from protocol.desk.events.lifecycle import (
    Accepted,
    Assigned,
    Cancelled,
    EstimateSet,
    KindSet,
    LinksRevoked,
    LossStated,
    NextStepSet,
    NotSolved,
    OnHold,
    Opened,
    PriorityOverridden,
    Reopened,
    RequesterSet,
    Resolved,
    Resumed,
    Started,
    Triaged,
    WentDormant,
)
from protocol.desk.events.notices import Announced, NoticeKind, NoticeSent, PageAcknowledged, Paged
from protocol.desk.events.proof import ArticleUsed, CheckKept, CheckRan, CheckResult, ProblemNamed, ProofPhase
from protocol.desk.events.register import (
    ByMail,
    CalendarSet,
    ContractSet,
    Customer,
    CustomerSet,
    DeskSet,
    DeskSettings,
    FaceSet,
    Machine,
    MachineSet,
    StaffProfile,
    StaffSet,
    User,
    UserSet,
)
from protocol.desk.events.sessions import (
    Sample,
    SessionConsented,
    SessionEnded,
    SessionMeasured,
    SessionNoted,
    SessionRequested,
)
from protocol.desk.events.talk import (
    Attachment,
    InstructionAnswered,
    InstructionGiven,
    MailBounced,
    MessageAdded,
    QuestionAnswered,
    QuestionAsked,
    Rated,
    ReadBack,
    ReadBackAnswered,
)
from protocol.desk.events.watching import FaultCleared, FaultRaised, ProblemProposed, Threshold, ThresholdsSet
from protocol.desk.events.work import TimeCorrected, TimeLogged, WorkKind
from protocol.desk.terms import Channel, EndReason, HoldReason, Level, Name, SessionId, Staff, Text, TicketKind
from protocol.moment import Moment


class EventError(Exception):
    """Bytes that are no event: the store is damaged."""


TicketEvent = (
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
    | KindSet
    | RequesterSet
    | LinksRevoked
    | Resolved
    | Accepted
    | NotSolved
    | Cancelled
    | Reopened
    | WentDormant
    | MessageAdded
    | MailBounced
    | ReadBack
    | ReadBackAnswered
    | QuestionAsked
    | QuestionAnswered
    | InstructionGiven
    | InstructionAnswered
    | Rated
    | SessionRequested
    | SessionConsented
    | SessionEnded
    | SessionNoted
    | SessionMeasured
    | TimeLogged
    | TimeCorrected
    | HandedOver
    | TicketOffered
    | OfferDeclined
    | AppointmentMade
    | AppointmentOver
    | QuoteMade
    | QuoteAnswered
    | Displaced
    | BudgetProlonged
    | HandlersBarred
    | MovedAhead
    | WaitForecast
    | Linked
    | Unlinked
    | MergedInto
    | Absorbed
    | Unmerged
    | Released
    | Tagged
    | CheckKept
    | CheckRan
    | ProblemNamed
    | ArticleUsed
    | NoticeSent
    | Paged
    | PageAcknowledged
)
"""What happens to a ticket."""
BookEvent = (
    DeskSet
    | CustomerSet
    | ContractSet
    | CalendarSet
    | UserSet
    | MachineSet
    | StaffSet
    | FaceSet
    | AbsenceSet
    | RotaSet
    | ShiftOverridden
    | ScheduleSet
    | ScheduleFired
    | ArticleSet
    | RecommendationMade
    | RecommendationAnswered
    | ThresholdsSet
    | FaultRaised
    | FaultCleared
    | ProblemProposed
    | Announced
)
"""What happens to the desk itself."""
Event = TicketEvent | BookEvent


class Actor(enum.StrEnum):
    """What kind of party did something."""

    REQUESTER = "requester"
    STAFF = "staff"
    DESK = "desk"
    GUEST = "guest"
    """Somebody else: who was in copy, or writes from an address that nobody knows. He is heard and decides nothing."""


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """An event with its place in the history: what is hashed and kept.

    Attributes:
        ticket: the ticket's number; 0: the desk's book, about no ticket.
        at: when the desk took it down, aware UTC.
        actor: who, by kind;
        actor_id: certificate identifier (device or technician), empty for the desk itself;
        actor_name: and as a person reads it.
        event: what.
    """

    ticket: Annotated[int, Meta(ge=0)]
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


__all__ = [
    "AbsenceSet",
    "Absorbed",
    "Accepted",
    "Actor",
    "Announced",
    "AppointmentMade",
    "AppointmentOutcome",
    "AppointmentOver",
    "Article",
    "ArticleSet",
    "ArticleUsed",
    "Assigned",
    "Attachment",
    "BookEvent",
    "BudgetProlonged",
    "ByMail",
    "CalendarSet",
    "Cancelled",
    "Channel",
    "CheckKept",
    "CheckRan",
    "CheckResult",
    "ContractSet",
    "Customer",
    "CustomerSet",
    "DeskSet",
    "DeskSettings",
    "Displaced",
    "EndReason",
    "Entry",
    "EstimateSet",
    "Event",
    "EventError",
    "FaceSet",
    "FaultCleared",
    "FaultRaised",
    "HandedOver",
    "HandlersBarred",
    "HoldReason",
    "InstructionAnswered",
    "InstructionGiven",
    "KindSet",
    "Level",
    "Linked",
    "LinksRevoked",
    "LossStated",
    "Machine",
    "MachineSet",
    "MailBounced",
    "MergedInto",
    "MessageAdded",
    "MovedAhead",
    "Name",
    "NextStepSet",
    "NotSolved",
    "NoticeKind",
    "NoticeSent",
    "OfferDeclined",
    "OnHold",
    "Opened",
    "PageAcknowledged",
    "Paged",
    "PriorityOverridden",
    "ProblemNamed",
    "ProblemProposed",
    "ProofPhase",
    "QuestionAnswered",
    "QuestionAsked",
    "QuoteAnswered",
    "QuoteMade",
    "Rated",
    "ReadBack",
    "ReadBackAnswered",
    "RecommendationAnswered",
    "RecommendationMade",
    "Relation",
    "Released",
    "Reopened",
    "RequesterSet",
    "Resolved",
    "Resumed",
    "RotaSet",
    "Sample",
    "Schedule",
    "ScheduleFired",
    "ScheduleSet",
    "SessionConsented",
    "SessionEnded",
    "SessionId",
    "SessionMeasured",
    "SessionNoted",
    "SessionRequested",
    "Shift",
    "ShiftOverridden",
    "Staff",
    "StaffProfile",
    "StaffSet",
    "Started",
    "Tagged",
    "Text",
    "Threshold",
    "ThresholdsSet",
    "TicketEvent",
    "TicketKind",
    "TicketOffered",
    "TimeCorrected",
    "TimeLogged",
    "Triaged",
    "Unlinked",
    "Unmerged",
    "User",
    "UserSet",
    "WaitForecast",
    "WentDormant",
    "WorkKind",
    "decode",
    "encode",
]
