"""Asking for help, working on it, and the user's verdict. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits, moment
from protocol.desk.events import Actor, Event
from protocol.desk.states import TicketState
from protocol.desk.terms import Level, Mark, Staff, Text
from protocol.diagnostics import DiagnosticField
from protocol.envelope.base import MessageBase, Minutes, Ref, TicketNumber, Words
from protocol.moment import Moment


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


# --- console → relay
class ListQueue(MessageBase, frozen=True):
    """Answered by `Tickets`: all that are not closed, oldest first."""

    ref: Ref


class TakeTicket(MessageBase, frozen=True):
    """Judge its urgency, own it and begin. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    impact: Level
    urgency: Level
    next_step: Words
    due: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class SetNextStep(MessageBase, frozen=True):
    """What happens next and when (promise 16). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    next_step: Words
    due: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class ResolveTicket(MessageBase, frozen=True):
    """The technician thinks it is solved. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    solution: Words


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


class TicketView(Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket as it stands: what a list shows.

    Attributes:
        priority: 1 (most urgent) to 5, impact + urgency - 1; None until somebody judged it (promise 25).
        revision: grows with each event of this ticket; the greater one is the newer.
        running: the session that is under way, if any.
        online: whether the device can be reached now.
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

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.asked_at, self.opened_at, self.changed_at, self.due)


class HistoryLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One event of a ticket's history, with its number on the desk's chain."""

    number: int
    at: Moment
    actor: Actor
    actor_name: str
    event: Event

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.at)


class Ticket(MessageBase, frozen=True):
    """One ticket whole: the answer to whatever read or changed it. A requester gets no internal messages."""

    ref: Ref
    ticket: TicketView
    diagnostics: tuple[DiagnosticField, ...]
    history: tuple[HistoryLine, ...]
    witness: Witness


class Tickets(MessageBase, frozen=True):
    """A list of tickets."""

    ref: Ref
    tickets: tuple[TicketView, ...]


class TicketChanged(MessageBase, frozen=True):
    """A ticket of this requester, or any for staff, is new or has changed."""

    ticket: TicketView


FromAgent = OpenTicket | ListMyTickets | ReadTicket | AddMessage | GiveVerdict | CancelTicket
FromConsole = ListQueue | ReadTicket | TakeTicket | SetNextStep | AddMessage | ResolveTicket
ToClient = Ticket | Tickets | TicketChanged
