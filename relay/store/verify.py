"""Goes through the whole history and says whether anything was changed, added or taken out (promise 22).

Guarantees: no row, and no column a row's place depends on, can differ from what was chained without being named here.
A cut at the end shows against an anchor: a (number, link) pair that an agent or console kept. Synchronous, on any
thread, on a database in use; distrusts the whole file.
"""

import dataclasses
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from protocol.desk import chain, events
from protocol.desk.book import THE_BOOK, Book, BookError
from protocol.desk.states import StepRefused
from protocol.desk.ticket import FoldError, Ticket, apply
from relay.errors import StartRefused
from relay.store import tables
from relay.store.database import made_by_migrations
from relay.store.projections import ALL, Step, keeping

_EVENTS = "SELECT number, ticket, kind, at_us, session, salt, body, digest, link FROM events ORDER BY number"
_IN_ORDER = "SELECT number, ticket, body FROM events ORDER BY ticket, number"

_REVISION = re.compile("[0-9]{4}")
"""Of a migration; what else Alembic takes for one ("base", "head") is none that a database is at."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What the check found.

    Attributes:
        head: where the chain stands, as far as it holds.
        tickets: how many there are.
        fault: one sentence that names the first thing wrong; None: all is as it was written down.
        number: the event it is about, if it is about one;
        ticket: and the ticket that event is filed under.
        uncompared: derived tables of another version of the program, which a relay makes anew when it starts.
    """

    head: chain.Head
    tickets: int = 0
    fault: str | None = None
    number: int | None = None
    ticket: int | None = None
    uncompared: tuple[str, ...] = ()


class _MismatchError(Exception):
    def __init__(self, number: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


class _Check:
    """Two passes: the chain as it was written, then the tickets as they follow from it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.head = chain.EMPTY
        self.tickets = 0
        self.uncompared: tuple[str, ...] = ()
        self._book = Book()
        self._made: dict[tuple[str, str], str] = {}

    def look_up_what_was_made(self) -> None:
        """By the migrations that the file says it went through, without what is derived and made anew since.

        Raises StartRefused: they are not known here.
        """
        query = "SELECT count(*) FROM file.sqlite_schema WHERE type = 'table' AND name = 'alembic_version'"
        there = self.connection.execute(query).fetchone()[0]
        found = self.connection.execute("SELECT version_num FROM file.alembic_version").fetchall() if there else []
        if len(found) != 1 or not _REVISION.fullmatch(str(found[0][0])):
            raise _MismatchError(None, "the database does not say any more of which version it is")
        derived = {name for projection in ALL for name in projection.tables}
        made = made_by_migrations(str(found[0][0]))
        self._made = {(kind, name): sql for (kind, name), sql in made.items() if name not in derived}

    def rows(self) -> Iterator[chain.Row]:
        for number, ticket, kind, at_us, session, salt, body, digest, link in self.connection.execute(_EVENTS):
            row = chain.Row(number, salt, body, digest, link)
            yield row  # the chain is checked before the body is believed
            if body is None:
                # The chain holds digests and would hold over it; but then a hole could stand for anything.
                raise _MismatchError(number, f"event {number} was erased, and nothing says by whom")
            entry = _entry(number, body)
            found = (entry.ticket, type(entry.event).__name__, tables.microseconds(entry.at))
            if found != (ticket, kind, at_us) or tables.session_of(entry.event) != session:
                raise _MismatchError(number, f"event {number} is filed as something else than it is")
            self.head = chain.Head(number, link)

    def steps(self) -> Iterator[Step]:
        """What happened, ticket by ticket: each could have happened as the ticket stood."""
        ticket: Ticket | None = None
        for number, of, body in self.connection.execute(_IN_ORDER):
            entry = _entry(number, body)
            if of == THE_BOOK:
                self._note(number, entry)
                yield Step(number, entry, None, None)
                continue
            before = ticket if ticket is not None and ticket.number == of else None
            try:
                ticket = apply(before, entry)
            except (FoldError, StepRefused) as error:
                raise _MismatchError(number, f"event {number} could not have happened to ticket {of}") from error
            self.tickets += before is None
            yield Step(number, entry, before, ticket)

    def compare(self) -> None:
        """Makes every derived table anew beside the file, and compares row by row."""
        versions = self._versions()
        current = [projection for projection in ALL if versions.get(projection.name) == projection.version]
        self.uncompared = tuple(projection.name for projection in ALL if projection not in current)
        for projection in current:
            keeping.make(self.connection, projection)
        keeping.fill(self.connection, current, self.steps())
        for projection in current:
            for table in projection.compared:
                for one, other in (("main", "file"), ("file", "main")):
                    query = f"SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table} LIMIT 1"  # noqa: S608 - own words
                    row = self.connection.execute(query).fetchone()
                    if row is not None:
                        what = f"{table}: {row[0]}"
                        raise _MismatchError(None, f"a list shows something else than the history says ({what})")

    def check_nothing_acts_by_itself(self) -> None:
        """A trigger or a view would change what the relay writes or reads, whenever it does."""
        query = "SELECT type, name FROM file.sqlite_schema WHERE type IN ('trigger', 'view')"
        for kind, name in self.connection.execute(query):
            if (kind, name) not in self._made:
                raise _MismatchError(None, f"the database has a {kind} that the relay did not make ({name})")

    def check_the_guards_stand(self) -> None:
        """What keeps the relay itself from changing history: the triggers, and the tables' own rules."""
        query = "SELECT sql FROM file.sqlite_schema WHERE type = ? AND name = ?"
        for (kind, name), made in self._made.items():
            found = self.connection.execute(query, (kind, name)).fetchone()
            if found is None:
                raise _MismatchError(None, f"the database lacks a {kind} that the relay made ({name})")
            if found[0] != made:
                raise _MismatchError(None, f"the database has a {kind} that is not as the relay made it ({name})")

    def ticket_of(self, number: int | None) -> int | None:
        """The ticket that an event is filed under; None: it is not there, or one of the book's."""
        query = "SELECT ticket FROM file.events WHERE number = ?"
        found = self.connection.execute(query, (number,)).fetchone()
        return int(found[0]) or None if found is not None else None

    def _versions(self) -> dict[str, int]:
        """Of the file's derived tables; an older program's are made anew when the relay starts."""
        there = "SELECT count(*) FROM file.sqlite_schema WHERE name = 'projections'"
        if not self.connection.execute(there).fetchone()[0]:
            return {}
        return dict(self.connection.execute("SELECT name, version FROM file.projections").fetchall())

    def _note(self, number: int, entry: events.Entry) -> None:
        try:
            self._book.apply(entry)
        except BookError as error:
            raise _MismatchError(number, f"event {number} does not belong into the desk's book") from error


def verify(path: Path, anchors: Iterable[chain.Head] = (), *, lists: bool = True) -> Report:
    """Checks the database `path` from its first event to its last, and that each of `anchors` is on the chain.

    With `lists`, each ticket's history must be a possible one, and every derived table is made anew in a temporary
    database and compared; that takes several times as long as the chain alone.

    Raises:
        OSError: there is no such file, or it cannot be read as a database at all.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there")
    with closing(sqlite3.connect("", uri=True)) as connection:
        connection.isolation_level = None
        check = _Check(connection)
        try:
            connection.execute("ATTACH ? AS file", (f"{path.absolute().as_uri()}?mode=ro",))
            connection.execute("BEGIN")  # one snapshot, however the relay goes on writing
            check.look_up_what_was_made()
            check.check_nothing_acts_by_itself()
            head = chain.verify(check.rows(), anchors=anchors)
            check.check_the_guards_stand()
            if lists:
                check.compare()
        except (sqlite3.DatabaseError, StartRefused) as error:
            raise OSError(f"{path} cannot be read: {error}") from error
        except (chain.ChainError, _MismatchError) as error:
            return Report(check.head, check.tickets, str(error), error.number, check.ticket_of(error.number))
    return Report(head, check.tickets, uncompared=check.uncompared)


def _entry(number: int, body: bytes) -> events.Entry:
    try:
        return events.decode(body)
    except events.EventError as error:
        raise _MismatchError(number, f"event {number} is none that this program knows") from error
