"""What agents and consoles say to the relay on ``/control``, and hear from it. Pure; distrusts every byte.

JSON text messages, strict, sizes bounded. A request bears `ref`, any number the client likes; the answer bears it
again. What the relay says by itself (`TicketChanged`, `SessionOffered`, `SessionOver`) has none. Nothing in here is
part of a session's picture, keys or chat: those run inside the tunnel.
"""

import enum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from protocol import limits, moment
from protocol.desk.events import Actor, EndReason, Event, Level, Mark, Name, SessionId, Staff, Text
from protocol.desk.states import TicketState
from protocol.diagnostics import DiagnosticField
from protocol.moment import Moment

Ref = Annotated[int, Meta(ge=0, le=2**31)]
TicketNumber = Annotated[int, Meta(ge=1, le=2**53)]
Minutes = Annotated[int, Meta(ge=1, le=limits.MAX_MINUTES)]


class EnvelopeError(Exception):
    """A message that is none of those a client, or the relay, may send."""


class _Message(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


# --- agent → relay
class OpenTicket(_Message, frozen=True):
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


class ListMyTickets(_Message, frozen=True):
    """Answered by `Tickets`: this device's, newest first."""

    ref: Ref


class GiveVerdict(_Message, frozen=True):
    """The requester's word on a solution; the only way to CLOSED (promise 18). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    solved: bool
    text: Text = ""


class CancelTicket(_Message, frozen=True):
    """The requester needs no help any more. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber


class ReportConsent(_Message, frozen=True):
    """The user allowed a session; goes into the ticket's history. Answered by `Done`."""

    ref: Ref
    session: SessionId
    consent: Annotated[bytes, Meta(max_length=16 * 1024)]


# --- console → relay
class ListQueue(_Message, frozen=True):
    """Answered by `Tickets`: all that are not closed, oldest first."""

    ref: Ref


class TakeTicket(_Message, frozen=True):
    """Judge its urgency, own it and begin. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    impact: Level
    urgency: Level
    next_step: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]
    due: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class SetNextStep(_Message, frozen=True):
    """What happens next and when (promise 16). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    next_step: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]
    due: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.due)


class RequestSession(_Message, frozen=True):
    """Answered by `SessionReady`, or refused: no ticket, closed, device away, or another session on the device."""

    ref: Ref
    ticket: TicketNumber


class AddSessionNote(_Message, frozen=True):
    """What was done in a session. Answered by `Ticket`."""

    ref: Ref
    session: SessionId
    text: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]


class ResolveTicket(_Message, frozen=True):
    """The technician thinks it is solved. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    solution: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]


# --- both → relay
class ReadTicket(_Message, frozen=True):
    """Answered by `Ticket`. An agent reads only its own."""

    ref: Ref
    ticket: TicketNumber


class AddMessage(_Message, frozen=True):
    """A message on the ticket; `internal` only from staff. Answered by `Ticket`.

    A requester's that is sent again after a cut, with the same `mark`, is written down once.
    """

    ref: Ref
    ticket: TicketNumber
    text: Annotated[str, Meta(min_length=1, max_length=limits.NOTE_CHARS)]
    internal: bool = False
    mark: Mark = ""


class ReportEnd(_Message, frozen=True):
    """Why a session is over, as this end knows it. The first report counts; the relay itself sees lost lines."""

    ref: Ref
    session: SessionId
    reason: EndReason


# --- relay → both
class RefusalReason(enum.StrEnum):
    """Why a request was not carried out, for programs."""

    NOT_YOURS = "not_yours"
    NO_SUCH_TICKET = "no_such_ticket"
    NO_SUCH_SESSION = "no_such_session"
    NOT_NOW = "not_now"
    DEVICE_AWAY = "device_away"
    SESSION_RUNNING = "session_running"
    TOO_FAST = "too_fast"
    FORBIDDEN = "forbidden"
    BAD_INPUT = "bad_input"
    FAULT = "fault"


class RequestRefused(_Message, frozen=True):
    """The request with this `ref` was not carried out; the sentence is for the person who asked."""

    ref: Ref
    reason: RefusalReason
    sentence: Annotated[str, Meta(max_length=400)]


class Done(_Message, frozen=True):
    """The request with this `ref` was carried out and committed."""

    ref: Ref


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


class Ticket(_Message, frozen=True):
    """One ticket whole: the answer to whatever read or changed it. A requester gets no internal messages."""

    ref: Ref
    ticket: TicketView
    diagnostics: tuple[DiagnosticField, ...]
    history: tuple[HistoryLine, ...]
    witness: Witness


class Tickets(_Message, frozen=True):
    """A list of tickets."""

    ref: Ref
    tickets: tuple[TicketView, ...]


class TicketChanged(_Message, frozen=True):
    """A ticket of this requester, or any for staff, is new or has changed."""

    ticket: TicketView


# --- relay → console
class SessionReady(_Message, frozen=True):
    """Dial ``/session`` with this number now; the other end must prove to be `device`."""

    ref: Ref
    session: SessionId
    ticket: TicketNumber
    device: Name


# --- relay → agent
class SessionOffered(_Message, frozen=True):
    """A technician asks for a session on a ticket of this device. What is claimed here is checked in the tunnel."""

    session: SessionId
    ticket: TicketNumber
    staff: Staff


class SessionOver(_Message, frozen=True):
    """A session ended, for whatever reason; to both ends."""

    session: SessionId
    ticket: TicketNumber
    reason: EndReason
    worked_s: float


FromAgent = (
    OpenTicket | ListMyTickets | ReadTicket | AddMessage | GiveVerdict | CancelTicket | ReportConsent | ReportEnd
)
FromConsole = (
    ListQueue
    | ReadTicket
    | TakeTicket
    | SetNextStep
    | AddMessage
    | RequestSession
    | AddSessionNote
    | ResolveTicket
    | ReportEnd
)
ToClient = RequestRefused | Done | Ticket | Tickets | TicketChanged | SessionReady | SessionOffered | SessionOver

_encoder = msgspec.json.Encoder()
_from_agent: msgspec.json.Decoder[FromAgent] = msgspec.json.Decoder(FromAgent)
_from_console: msgspec.json.Decoder[FromConsole] = msgspec.json.Decoder(FromConsole)
_to_client: msgspec.json.Decoder[ToClient] = msgspec.json.Decoder(ToClient)


def encode(message: FromAgent | FromConsole | ToClient) -> str:
    """As JSON text."""
    return _encoder.encode(message).decode()


def decode_from_agent(text: str | bytes) -> FromAgent:
    """Raises EnvelopeError for anything an agent may not say."""
    try:
        return _from_agent.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnvelopeError(f"not a message of an agent: {error}") from error


def decode_from_console(text: str | bytes) -> FromConsole:
    """Raises EnvelopeError for anything a console may not say."""
    try:
        return _from_console.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnvelopeError(f"not a message of a console: {error}") from error


def decode_to_client(text: str | bytes) -> ToClient:
    """Raises EnvelopeError for anything a relay does not say."""
    try:
        return _to_client.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnvelopeError(f"not a message of a relay: {error}") from error
