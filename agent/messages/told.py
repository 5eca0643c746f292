"""What the network thread tells the windows. Values only; any thread may hold them."""

import dataclasses
import enum
from datetime import datetime

from agent.letters import Letter
from agent.outbox import Request
from agent.own_tickets import OwnTicket
from protocol import envelope
from protocol.desk.events import Article, Attachment, EndReason, Threshold
from protocol.scopes import Scope


class Line(enum.Enum):
    """How the line to the help desk is."""

    STARTING = "starting"
    ENROLLING = "enrolling"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    AWAY = "away"


class Trouble(enum.Enum):
    """Why there is no line, as far as the user can do something about it, or should know."""

    UNREACHABLE = "unreachable"
    CLOCK = "clock"
    OWN_CERTIFICATE = "own_certificate"
    SERVER_CERTIFICATE = "server_certificate"
    OUT_OF_DATE = "out_of_date"
    NOT_ENROLLED = "not_enrolled"
    BUSY = "busy"
    VERSION = "version"
    REFUSED = "refused"


@dataclasses.dataclass(frozen=True, slots=True)
class LineChanged:
    """The line is up, or not and why."""

    line: Line
    trouble: Trouble | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class RequestKept:
    """The request is safe on this computer; it goes out as soon as it can. With `stored` False: only in memory."""

    request: str
    stored: bool


@dataclasses.dataclass(frozen=True, slots=True)
class RequestTaken:
    """The help desk has the request, under this number."""

    request: str
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class RequestFailed:
    """The request was not and will not be taken; the text is still the user's."""

    request: Request
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class WaitingListed:
    """The requests that wait for the line, oldest first."""

    requests: tuple[Request, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class LettersListed:
    """The letters that wait for the line, oldest first; told anew with each change."""

    letters: tuple[Letter, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class LetterFailed:
    """The letter was not and will not be taken; its words are still the user's."""

    letter: Letter
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class TicketsListed:
    """The user's tickets, newest first."""

    tickets: tuple[envelope.TicketView, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class TicketSeen:
    """A ticket is new or has changed."""

    ticket: envelope.TicketView


@dataclasses.dataclass(frozen=True, slots=True)
class AboutRead:
    """What the desk says of itself: its hours, who is on duty, how long a wait is."""

    about: envelope.About


@dataclasses.dataclass(frozen=True, slots=True)
class PhoneKnown:
    """The help desk's number as it was said last, before there is a line."""

    number: str


@dataclasses.dataclass(frozen=True, slots=True)
class WatchRead:
    """What is watched on this machine from now on."""

    thresholds: tuple[Threshold, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class ArticlesFound:
    """What may help with what the user writes just now."""

    articles: tuple[Article, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class TicketRead:
    """A ticket with its history."""

    ticket: envelope.Ticket


@dataclasses.dataclass(frozen=True, slots=True)
class FileFetched:
    """A file that was wanted is here, whole."""

    file: Attachment
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class FileMissed:
    """It does not come; the sentence says why."""

    file: Attachment
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class FaceFetched:
    """A picture that was wanted is here, and is what its hash says."""

    sha256: str
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class TechnicianShown:
    """A technician as certified by the organisation."""

    name: str
    title: str
    phone: str
    organisation: str


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A technician asks to be allowed something.

    Attributes:
        session: the session's number.
        technician: who, as certified.
        own: what the user asked, from this device's own memory.
        scopes: what is asked for now; without what is allowed already.
        minutes: for how long, counted from the answer.
        remark: the technician's own words; may be hostile.
        allowed: what is allowed already.
        until: when what is allowed already ends; more of it does not last longer.
        answer_by_s: so long the question waits; then the answer is no.
        monitors: what of the screens is allowed to be seen already; none: all of them.
        face: hash of a picture, by the relay's word alone.
    """

    session: str
    technician: TechnicianShown
    own: OwnTicket
    scopes: frozenset[Scope]
    minutes: int
    remark: str
    allowed: frozenset[Scope] = frozenset()
    until: datetime | None = None
    answer_by_s: float = 60.0
    monitors: tuple[str, ...] = ()
    face: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class QuestionRaised:
    """Show this question, alone and on top."""

    question: Question


@dataclasses.dataclass(frozen=True, slots=True)
class QuestionWithdrawn:
    """The question is pointless now: the session is over."""

    session: str


@dataclasses.dataclass(frozen=True, slots=True)
class SessionRunning:
    """A session as the banner shows it; told anew with each change.

    Attributes:
        interrupted: the line is, nobody sees a thing.
        monitors: names of the screens that are seen; none: all of them.
    """

    session: str
    technician: TechnicianShown
    scopes: frozenset[Scope]
    until: datetime
    hot_key: str | None
    interrupted: bool = False
    monitors: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session is over. `allowed`: the user had allowed it; else nothing was ever shown."""

    session: str
    reason: EndReason
    technician: TechnicianShown | None
    allowed: bool


Happened = (
    LineChanged
    | RequestKept
    | RequestTaken
    | RequestFailed
    | WaitingListed
    | LettersListed
    | LetterFailed
    | TicketsListed
    | TicketSeen
    | TicketRead
    | AboutRead
    | PhoneKnown
    | WatchRead
    | ArticlesFound
    | FileFetched
    | FileMissed
    | FaceFetched
    | QuestionRaised
    | QuestionWithdrawn
    | SessionRunning
    | SessionClosed
)
