"""Makes the derived tables anew from the events when the program knows a newer version of them. Blocking.

Guarantees: all of it in the caller's transaction, one ticket in memory at a time. Distrusts the file: a history that
cannot be read raises, and nothing is changed.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from protocol.desk import events
from protocol.desk.book import THE_BOOK
from protocol.desk.ticket import Ticket, apply
from relay.store.projections.base import Projection, Step

BATCH = 5000
"""Events whose writes go to the database at once."""
_IN_ORDER = "SELECT number, ticket, body FROM events WHERE body IS NOT NULL ORDER BY ticket, number"


def bring_up_to_date(connection: sqlite3.Connection, projections: Sequence[Projection]) -> tuple[str, ...]:
    """Makes anew what is older than the program, or newer; the names of these projections.

    Raises:
        sqlite3.Error, events.EventError, protocol.desk.ticket.FoldError, protocol.desk.states.StepRefused.
    """
    known = dict(connection.execute("SELECT name, version FROM projections").fetchall())
    stale = [projection for projection in projections if known.get(projection.name) != projection.version]
    for projection in stale:
        for table in projection.tables:
            connection.execute(f"DROP TABLE IF EXISTS {table}")  # the program's own words
        make(connection, projection)
        mark = "INSERT OR REPLACE INTO projections (name, version) VALUES (?, ?)"
        connection.execute(mark, (projection.name, projection.version))
    if stale:
        fill(connection, stale, steps(connection))
    return tuple(projection.name for projection in stale)


def make(connection: sqlite3.Connection, projection: Projection) -> None:
    """The projection's tables, empty."""
    for statement in projection.ddl:
        connection.execute(statement)


def fill(connection: sqlite3.Connection, projections: Sequence[Projection], happened: Iterator[Step]) -> None:
    """Carries out what `happened` does to the tables."""
    batch: list[Step] = []
    for step in happened:
        batch.append(step)
        if len(batch) >= BATCH:
            _write(connection, projections, batch)
            batch.clear()
    _write(connection, projections, batch)


def steps(connection: sqlite3.Connection) -> Iterator[Step]:
    """All events of the file, ticket by ticket, the book's first."""
    ticket: Ticket | None = None
    for number, of, body in connection.execute(_IN_ORDER):
        entry = events.decode(body)
        if of == THE_BOOK:
            yield Step(number, entry, None, None)
            continue
        before = ticket if ticket is not None and ticket.number == of else None
        ticket = apply(before, entry)
        yield Step(number, entry, before, ticket)


def _write(connection: sqlite3.Connection, projections: Sequence[Projection], batch: Sequence[Step]) -> None:
    for projection in projections:
        for statement, rows in projection.derive(batch):
            if rows:
                connection.executemany(statement, rows)
