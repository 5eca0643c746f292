"""Goes through the whole history and says whether anything was changed, added or taken out (promise 22).

Guarantees: no row, and no column a row's place depends on, can differ from what was chained without being named here.
A cut at the end shows against an anchor: a (number, link) pair that an agent or console kept. Synchronous, on any
thread, on a database in use; distrusts the whole file.
"""

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from protocol.desk import chain, events
from protocol.desk.book import THE_BOOK, Book, BookError
from protocol.desk.states import StepRefused
from protocol.desk.ticket import FoldError, Ticket, apply
from relay.store import tables

_EVENTS = "SELECT number, ticket, kind, at_us, session, salt, body, digest, link FROM events ORDER BY number"
_TICKETS = "SELECT number, device, request, state, revision, last_event FROM tickets"


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What the check found.

    Attributes:
        head: where the chain stands, as far as it holds.
        tickets: how many there are.
        fault: one sentence that names the first thing wrong; None: all is as it was written down.
        number: the event it is about, if it is about one.
    """

    head: chain.Head
    tickets: int = 0
    fault: str | None = None
    number: int | None = None


class _MismatchError(Exception):
    def __init__(self, number: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


class _Check:
    """One pass; keeps each ticket as it stands, without its texts."""

    def __init__(self) -> None:
        self.head = chain.EMPTY
        self.tickets: dict[int, tuple[Ticket, int]] = {}
        self.book = Book()

    def rows(self, connection: sqlite3.Connection) -> Iterator[chain.Row]:
        for number, ticket, kind, at_us, session, salt, body, digest, link in connection.execute(_EVENTS):
            row = chain.Row(number, salt, body, digest, link)
            yield row  # the chain is checked before the body is believed
            if body is None:
                # The chain holds digests and would hold over it; but then a hole could stand for anything.
                raise _MismatchError(number, f"event {number} was erased, and nothing says by whom")
            entry = _entry(number, body)
            found = (entry.ticket, type(entry.event).__name__, tables.microseconds(entry.at))
            if found != (ticket, kind, at_us) or tables.session_of(entry.event) != session:
                raise _MismatchError(number, f"event {number} is filed as something else than it is")
            self._fold(number, entry)
            self.head = chain.Head(number, link)

    def _fold(self, number: int, entry: events.Entry) -> None:
        if entry.ticket == THE_BOOK:
            self._note(number, entry)
            return
        before, _ = self.tickets.get(entry.ticket, (None, 0))
        try:
            after = apply(before, entry)
        except (FoldError, StepRefused) as error:
            raise _MismatchError(number, f"event {number} could not have happened to ticket {entry.ticket}") from error
        if before is None:
            after = msgspec.structs.replace(after, diagnostics=(), problem="")
        self.tickets[entry.ticket] = after, number

    def _note(self, number: int, entry: events.Entry) -> None:
        try:
            self.book.apply(entry)
        except BookError as error:
            raise _MismatchError(number, f"event {number} does not belong into the desk's book") from error

    def compare_tickets(self, connection: sqlite3.Connection) -> None:
        listed = set()
        for number, device, request, state, revision, last_event in connection.execute(_TICKETS):
            listed.add(number)
            ticket, last = self.tickets.get(number, (None, 0))
            if ticket is None:
                raise _MismatchError(None, f"ticket {number} is listed, but nothing in the history opened it")
            facts = (ticket.device, ticket.request, ticket.state.value, ticket.revision, last)
            if facts != (device, request, state, revision, last_event):
                raise _MismatchError(last, f"ticket {number} is listed as something else than its history says")
        missing = set(self.tickets) - listed
        if missing:
            raise _MismatchError(None, f"ticket {min(missing)} is in the history, but not listed")


def verify(path: Path, anchors: Iterable[chain.Head] = ()) -> Report:
    """Checks the database `path` from its first event to its last, and that each of `anchors` is on the chain.

    Raises:
        OSError: there is no such file, or it cannot be read as a database at all.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there")
    check = _Check()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")  # one snapshot, however the relay goes on writing
            head = chain.verify(check.rows(connection), anchors=anchors)
            check.compare_tickets(connection)
    except sqlite3.DatabaseError as error:
        raise OSError(f"{path} cannot be read: {error}") from error
    except (chain.ChainError, _MismatchError) as error:
        return Report(check.head, len(check.tickets), str(error), error.number)
    return Report(head, len(check.tickets))


def _entry(number: int, body: bytes) -> events.Entry:
    try:
        return events.decode(body)
    except events.EventError as error:
        raise _MismatchError(number, f"event {number} is none that this program knows") from error
