"""One row for each time entry as it stands after its corrections: what bounds one technician's day, and is billed."""

from collections.abc import Iterable, Sequence

from protocol.desk import events
from relay.store.projections.base import Step, Write
from relay.store.tables import microseconds

_LOG = """
INSERT INTO worktime (entry, ticket, staff, staff_name, begin_us, end_us, worked_s, kind, billed, text)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_CORRECT = """
UPDATE worktime SET begin_us = ?, end_us = ?, worked_s = ?, kind = ?, billed = ?, text = ?
WHERE entry = ? AND ticket = ?
"""


class WorktimeProjection:
    """See the module. One struck out stays, with 0 seconds."""

    name = "worktime"
    version = 1
    tables = ("worktime",)
    compared = ("worktime",)
    ddl = (
        """
        CREATE TABLE worktime (
            entry TEXT PRIMARY KEY,
            ticket INTEGER NOT NULL,
            staff TEXT NOT NULL,
            staff_name TEXT NOT NULL,
            begin_us INTEGER NOT NULL,
            end_us INTEGER NOT NULL,
            worked_s REAL NOT NULL,
            kind TEXT NOT NULL,
            billed INTEGER NOT NULL,
            text TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX worktime_by_staff ON worktime (staff, begin_us)",
        "CREATE INDEX worktime_by_ticket ON worktime (ticket, begin_us)",
        "CREATE INDEX worktime_by_begin ON worktime (begin_us)",
    )

    def derive(self, steps: Sequence[Step]) -> Iterable[Write]:
        """An entry, or its correction."""
        for step in steps:
            match step.entry.event:
                case events.TimeLogged() as e:
                    begin_us, end_us = microseconds(e.begin), microseconds(e.end)
                    whose = (e.entry, step.entry.ticket, e.staff.identifier, e.staff.name)
                    yield _LOG, [(*whose, begin_us, end_us, e.worked_s, e.kind.value, int(e.billed), e.text)]
                case events.TimeCorrected() as e:
                    begin_us, end_us = microseconds(e.begin), microseconds(e.end)
                    now = (begin_us, end_us, e.worked_s, e.kind.value, int(e.billed), e.text)
                    yield _CORRECT, [(*now, e.entry, step.entry.ticket)]
                case _:
                    pass
