"""Takes in what an administrator set in the desk's book: each second while the relay runs, or by itself without one."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from protocol.desk import events
from protocol.desk.register import RegisterError
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket
from protocol.desk.whose import is_given
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.spool import Change, Spool
from relay.files import Shelf
from relay.store import By, EventStore, Work
from relay.store.database import lock_folder

Announce = Callable[[Ticket], None]
"""Tells whoever is signed in that a ticket has changed."""


async def take_in(
    spool: Spool, store: EventStore, shelf: Shelf, now: Callable[[], datetime], announce: Announce = lambda _: None
) -> tuple[int, Mapping[Path, str]]:
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
            taken += await _take_in(spool, path, store, shelf, now, announce)
        except _StillThereError as error:
            unreadable[path] = str(error)
            break  # it will be found again, and must not undo what comes after it
        except OSError as error:
            unreadable[path] = str(error)
    return taken, unreadable


class _StillThereError(OSError):
    """A change that was taken in cannot be removed."""


async def _take_in(  # noqa: PLR0913, PLR0917 - from where, whereto, and who is told
    spool: Spool, path: Path, store: EventStore, shelf: Shelf, now: Callable[[], datetime], announce: Announce
) -> bool:
    """Whether it changed something. Raises StoreFault, OSError."""
    try:
        change = await asyncio.to_thread(spool.read, path)
        by = By(events.Actor.DESK, "", change.by[:120])
        for content in change.files:  # on the disk before anything names them
            await asyncio.to_thread(shelf.put, content)
        async with store.work(now()) as work:
            work.record(work.book.register.new(change.sets), by)
            if change.ticket:
                await _happens(work, change, by)
    except (AdminError, RegisterError, StepRefused) as error:
        await asyncio.to_thread(spool.refuse, path, str(error))
        return False
    try:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    except OSError as error:
        raise _StillThereError(str(error)) from error
    for changed in work.changed.values():
        announce(changed)
    return len(work.numbers) > 0


async def _happens(work: Work, change: Change, by: By) -> None:
    """Raises AdminError, StepRefused, StoreFault."""
    ticket = await work.ticket(change.ticket)
    if ticket is None:
        raise AdminError(f"There is no ticket {change.ticket}.")
    work.happens(ticket, [event for event in change.happened if not _stands(ticket, event, change)], by)


def _stands(ticket: Ticket, event: events.RequesterSet | events.LinksRevoked, change: Change) -> bool:
    """Whether it was taken in already: found again after a power cut, it changes nothing more."""
    if isinstance(event, events.RequesterSet):
        return is_given(ticket, event)
    ended = ticket.links_revoked_at
    return ended is not None and change.asked_at is not None and ended >= change.asked_at


async def take_in_alone(home: Path) -> None:
    """The same without a relay, in its folder `home`. Raises StartRefused, StoreFault."""
    with lock_folder(home):
        store = await EventStore.open(home / "athand.db")
        try:
            shelf = Shelf(home / "files")
            await take_in(Spool(RelayFolder(home).book), store, shelf, lambda: datetime.now(UTC))
        finally:
            await store.close()
