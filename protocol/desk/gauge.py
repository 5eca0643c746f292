"""When a figure is a fault, and when it is over: limits with hysteresis, and with patience (promise 34). Pure.

A fault has to last without a break before it is one, and its end likewise: a figure that swings around its limit makes
one fault, not hundreds. Seconds come from the caller's monotonic clock; a gap between two samples (a laptop that slept)
counts as nobody having looked, and begins the waiting anew.
"""

import enum
import math

from msgspec import Struct

from protocol.desk.events import Threshold

GAP_S = 180.0
"""Longer between two samples than this: nobody knows what was in between. Three times the longest sampling interval."""


class Stand(enum.Enum):
    """How a figure stands."""

    GOOD = "good"
    WORSENING = "worsening"
    """Beyond its limit, not yet for long enough."""
    FAULTY = "faulty"
    RECOVERING = "recovering"
    """Back on the good side, not yet for long enough."""


class Turn(enum.Enum):
    """What a sample came to, if anything."""

    RAISED = "raised"
    CLEARED = "cleared"


class Gauge(Struct, frozen=True):
    """One figure of one machine: how it stands, since when, and when it was last looked at."""

    stand: Stand = Stand.GOOD
    since_s: float = 0.0
    last_s: float = -math.inf


FAULTY = frozenset({Stand.FAULTY, Stand.RECOVERING})


def sample(gauge: Gauge, threshold: Threshold, value: float, at_s: float) -> tuple[Gauge, Turn | None]:
    """The gauge after one more look at an instant, and whether a fault began or ended with it.

    A value that is no number changes nothing: it was not seen.
    """
    if math.isnan(value):
        return gauge, None
    faulty = gauge.stand in FAULTY
    steady, moving = (Stand.FAULTY, Stand.RECOVERING) if faulty else (Stand.GOOD, Stand.WORSENING)
    leaves = _cleared(threshold, value) if faulty else _beyond(threshold, value)
    if not leaves:
        return Gauge(steady, at_s, at_s), None
    waited = gauge.stand is moving and at_s - gauge.last_s <= GAP_S
    since_s = gauge.since_s if waited else at_s
    if at_s - since_s < threshold.for_s:
        return Gauge(moving, since_s, at_s), None
    if faulty:
        return Gauge(Stand.GOOD, at_s, at_s), Turn.CLEARED
    return Gauge(Stand.FAULTY, at_s, at_s), Turn.RAISED


def _beyond(threshold: Threshold, value: float) -> bool:
    return value > threshold.limit if threshold.above else value < threshold.limit


def _cleared(threshold: Threshold, value: float) -> bool:
    return value <= threshold.clear if threshold.above else value >= threshold.clear
