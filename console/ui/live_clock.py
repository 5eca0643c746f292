"""What a ticket's clocks say right now, in a few letters: which promise is next, and how long there is. Pure.

The relay computes the clocks; between two of its messages only the time to the target goes on.
"""

from datetime import datetime
from typing import NamedTuple

from console.language import _
from console.ui import words
from protocol.desk.clocks import ClockState
from protocol.envelope import ClockView, TicketView

_LIVE = (ClockState.RUNNING, ClockState.WARNING)


class Left(NamedTuple):
    """Of the promise that is due next: in how many seconds (negative: late), and how it is shown."""

    seconds: float
    text: str
    near: bool = False


NEVER = Left(float("inf"), "")


def left(ticket: TicketView, now: datetime) -> Left:
    """The one that is due next; `NEVER` when nothing is."""
    found = [one for clock in ticket.clocks if (one := _of(clock, now)) is not None]
    return min(found, default=NEVER)


def _of(clock: ClockView, now: datetime) -> Left | None:
    what = _(words.METRICS[clock.metric])
    if clock.state is ClockState.PAUSED:
        return Left(float("inf"), _("{what}: on hold").format(what=what))
    if clock.target_at is None or (clock.state not in _LIVE and not _is_owed(clock)):
        return None
    seconds = (clock.target_at - now).total_seconds()
    if seconds < 0:
        return Left(seconds, _("{what}: {time} late").format(what=what, time=_short(-seconds)), near=True)
    text = _("{what} in {time}").format(what=what, time=_short(seconds))
    return Left(seconds, text, near=clock.state is ClockState.WARNING)


def _is_owed(clock: ClockView) -> bool:
    """Late, and still running: what stopped late is history."""
    return clock.state is ClockState.BREACHED and not clock.stopped


def _short(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return _("{count} min").format(count=minutes)
    if minutes < 48 * 60:
        return _("{hours}:{minutes:02} h").format(hours=minutes // 60, minutes=minutes % 60)
    return _("{count} days").format(count=minutes // (24 * 60))
