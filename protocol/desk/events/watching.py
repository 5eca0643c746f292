"""Thresholds, faults and what they have in common (promises 34 to 36). Pure. Their entries bear number 0."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol.desk.events.base import EventBase
from protocol.desk.terms import Key, Name, Number, Text

CheckName = Annotated[str, Meta(pattern=r"^[a-z0-9_.]{1,60}$")]
Target = Annotated[str, Meta(max_length=255)]


class Threshold(Struct, frozen=True, forbid_unknown_fields=True):
    """From when on a figure is a fault, and from when on it is over again (hysteresis).

    Attributes:
        check: name of the figure, such as ``cpu.percent``, ``disk.used_percent``, ``memory.available_mb``.
        above: the fault is a figure above `limit`; else one below.
        limit: of the fault; `clear`: of its end, on the other side of it.
        for_s: it lasts so many seconds without a break before it is a fault, and likewise before it is over.
        ticket: whether a fault opens a ticket by itself.
    """

    check: CheckName
    limit: float
    clear: float
    above: bool = True
    for_s: Annotated[float, Meta(ge=0, le=7 * 24 * 3600)] = 300.0
    ticket: bool = False

    def __post_init__(self) -> None:
        """Refuses a threshold that would be over before it began."""
        if (self.clear > self.limit) if self.above else (self.clear < self.limit):
            raise ValueError("A fault is over on the other side of its limit.")


class ThresholdsSet(EventBase, frozen=True):
    """What is watched: on one customer's machines, or on all (empty)."""

    thresholds: Annotated[tuple[Threshold, ...], Meta(max_length=100)]
    customer: Name = ""


class FaultRaised(EventBase, frozen=True):
    """A figure passed its threshold, or an error came; one open fault for each device, check and target.

    Attributes:
        fingerprint: the same for equal errors, on whatever machine (promise 36).
    """

    fault: Key
    device: Name
    check: CheckName
    target: Target
    value: Text
    fingerprint: Annotated[str, Meta(max_length=64)]
    customer: Name = ""
    ticket: Annotated[int, Meta(ge=0)] = 0


class FaultCleared(EventBase, frozen=True):
    """It is over. Whoever was told of the fault is told."""

    fault: Key
    value: Text


class ProblemProposed(EventBase, frozen=True):
    """The third ticket with one fingerprint: look for the cause (promise 12)."""

    fingerprint: Annotated[str, Meta(max_length=64)]
    tickets: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=1000)]
    problem: Annotated[int, Meta(ge=0)] = 0
    """The ticket of kind problem that it became; 0: none yet."""
