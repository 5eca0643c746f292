"""`athand-admin verify` on a database as the relay writes it."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol.desk import events
from protocol.desk.events import Actor
from relay.store import By, EventStore
from tests.relay.admin.conftest import Admin


async def _fill(path: Path) -> None:
    store = await EventStore.open(path)
    for number in range(3):
        opened = events.Opened(
            request=f"{number:032x}",
            device="pc",
            device_label="PC",
            requester="Eva",
            problem="It is slow",
            urgency=2,
            minutes=10,
            diagnostics=(),
            asked_at=datetime.now(UTC),
        )
        await store.open_ticket(opened, By(Actor.REQUESTER, "pc", "Eva"), datetime.now(UTC))
    await store.close()


@pytest.fixture
def database(home: Path) -> Path:
    path = home / "relay" / "athand.db"
    asyncio.run(_fill(path))
    return path


def tamper(path: Path, statement: str) -> None:
    """As whoever owns the file can: the triggers that keep it append-only go first, and are put back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, made in triggers:
            connection.execute(made)


def test_p22_an_untouched_history_holds_and_one_changed_row_does_not(admin: Admin, database: Path) -> None:
    outcome = admin("verify")
    assert outcome.code == 0
    assert "3 events, 3 tickets" in outcome.out
    tamper(database, "UPDATE events SET body = CAST(replace(body, 'slow', 'fast') AS BLOB) WHERE number = 2")
    outcome = admin("verify")
    assert outcome.code == 1
    assert "was changed" in outcome.err


def test_p22_an_event_taken_out_as_if_it_had_been_erased_is_found(admin: Admin, database: Path) -> None:
    tamper(database, "UPDATE events SET salt = NULL, body = NULL WHERE number = 2")
    outcome = admin("verify")
    assert outcome.code == 1
    assert "event 2 was erased, and nothing says by whom" in outcome.err


def test_p22_a_cut_at_the_end_shows_against_an_anchor(admin: Admin, database: Path) -> None:
    found = re.search(r"anchor: (\S+)", admin("verify").out)
    assert found is not None
    assert admin("verify", "--anchor", found[1]).code == 0
    tamper(database, "DELETE FROM events WHERE number = 3")
    tamper(database, "DELETE FROM tickets WHERE number = 3")
    tamper(database, "DELETE FROM search_docsize WHERE id >> 20 = 3")
    assert admin("verify").code == 0  # without the anchor nobody can tell
    assert admin("verify", "--anchor", found[1]).code == 1


def test_p22_a_guard_of_the_history_that_was_taken_away_is_named(admin: Admin, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TRIGGER events_are_not_deleted")
    outcome = admin("verify")
    assert outcome.code == 1
    assert "the database lacks a trigger that the relay made (events_are_not_deleted)" in outcome.err


def test_p22_the_relays_machine_needs_no_organisation_to_verify(
    admin: Admin, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATHAND_HOME")
    assert "3 tickets" in admin("verify", database).out


def test_before_the_relay_ever_ran_it_says_where_the_history_will_be(admin: Admin, home: Path) -> None:
    said = admin("verify").said()
    assert str(home / "relay" / "athand.db") in said
    assert "when it first starts" in said


def test_what_is_no_database_gets_a_sentence(admin: Admin, home: Path) -> None:
    (home / "relay" / "athand.db").write_bytes(b"no database, but long enough to be looked at " * 100)
    assert "cannot be read" in admin("verify").said()
