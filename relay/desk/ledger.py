"""Takes in what an administrator set in the desk's book: each second while the relay runs, or by itself without one."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.register import RegisterError
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.spool import Spool
from relay.store import By, EventStore
from relay.store.database import lock_folder


async def take_in(spool: Spool, store: EventStore, now: Callable[[], datetime]) -> int:
    """Everything that waits, in order; how many changes. What cannot be is refused, with a sentence for its writer.

    Raises StoreFault: the rest waits on.
    """
    taken = 0
    for path in await asyncio.to_thread(spool.waiting):
        try:
            change = await asyncio.to_thread(spool.read, path)

            def decide(book: Book, sets: tuple[events.BookEvent, ...] = change.sets) -> tuple[events.BookEvent, ...]:
                return book.register.new(sets)

            await store.record(decide, By(events.Actor.DESK, "", change.by[:120]), now())
        except (AdminError, RegisterError) as error:
            await asyncio.to_thread(spool.refuse, path, str(error))
            continue
        await asyncio.to_thread(path.unlink, missing_ok=True)
        taken += 1
    return taken


async def take_in_alone(home: Path) -> None:
    """The same without a relay, in its folder `home`. Raises StartRefused, StoreFault."""
    with lock_folder(home):
        store = await EventStore.open(home / "athand.db")
        try:
            await take_in(Spool(RelayFolder(home).book), store, lambda: datetime.now(UTC))
        finally:
            await store.close()
