"""Time worked as it stands after all corrections, and what of it is billed: by the minute (promise 28). Pure.

The rule, published on every report: each entry is rounded once, down to whole minutes of what was worked; sums are sums
of entries. So what is billed is never more than what was worked, and a report adds up line by line.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import WorkKind
from protocol.desk.states import StepRefused
from protocol.desk.terms import Staff

MINUTE_S = 60
_ROUNDING_S = 1e-6
"""Twelve minutes that a clock gave as 719.9999999 s are twelve minutes."""


def whole_minutes(worked_s: float) -> int:
    """Of so many seconds, as they are charged; whoever shows time worked shows these, and "less than" for none."""
    return int((worked_s + _ROUNDING_S) // MINUTE_S)


class LedgerEntry(Struct, frozen=True):
    """Work on a ticket.

    Attributes:
        entry: its number; a session's own for a session.
        worked_s: seconds, pauses left out; 0: struck out.
        corrected: how often, each time with a reason in the history.
    """

    entry: str
    ticket: int
    staff: Staff
    begin: datetime
    end: datetime
    worked_s: float
    kind: WorkKind
    text: str
    billed: bool
    corrected: int = 0

    @property
    def worked_min(self) -> int:
        """Whole minutes worked."""
        return whole_minutes(self.worked_s)

    @property
    def billed_min(self) -> int:
        """Minutes the customer pays for."""
        return self.worked_min if self.billed else 0


def together_s(entries: Iterable[LedgerEntry]) -> float:
    """Seconds of all entries' whole minutes, as they are charged; of work that never filled one, less than 60."""
    listed = tuple(entries)
    whole_s = sum(entry.worked_min for entry in listed) * MINUTE_S
    return whole_s or min(sum(entry.worked_s for entry in listed), MINUTE_S - 1.0)


Logged = events.TimeLogged | events.TimeCorrected


def follow(entries: dict[str, LedgerEntry], ticket: int, event: Logged) -> dict[str, LedgerEntry]:
    """One ticket's entries by number, those struck out too, after one more event; a facet of its fold.

    Raises:
        StepRefused: a second entry under one number, or a correction of none.
    """
    known = entries.get(event.entry)
    if isinstance(event, events.TimeLogged):
        if known is not None:
            raise StepRefused("This time is entered already.")
        return entries | {event.entry: _logged(ticket, event)}
    if known is None:
        raise StepRefused("There is no such time entry on this ticket.")
    return entries | {event.entry: _corrected(known, event)}


def entries(history: Iterable[events.Entry]) -> tuple[LedgerEntry, ...]:
    """The time entries of one ticket, by their beginning, those struck out left out.

    A session's entry says what its technician's note says, unless a correction has put other words there. A correction
    of an entry that is not there says nothing: the desk lets none through.
    """
    found: dict[str, LedgerEntry] = {}
    ended, session_of = "", dict[str, str]()
    notes: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for happened in history:
        match happened.event:
            case events.SessionEnded(session=session):
                ended = session
            case events.SessionNoted(session=session, text=text) if text.strip():
                notes[session][text.strip()] = None  # the same words twice are one note
            case events.TimeLogged() as logged:
                found[logged.entry] = _logged(happened.ticket, logged)
                if happened.actor is events.Actor.DESK:  # which enters a session as it ends, in parts if need be
                    session_of[logged.entry] = ended
            case events.TimeCorrected(entry=key) as corrected if key in found:
                found[key] = _corrected(found[key], corrected)
            case _:
                pass
    said = (
        entry if entry.text.strip() else replace(entry, text=" · ".join(notes[session_of.get(entry.entry, "")]))
        for entry in found.values()
    )
    return tuple(sorted((entry for entry in said if entry.worked_s > 0), key=lambda entry: entry.begin))


def _logged(ticket: int, logged: events.TimeLogged) -> LedgerEntry:
    return LedgerEntry(
        entry=logged.entry,
        ticket=ticket,
        staff=logged.staff,
        begin=logged.begin,
        end=logged.end,
        worked_s=logged.worked_s,
        kind=logged.kind,
        text=logged.text,
        billed=logged.billed,
    )


def _corrected(entry: LedgerEntry, corrected: events.TimeCorrected) -> LedgerEntry:
    return replace(
        entry,
        begin=corrected.begin,
        end=corrected.end,
        worked_s=corrected.worked_s,
        kind=corrected.kind,
        text=corrected.text,
        billed=corrected.billed,
        corrected=entry.corrected + 1,
    )
