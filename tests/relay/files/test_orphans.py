"""Files that nothing refers to are taken away, and no other ones."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Attachment
from relay import server
from relay.errors import StoreFault
from relay.files import Shelf
from relay.files.orphans import KEPT_FOR, sweep
from relay.store import THE_DESK, EventStore
from tests.relay.rig import House, scene

NOW = datetime.now(UTC)


def placed(shelf: Shelf, folder: Path, content: bytes, *, age: timedelta = 2 * KEPT_FOR) -> str:
    name = shelf.put(content)
    came = (NOW - age).timestamp()
    os.utime(folder / name[:2] / name, (came, came))
    return name


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


async def history(path: Path, *names: str, original: str = "") -> None:
    store = await EventStore.open(path)
    asked = events.Opened("1" * 32, "", "", "Eva", "It burns", 2, 10, (), NOW, channel=events.Channel.MAIL)
    ticket, _ = await store.open_ticket(asked, THE_DESK, NOW)
    files = tuple(Attachment("a.txt", "text/plain", 1, name) for name in names)
    said = events.MessageAdded("See", channel=events.Channel.MAIL, original=original, attachments=files)
    await store.change(ticket.number, lambda _: (said,), THE_DESK, NOW)
    await store.close()


@scene
async def test_only_what_no_event_and_no_mail_set_aside_names_is_removed(tmp_path: Path) -> None:
    folder, database = tmp_path / "files", tmp_path / "athand.db"
    shelf = Shelf(folder)
    attached, mailed, aside, orphan = (placed(shelf, folder, what) for what in (b"a", b"m", b"s", b"orphan"))
    young = placed(shelf, folder, b"young", age=KEPT_FOR / 2)
    await history(database, attached, original=mailed)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO mails_aside VALUES ('x', 0, '', '', '', ?)", (aside,))
    assert await asyncio.to_thread(sweep, database, shelf, NOW) == [len(b"orphan")]
    assert there(folder) == {attached, mailed, aside, young}
    assert orphan not in there(folder)


@scene
async def test_what_was_left_of_a_broken_off_write_goes_and_what_is_no_file_of_ours_stays(tmp_path: Path) -> None:
    folder, database = tmp_path / "files", tmp_path / "athand.db"
    name = placed(Shelf(folder), folder, b"whole")
    for left in (f".{name}.0a1b2c3d.tmp", "README"):
        path = folder / name[:2] / left
        path.write_bytes(b"half")
        os.utime(path, (0, 0))
    await history(database, name)
    await asyncio.to_thread(sweep, database, Shelf(folder), NOW)
    assert there(folder) == {name, "README"}


@scene
async def test_an_old_file_that_comes_again_while_it_is_swept_stays_for_the_message_that_will_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, database = tmp_path / "files", tmp_path / "athand.db"
    shelf = Shelf(folder)
    name = placed(shelf, folder, b"again")
    await history(database)
    real, come = Shelf.take_away, []

    def take_away(self: Shelf, path: Path, untouched_since: datetime) -> int | None:
        come.append(shelf.put(b"again"))
        return real(self, path, untouched_since)

    monkeypatch.setattr(Shelf, "take_away", take_away)
    assert await asyncio.to_thread(sweep, database, shelf, NOW) == []
    assert (come, there(folder)) == ([name], {name})


def test_nothing_is_removed_when_the_history_cannot_be_read(tmp_path: Path) -> None:
    folder, database = tmp_path / "files", tmp_path / "athand.db"
    name = placed(Shelf(folder), folder, b"a")
    for content in (None, b"not a database at all" * 100):
        if content is not None:
            database.write_bytes(content)
        with pytest.raises(StoreFault):
            sweep(database, Shelf(folder), NOW)
    assert there(folder) == {name}


@scene
async def test_a_running_relay_sweeps_and_counts_and_keeps_what_its_users_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "TICK_S", 0.02)
    monkeypatch.setattr(server, "SWEEP_EVERY", 2)
    monkeypatch.setattr(server, "SWEEP_AT", 1)
    house = House(tmp_path / "relay")
    folder = house.path / "files"
    async with house.relay() as relay:
        agent = await relay.agent()
        ticket = (await agent.asks_for_help()).ticket.number
        await agent.ask(envelope.BeginFile, ticket, "1" * 32, "a.txt", "text/plain", 4, "See")
        await agent.ask(envelope.PutPart, "1" * 32, 0, b"kept")
        (kept,) = there(folder)
        os.utime(folder / kept[:2] / kept, (0, 0))
        placed(Shelf(folder), folder, b"orphan")
        await relay.until(lambda: relay.relay.counts["orphaned_file_removed"] == 1)
        assert there(folder) == {kept}
    assert "orphaned_file_removed" in relay.log.getvalue()
