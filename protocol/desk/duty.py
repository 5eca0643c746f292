"""Who is there, and who is called: absences, rota with overrides, schedules. Pure."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import AbsenceSet, RotaSet, Schedule, Shift, ShiftOverridden


class DutyError(ValueError):
    """A rota that leaves nobody to call; the sentence is for whoever wrote it."""


class Duty:
    """Absences, rotas and schedules by their numbers.

    Attributes:
        rotas: in the order they were set; a later one has the word for its stretch.
        fired: schedule → the last time it was due and made its ticket.
    """

    def __init__(self) -> None:
        self.absences: dict[str, AbsenceSet] = {}
        self.rotas: list[RotaSet] = []
        self.overrides: dict[str, ShiftOverridden] = {}
        self.schedules: dict[str, Schedule] = {}
        self.fired: dict[str, datetime] = {}

    def apply(self, event: events.BookEvent, at: datetime) -> None:
        """One more event; others than duty's leave it as it is."""
        del at
        match event:
            case events.AbsenceSet(absence=absence):
                self.absences[absence] = event
            case events.RotaSet():
                self.rotas.append(event)
            case events.ShiftOverridden(override=override):
                self.overrides[override] = event
            case events.ScheduleSet(schedule=schedule):
                self.schedules[schedule.identifier] = schedule
            case events.ScheduleFired(schedule=identifier, due=due):
                self.fired[identifier] = max(due, self.fired.get(identifier, due))
            case _:
                pass

    def absent(self, at: datetime) -> frozenset[str]:
        """Who is away at an instant."""
        return frozenset(a.staff for a in self.absences.values() if a.begin <= at < a.end)

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Who is called, in this order; stand-ins first, whoever is away left out. Empty: there is no rota then."""
        stand_ins = [o.shift for o in self.overrides.values() if o.shift.begin <= at < o.shift.end]
        rota = self.rota_at(at)
        shifts = [shift for shift in rota.shifts if shift.begin <= at < shift.end] if rota else []
        away = self.absent(at)
        named = [staff for shift in (*reversed(stand_ins), *shifts) for staff in shift.staff]
        return tuple(dict.fromkeys(staff for staff in named if staff not in away))

    def rota_at(self, at: datetime) -> RotaSet | None:
        """The rota that has the word at an instant."""
        return next((rota for rota in reversed(self.rotas) if rota.begin <= at < rota.end), None)


def taken_back(absence: AbsenceSet, now: datetime) -> AbsenceSet:
    """The absence once somebody is back early, or stays: what has begun ends now, what was planned is struck."""
    return replace(absence, end=now if absence.begin < now < absence.end else absence.begin)


def check_rota(begin: datetime, end: datetime, shifts: Sequence[Shift]) -> None:
    """Raises DutyError, with the first gap, unless somebody is on call from `begin` to `end` (promise 1)."""
    ordered = sorted(shifts, key=lambda shift: shift.begin)
    if not ordered or ordered[0].begin > begin:
        raise DutyError(f"Nobody is on call from {begin:%Y-%m-%d %H:%M} on.")
    reached = ordered[0].end
    for _, shift in pairwise(ordered):
        if shift.begin > reached:
            break
        reached = max(reached, shift.end)
    if reached < end:
        raise DutyError(f"Nobody is on call from {reached:%Y-%m-%d %H:%M} on.")
