"""A ticket's clocks: what was agreed, what has passed, what is left, as of any instant. Pure.

Computed each time from the ticket's track (instants of its events), the contract's version in force when the clock
began, and the calendar's versions of each moment that passed; nothing is ever counted up. So:

    - a new calendar leaves elapsed time as it was, and moves only targets that are still ahead;
    - another priority, or another contract, changes the target and the hours that count, and keeps every pause;
    - the priority that counts is the one in force when the clock stopped, or now: judging a ticket anew after the
      answer breaks no promise that was kept.

The solution stops the resolution clock; "not solved" and coming back let it go on from where it stood, since it was not
solved. The requester's own taking back stops all clocks without a verdict on them.

`Terms` is made once for a contract; reading a clock then costs some 5 microseconds. One thread (see `OpenTime`).
"""

import enum
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from protocol.desk.business_time import OpenTime, from_us, to_us
from protocol.desk.calendar import DAY_AND_NIGHT, Calendar
from protocol.desk.contract import Contract, ContractError, ContractVersion, Metric
from protocol.desk.track import ON_HOLD, Standing, Stretch, Track
from protocol.moment import Moment

WARN_NUMERATOR, WARN_DENOMINATOR = 3, 4
"""Three quarters of the time agreed are gone: late enough to matter, early enough to help."""
_SECOND_US = 1_000_000


class ClockState(enum.StrEnum):
    """How a clock stands."""

    IDLE = "idle"
    """There is nothing to measure: nobody waits."""
    RUNNING = "running"
    WARNING = "warning"
    """Running, with three quarters gone."""
    PAUSED = "paused"
    MET = "met"
    """Stopped in time."""
    BREACHED = "breached"
    """Running or stopped, later than agreed."""
    STOPPED = "stopped"
    """Stopped without a verdict: not needed any more, or nothing was agreed."""


class Clock(Struct, frozen=True, forbid_unknown_fields=True):
    """A clock as of an instant. Times are aware UTC; seconds are those of the agreed calendar's open hours.

    Attributes:
        stopped_at: when what it measures happened; None while it is under way.
        elapsed_s: open time that has passed, without pauses.
        agreed_s: the target; None: nothing is agreed.
        remaining_s: until the target, negative after it.
        target_at: when the time is over, or was; None while paused with time left, since nobody knows.
        warn_at: when three quarters are gone, on the same terms.
        ticking: whether it runs at this very moment: neither paused nor stopped, and within the hours.
    """

    metric: Metric
    state: ClockState
    began_at: Moment | None = None
    stopped_at: Moment | None = None
    elapsed_s: float = 0.0
    agreed_s: float | None = None
    remaining_s: float | None = None
    target_at: Moment | None = None
    warn_at: Moment | None = None
    ticking: bool = False


class OpenTimes:
    """All calendars of a desk, made ready once."""

    def __init__(self, calendars: Mapping[str, Calendar]) -> None:
        """By their identifiers; the empty one is day and night."""
        self._by_identifier = {"": OpenTime(DAY_AND_NIGHT)} | {
            identifier: OpenTime(calendar) for identifier, calendar in calendars.items()
        }

    def of(self, identifier: str) -> OpenTime:
        """Raises ContractError when there is no such calendar."""
        try:
            return self._by_identifier[identifier]
        except KeyError:
            raise ContractError(f"There is no calendar “{identifier}”.") from None


class _Agreed(NamedTuple):
    hours: OpenTime
    target_us: int | None


class _Version(NamedTuple):
    terms: ContractVersion
    agreed: dict[Metric, tuple[_Agreed, ...]]  # by priority - 1
    counting: dict[Metric, frozenset[Standing]]


class Terms:
    """A contract made ready to be held against tickets."""

    def __init__(self, contract: Contract, calendars: OpenTimes) -> None:
        """Raises ContractError when it speaks of a calendar that is not there."""
        self.contract = contract
        self._begins_us = [to_us(version.valid_from) for version in contract.versions]
        self._versions = [_made_ready(version, calendars) for version in contract.versions]

    def clocks(self, track: Track, now: datetime) -> tuple[Clock, ...]:
        """The clocks as they stand, one for each metric in its order: each the newest of its kind."""
        now_us = max(to_us(now), track.last_us)
        return tuple(
            self._read(track, metric, stretches[-1], now_us) if stretches else Clock(metric, ClockState.IDLE)
            for metric, stretches in _stretches(track)
        )

    def history(self, track: Track, now: datetime) -> Iterator[Clock]:
        """Every clock there ever was, for the record of promises kept."""
        now_us = max(to_us(now), track.last_us)
        for metric, stretches in _stretches(track):
            for stretch in stretches:
                yield self._read(track, metric, stretch, now_us)

    # --- inside
    def _in_force(self, at_us: int) -> _Version:
        return self._versions[max(0, bisect_right(self._begins_us, at_us) - 1)]

    def _read(self, track: Track, metric: Metric, stretch: Stretch, now_us: int) -> Clock:
        version = self._in_force(stretch.begin_us)
        end_us = now_us if stretch.end_us is None else stretch.end_us
        priority = track.priority_at(end_us) or version.terms.unjudged_priority(track.urgency)
        hours, target_us = version.agreed[metric][priority - 1]
        counted = _counted(track, version.counting[metric], stretch.begin_us, end_us)
        elapsed_us = sum(hours.between_us(begin, end) for begin, end in counted)
        running = stretch.end_us is None and track.phases[-1][1] in version.counting[metric]
        paused = stretch.end_us is None and not running
        if target_us is None:
            target_at_us = warn_at_us = None
        else:
            target_at_us = _when(hours, counted, target_us, end_us, open_ended=not paused)
            warn_us = target_us * WARN_NUMERATOR // WARN_DENOMINATOR
            warn_at_us = _when(hours, counted, warn_us, end_us, open_ended=not paused)
        breached = target_at_us is not None and bool(counted) and target_at_us < counted[-1][1]
        return Clock(
            metric,
            _state(stretch, target_us, elapsed_us, breached=breached, paused=paused),
            from_us(stretch.begin_us),
            None if stretch.end_us is None else from_us(stretch.end_us),
            elapsed_us / _SECOND_US,
            None if target_us is None else target_us / _SECOND_US,
            None if target_us is None else (target_us - elapsed_us) / _SECOND_US,
            None if target_at_us is None else from_us(target_at_us),
            None if warn_at_us is None else from_us(warn_at_us),
            running and hours.is_open_us(now_us),
        )


def next_alarm(clocks: Iterable[Clock], now: datetime) -> datetime | None:
    """When one of them, left alone, next turns to a warning or a breach; None: not one does."""
    alarms = (at for clock in clocks if clock.stopped_at is None for at in (clock.warn_at, clock.target_at))
    return min((at for at in alarms if at is not None and at > now), default=None)


def _state(stretch: Stretch, target_us: int | None, elapsed_us: int, *, breached: bool, paused: bool) -> ClockState:
    if breached:
        return ClockState.BREACHED
    if stretch.end_us is not None:
        return ClockState.STOPPED if stretch.void or target_us is None else ClockState.MET
    if paused:
        return ClockState.PAUSED
    if target_us is not None and elapsed_us * WARN_DENOMINATOR >= target_us * WARN_NUMERATOR:
        return ClockState.WARNING
    return ClockState.RUNNING


def _stretches(track: Track) -> tuple[tuple[Metric, tuple[Stretch, ...]], ...]:
    """What each metric measures."""
    dropped = Stretch(track.opened_us, track.closed_us, void=track.closed_us is not None)
    first = dropped if track.answered_us is None else Stretch(track.opened_us, track.answered_us)
    resolution = dropped if track.solved_us is None else Stretch(track.opened_us, track.solved_us)
    return (
        (Metric.FIRST_RESPONSE, (first,)),
        (Metric.NEXT_RESPONSE, track.waits),
        (Metric.NEXT_UPDATE, track.updates),
        (Metric.RESOLUTION, (resolution,)),
    )


def _counted(track: Track, counting: frozenset[Standing], begin_us: int, end_us: int) -> list[tuple[int, int]]:
    """The parts of a stretch in which the clock counts, in order."""
    counted = []
    until_us = end_us
    for since_us, standing in reversed(track.phases):
        if since_us < until_us:
            if standing in counting:
                counted.append((max(since_us, begin_us), until_us))
            until_us = since_us
        if since_us <= begin_us:
            break
    counted.reverse()
    return counted


def _when(
    hours: OpenTime, counted: list[tuple[int, int]], target_us: int, end_us: int, *, open_ended: bool
) -> int | None:
    """When `target_us` of open time have passed: within what counted, or after `end_us` if it goes on from there."""
    left_us = target_us
    for begin_us, until_us in counted:
        passed_us = hours.between_us(begin_us, until_us)
        if passed_us >= left_us:
            return hours.when_us(begin_us, left_us)
        left_us -= passed_us
    return hours.when_us(end_us, left_us) if open_ended else None


def _made_ready(version: ContractVersion, calendars: OpenTimes) -> _Version:
    agreed = {}
    for metric in Metric:
        row = []
        for level in version.levels:
            target = level.target(metric)
            if target is None:  # what has passed is still of interest, in the hours shown to the customer
                row.append(_Agreed(calendars.of(version.hours), None))
            else:
                row.append(_Agreed(calendars.of(target.calendar), target.minutes * 60 * _SECOND_US))
        agreed[metric] = tuple(row)
    counting = {
        metric: frozenset({Standing.OPEN, *ON_HOLD.values()})
        - {ON_HOLD[reason] for reason in version.pauses.of(metric)}
        for metric in Metric
    }
    return _Version(version, agreed, counting)
