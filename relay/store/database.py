"""One SQLite file: brought up to date by Alembic, then opened for one writer and a few readers.

WAL lets readers go on beside the writer; synchronous=FULL makes a commit survive a power cut. The driver's own
transaction handling is switched off and BEGIN said explicitly, as SQLAlchemy's documentation of pysqlite advises.
"""

import dataclasses
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import alembic.command
import alembic.config
import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from protocol.desk.events import EventError
from relay.errors import StartRefused, TicketDamaged
from relay.store import projections
from relay.store.projections import keeping

try:
    import fcntl
except ImportError:  # Windows; there the port is the only thing two relays cannot share
    fcntl = None  # type: ignore[assignment]

BUSY_MS = 2000
"""How long to wait for somebody else's lock (a backup, say) before a request is refused."""
READERS = 2
_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'trigger') AND sql IS NOT NULL"

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA trusted_schema=OFF",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Database:
    """An open file: one connection writes, others read."""

    writer: AsyncEngine
    reader: AsyncEngine

    async def close(self) -> None:
        """Give the file back; the write-ahead log goes into it."""
        await self.reader.dispose()
        await self.writer.dispose()


def lock_folder(home: Path) -> BinaryIO:
    """Holds `home` for this process until the returned file is closed or the process ends, however it ends.

    Raises:
        StartRefused: another relay holds it; two would write one history.
    """
    try:
        lock = (home / "relay.lock").open("wb")
    except OSError as error:
        raise StartRefused(f"The folder {home} cannot be written: {error.strerror}.") from error
    if fcntl is not None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise StartRefused(f"Another relay is running with the folder {home}.") from error
    return lock


def open_database(path: Path) -> tuple[Database, Sequence[TicketDamaged]]:
    """Migrates and opens `path`; blocking. Also gives the tickets that could not be read when lists were made anew.

    Raises:
        StartRefused: it is no database, of a newer version, or cannot be written.
    """
    try:
        damaged = _migrate(path)
    except (sqlalchemy.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StartRefused(f"The database {path} cannot be opened: {_cause(error)}.") from error
    except EventError as error:
        raise StartRefused(
            f"The history in {path} cannot be read: {error}; “athand-admin verify” says which event it is."
        ) from error
    except alembic.util.CommandError as error:
        raise StartRefused(
            f"The database {path} is of a version this program does not know; is the program older than it?"
        ) from error
    url = f"sqlite+aiosqlite:///{path}"
    database = Database(
        writer=_engine(url, begin="BEGIN IMMEDIATE", readers=1, query_only=False),
        reader=_engine(url, begin="BEGIN", readers=READERS, query_only=True),
    )
    return database, damaged


def _migrate(path: Path) -> Sequence[TicketDamaged]:
    damaged: list[TicketDamaged] = []
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    sa.event.listen(engine, "connect", lambda connection, _record: _set_up(connection))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        _upgrade(connection, "head")
        driver = connection.connection.driver_connection
        if driver is not None:
            damaged += keeping.bring_up_to_date(driver, projections.ALL)
    engine.dispose()
    return damaged


def made_by_migrations(revision: str) -> dict[tuple[str, str], str]:
    """The tables and triggers of a database that was brought to `revision`, by type and name, as SQL.

    Raises StartRefused: this program does not know that revision.
    """
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            _upgrade(connection, revision)
            return {(kind, name): sql for kind, name, sql in connection.exec_driver_sql(_SCHEMA)}
    except alembic.util.CommandError as error:
        raise StartRefused(
            f"this program does not know a database of version {revision!r}; is it older than the one that made it?"
        ) from error
    finally:
        engine.dispose()


def _upgrade(connection: sa.Connection, revision: str) -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, revision)


def _engine(url: str, *, begin: str, readers: int, query_only: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=readers, max_overflow=0)

    def connected(connection: Any, _record: ConnectionPoolEntry) -> None:
        _set_up(connection)
        if query_only:
            _run(connection, "PRAGMA query_only=ON")

    sa.event.listen(engine.sync_engine, "connect", connected)
    sa.event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_up(connection: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        _run(connection, pragma)


def _run(connection: Any, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error)
