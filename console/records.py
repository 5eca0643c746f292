"""What of a ticket's history can still be acted upon: open questions, time entries, links. Pure."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from protocol.desk import events
from protocol.desk.events import Relation, WorkKind
from protocol.envelope import HistoryLine


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A time entry as it stands now; `worked_s` 0: struck out."""

    key: str
    staff: str
    begin: datetime
    end: datetime
    worked_s: float
    kind: WorkKind
    text: str
    billed: bool


def open_questions(history: Sequence[HistoryLine]) -> dict[str, str]:
    """Number → question, of those that stand in the way of a solution."""
    found: dict[str, str] = {}
    for line in history:
        match line.event:
            case events.QuestionAsked(question=key, text=text):
                found[key] = text
            case events.QuestionAnswered(question=key):
                found.pop(key, None)
    return found


def time_entries(history: Sequence[HistoryLine]) -> dict[str, Entry]:
    """Number → entry, with what was corrected."""
    found: dict[str, Entry] = {}
    for line in history:
        match line.event:
            case events.TimeLogged() as logged:
                found[logged.entry] = Entry(
                    logged.entry,
                    logged.staff.name,
                    logged.begin,
                    logged.end,
                    logged.worked_s,
                    logged.kind,
                    logged.text,
                    logged.billed,
                )
            case events.TimeCorrected() as now if now.entry in found:
                found[now.entry] = Entry(
                    now.entry,
                    found[now.entry].staff,
                    now.begin,
                    now.end,
                    now.worked_s,
                    now.kind,
                    now.text,
                    now.billed,
                )
    return found


def links(history: Sequence[HistoryLine]) -> list[tuple[int, Relation]]:
    """The tickets it has to do with, and how."""
    found: dict[tuple[int, Relation], None] = {}
    for line in history:
        match line.event:
            case events.Linked(ticket=ticket, relation=relation):
                found[ticket, relation] = None
            case events.Unlinked(ticket=ticket, relation=relation):
                found.pop((ticket, relation), None)
    return list(found)
