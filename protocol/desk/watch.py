"""What is watched and what was found: thresholds, open faults, clusters of equal ones. Pure."""

import collections
from datetime import datetime

from msgspec import Struct

from protocol.desk import events
from protocol.desk.events import FaultRaised, ProblemProposed, Threshold

TIMES = 50
"""Of one thing on one machine: more than a month needs to show that it happens again and again."""
REMEMBERED = 10_000
"""Faults that are over."""


class OpenFault(Struct, frozen=True):
    """A fault that is not over."""

    since: datetime
    raised: FaultRaised


class Cluster(Struct, frozen=True):
    """Equal faults (promise 36)."""

    count: int
    first: datetime
    last: datetime
    devices: frozenset[str]


class Watch:
    """Thresholds by customer ("" for all), open faults by number, clusters by fingerprint."""

    def __init__(self) -> None:
        self.thresholds: dict[str, tuple[Threshold, ...]] = {}
        self.open: dict[str, OpenFault] = {}
        self._over: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._times: dict[tuple[str, str, str], tuple[datetime, ...]] = {}
        self.clusters: dict[str, Cluster] = {}
        self.problems: dict[str, ProblemProposed] = {}

    def apply(self, event: events.BookEvent, at: datetime) -> None:
        """One more event; others than watching's leave it as it is."""
        match event:
            case events.ThresholdsSet(thresholds=thresholds, customer=customer):
                self.thresholds[customer] = thresholds
            case events.FaultRaised(fault=fault):
                self.open[fault] = OpenFault(at, event)
                self._count(event, at)
            case events.FaultCleared(fault=fault):
                self.open.pop(fault, None)
                self._over[fault] = None
                if len(self._over) > REMEMBERED:
                    self._over.popitem(last=False)
            case events.ProblemProposed(fingerprint=fingerprint):
                self.problems[fingerprint] = event
            case _:
                pass

    def open_fault(self, device: str, check: str, target: str) -> FaultRaised | None:
        """The open fault of a device, check and target: there is at most one."""
        wanted = (device, check, target)
        found = (f.raised for f in self.open.values())
        return next((f for f in found if (f.device, f.check, f.target) == wanted), None)

    def is_over(self, fault: str) -> bool:
        """Whether a fault is over already, as far as that is remembered: its report came late, or twice."""
        return fault in self._over

    def times(self, device: str, check: str, target: str, *, since: datetime) -> tuple[datetime, ...]:
        """When this was a fault, from an instant on, oldest first."""
        return tuple(at for at in self._times.get((device, check, target), ()) if at >= since)

    def _count(self, event: FaultRaised, at: datetime) -> None:
        place = event.device, event.check, event.target
        self._times[place] = (*self._times.get(place, ())[1 - TIMES :], at)
        known = self.clusters.get(event.fingerprint)
        if known is None:
            self.clusters[event.fingerprint] = Cluster(1, at, at, frozenset({event.device}))
        else:
            devices = known.devices | {event.device}
            self.clusters[event.fingerprint] = Cluster(known.count + 1, known.first, at, devices)
