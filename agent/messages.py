"""What the network thread tells the windows, and what the user wants of it. Values only; any thread may hold them.

From the network thread they go by one queued Qt signal, to it by `call_soon_threadsafe`; nothing else is shared.
"""

import dataclasses
import enum
from datetime import datetime

from agent.letters import Letter
from agent.outbox import Request
from agent.own_tickets import OwnTicket
from protocol import envelope
from protocol.desk.events import Article, Attachment, EndReason, Threshold
from protocol.scopes import Scope

MAX_TEXT_CHARS = 2000
"""Of a consent's signed text; in scripts of 4 bytes a letter it still fits the 12 KiB of a signed body."""


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


# --- the network thread tells
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


# --- the user wants
@dataclasses.dataclass(frozen=True, slots=True)
class SendRequest:
    """Send this request, now or when the line is back."""

    request: Request


@dataclasses.dataclass(frozen=True, slots=True)
class ReadTicket:
    """Tell me all about this ticket."""

    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class ReadAbout:
    """Ask the desk for its hours and the wait, as they are now."""


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerAdvice:
    """The user's yes or no to a recommendation (P8)."""

    key: str
    accepted: bool


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerOffer:
    """The user's yes or no to a price on somebody else's request (P11)."""

    ticket: int
    quote: str
    accepted: bool


@dataclasses.dataclass(frozen=True, slots=True)
class FindArticles:
    """What may help with these words? `language` is the user's."""

    words: str
    language: str


@dataclasses.dataclass(frozen=True, slots=True)
class SendLetter:
    """Say this on its ticket, now or when the line is back."""

    letter: Letter


@dataclasses.dataclass(frozen=True, slots=True)
class SendFile:
    """Send this letter, which is about a file, with the file's bytes."""

    letter: Letter
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class FetchFile:
    """A file of this ticket's history is to be seen."""

    number: int
    file: Attachment


@dataclasses.dataclass(frozen=True, slots=True)
class FetchFace:
    """A picture of somebody of the help desk is to be shown."""

    sha256: str


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """The user's answer to a `Question`.

    Attributes:
        scopes: what is allowed; empty means no.
        text: the question as it stood on the screen, word for word.
        language: of the text.
        nobody: nobody answered in time.
        monitors: names of the screens that may be seen; none: all of them.
    """

    session: str
    scopes: frozenset[Scope]
    text: str
    language: str
    nobody: bool = False
    monitors: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class QuestionOnScreen:
    """A consent question is, or is no longer, on the screen."""

    session: str
    shown: bool


@dataclasses.dataclass(frozen=True, slots=True)
class GiveTime:
    """The user gives the technician more minutes for what is allowed already (P30).

    Attributes:
        minutes: beyond what was agreed.
        text: what stood on the screen, word for word.
        language: of the text.
    """

    session: str
    minutes: int
    text: str
    language: str


@dataclasses.dataclass(frozen=True, slots=True)
class BannersShown:
    """The banners' windows on an X11 desktop, by number; none: there are none, or it is no X11 desktop."""

    windows: frozenset[int]


@dataclasses.dataclass(frozen=True, slots=True)
class TakeBack:
    """The user takes back some of what was allowed."""

    scopes: frozenset[Scope]


@dataclasses.dataclass(frozen=True, slots=True)
class StopSession:
    """End whatever session there is, now."""

    reason: EndReason


@dataclasses.dataclass(frozen=True, slots=True)
class TryNow:
    """The user is there, or this computer has a network again: do not wait for the next try."""


@dataclasses.dataclass(frozen=True, slots=True)
class Beat:
    """The windows are alive: the worker and the guard may hear that."""


Wish = (
    SendRequest
    | SendLetter
    | SendFile
    | FetchFile
    | FetchFace
    | ReadTicket
    | ReadAbout
    | AnswerAdvice
    | AnswerOffer
    | FindArticles
    | AnswerQuestion
    | QuestionOnScreen
    | GiveTime
    | BannersShown
    | TakeBack
    | StopSession
    | TryNow
    | Beat
)
