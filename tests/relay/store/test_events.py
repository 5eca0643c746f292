import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.desk import chain, events
from protocol.desk.states import StepRefused, TicketState
from relay.errors import StartRefused, StoreFault
from relay.store import By, EventStore, verify
from relay.store.database import lock_folder
from tests.relay.rig import scene

NOW = datetime(2026, 11, 2, 10, 30, 0, 123456, tzinfo=UTC)
EVA = By(events.Actor.REQUESTER, "laptop", "Eva")


def opened(request: int = 1, device: str = "laptop") -> events.Opened:
    return events.Opened(f"{request:032x}", device, "Laptop", "Eva", "It burns", 2, 10, (), NOW)


def says(text: str) -> Any:
    return lambda _: (events.MessageAdded(text),)


@scene
async def test_what_was_written_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    for number in range(1, 4):
        ticket, new = await store.open_ticket(opened(number), EVA, NOW)
        assert (ticket.number, new) == (number, True)
    change = await store.change(2, says("hello"), EVA, NOW)
    assert change is not None
    assert change.numbers == range(4, 5)
    head = await store.head()
    await store.close()
    store = await EventStore.open(tmp_path / "a.db")
    assert await store.head() == head
    assert await store.ticket(2) == change.ticket
    assert [entry.event for _, entry in await store.history(2)] == [opened(2), events.MessageAdded("hello")]
    assert (await store.open_ticket(opened(9), EVA, NOW))[0].number == 4
    await store.close()
    assert verify(tmp_path / "a.db").fault is None


@scene
async def test_the_same_request_of_a_device_makes_one_ticket_also_when_sent_at_once(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    made = await asyncio.gather(*(store.open_ticket(opened(), EVA, NOW) for _ in range(10)))
    assert {ticket.number for ticket, _ in made} == {1}
    assert [new for _, new in made].count(True) == 1
    assert (await store.open_ticket(opened(device="desktop"), EVA, NOW))[1]
    await store.close()


@scene
async def test_writers_at_once_leave_no_gap_and_one_chain(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    for number in range(1, 4):
        await store.open_ticket(opened(number), EVA, NOW)
    changes = await asyncio.gather(*(store.change(n % 3 + 1, says(str(n)), EVA, NOW) for n in range(60)))
    numbers = [number for change in changes if change for number in change.numbers]
    assert sorted(numbers) == list(range(4, 64))
    await store.close()
    report = verify(tmp_path / "a.db")
    assert (report.fault, report.head.number) == (None, 63)


@scene
async def test_what_is_refused_halfway_changes_nothing(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    await store.open_ticket(opened(), EVA, NOW)
    with pytest.raises(StepRefused):
        await store.change(1, lambda _: (events.MessageAdded("done"), events.Resolved("x")), EVA, NOW)
    assert (await store.head()).number == 1
    assert [entry.event for _, entry in await store.history(1)] == [opened()]
    assert await store.change(2, says("nobody"), EVA, NOW) is None
    await store.close()


@scene
async def test_the_database_itself_refuses_to_change_or_delete_an_event(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    await store.open_ticket(opened(), EVA, NOW)
    await store.close()
    with sqlite3.connect(tmp_path / "a.db") as connection:
        for statement in (
            "DELETE FROM events",
            "UPDATE events SET body = x'00'",
            "UPDATE events SET ticket = 7",
            "UPDATE events SET link = zeroblob(32)",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    connection.close()


@scene
async def test_a_write_ahead_log_is_used_and_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    async with store._database.writer.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 2000)):
            assert await connection.scalar(sa.text(f"PRAGMA {pragma}")) == value
    await store.close()


async def until_refused(store: EventStore) -> chain.Head:
    """Writes until the store takes no more; where the chain stood then."""
    head = await store.head()
    for _ in range(2000):
        try:
            await store.change(1, says("x" * 4000), EVA, NOW)
        except StoreFault as fault:
            assert "nothing was changed" in str(fault)
            return head
        head = await store.head()
    pytest.fail("it took everything")


async def goes_on(store: EventStore, head: chain.Head) -> None:
    assert await store.head() == head
    change = await store.change(1, says("after"), EVA, NOW)
    assert change is not None
    assert change.numbers == range(head.number + 1, head.number + 2)
    assert (await store.open_ticket(opened(2), EVA, NOW))[0].number == 2


@scene
async def test_a_full_disk_refuses_what_does_not_fit_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")

    async def allow(pages: int) -> None:
        # SQLite's own bound gives SQLITE_FULL at the same places as a full disk does.
        async with store._database.writer.connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await allow(80)
    await store.open_ticket(opened(), EVA, NOW)
    head = await until_refused(store)
    assert head.number > 5
    with pytest.raises(StoreFault):
        await store.open_ticket(msgspec.structs.replace(opened(2), problem="x" * 4000), EVA, NOW)
    assert await store.ticket(1)
    await allow(100_000)
    await goes_on(store, head)
    await store.close()
    assert verify(tmp_path / "a.db").fault is None


@scene
async def test_somebody_elses_lock_refuses_a_write_and_is_got_over(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    await store.open_ticket(opened(), EVA, NOW)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    head = await until_refused(store)
    assert await store.ticket(1)
    other.execute("ROLLBACK")
    other.close()
    await goes_on(store, head)
    await store.close()
    assert verify(tmp_path / "a.db").fault is None


@scene
async def test_a_database_that_another_program_wrote_to_is_read_anew(tmp_path: Path) -> None:
    """Two writers cannot both be right; the second one's number is taken, and nothing of it stays."""
    first, second = await EventStore.open(tmp_path / "a.db"), await EventStore.open(tmp_path / "a.db")
    await first.open_ticket(opened(1), EVA, NOW)
    with pytest.raises(StoreFault):
        await second.open_ticket(opened(2), EVA, NOW)
    assert (await second.open_ticket(opened(2), EVA, NOW))[0].number == 2
    await first.close()
    await second.close()
    assert verify(tmp_path / "a.db").fault is None


@scene
async def test_a_cancelled_write_leaves_the_store_usable(tmp_path: Path) -> None:
    store = await EventStore.open(tmp_path / "a.db")
    await store.open_ticket(opened(), EVA, NOW)
    for turns in range(30):
        task = asyncio.create_task(store.change(1, says("x"), EVA, NOW))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await store.change(1, says("after"), EVA, NOW)
    head = await store.head()
    await store.close()
    report = verify(tmp_path / "a.db")
    assert (report.fault, report.head) == (None, head)


@scene
async def test_sessions_left_open_by_a_crash_are_found_with_what_is_known_of_their_time(tmp_path: Path) -> None:
    staff = events.Staff("jana", "Jana", "Engineer", "1")
    store = await EventStore.open(tmp_path / "a.db")
    await store.open_ticket(opened(), EVA, NOW)
    for session in ("a" * 32, "b" * 32, "c" * 32):
        await store.change(1, lambda _, s=session: (events.SessionRequested(s, staff),), EVA, NOW)  # type: ignore[misc]
    await store.change(1, lambda _: (events.SessionEnded("a" * 32, events.EndReason.FAULT, 0),), EVA, NOW)
    await store.mark_sessions([("b" * 32, 42.5)])
    assert await store.sessions_left_open() == [(1, "b" * 32, 42.5), (1, "c" * 32, 0.0)]
    assert await store.requested_session("b" * 32) == (1, events.SessionRequested("b" * 32, staff))
    assert await store.requested_session("d" * 32) is None
    await store.close()


def test_what_is_no_database_or_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database at all, it is only text of some length" * 100)
    (tmp_path / "folder.db").mkdir()
    with sqlite3.connect(tmp_path / "newer.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    for name in ("text.db", "folder.db", "newer.db", "missing/a.db"):
        with pytest.raises(StartRefused) as refused:
            asyncio.run(EventStore.open(tmp_path / name))
        assert str(refused.value).endswith((".", "?"))


def test_two_relays_cannot_hold_one_folder(tmp_path: Path) -> None:
    with lock_folder(tmp_path), pytest.raises(StartRefused, match="Another relay"):
        lock_folder(tmp_path)
    lock_folder(tmp_path).close()


steps = st.sampled_from(
    [
        events.Triaged(1, 2),
        events.Started(),
        events.Resolved("x"),
        events.Accepted(),
        events.NotSolved(),
        events.Cancelled(),
        events.MessageAdded("x", internal=True),
        events.NextStepSet("x"),
        events.Assigned(events.Staff("jana", "Jana", "Engineer", "1")),
        events.OnHold(events.HoldReason.USER),
        events.WentDormant(),
    ]
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.lists(steps, min_size=1, max_size=3)), max_size=15))
def test_whatever_happens_what_is_listed_is_what_the_history_says(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[tuple[int, list[events.Event]]]
) -> None:
    path = tmp_path_factory.mktemp("store") / "a.db"

    async def play() -> None:
        store = await EventStore.open(path)
        for number in (1, 2, 3):
            await store.open_ticket(opened(number), EVA, NOW)
        for number, happened in happenings:
            try:
                await store.change(number, lambda _, h=happened: h, EVA, NOW)  # type: ignore[misc]
            except StepRefused:
                continue
        all_of_them = [await store.ticket(number) for number in (1, 2, 3)]
        over = (TicketState.CLOSED, TicketState.CANCELLED)
        listed = [t for t in all_of_them if t and t.state not in over and not (t.dormant or t.kinship.merged_into)]
        open_ones = [ticket for ticket in listed if ticket.is_open]
        owned = [t for t in all_of_them if t and t.is_open and t.owner and t.owner.identifier == "jana"]
        for _ in range(2):
            assert await store.unfinished() == listed
            assert await store.unfinished(resolved=False) == open_ones
            assert await store.owned_by("jana") == owned
            store._folded.clear()
        assert await store.tickets_of("laptop", 10) == all_of_them[::-1]
        await store.close()

    asyncio.run(play())
    assert verify(path).fault is None
