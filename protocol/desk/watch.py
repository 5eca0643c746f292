"""What is watched and what was found: thresholds, open faults, clusters of equal ones. Pure."""

from datetime import datetime

from msgspec import Struct

from protocol.desk import events
from protocol.desk.events import FaultRaised, ProblemProposed, Threshold


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
            case events.ProblemProposed(fingerprint=fingerprint):
                self.problems[fingerprint] = event
            case _:
                pass

    def open_fault(self, device: str, check: str, target: str) -> FaultRaised | None:
        """The open fault of a device, check and target: there is at most one."""
        wanted = (device, check, target)
        found = (f.raised for f in self.open.values())
        return next((f for f in found if (f.device, f.check, f.target) == wanted), None)

    def _count(self, event: FaultRaised, at: datetime) -> None:
        known = self.clusters.get(event.fingerprint)
        if known is None:
            self.clusters[event.fingerprint] = Cluster(1, at, at, frozenset({event.device}))
        else:
            devices = known.devices | {event.device}
            self.clusters[event.fingerprint] = Cluster(known.count + 1, known.first, at, devices)
