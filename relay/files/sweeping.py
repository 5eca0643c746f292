"""Takes away what nothing refers to, beside everything else. On the loop's thread, the disk's work in another.

Guarantees: one sweep at a time; what it removed, and that it could not, is counted.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from relay.counts import Counts
from relay.errors import StoreFault
from relay.files import orphans
from relay.files.shelf import Shelf


class Sweeping:
    """Of one relay's files."""

    def __init__(self, database: Path, shelf: Shelf, counts: Counts, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware UTC."""
        self._database, self._shelf, self._counts, self._clock = database, shelf, counts, clock
        self._under_way: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """One more, unless one is under way."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._sweep())

    async def done(self) -> None:
        """Waits for the one that is under way."""
        if self._under_way is not None:
            await asyncio.wait({self._under_way})

    async def _sweep(self) -> None:
        try:
            removed = await asyncio.to_thread(orphans.sweep, self._database, self._shelf, self._clock())
        except StoreFault as fault:
            self._counts.add("store_fault", where="orphaned files", why=repr(fault.__cause__)[:300])
            return
        for size_bytes in removed:
            self._counts.done("orphaned_file_removed", size_bytes=size_bytes)
