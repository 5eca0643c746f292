"""Makes a relay's history of an exported file. Blocking.

Guarantees: all of it is there and checked before any of it counts, or nothing is. Distrusts the whole file.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from protocol.desk import chain, events
from protocol.trust import Organisation
from relay.errors import StoreFault
from relay.files import MAX_FILE_BYTES, Shelf
from relay.portable import form
from relay.portable.form import EndLine, EventLine, FileLine, HeadLine, Line, PortableError, Seal, WaitingLine
from relay.store import tables
from relay.store import verify as check_history
from relay.store.database import open_database
from relay.store.mail_tables import LEFT, SET_ASIDE, WAITING

_INSERT = (
    "INSERT INTO events (number, ticket, kind, at_us, session, salt, body, digest, link) VALUES (?,?,?,?,?,?,?,?,?)"
)
_QUEUE = "INSERT INTO outbox (event, state, due_us, tries, reason) VALUES (?,?,?,?,?)"
_OF_NOTHING = """
SELECT event FROM outbox LEFT JOIN events ON number = event
WHERE kind IS NULL OR kind NOT IN ('NoticeSent', 'Announced', 'erased')
"""
_ERASED = "erased"
"""Of which kind an event was that was erased before it left: nothing says so any more."""


def read(
    source: Iterable[bytes], folder: Path, *, organisation: Organisation, sends: bool = False
) -> tuple[Seal, bool]:
    """Makes athand.db and files/ in `folder`, neither of which may be there.

    Gives how many lines of each kind there were, and whether the mails that wait are sent from here: if the file says
    so, or `sends` does. Else they are kept, and not sent.

    Raises:
        PortableError: the file is damaged, was changed, is of another organisation, or its history does not hold.
        FileExistsError: there is a history in `folder` already.
        OSError: something cannot be written.
    """
    database, files = folder / "athand.db", folder / "files"
    for there in (database, files):
        if there.exists():
            raise FileExistsError(17, "There is a history already; an export is taken into an empty folder", str(there))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".arriving-") as name:
        place = Path(name)
        seal, sends = _read(source, place, organisation, sends=sends)
        report = check_history(place / "athand.db")
        if report.fault is not None:
            raise PortableError(f"The history in the file does not hold: {report.fault}.")
        if (place / "files").exists():
            (place / "files").rename(files)
        (place / "athand.db").rename(database)
    return seal, sends


def _read(source: Iterable[bytes], place: Path, organisation: Organisation, *, sends: bool) -> tuple[Seal, bool]:
    seal, passed = Seal(), form.lines(iter(source))
    head = next(passed, None)
    if head is None or not isinstance(head[1], HeadLine):
        raise PortableError("This is no exported history.")
    if head[1].version not in range(1, form.VERSION + 1):
        raise PortableError("This was exported by a newer version of the program.")
    seal.passed(head[1], head[2])
    waiting: list[WaitingLine] = []
    ended = _take(passed, seal, place, organisation, waiting)
    if not ended:
        raise PortableError("The file was changed, or something is missing in it.")
    sends = sends or head[1].moves
    _queue(place / "athand.db", waiting, sends=sends)
    return seal, sends


def _queue(path: Path, waiting: Iterable[WaitingLine], *, sends: bool) -> None:
    """Beside the history: no event says of a mail whether it has gone out."""
    state, before = (WAITING, "") if sends else (SET_ASIDE, LEFT)
    rows = [(one.event, state, tables.microseconds(one.due_at), one.tries, before + one.reason) for one in waiting]
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executemany(_QUEUE, rows)
            found = connection.execute(_OF_NOTHING).fetchone()
    except (sqlite3.DatabaseError, OverflowError) as error:
        raise PortableError(f"The mails that wait in the file are not to be had: {error}.") from error
    if found is not None:
        raise PortableError(f"A mail waits for event {found[0]}, which is none that a mail goes out for.")


def _take(
    passed: Iterator[tuple[int, Line, bytes]],
    seal: Seal,
    place: Path,
    organisation: Organisation,
    waiting: list[WaitingLine],
) -> bool:
    """Whether the last line was there, and the last."""
    path = place / "athand.db"
    _made_empty(path)
    ended = False

    def rows() -> Iterator[chain.Row]:
        nonlocal ended
        for number, line, encoded in passed:
            if ended or isinstance(line, HeadLine):
                raise PortableError(f"Line {number} is one too many.")
            if isinstance(line, EndLine):
                seal.check(line, organisation)
                ended = True
                continue
            seal.passed(line, encoded)
            if isinstance(line, WaitingLine):
                waiting.append(line)
            elif isinstance(line, FileLine):
                _keep(line, Shelf(place / "files"), number)
            elif isinstance(line, EventLine):
                yield form.row_of(line)

    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM projections")  # everything derived is made of the events, when it is opened
            connection.executemany(_INSERT, map(_filed, rows()))
    except (sqlite3.DatabaseError, OverflowError) as error:
        raise PortableError(f"The history in the file does not hold: {error}.") from error
    _made_empty(path)
    return ended


def _made_empty(path: Path) -> None:
    """Opened as the relay does it: what is missing of its tables is made, what is derived is made anew."""
    asyncio.run(open_database(path)[0].close())


def _filed(row: chain.Row) -> tuple[object, ...]:
    """As the relay files an event."""
    if row.body is None:
        return row.number, 0, _ERASED, 0, None, None, None, row.digest, row.link
    try:
        entry = events.decode(row.body)
    except events.EventError as error:
        raise PortableError(f"Event {row.number} is none that this program knows.") from error
    kind, at_us, session = type(entry.event).__name__, tables.microseconds(entry.at), tables.session_of(entry.event)
    return row.number, entry.ticket, kind, at_us, session, row.salt, row.body, row.digest, row.link


def _keep(line: FileLine, shelf: Shelf, number: int) -> None:
    """Where the relay looks for it."""
    if sha256(line.content).hexdigest() != line.sha256:
        raise PortableError(f"The attachment in line {number} is not what it was.")
    if len(line.content) > MAX_FILE_BYTES:
        raise PortableError(f"The attachment in line {number} is larger than any can be.")
    try:
        shelf.put(line.content)
    except StoreFault as fault:
        raise OSError(f"The attachment in line {number} cannot be written: {fault.__cause__}.") from fault
