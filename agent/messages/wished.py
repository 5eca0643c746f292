"""What the user wants of the network thread. Values only; any thread may hold them."""

import dataclasses

from agent.letters import Letter
from agent.outbox import Request
from protocol.desk.events import Attachment, EndReason
from protocol.scopes import Scope

MAX_TEXT_CHARS = 2000
"""Of a consent's signed text; in scripts of 4 bytes a letter it still fits the 12 KiB of a signed body."""


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


LookedUp = ReadTicket | ReadAbout | FindArticles | AnswerAdvice | AnswerOffer
"""Of no use later: asked now, or not at all."""
OfSession = AnswerQuestion | QuestionOnScreen | GiveTime | BannersShown | TakeBack | StopSession
"""Of the session there is, if any."""
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
