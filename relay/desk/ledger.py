"""Takes in what an administrator set in the desk's book: each second while the relay runs, or by itself without one."""

import asyncio
from collections.abc import Callable, Mapping
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


async def take_in(spool: Spool, store: EventStore, now: Callable[[], datetime]) -> tuple[int, Mapping[Path, str]]:
    """Everything that waits, in order; how many changes. What cannot be is refused, with a sentence for its writer.

    Also tells what the disk does not let be read or removed, and why: that waits on by itself, and holds up no other.
    Raises StoreFault: the rest waits on.
    """
    taken, unreadable = 0, dict[Path, str]()
    try:
        waiting = await asyncio.to_thread(spool.waiting)
    except OSError as error:
        return 0, {spool.path: str(error)}
    for path in waiting:
        try:
            taken += await _take_in(spool, path, store, now)
        except _StillThereError as error:
            unreadable[path] = str(error)
            break  # it will be found again, and must not undo what comes after it
        except OSError as error:
            unreadable[path] = str(error)
    return taken, unreadable


class _StillThereError(OSError):
    """A change that was taken in cannot be removed."""


async def _take_in(spool: Spool, path: Path, store: EventStore, now: Callable[[], datetime]) -> bool:
    """Whether it changed something. Raises StoreFault, OSError."""
    try:
        change = await asyncio.to_thread(spool.read, path)

        def decide(book: Book, sets: tuple[events.BookEvent, ...] = change.sets) -> tuple[events.BookEvent, ...]:
            return book.register.new(sets)

        changed = await store.record(decide, By(events.Actor.DESK, "", change.by[:120]), now())
    except (AdminError, RegisterError) as error:
        await asyncio.to_thread(spool.refuse, path, str(error))
        return False
    try:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    except OSError as error:
        raise _StillThereError(str(error)) from error
    return len(changed) > 0


async def take_in_alone(home: Path) -> None:
    """The same without a relay, in its folder `home`. Raises StartRefused, StoreFault."""
    with lock_folder(home):
        store = await EventStore.open(home / "athand.db")
        try:
            await take_in(Spool(RelayFolder(home).book), store, lambda: datetime.now(UTC))
        finally:
            await store.close()
