"""The desk's book from the administrator's side: read from the relay's database, changed through its spool.

Guarantees that what a command wrote is checked against the book as it stands, is taken in whole or not at all, and that
the command says which of the two. Blocking. One command at a time in a folder.
"""

import asyncio
import contextlib
import getpass
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from protocol.desk import events
from protocol.desk.book import THE_BOOK, Book, BookError
from protocol.desk.register import RegisterError
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.home import Home
from relay.admin.spool import Change, Spool

WAIT_S = 10.0
"""A relay that runs looks every second."""
_LOOK_S = 0.05
_NO_RELAY = "No relay runs on {folder} just now; one on another machine hears nothing of it: say it there."
"""Whoever has a copy of the folder from before the desk moved is not to believe that he changed the desk."""


class Ledger:
    """The book of one relay's folder.

    Attributes:
        home: the organisation with its register of staff, if that is here, too.
    """

    def __init__(self, home: Home | None, folder: RelayFolder) -> None:
        """Use `find`."""
        self.home, self.folder = home, folder
        self._database = folder.path / "athand.db"
        self._spool = Spool(folder.book)

    @classmethod
    def find(cls, path: Path) -> "Ledger":
        """Of the organisation in `path`, or of the relay's folder `path`. Raises AdminError."""
        if (path / "relay" / "organisation.json").exists():
            return cls(Home.find(path), RelayFolder(path / "relay"))
        if (path / "organisation.json").exists():
            return cls(None, RelayFolder(path))
        raise AdminError(f"There is no organisation in {path}; say --home DIR, the one you made with `init`.")

    def read(self) -> Book:
        """The book with what waits for the relay. Raises AdminError, OSError."""
        book = Book()
        try:
            for entry in self._entries():
                book.apply(entry)
        except (sqlite3.Error, events.EventError, BookError) as error:
            raise AdminError(f"The book in {self._database} cannot be read: {error}.") from error
        for path in self._spool.waiting():
            with contextlib.suppress(AdminError, RegisterError, FileNotFoundError):  # what the relay will refuse
                for event in book.register.new(self._spool.read(path).sets):
                    book.register.apply(event)
        return book

    def write(self, book: Book, *sets: events.BookEvent, picture: bytes = b"") -> str:
        """Sets all of it, or nothing; a sentence says what came of it. Raises AdminError, OSError.

        `picture`: the bytes of the face that is set with it.
        """
        try:
            fresh = book.register.new(sets)
        except RegisterError as error:
            raise AdminError(str(error)) from error
        if not fresh:
            return "It stood so already."
        return self._leave(Change(f"administrator {_who()}", fresh, files=(picture,) if picture else ()))

    def write_on(
        self, ticket: int, happened: events.RequesterSet | events.LinksRevoked, *sets: events.BookEvent
    ) -> str:
        """The same of one ticket, and what is set with it. Raises AdminError, OSError."""
        change = Change(f"administrator {_who()}", sets, ticket, (happened,), datetime.now(UTC))
        return self._leave(change)

    # --- inside
    def _leave(self, change: Change) -> str:
        with files.locked(self.folder.path / "book.lock"):
            path = self._spool.put(change)
            if not self._database.exists():
                return (
                    f"The relay takes it in when it starts on {self.folder.path}. "
                    "If it runs on another machine already, say it there, with its folder as --home."
                )
            return self._wait(path) if self._is_running() else self._take_in(path)

    def _entries(self) -> Iterator[events.Entry]:
        if not self._database.exists():
            return
        with contextlib.closing(sqlite3.connect(self._database, timeout=5.0)) as connection:
            connection.execute("PRAGMA query_only=ON")
            query = "SELECT body FROM events WHERE ticket = ? AND body IS NOT NULL ORDER BY number"
            for (body,) in connection.execute(query, (THE_BOOK,)):
                yield events.decode(body)

    def _is_running(self) -> bool:
        from relay.errors import StartRefused  # noqa: PLC0415 - see _take_in
        from relay.store.database import lock_folder  # noqa: PLC0415

        try:
            lock_folder(self.folder.path).close()
        except StartRefused:
            return True
        return False

    def _take_in(self, path: Path) -> str:
        # Opening the database needs SQLAlchemy, which would slow every other command down.
        from relay.desk.ledger import take_in_alone  # noqa: PLC0415
        from relay.errors import RelayError  # noqa: PLC0415

        try:
            asyncio.run(take_in_alone(self.folder.path))
        except RelayError as error:
            raise AdminError(str(error)) from error
        if (answer := self._answer(path)) is None:
            return "It waits for the relay, which has just started."
        return f"{answer} {_NO_RELAY.format(folder=self.folder.path)}"

    def _wait(self, path: Path) -> str:
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if (answer := self._answer(path)) is not None:
                return answer
            time.sleep(_LOOK_S)
        return "The relay has not taken it in yet; it will."

    def _answer(self, path: Path) -> str | None:
        if path.exists():
            return None
        if (refusal := self._spool.refusal(path)) is not None:
            raise AdminError(refusal)
        return "It holds from now on."


_Command = TypeVar("_Command", bound=Callable[..., None])


def ledger_option(command: _Command) -> _Command:
    """--home DIR: gives the command its Ledger, as `ledger`."""
    return click.option(
        "--home",
        "ledger",
        metavar="DIR",
        envvar="ATHAND_HOME",
        default=".",
        type=click.Path(path_type=Path),
        callback=lambda _context, _parameter, value: Ledger.find(value),
        help="The folder `athand-admin init` made, or the relay's; else $ATHAND_HOME, else the current one.",
    )(command)


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user on this system
        return "unknown"
