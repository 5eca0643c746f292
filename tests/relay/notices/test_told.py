import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Channel, NoticeKind
from protocol.desk.ticket import Ticket
from relay import notices
from relay.store import THE_DESK, By, EventStore
from tests.relay.rig import scene

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
EVA = By(events.Actor.REQUESTER, "eva", "Eva")
JANA = By(events.Actor.STAFF, "jana", "Jana Nováková")
JANA_IS = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
DESK = events.DeskSet(events.DeskSettings("Help", "help@desk.example", language="en"))
PEOPLE: tuple[events.BookEvent, ...] = (
    DESK,
    events.UserSet(events.User("eva", "Eva", mails=("eva@firm.example", "eva@home.example"), language="de")),
    events.StaffSet(events.StaffProfile("jana", "Jana Nováková", "Support engineer", "+420 123 456", "j@desk.example")),
)


def opened(**changes: Any) -> events.Opened:
    facts: dict[str, Any] = {"user": "eva", "address": "eva@home.example", "channel": Channel.MAIL}
    return events.Opened("a" * 32, "", "", "Eva", "It burns", 2, 10, (), NOW, **(facts | changes))


async def desk(path: Path, *people: events.BookEvent) -> EventStore:
    store = await EventStore.open(path / "a.db", (notices.follow_up,))
    await store.record(lambda _: people or PEOPLE, THE_DESK, NOW)
    return store


async def book_and_ticket(store: EventStore) -> tuple[Book, Ticket]:
    ticket = await store.ticket(1)
    assert ticket is not None
    return await store.book(), ticket


def queued(path: Path) -> list[tuple[str, str]]:
    query = "SELECT m.message_id, o.state FROM outbox o JOIN mail_ids m ON m.event = o.event ORDER BY o.event"
    with sqlite3.connect(path / "a.db") as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    return rows


async def said(store: EventStore) -> list[tuple[NoticeKind, str, str]]:
    heard = [entry.event for _, entry in await store.history(1)]
    return [(event.kind, event.to, event.way) for event in heard if isinstance(event, events.NoticeSent)]


@scene
async def test_a_mailed_request_is_acknowledged_in_the_transaction_that_takes_it_down(tmp_path: Path) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(), EVA, NOW)
    assert await said(store) == [(NoticeKind.RECEIPT, "eva", "mail")]
    ((message_id, state),) = queued(tmp_path)
    assert message_id.endswith("@desk.example")
    assert len(message_id.split("@")[0]) == 32
    assert state == "waiting"
    await store.close()


@scene
async def test_what_no_human_wrote_gets_no_receipt(tmp_path: Path) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(automatic=True), EVA, NOW)
    assert await said(store) == []
    await store.close()


@scene
async def test_what_staff_say_and_who_takes_over_goes_out_and_what_they_say_among_themselves_does_not(
    tmp_path: Path,
) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(), EVA, NOW)
    happened = (
        events.Triaged(1, 2),
        events.Assigned(JANA_IS),
        events.Started(),
        events.MessageAdded("Between us", internal=True),
        events.MessageAdded("Is it still burning?"),
    )
    await store.change(1, lambda _: happened, JANA, NOW)
    await store.change(1, lambda _: (events.MessageAdded("Yes", channel=Channel.MAIL),), EVA, NOW)
    await store.change(1, lambda _: (events.Resolved("Water"),), JANA, NOW)
    kinds = [kind for kind, _, _ in await said(store)]
    assert kinds == [NoticeKind.RECEIPT, NoticeKind.NEW_HANDLER, NoticeKind.ANSWER, NoticeKind.RESOLVED]
    assert len(queued(tmp_path)) == 4
    await store.close()


@scene
async def test_a_file_without_a_word_is_told_by_its_name(tmp_path: Path) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(), EVA, NOW)
    file = events.Attachment("Where to\nclick.png", "image/png", 4, "a" * 64)
    await store.change(1, lambda _: (events.MessageAdded("", attachments=(file,)),), JANA, NOW)
    sent = [entry.event for _, entry in await store.history(1) if isinstance(entry.event, events.NoticeSent)]
    assert [notice.text for notice in sent if notice.kind is NoticeKind.ANSWER] == ["[Where to click.png]"]
    await store.close()


@scene
async def test_whoever_has_an_agent_is_told_there_and_not_by_mail(tmp_path: Path) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(channel=Channel.DIRECT), EVA, NOW)
    await store.change(1, lambda _: (events.MessageAdded("Hello"),), JANA, NOW)
    assert await said(store) == []
    await store.close()


@scene
async def test_nothing_is_said_twice_about_one_thing(tmp_path: Path) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(), EVA, NOW)
    book, ticket = await book_and_ticket(store)
    once = notices.tell(book, ticket, NoticeKind.VERDICT_REMINDER, about="1")
    assert [(notice.to, notice.way) for notice in once] == [("eva", "mail")]
    await store.change(1, lambda _: once, THE_DESK, NOW)
    book, ticket = await book_and_ticket(store)
    assert notices.tell(book, ticket, NoticeKind.VERDICT_REMINDER, about="1") == ()
    assert notices.tell(book, ticket, NoticeKind.VERDICT_REMINDER, about="2") != ()
    assert notices.tell(book, ticket, NoticeKind.VERDICT_REMINDER, about="1", to="jana") != ()
    await store.close()


@scene
async def test_what_is_about_no_ticket_is_announced_once(tmp_path: Path) -> None:
    store = await desk(tmp_path)

    async def announced() -> int:
        return len(
            await store.record(
                lambda book: notices.announce(book, NoticeKind.FAULT, "jana", about="fault 1"), THE_DESK, NOW
            )
        )

    assert [await announced(), await announced()] == [1, 0]
    assert len(queued(tmp_path)) == 1
    await store.close()


@scene
async def test_a_desk_without_an_address_writes_down_what_it_says_and_sends_nothing(tmp_path: Path) -> None:
    store = await desk(tmp_path, *PEOPLE[1:])
    await store.open_ticket(opened(), EVA, NOW)
    book, ticket = await book_and_ticket(store)
    assert [notice.way for notice in notices.tell(book, ticket, NoticeKind.WARNING, to="jana", about="x")] == [""]
    assert queued(tmp_path) == []
    await store.close()


@scene
async def test_the_desks_own_address_is_never_written_to(tmp_path: Path) -> None:
    store = await desk(tmp_path)
    await store.open_ticket(opened(user="", address="help@desk.example"), EVA, NOW)
    assert await said(store) == []
    book, _ = await book_and_ticket(store)
    assert notices.reader(book, "help@desk.example").address == ""
    await store.close()


def test_somebody_is_answered_where_he_wrote_from_in_his_own_language() -> None:
    book = Book()
    for number, event in enumerate(PEOPLE, start=1):
        book.apply(events.Entry(0, NOW, events.Actor.DESK, "", "athand", event))
        assert book.revision == number
    assert notices.reader(book, "eva@home.example").address == "eva@home.example"
    assert notices.reader(book, "eva").address == "eva@firm.example"
    assert notices.reader(book, "eva").language == "de"
    assert notices.leads(book) == ("jana",)
