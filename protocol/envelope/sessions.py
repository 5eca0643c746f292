"""A session around its tunnel: asked for, offered, allowed, over. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import moment
from protocol.desk.events.sessions import MAX_SAMPLES, Sample
from protocol.desk.terms import EndReason, Name, SessionId, Staff
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words
from protocol.envelope.faces import FaceHash
from protocol.moment import Moment
from protocol.scopes import Scope


class SessionView(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A session under way, for staff.

    Attributes:
        since: when the user said yes; None: he has not yet.
    """

    staff: Staff
    since: Moment | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.since)


# --- agent → relay
class ReportConsent(MessageBase, frozen=True):
    """The user allowed a session; goes into the ticket's history. Answered by `Done`."""

    ref: Ref
    session: SessionId
    consent: Annotated[bytes, Meta(max_length=16 * 1024)]


# --- console → relay
class RequestSession(MessageBase, frozen=True, omit_defaults=True):
    """Answered by `SessionReady`, or refused: no ticket, closed, device away, or another session on the device.

    Attributes:
        scopes: what the user is going to be asked for, for the history; empty: not said.
        instead: a session that another technician has on this ticket is ended for it; the ticket's owner may say so.
    """

    ref: Ref
    ticket: TicketNumber
    scopes: frozenset[Scope] = frozenset()
    instead: bool = False


class AddSessionNote(MessageBase, frozen=True):
    """What was done in a session. Answered by `Ticket`."""

    ref: Ref
    session: SessionId
    text: Words


class AddSessionFigures(MessageBase, frozen=True):
    """How the picture of a session travelled; once for each, after its end. Answered by `Done`."""

    ref: Ref
    session: SessionId
    samples: Annotated[tuple[Sample, ...], Meta(max_length=MAX_SAMPLES)]


# --- both → relay
class ReportEnd(MessageBase, frozen=True):
    """Why a session is over, as this end knows it. The first report counts; the relay itself sees lost lines."""

    ref: Ref
    session: SessionId
    reason: EndReason


# --- relay → console
class SessionReady(MessageBase, frozen=True):
    """Dial ``/session`` with this number now; the other end must prove to be `device`."""

    ref: Ref
    session: SessionId
    ticket: TicketNumber
    device: Name


# --- relay → agent
class SessionOffered(MessageBase, frozen=True, omit_defaults=True):
    """A technician asks for a session on a ticket of this device. What is claimed here is checked in the tunnel."""

    session: SessionId
    ticket: TicketNumber
    staff: Staff
    face: FaceHash = ""


# --- relay → both
class SessionOver(MessageBase, frozen=True):
    """A session ended, for whatever reason; to both ends."""

    session: SessionId
    ticket: TicketNumber
    reason: EndReason
    worked_s: float


FromAgent = ReportConsent | ReportEnd
FromConsole = RequestSession | AddSessionNote | AddSessionFigures | ReportEnd
ToClient = SessionReady | SessionOffered | SessionOver
