"""Holds figures against thresholds: which fault began, and which is over. Pure; one fault for each check and target.

A fault that the desk still holds to be open when the program starts is taken up again: it is over when its figure says
so, and not told a second time.
"""

import dataclasses
import secrets
from collections.abc import Callable, Iterable

from agent.watching.figures import Figure
from protocol.desk.events import CheckResult, Threshold
from protocol.desk.gauge import Gauge, Stand, Turn, sample
from protocol.envelope import KnownFault


@dataclasses.dataclass(frozen=True, slots=True)
class Raised:
    """A fault began."""

    fault: str
    figure: Figure


@dataclasses.dataclass(frozen=True, slots=True)
class Cleared:
    """A fault is over."""

    fault: str
    value: str


Place = tuple[str, str]
"""Check and target."""


class Watcher:
    """Watches nothing until `watch` says what."""

    def __init__(self, new_key: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        """`new_key` rolls a fault's number."""
        self._new_key = new_key
        self._thresholds: dict[str, Threshold] = {}
        self._gauges: dict[Place, Gauge] = {}
        self._faults: dict[Place, str] = {}

    @property
    def checks(self) -> tuple[str, ...]:
        """What has to be read."""
        return tuple(self._thresholds)

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """What is watched."""
        return tuple(self._thresholds.values())

    @property
    def faults(self) -> dict[Place, str]:
        """The open ones, by check and target."""
        return dict(self._faults)

    def watch(self, thresholds: Iterable[Threshold], known: Iterable[KnownFault]) -> list[Cleared]:
        """From now on this is watched, and these are open; the faults that are over since nobody watches them."""
        before = self._thresholds
        self._thresholds = {threshold.check: threshold for threshold in thresholds}
        changed = {check for check in before if before[check] != self._thresholds.get(check)}
        self._gauges = {place: gauge for place, gauge in self._gauges.items() if place[0] not in changed}
        open_ones = {(fault.check, fault.target): fault.fault for fault in known} | self._faults
        self._faults = {place: fault for place, fault in open_ones.items() if place[0] in self._thresholds}
        for place in self._faults:
            self._gauges.setdefault(place, Gauge(Stand.FAULTY))
        return [Cleared(fault, "") for place, fault in open_ones.items() if place not in self._faults]

    def look(self, figures: Iterable[Figure], at_s: float) -> list[Raised | Cleared]:
        """What these figures, read at an instant of a monotonic clock, come to."""
        found: list[Raised | Cleared] = []
        for figure in figures:
            threshold = self._thresholds.get(figure.check)
            if threshold is None:
                continue
            place = figure.check, figure.target
            self._gauges[place], turn = sample(self._gauges.get(place, Gauge()), threshold, figure.value, at_s)
            if turn is Turn.RAISED and place not in self._faults:
                self._faults[place] = self._new_key()
                found.append(Raised(self._faults[place], figure))
            elif turn is Turn.CLEARED and place in self._faults:
                found.append(Cleared(self._faults.pop(place), figure.shown))
        return found

    def judge(self, check: str, target: str, figures: Iterable[Figure]) -> CheckResult:
        """One look at one thing, for the desk: whether it is as it should be. What cannot be read is not."""
        for figure in figures:
            if (figure.check, figure.target) == (check, target):
                threshold = self._thresholds.get(check)
                good = threshold is None or _good(threshold, figure.value)
                return CheckResult(check, target, figure.shown, good)
        return CheckResult(check, target, "", passed=False)


def _good(threshold: Threshold, value: float) -> bool:
    return value <= threshold.limit if threshold.above else value >= threshold.limit
