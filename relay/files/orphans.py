"""Files that nothing refers to: their message was never written down, or was erased, or their writing broke off.

Guarantees: what any event, or any mail that was set aside, names by its hash stays; so does whatever came in the last
days, however long its message takes. Of pictures of the staff only those stay that are somebody's now: a face that was
taken back, or whose owner has left, is gone for good. When the history cannot be read nothing is removed. Blocking; any
thread.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from protocol.desk import events
from protocol.desk.register import Register
from relay.errors import StoreFault
from relay.files.shelf import Shelf

KEPT_FOR = timedelta(days=2)
"""A mail that cannot be written down is tried again for hours; a file in a window is written down at once."""
_BODIES = "SELECT body FROM events WHERE body IS NOT NULL AND kind <> 'FaceSet'"
_FACES = "SELECT body FROM events WHERE body IS NOT NULL AND kind IN ('FaceSet', 'StaffSet') ORDER BY number"
_SET_ASIDE = "SELECT original FROM mails_aside"
_HASH = re.compile(rb"[0-9a-f]{64}")


def sweep(database: Path, shelf: Shelf, now: datetime) -> list[int]:
    """Removes them; the size of each in bytes. `now`: aware UTC.

    Raises:
        StoreFault: the history or the folder cannot be read; what was removed until then was right.
    """
    before = now - KEPT_FOR
    try:
        old = list(shelf.untouched_since(before))
        if not old:
            return []
        named = {name.decode() for text in _texts(database) for name in _HASH.findall(text)}
        sizes = (shelf.take_away(path, before) for path in old if path.name not in named)
        return [size for size in sizes if size is not None]
    except (OSError, sqlite3.DatabaseError, events.EventError) as error:
        raise StoreFault("Files that nothing refers to cannot be removed at the moment.") from error


def _texts(database: Path) -> Iterator[bytes]:
    """Whatever may name a file: the events themselves, not what is derived of them."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")  # both as of one instant
        for (body,) in connection.execute(_BODIES):
            yield bytes(body)
        for (original,) in connection.execute(_SET_ASIDE):
            yield original.encode()
        yield from _faces(events.decode(bytes(body)) for (body,) in connection.execute(_FACES))


def _faces(entries: Iterable[events.Entry]) -> Iterator[bytes]:
    """Those in force: the register knows who has left."""
    register = Register()
    for entry in entries:
        if isinstance(entry.event, events.FaceSet | events.StaffSet):
            register.apply(entry.event)
    for sha256 in register.faces.values():
        yield sha256.encode()
