"""Makes the derived tables anew from the events when the program knows a newer version of them. Blocking.

Guarantees: all of it in the caller's transaction, one ticket in memory at a time. Distrusts the file: a ticket whose
history cannot be read is left out of every list and named; a book that cannot be read raises, and nothing is changed.
"""

import itertools
import operator
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from protocol.desk import events
from protocol.desk.book import THE_BOOK
from protocol.desk.states import StepRefused
from protocol.desk.ticket import FoldError, Ticket, apply
from relay.errors import TicketDamaged
from relay.store.projections.base import Projection, Step

BATCH = 5000
"""Events whose writes go to the database at once."""
_IN_ORDER = "SELECT number, ticket, body FROM events WHERE body IS NOT NULL ORDER BY ticket, number"


def bring_up_to_date(connection: sqlite3.Connection, projections: Sequence[Projection]) -> Sequence[TicketDamaged]:
    """Makes anew what is older than the program, or newer; which tickets could not be read for that.

    Raises:
        sqlite3.Error, events.EventError.
    """
    damaged: list[TicketDamaged] = []
    known = dict(connection.execute("SELECT name, version FROM projections").fetchall())
    stale = [projection for projection in projections if known.get(projection.name) != projection.version]
    for projection in stale:
        for table in projection.tables:
            connection.execute(f"DROP TABLE IF EXISTS {table}")  # the program's own words
        make(connection, projection)
        mark = "INSERT OR REPLACE INTO projections (name, version) VALUES (?, ?)"
        connection.execute(mark, (projection.name, projection.version))
    if stale:
        fill(connection, stale, steps(connection, damaged))
    return damaged


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


def steps(connection: sqlite3.Connection, damaged: list[TicketDamaged]) -> Iterator[Step]:
    """All events of the file, ticket by ticket, the book's first; tickets that cannot be read go to `damaged`."""
    for of, rows in itertools.groupby(connection.execute(_IN_ORDER), key=operator.itemgetter(1)):
        if of == THE_BOOK:
            for number, _, body in rows:
                yield Step(number, events.decode(body), None, None)
            continue
        try:
            found = list(_steps_of_one(rows))
        except (events.EventError, FoldError, StepRefused) as error:
            damaged.append(TicketDamaged(of, str(error)[:300]))
            continue
        yield from found


def _steps_of_one(rows: Iterable[tuple[int, int, bytes]]) -> Iterator[Step]:
    """Of one ticket. Raises EventError, FoldError, StepRefused."""
    ticket: Ticket | None = None
    for number, _, body in rows:
        entry = events.decode(body)
        before, ticket = ticket, apply(ticket, entry)
        yield Step(number, entry, before, ticket)


def _write(connection: sqlite3.Connection, projections: Sequence[Projection], batch: Sequence[Step]) -> None:
    for projection in projections:
        for statement, rows in projection.derive(batch):
            if rows:
                connection.executemany(statement, rows)
