"""What of a ticket's history can still be acted upon: open questions, time entries, links. Pure."""

import contextlib
from collections.abc import Sequence

from protocol.desk import events, ledger
from protocol.desk.events import Relation
from protocol.desk.ledger import LedgerEntry
from protocol.desk.states import StepRefused
from protocol.envelope import HistoryLine


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


def time_entries(ticket: int, history: Sequence[HistoryLine]) -> dict[str, LedgerEntry]:
    """Number → entry, as it stands after what was corrected; `worked_s` 0: struck out."""
    found: dict[str, LedgerEntry] = {}
    for line in history:
        if isinstance(line.event, events.TimeLogged | events.TimeCorrected):
            with contextlib.suppress(StepRefused):  # its first event is beyond what was shown of the history
                found = ledger.follow(found, ticket, line.event)
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
