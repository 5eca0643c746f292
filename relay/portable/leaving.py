"""Writes a desk's whole history into one file. Blocking; on a database in use, as of one instant.

Guarantees that what was written can be read back, byte for byte: it is checked against the chain while it is written.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from protocol.desk import chain
from protocol.desk.business_time import from_us
from protocol.trust import Authority
from relay.portable import form
from relay.portable.form import FileLine, HeadLine, Line, PortableError, Seal, WaitingLine
from relay.store.mail_tables import LEFT, SET_ASIDE, WAITING, WENT

_EVENTS = "SELECT number, salt, body, digest, link FROM events ORDER BY number"
# What an earlier export left to others, or took along, is still to be sent by somebody.
_WAITING = """
SELECT event, due_us, tries, reason FROM outbox WHERE state = ?1
OR (state = ?2 AND (substr(reason, 1, ?3) = ?4 OR substr(reason, 1, ?5) = ?6)) ORDER BY event
"""
_HAND_OVER = "UPDATE outbox SET state = ?, reason = ? || reason WHERE state = ?"


def write(  # noqa: PLR0913 - what an export consists of
    database: Path,
    files: Path,
    out: Callable[[bytes], object],
    *,
    organisation: str,
    authority: Authority,
    now: datetime,
    moves: bool = False,
) -> Seal:
    """Writes all lines to `out`; how many there were.

    Args:
        database: the relay's athand.db.
        files: the folder of attachments, each under the hash of its bytes; it need not be there.
        out: takes each line.
        organisation: its name, for whoever reads the file.
        authority: signs it.
        now: when it is made, aware UTC.
        moves: whoever reads the file sends the mails that wait; call `hand_over` once it is on the disk.

    Raises:
        PortableError: the history was changed, or an attachment is not what it was.
        OSError: something cannot be read.
    """
    seal = Seal()

    def put(line: Line) -> None:
        encoded = form.encode(line)
        seal.passed(line, encoded)
        out(encoded)

    put(HeadLine(organisation, now, moves=moves))
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")  # one snapshot, however the relay goes on writing
            chain.verify(_passing(connection, put))
            for waiting in _waiting(connection):
                put(waiting)
    except sqlite3.DatabaseError as error:
        raise OSError(f"{database} cannot be read: {error}") from error
    except chain.ChainError as error:
        raise PortableError(f"The history was changed: {error}.") from error
    for line in _attachments(files):
        put(line)
    out(form.encode(seal.sign(authority)))
    return seal


def hand_over(database: Path) -> None:
    """The mails that wait are sent from elsewhere now, never from here; no relay may run meanwhile. Raises OSError."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as connection, connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(_HAND_OVER, (SET_ASIDE, WENT, WAITING))
    except sqlite3.DatabaseError as error:
        raise OSError(f"{database} cannot be written: {error}") from error


def _waiting(connection: sqlite3.Connection) -> Iterator[WaitingLine]:
    values = (WAITING, SET_ASIDE, len(LEFT), LEFT, len(WENT), WENT)
    for event, due_us, tries, reason in connection.execute(_WAITING, values):
        plain = reason.removeprefix(LEFT).removeprefix(WENT)
        yield WaitingLine(event, from_us(due_us), tries, plain)


def _passing(connection: sqlite3.Connection, put: Callable[[Line], None]) -> Iterator[chain.Row]:
    for row in _rows(connection.execute(_EVENTS)):
        yield row  # the chain has the word before the body is believed
        put(form.event_line(row))


def _rows(found: Iterable[tuple[int, bytes | None, bytes | None, bytes, bytes]]) -> Iterator[chain.Row]:
    return (chain.Row(*columns) for columns in found)


def _attachments(files: Path) -> Iterator[FileLine]:
    for path in sorted(files.rglob("*")) if files.is_dir() else ():
        if path.is_file() and len(path.name) == 64:  # noqa: PLR2004 - a SHA-256, hexadecimal
            yield FileLine(path.name, path.read_bytes())
