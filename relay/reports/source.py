"""Where a report's events come from: the relay's database, read beside whatever goes on. Blocking; any thread."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from protocol.desk import book as books
from protocol.desk import events
from protocol.desk.book import THE_BOOK, Book
from relay.reports import monthly
from relay.reports.monthly import Report, ReportError
from relay.store.tables import microseconds

_BOOK = "SELECT body FROM events WHERE ticket = ? AND body IS NOT NULL ORDER BY number"
# Also of a ticket that was opened later than what was done for it: whoever called on the last evening of a month.
_HISTORIES = """
SELECT e.ticket, e.body FROM events e JOIN tickets t ON t.number = e.ticket
WHERE t.customer = ?1 AND (t.changed_us >= ?3 OR t.state NOT IN ('closed', 'cancelled'))
AND (t.opened_us < ?2 OR t.number IN (SELECT ticket FROM worktime WHERE begin_us >= ?3 AND begin_us < ?2))
AND e.body IS NOT NULL ORDER BY e.ticket, e.number
"""


def read(database: Path, customer: str, first: date, now: datetime) -> Report:
    """The report of a customer's month.

    Raises:
        ReportError: there is no such customer, or the database cannot be read.
    """
    if not database.is_file():
        raise ReportError(f"{database} is not there; the relay makes it when it first starts.")
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")  # book and tickets as of one instant
            book = books.read(events.decode(body) for (body,) in connection.execute(_BOOK, (THE_BOOK,)))
            return monthly.compose(book, customer, first, _histories(connection, book, customer, first), now)
    except (sqlite3.DatabaseError, events.EventError) as error:
        raise ReportError(f"{database} cannot be read: {error}.") from error


def _histories(connection: sqlite3.Connection, book: Book, customer: str, first: date) -> Iterator[list[events.Entry]]:
    zone = monthly.zone_of(book, customer, datetime(first.year, first.month, 1, 12, tzinfo=UTC))
    begin, end = monthly.stretch(first, zone)
    current: list[events.Entry] = []
    found = connection.execute(_HISTORIES, (customer, microseconds(end), microseconds(begin)))
    for number, body in found:
        if current and current[0].ticket != number:
            yield current
            current = []
        current.append(events.decode(body))
    if current:
        yield current
