"""What the network thread tells the windows: plain data, past tense. Pure.

They pass through one mailbox (`console.mailbox`) in the order they happened; pictures do not, they have a canvas.
"""

import dataclasses
import enum
from datetime import datetime

from console.picture.measures import Reading
from console.session.conversation import Allowed, NotAllowed, Secured, Shown
from console.session.stages import Stage
from protocol import envelope
from protocol.desk.events import EndReason
from protocol.trust import Organisation, Party


class LinkState(enum.Enum):
    """Where the connection to the relay is."""

    CONNECTING = "connecting"
    ONLINE = "online"
    WAITING = "waiting"
    """Cut; the next attempt comes by itself."""
    REFUSED = "refused"
    """Not let in; trying again will not help until somebody does something, though it is tried now and then."""


@dataclasses.dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection to the relay; `sentence` says why, where there is a why."""

    state: LinkState
    sentence: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """An answer, or something the relay says by itself."""

    message: envelope.ToClient


class EnrolmentState(enum.Enum):
    """How far the first start is."""

    SENDING = "sending"
    WAITING = "waiting"
    """The request lies with the administrator."""
    DONE = "done"


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolmentChanged:
    """The first start went on; `sentence` says why, where there is a why; `key`: the fingerprint that waits."""

    state: EnrolmentState
    sentence: str = ""
    key: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class IdentityReady:
    """The technician's certificate and key are at hand; the link is being made."""

    me: Party
    organisation: Organisation


@dataclasses.dataclass(frozen=True, slots=True)
class InvitationNeeded:
    """Nobody was ever approved on this computer."""


@dataclasses.dataclass(frozen=True, slots=True)
class StartFailed:
    """The console cannot start as it is; the sentence says what to do."""

    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class CertificateEnding:
    """The technician's certificate ends soon, at an aware time; the administrator has the request for the next."""

    ends_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class StageReached:
    """A session went on by one stage."""

    session: str
    stage: Stage


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """The other end of a session said something that the window shows."""

    session: str
    event: Secured | Allowed | NotAllowed | Shown


@dataclasses.dataclass(frozen=True, slots=True)
class LineMeasured:
    """The time to the relay and back, in milliseconds."""

    session: str
    round_trip_ms: float


@dataclasses.dataclass(frozen=True, slots=True)
class PictureMeasured:
    """How a session's picture travels."""

    session: str
    figures: Reading


@dataclasses.dataclass(frozen=True, slots=True)
class SessionFinished:
    """A session is over.

    Attributes:
        reason: as this end knows it.
        sentence: what a person should know besides, or "".
        ours: whether this end ended it, and so has to report it to the relay.
    """

    session: str
    reason: EndReason
    sentence: str
    ours: bool


Event = (
    LinkChanged
    | Heard
    | EnrolmentChanged
    | IdentityReady
    | InvitationNeeded
    | StartFailed
    | CertificateEnding
    | StageReached
    | Said
    | LineMeasured
    | PictureMeasured
    | SessionFinished
)
