"""Files that nothing refers to: their message was never written down, or was erased, or their writing broke off.

Guarantees: what any event, or any mail that was set aside, names by its hash stays; so does whatever came in the last
days, however long its message takes. When the history cannot be read nothing is removed. Blocking; any thread.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from relay.errors import StoreFault
from relay.files.shelf import Shelf

KEPT_FOR = timedelta(days=2)
"""A mail that cannot be written down is tried again for hours; a file in a window is written down at once."""
_BODIES = "SELECT body FROM events WHERE body IS NOT NULL"
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
    except (OSError, sqlite3.DatabaseError) as error:
        raise StoreFault("Files that nothing refers to cannot be removed at the moment.") from error


def _texts(database: Path) -> Iterator[bytes]:
    """Whatever may name a file: the events themselves, not what is derived of them."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")  # both as of one instant
        for (body,) in connection.execute(_BODIES):
            yield bytes(body)
        for (original,) in connection.execute(_SET_ASIDE):
            yield original.encode()
