"""Asking for help, working on it, and the user's verdict. Pure."""

import enum
from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits, moment
from protocol.desk.clocks import ClockState
from protocol.desk.contract import Metric
from protocol.desk.events import Actor, Event
from protocol.desk.overview import Flag
from protocol.desk.states import TicketState
from protocol.desk.terms import Channel, HoldReason, Level, Mark, Name, Staff, SummaryTopic, Text, TicketKind
from protocol.diagnostics import DiagnosticField
from protocol.envelope.base import MessageBase, Minutes, Ref, TicketNumber, Words
from protocol.envelope.edits import Revision
from protocol.envelope.faces import FaceHash
from protocol.envelope.sessions import SessionView
from protocol.moment import Moment

Alternative = Annotated[str, Meta(min_length=1, max_length=limits.ALTERNATIVE_CHARS)]


# --- agent → relay
class OpenTicket(MessageBase, frozen=True):
    """The user asks for help. Sent again after a cut it makes no second ticket: `request` is the same."""

    ref: Ref
    request: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    requester: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    problem: Annotated[str, Meta(min_length=1, max_length=limits.PROBLEM_CHARS)]
    urgency: Level
    minutes: Minutes
    diagnostics: Annotated[tuple[DiagnosticField, ...], Meta(max_length=limits.DIAGNOSTIC_FIELDS)]
    asked_at: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.asked_at)


class ListMyTickets(MessageBase, frozen=True):
    """Answered by `Tickets`: this device's, newest first."""

    ref: Ref


class GiveVerdict(MessageBase, frozen=True):
    """The requester's word on a solution; the only way to CLOSED (promise 18). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    solved: bool
    text: Text = ""


class CancelTicket(MessageBase, frozen=True):
    """The requester needs no help any more. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber


class ReopenTicket(MessageBase, frozen=True):
    """It was not solved for good: a closed ticket goes on, as long as its desk allows. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    text: Text = ""


class ProlongBudget(MessageBase, frozen=True):
    """The requester has so many minutes now, more than he said before (promise 30). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    minutes: Minutes


# --- console → relay
class QueueSort(enum.StrEnum):
    """By what a queue is sorted; the oldest first among equals."""

    OPENED = "opened"
    PRIORITY = "priority"
    """Those nobody judged first, then the most urgent."""
    DUE = "due"
    TARGET = "target"
    """Whichever time agreed is over next."""
    CHANGED = "changed"
    REQUESTER = "requester"
    CUSTOMER = "customer"
    OWNER = "owner"


class ListQueue(MessageBase, frozen=True):
    """Answered by `Tickets`: those that all the filters let through; without any, all that are not over.

    Attributes:
        everything: also those that are closed, cancelled, dormant or merged into another one.
        states: only these; empty: whichever.
        owner: identifier of the technician, "-": nobody's; None: whoever's.
        text: words, each of which is found somewhere on the ticket, or its number.
        offset, limit: the page of it.
    """

    ref: Ref
    everything: bool = False
    states: frozenset[TicketState] = frozenset()
    owner: Name | None = None
    kind: TicketKind | None = None
    customer: Name | None = None
    user: Name | None = None
    device: Name | None = None
    tag: Name | None = None
    flag: Flag | None = None
    text: Annotated[str, Meta(max_length=200)] = ""
    sort: QueueSort = QueueSort.OPENED
    descending: bool = False
    offset: Annotated[int, Meta(ge=0, le=10**6)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000


class TakeTicket(MessageBase, frozen=True):
    """Judge its urgency, own it and begin. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    impact: Level
    urgency: Level
    next_step: Words
    due: Moment | None = None
    revision: Revision = 0

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class SetNextStep(MessageBase, frozen=True):
    """What happens next and when (promise 16). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    next_step: Words
    due: Moment | None = None
    revision: Revision = 0

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class ResolveTicket(MessageBase, frozen=True, omit_defaults=True):
    """The technician thinks it is solved, and says what else would do (promise 10). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    solution: Words
    revision: Revision = 0
    alternatives: Annotated[tuple[Alternative, ...], Meta(max_length=limits.ALTERNATIVES)] = ()


# --- both → relay
class ReadTicket(MessageBase, frozen=True):
    """Answered by `Ticket`. An agent reads only its own."""

    ref: Ref
    ticket: TicketNumber


class AddMessage(MessageBase, frozen=True):
    """A message on the ticket; `internal` only from staff. Answered by `Ticket`.

    A requester's that is sent again after a cut, with the same `mark`, is written down once.
    """

    ref: Ref
    ticket: TicketNumber
    text: Words
    internal: bool = False
    mark: Mark = ""


# --- relay → both
class Witness(Struct, frozen=True, forbid_unknown_fields=True):
    """The head of the desk's chain when something was said; keep the newest, it witnesses the history (promise 22)."""

    number: Annotated[int, Meta(ge=0)]
    link: Annotated[bytes, Meta(min_length=32, max_length=32)]


class ClockView(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A clock of a ticket when it was read (see `protocol.desk.clocks.Clock`).

    Attributes:
        target_at: when the time agreed is over, or was; None: nothing is agreed, or it stands.
        remaining_s: open time until then, negative after it.
        stopped: what it measures has happened.
    """

    metric: Metric
    state: ClockState
    target_at: Moment | None = None
    remaining_s: int | None = None
    agreed_s: int | None = None
    ticking: bool = False
    stopped: bool = False

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.target_at)


class TicketView(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A ticket as it stands: what a list shows.

    Attributes:
        priority: 1 (most urgent) to 5, impact + urgency - 1; None until somebody judged it (promise 25).
        revision: grows with each event of this ticket; the greater one is the newer.
        running: the session that is under way, if any; session: whose it is, for staff.
        online: whether the device can be reached now.
        title: the mail's subject or the problem's first line; empty: the problem is that short.
        user, customer: identifiers of the register, empty: not known there.
        clocks: without those that do not run for anybody.
        flags: what has to be seen to, the gravest first; for staff, like the tags.
        merged_into: the ticket it goes on in; 0: it stands by itself.
        verified: its check failed before and passes now (promise 10).
        alternatives: what else would do in place of the solution, in the technician's words.
        rating: the stars of the last solution rated.
        called: identifier of whoever on call is called for it and has not said that he heard it; for staff.
        open_questions: to the requester, which stand in the way of a solution.
        reopen_until: how long its requester can open a closed one again.
        currency: of the customer's contract, in which a loss is told; empty: there is none. For staff.
        yes_by: who accepts the price that waits for an answer, by name, if its requester may not (promise 11); empty:
            nobody is named; None: he may, or no price waits.
        owner_face: the owner's picture.
    """

    number: TicketNumber
    revision: int
    state: TicketState
    problem: str
    requester: str
    device: str
    device_label: str
    urgency: Level
    minutes: Minutes
    asked_at: Moment
    opened_at: Moment
    changed_at: Moment
    request: str
    impact: Level | None = None
    priority: int | None = None
    owner: Staff | None = None
    next_step: str = ""
    due: Moment | None = None
    solution: str = ""
    running: str | None = None
    worked_s: float = 0.0
    online: bool = False
    title: str = ""
    kind: TicketKind = TicketKind.INCIDENT
    channel: Channel = Channel.DIRECT
    user: str = ""
    customer: str = ""
    customer_name: str = ""
    done_by: Moment | None = None
    hold: HoldReason | None = None
    hold_until: Moment | None = None
    dormant: bool = False
    loss_per_hour: int | None = None
    clocks: tuple[ClockView, ...] = ()
    flags: tuple[Flag, ...] = ()
    tags: tuple[str, ...] = ()
    merged_into: int = 0
    verified: bool = False
    alternatives: tuple[str, ...] = ()
    rating: int | None = None
    called: Name = ""
    open_questions: int = 0
    reopen_until: Moment | None = None
    yes_by: tuple[str, ...] | None = None
    currency: str = ""
    owner_face: FaceHash = ""
    session: SessionView | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.asked_at, self.opened_at, self.changed_at, self.due, self.done_by, self.hold_until)
        moment.check(self.reopen_until)

    @property
    def shown_title(self) -> str:
        """One line."""
        return self.title or self.problem


class HistoryLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One event of a ticket's history, with its number on the desk's chain.

    Attributes:
        ticket: the one it happened to, if that was merged into the one shown; 0: the one shown.
    """

    number: int
    at: Moment
    actor: Actor
    actor_name: str
    event: Event
    ticket: int = 0

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.at)


class SummaryLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the short version, with the numbers of the events behind it (promise 23).

    Attributes:
        text: what somebody wrote, or a value that the reader's side puts into words: a priority, minutes, a name.
        at: the date it speaks of.
    """

    topic: SummaryTopic
    text: str
    events: tuple[int, ...]
    at: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.at)


class Ticket(MessageBase, frozen=True):
    """One ticket whole: the answer to whatever read or changed it. A requester gets no internal messages.

    Attributes:
        summary: the short version.
        history: with it that of tickets merged into this one, each line under its own ticket's number.
    """

    ref: Ref
    ticket: TicketView
    diagnostics: tuple[DiagnosticField, ...]
    history: tuple[HistoryLine, ...]
    witness: Witness
    summary: tuple[SummaryLine, ...] = ()


class Tickets(MessageBase, frozen=True):
    """A list of tickets; `total` is how many there are in all, of which this may be a page.

    Of words searched for, and of everything, it only says whether there are more: then it is one more.
    """

    ref: Ref
    tickets: tuple[TicketView, ...]
    total: int = 0


class TicketChanged(MessageBase, frozen=True):
    """A ticket of this requester, or any for staff, is new or has changed."""

    ticket: TicketView


FromAgent = (
    OpenTicket | ListMyTickets | ReadTicket | AddMessage | GiveVerdict | CancelTicket | ReopenTicket | ProlongBudget
)
FromConsole = (
    ListQueue | ReadTicket | TakeTicket | SetNextStep | AddMessage | ResolveTicket | GiveVerdict | CancelTicket
)
"""A technician's verdict is heard only to be refused in words that say why (promise 18)."""
ToClient = Ticket | Tickets | TicketChanged
