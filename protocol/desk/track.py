"""What a ticket's clocks need to know of its history: instants, never sums. Pure.

A `Track` is a part of the ticket's fold. It holds when something began and ended, and nothing that depends on a
contract or a calendar: those are applied when a clock is read (`protocol.desk.clocks`), so no change of them can make
it drift.

What counts, for every clock the same:
    - an *answer* is a public message of a human of the staff, or the solution he sends; never an automatic receipt,
      an assignment, or a note among staff;
    - the requester *waits* after a message of his own, "not solved" or coming back, until the next answer; an
      out-of-office reply asks for nothing, and what he writes below a solution is met by its two buttons;
    - an *update* is an answer, a new next step or a new estimate.

Instants are microseconds since 1970, UTC, in order even if the desk's clock was set back in between.
"""

import enum
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.business_time import to_us
from protocol.desk.events import Actor, HoldReason


class Standing(enum.Enum):
    """Whose move it is."""

    OPEN = "open"
    USER = "user"
    VENDOR = "vendor"
    CHANGE = "change"
    SCHEDULED = "scheduled"
    DORMANT = "dormant"
    OVER = "over"
    """Resolved, closed or cancelled."""


ON_HOLD = {reason: Standing(reason.value) for reason in HoldReason}


class Stretch(NamedTuple):
    """From when to when; `end_us` None: still under way. `void`: it ended without what it waited for being due."""

    begin_us: int
    end_us: int | None = None
    void: bool = False


class Track(Struct, frozen=True):
    """The instants of one ticket.

    Attributes:
        opened_us: when the desk took it down;
        urgency: and how urgent the requester said it was.
        last_us: the newest instant in here.
        phases: from when on it stood how; the first begins at `opened_us`.
        priorities: from when on it had which priority, once judged.
        answered_us: the first answer.
        waits: when the requester waited, after the first answer.
        updates: between one update and the next, from the first answer on.
        solved_us: when the solution was sent that stands; None once it was rejected.
        closed_us: when the requester accepted it, or took his request back; None while neither holds.
    """

    opened_us: int
    urgency: int
    last_us: int
    phases: tuple[tuple[int, Standing], ...]
    priorities: tuple[tuple[int, int], ...] = ()
    answered_us: int | None = None
    waits: tuple[Stretch, ...] = ()
    updates: tuple[Stretch, ...] = ()
    solved_us: int | None = None
    closed_us: int | None = None

    def priority_at(self, at_us: int) -> int | None:
        """The priority in force at an instant; None before the first judgement."""
        for since_us, priority in reversed(self.priorities):
            if since_us <= at_us:
                return priority
        return None


def begin(entry: events.Entry, opened: events.Opened) -> Track:
    """The track of a ticket just opened."""
    at_us = to_us(entry.at)
    return Track(at_us, opened.urgency, at_us, ((at_us, Standing.OPEN),))


def follow(track: Track, entry: events.Entry, standing: Standing, priority: int | None) -> Track:
    """The track after one more event, which left the ticket standing so, with this priority."""
    at_us = max(to_us(entry.at), track.last_us)
    changes: dict[str, Any] = {}
    if standing is not track.phases[-1][1]:
        changes["phases"] = (*track.phases, (at_us, standing))
    if priority is not None and (not track.priorities or track.priorities[-1][1] != priority):
        changes["priorities"] = (*track.priorities, (at_us, priority))
    _follow_talk(track, entry, standing, at_us, changes)
    _follow_outcome(track, entry.event, at_us, changes)
    return replace(track, last_us=at_us, **changes) if changes else track


def _follow_talk(track: Track, entry: events.Entry, standing: Standing, at_us: int, changes: dict[str, Any]) -> None:
    if is_answer(entry):
        if track.answered_us is None:
            changes["answered_us"] = at_us
        changes["waits"] = _ended(track.waits, at_us)
        changes["updates"] = _ended(track.updates, at_us)
        if standing is not Standing.OVER:
            changes["updates"] += (Stretch(at_us),)
    elif track.answered_us is not None and standing is not Standing.OVER:
        if _asks(entry) and not _under_way(track.waits):
            changes["waits"] = (*track.waits, Stretch(at_us))
        if _informs(entry):
            changes["updates"] = (*_ended(track.updates, at_us), Stretch(at_us))


def _follow_outcome(track: Track, event: events.Event, at_us: int, changes: dict[str, Any]) -> None:
    match event:
        case events.Resolved():
            changes["solved_us"] = at_us
        case events.NotSolved() | events.Reopened():
            changes["solved_us"] = changes["closed_us"] = None
            if track.answered_us is not None and not _under_way(track.updates):
                changes["updates"] = (*track.updates, Stretch(at_us))
        case events.Accepted() | events.Cancelled():
            changes["waits"] = _ended(track.waits, at_us, void=True)
            changes["updates"] = _ended(track.updates, at_us, void=True)
            changes["closed_us"] = at_us
        case _:
            pass


def is_answer(entry: events.Entry) -> bool:
    """Whether a human of the staff said something to the requester."""
    match entry.event:
        case events.MessageAdded(internal=False, automatic=False) | events.Resolved():
            return entry.actor is Actor.STAFF
        case _:
            return False


def is_word_of_requester(entry: events.Entry) -> bool:
    """Whether the requester himself said something, as against his mail program."""
    match entry.event:
        case events.MessageAdded(automatic=automatic):
            return entry.actor is Actor.REQUESTER and not automatic
        case _:
            return entry.actor is Actor.REQUESTER


def _asks(entry: events.Entry) -> bool:
    match entry.event:
        case events.MessageAdded():
            return is_word_of_requester(entry)
        case events.NotSolved() | events.Reopened():
            return True
        case _:
            return False


def _informs(entry: events.Entry) -> bool:
    return entry.actor is Actor.STAFF and isinstance(entry.event, events.NextStepSet | events.EstimateSet)


def _under_way(stretches: tuple[Stretch, ...]) -> bool:
    return bool(stretches) and stretches[-1].end_us is None


def _ended(stretches: tuple[Stretch, ...], at_us: int, *, void: bool = False) -> tuple[Stretch, ...]:
    if not _under_way(stretches):
        return stretches
    return (*stretches[:-1], Stretch(stretches[-1].begin_us, at_us, void))
