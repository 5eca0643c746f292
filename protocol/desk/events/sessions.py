"""Sessions of a ticket: asked for, allowed, ended, noted, measured. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import moment
from protocol.desk.events.base import EventBase
from protocol.desk.terms import EndReason, SessionId, Staff, Text
from protocol.moment import Moment
from protocol.scopes import Scope

MAX_SAMPLES = 360


class SessionRequested(EventBase, frozen=True):
    """A technician asked to see the screen; `scopes`: for what, as his console said (empty: it did not)."""

    session: SessionId
    staff: Staff
    scopes: frozenset[Scope] = frozenset()


class SessionConsented(EventBase, frozen=True):
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


class SessionEnded(EventBase, frozen=True):
    """It is over. Without a consent before it, nothing was shown and `worked_s` is 0."""

    session: SessionId
    reason: EndReason
    worked_s: Annotated[float, Meta(ge=0)]


class SessionNoted(EventBase, frozen=True):
    """The technician's note on a session."""

    session: SessionId
    text: Text


class Sample(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """How the picture travelled during a part of a session.

    Attributes:
        at_s: its end, from the session's beginning on;
        latency_ms: from a change on the helped screen to its being shown, the median;
        round_trip_ms: of the line.
        frames: shown, in all this part;
        received_bytes: by the console, likewise;
        exact: share of the picture that was exact, 0 to 1.
    """

    at_s: Annotated[float, Meta(ge=0)]
    latency_ms: Annotated[float, Meta(ge=0)]
    round_trip_ms: Annotated[float, Meta(ge=0)]
    frames: Annotated[int, Meta(ge=0)]
    received_bytes: Annotated[int, Meta(ge=0)]
    exact: Annotated[float, Meta(ge=0, le=1)]


class SessionMeasured(EventBase, frozen=True):
    """How the picture travelled, as the technician's side measured it."""

    session: SessionId
    samples: Annotated[tuple[Sample, ...], Meta(max_length=MAX_SAMPLES)]
