"""Promise 22, on the database file: whatever is changed in it behind the relay's back is found."""

import asyncio
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol.desk import chain, events
from relay.store import By, EventStore, verify

NOW = datetime(2026, 11, 2, tzinfo=UTC)
EVA = By(events.Actor.REQUESTER, "laptop", "Eva")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "a.db"

    async def write() -> None:
        store = await EventStore.open(path)
        staff = events.Staff("jana", "Jana", "Engineer", "1")
        for number in (1, 2, 3):
            opened = events.Opened(f"{number:032x}", "laptop", "L", "Eva", "It burns", 1, 10, (), NOW)
            await store.open_ticket(opened, EVA, NOW)
        for number in range(30):
            await store.change(number % 3 + 1, lambda _, n=number: (events.MessageAdded(str(n)),), EVA, NOW)  # type: ignore[misc]
        await store.change(1, lambda _: (events.SessionRequested("a" * 32, staff),), EVA, NOW)
        await store.change(1, lambda _: (events.SessionEnded("a" * 32, events.EndReason.FAULT, 0),), EVA, NOW)
        await store.change(2, lambda _: (events.Triaged(1, 1), events.Started(), events.Resolved("x")), EVA, NOW)
        await store.change(2, lambda _: (events.Accepted(),), EVA, NOW)
        await store.close()

    asyncio.run(write())
    return path


@contextmanager
def off_guard(connection: sqlite3.Connection) -> Iterator[None]:
    """The triggers are taken away, and put back afterwards as they were."""
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'"
    found = connection.execute(query).fetchall()
    for name, _ in found:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, made in found:
        connection.execute(made)


@pytest.fixture
def tamper(history: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the history after some SQL, with the triggers out of the way meanwhile, as an attacker would do it."""
    copies = iter(range(10_000))

    def change(*statements: str, values: tuple[object, ...] = ()) -> Path:
        path = tmp_path / f"{next(copies)}.db"
        shutil.copy(history, path)
        with closing(sqlite3.connect(path)) as connection, connection, off_guard(connection):
            for statement in statements:
                connection.execute(statement, values)
        return path

    return change


def test_an_untouched_history_holds(history: Path, tamper: Callable[..., Path]) -> None:
    report = verify(history)
    assert (report.fault, report.tickets, report.head.number) == (None, 3, 39)
    assert verify(history, [report.head]).fault is None
    assert verify(tamper()).fault is None


CHANGES = {
    "body": "UPDATE events SET body = CAST(body || x'00' AS BLOB) WHERE number = 7",
    "salt": "UPDATE events SET salt = randomblob(16) WHERE number = 7",
    "digest": "UPDATE events SET digest = randomblob(32) WHERE number = 7",
    "link": "UPDATE events SET link = randomblob(32) WHERE number = 7",
    "last link": "UPDATE events SET link = randomblob(32) WHERE number = 39",
    "filed under another ticket": "UPDATE events SET ticket = 2 WHERE number = 7",
    "another kind": "UPDATE events SET kind = 'Resolved' WHERE number = 7",
    "another time": "UPDATE events SET at_us = at_us + 1 WHERE number = 7",
    "another session": "UPDATE events SET session = 'b' WHERE kind = 'SessionRequested'",
    "session taken away": "UPDATE events SET session = NULL WHERE kind = 'SessionRequested'",
    "row taken out": "DELETE FROM events WHERE number = 7",
    "first row taken out": "DELETE FROM events WHERE number = 1",
    "row moved": "UPDATE events SET number = 100 WHERE number = 7",
    "row added": "INSERT INTO events SELECT 40, ticket, kind, at_us, session, salt, body, digest, link"
    " FROM events WHERE number = 7",
    "half erased and filed elsewhere": "UPDATE events SET body = NULL, salt = NULL, digest = zeroblob(32)"
    " WHERE number = 7",
    "ticket's state": "UPDATE tickets SET state = 'closed' WHERE number = 1",
    "ticket's device": "UPDATE tickets SET device = 'desktop' WHERE number = 1",
    "ticket's request": "UPDATE tickets SET request = 'x' WHERE number = 1",
    "ticket's revision": "UPDATE tickets SET revision = 1 WHERE number = 1",
    "ticket's last event": "UPDATE tickets SET last_event = 1 WHERE number = 1",
    "ticket hidden": "DELETE FROM tickets WHERE number = 1",
    "ticket invented": "INSERT INTO ticket_tags (ticket, tag) VALUES (9, 'invented')",
    "a mail invented": "INSERT INTO mail_ids (event, message_id, mark, ticket, own) VALUES (1, 'a@b', '', 1, 1)",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON tickets BEGIN UPDATE tickets SET owner = 'petr'; END",
    "a view": "CREATE VIEW v AS SELECT * FROM tickets",
    "words of an event taken out": "DELETE FROM search_docsize WHERE id = 1 << 20 | 1",
}


@pytest.mark.parametrize("what", CHANGES)
def test_one_change_behind_the_relays_back_is_found(what: str, tamper: Callable[..., Path]) -> None:
    report = verify(tamper(CHANGES[what]))
    assert report.fault is not None


def test_a_list_of_another_version_is_not_passed_over_in_silence(tamper: Callable[..., Path]) -> None:
    other = "UPDATE projections SET version = 99 WHERE name = 'tickets'"
    report = verify(tamper(other, CHANGES["ticket's state"]))
    assert (report.fault, report.uncompared) == (None, ("tickets",))
    assert verify(tamper()).uncompared == ()


def test_it_says_which_event_it_is(tamper: Callable[..., Path]) -> None:
    report = verify(tamper(CHANGES["body"]))
    assert (report.number, report.head.number) == (7, 6)
    assert "event 7 was changed" in (report.fault or "")


def test_each_single_bit_of_each_row_counts(history: Path, tamper: Callable[..., Path]) -> None:
    chance = random.Random(22)
    with closing(sqlite3.connect(history)) as connection:
        rows = connection.execute("SELECT number, salt, body, digest, link FROM events").fetchall()
    for number, *cells in rows:
        column = chance.randrange(4)
        cell = bytearray(cells[column])
        cell[chance.randrange(len(cell))] ^= 1 << chance.randrange(8)
        name = ("salt", "body", "digest", "link")[column]
        path = tamper(f"UPDATE events SET {name} = ? WHERE number = ?", values=(bytes(cell), number))  # noqa: S608
        assert verify(path).number == number


def test_a_cut_at_the_end_shows_against_what_somebody_else_kept(history: Path, tamper: Callable[..., Path]) -> None:
    head = verify(history).head
    cut = tamper(
        "DELETE FROM events WHERE number = 39",
        "DELETE FROM projections",  # the lists would be made anew when the relay starts
    )
    assert verify(cut).fault is None  # nobody can see it from the inside
    assert "witnessed" in (verify(cut, [head]).fault or "")


@pytest.mark.parametrize(
    "besides",
    [
        "UPDATE events SET kind = 'MessageAdded', at_us = 0, session = 'x' WHERE number = 7",
        "UPDATE events SET ticket = 2 WHERE number = 7",
        "UPDATE tickets SET device = 'attacker', request = 'x', state = 'closed', revision = 99 WHERE number = 1",
        "DELETE FROM tickets",
    ],
)
def test_a_hole_in_the_history_excuses_nothing(besides: str, tamper: Callable[..., Path]) -> None:
    report = verify(tamper("UPDATE events SET salt = NULL, body = NULL WHERE number = 7", besides))
    assert (report.fault, report.number) == ("event 7 was erased, and nothing says by whom", 7)
    assert report.head.number == 6


def test_an_event_that_is_none_is_named_even_when_the_chain_was_made_anew(tamper: Callable[..., Path]) -> None:
    path = tamper()
    head, forged = chain.EMPTY, b"no event"
    with closing(sqlite3.connect(path)) as connection, connection, off_guard(connection):
        connection.execute("UPDATE events SET body = ? WHERE number = 7", (forged,))
        for number, salt, body in connection.execute(
            "SELECT number, salt, body FROM events ORDER BY number"
        ).fetchall():
            digest = chain.digest(salt, body)
            head = chain.extend(head, digest)
            connection.execute("UPDATE events SET digest = ?, link = ? WHERE number = ?", (digest, head.link, number))
    report = verify(path)
    assert (report.number, report.fault) == (7, "event 7 is none that this program knows")


_DELETED, _CHANGED = "events_are_not_deleted", "events_are_not_changed"
_HARMLESS = "BEFORE UPDATE ON events WHEN 0 BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
GUARDS = {
    "one is missing": (f"DROP TRIGGER {_DELETED}", f"the database lacks a trigger that the relay made ({_DELETED})"),
    "one guards another table": (
        f"DROP TRIGGER {_DELETED}; CREATE TRIGGER {_DELETED} BEFORE DELETE ON tickets BEGIN SELECT 1; END",
        f"the database has a trigger that is not as the relay made it ({_DELETED})",
    ),
    "one lets everything through": (
        f"DROP TRIGGER {_CHANGED}; CREATE TRIGGER {_CHANGED} {_HARMLESS}",
        f"the database has a trigger that is not as the relay made it ({_CHANGED})",
    ),
    "both are missing": (
        f"DROP TRIGGER {_DELETED}; DROP TRIGGER {_CHANGED}",
        f"the database lacks a trigger that the relay made ({_DELETED})",
    ),
    "what is written is passed over in silence": (
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
            " replace(sql, 'INTEGER PRIMARY KEY', 'INTEGER PRIMARY KEY ON CONFLICT IGNORE') WHERE name = 'events'"
        ),
        "the database has a table that is not as the relay made it (events)",
    ),
    "it says nothing of itself": (
        "DROP TABLE alembic_version",
        "the database does not say any more of which version it is",
    ),
    "it says of itself that it is none": (
        "UPDATE alembic_version SET version_num = 'base'",
        "the database does not say any more of which version it is",
    ),
}


@pytest.mark.parametrize("what", GUARDS)
def test_a_guard_that_was_taken_away_or_replaced_is_named(what: str, history: Path, tmp_path: Path) -> None:
    done, said = GUARDS[what]
    path = tmp_path / "a.db"
    shutil.copy(history, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(done)
    for lists in (True, False):
        report = verify(path, lists=lists)
        assert (report.fault, report.number) == (said, None)


def test_of_a_change_and_the_guard_that_was_out_of_its_way_the_change_is_named(history: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    shutil.copy(history, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"DROP TRIGGER {_CHANGED}; {CHANGES['body']}")
    assert verify(path).number == 7


def test_a_database_of_a_version_to_come_is_none_that_this_program_judges(tamper: Callable[..., Path]) -> None:
    with pytest.raises(OSError, match="does not know a database of version '9999'; is it older"):
        verify(tamper("UPDATE alembic_version SET version_num = '9999'"))


def test_what_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "missing.db")
    (tmp_path / "text.db").write_text("text" * 1000)
    with pytest.raises(OSError, match="cannot be read"):
        verify(tmp_path / "text.db")
    assert not (tmp_path / "missing.db").exists()


def test_a_truncated_file_is_found(history: Path, tmp_path: Path) -> None:
    whole = history.read_bytes()
    (tmp_path / "cut.db").write_bytes(whole[: len(whole) // 8192 * 4096])
    try:
        assert verify(tmp_path / "cut.db").fault is not None
    except OSError as error:
        assert "cannot be read" in str(error)


def test_fifty_thousand_events_a_second_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "large.db"

    async def write() -> None:
        store = await EventStore.open(path)
        opened = events.Opened("a" * 32, "laptop", "L", "Eva", "It burns", 1, 10, (), NOW)
        await store.open_ticket(opened, EVA, NOW)
        many = [events.MessageAdded("It still burns, and the neighbours are asking") for _ in range(20_000)]
        await store.change(1, lambda _: many, EVA, NOW)
        await store.close()

    asyncio.run(write())
    begun = time.process_time()
    report = verify(path, lists=False)
    a_second = report.head.number / (time.process_time() - begun)
    assert report.fault is None
    print(f"{a_second:,.0f} events/s")
    assert a_second > 50_000
