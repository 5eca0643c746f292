import asyncio
import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from protocol.desk import events
from protocol.desk.events import Channel, Customer, User
from protocol.trust import Authority, Organisation, Role
from protocol.trust.issue import issue_authority, issue_root
from relay.files import Shelf
from relay.portable import arriving, form, leaving
from relay.portable.form import PortableError
from relay.store import THE_DESK, EventStore, verify
from tests.relay.rig import scene

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FACE = b"bytes of a picture"
EVERY_SCRIPT = "Žluťoučký Ελληνικά Русский עברית العربية हिन्दी 小林 한국어 👩\u200d🔧"


class Desk:
    """An organisation, and a folder with its relay's history."""

    def __init__(self, folder: Path) -> None:
        root = issue_root("Firma", now=NOW)
        self.authority = issue_authority(root, Role.DEVICE, now=NOW)
        self.organisation = Organisation("Firma", "wss://relay.example", root.certificate)
        self.folder = folder

    def export(
        self, folder: Path, *, authority: Authority | None = None, now: datetime = NOW, moves: bool = False
    ) -> list[bytes]:
        lines: list[bytes] = []
        leaving.write(
            folder / "athand.db",
            folder / "files",
            lines.append,
            organisation="Firma",
            authority=authority or self.authority,
            now=now,
            moves=moves,
        )
        return lines

    def read(self, lines: list[bytes], folder: Path, *, sends: bool = False) -> bool:
        return arriving.read(iter(lines), folder, organisation=self.organisation, sends=sends)[1]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "relay"
    folder.mkdir()
    asyncio.run(fill(folder))
    return Desk(folder)


async def fill(folder: Path) -> None:
    store = await EventStore.open(folder / "athand.db")
    asked = events.Opened("1" * 32, "device", "PC", EVERY_SCRIPT, EVERY_SCRIPT, 2, 10, (), NOW, user="eva")
    ticket, _ = await store.open_ticket(asked, THE_DESK, NOW)
    content = b"MZ\x00 not to be run"
    attached = events.Attachment("a.exe", "text/plain", len(content), sha256(content).hexdigest())
    said = events.MessageAdded("See the file", attachments=(attached,))
    await store.change(ticket.number, lambda _: (said, events.Triaged(2, 2)), THE_DESK, NOW + timedelta(minutes=1))
    face = events.FaceSet("jana", sha256(FACE).hexdigest())
    book = (
        events.CustomerSet(Customer("firma", "Firma")),
        events.UserSet(User("eva", EVERY_SCRIPT)),
        events.StaffSet(events.StaffProfile("jana", "Jana", "Engineer", "+420 1")),
        face,
    )
    await store.record(lambda _: book, THE_DESK, NOW + timedelta(minutes=2))
    await store.close()
    Shelf(folder / "files").put(content)
    Shelf(folder / "files").put(FACE)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@scene
async def test_what_was_exported_and_imported_is_exported_again_line_for_line(desk: Desk, empty: Path) -> None:
    lines = desk.export(desk.folder)
    await asyncio.to_thread(desk.read, lines, empty)
    assert desk.export(empty)[:-1] == lines[:-1]  # an ECDSA signature has a number of its own each time
    assert verify(empty / "athand.db").head == verify(desk.folder / "athand.db").head
    files = {Shelf(empty / "files").get(json.loads(line)["sha256"]) for line in lines[-3:-1]}
    assert files == {b"MZ\x00 not to be run", FACE}
    store = await EventStore.open(empty / "athand.db")
    assert (await store.book()).register.face("jana") == sha256(FACE).hexdigest()
    ticket = await store.ticket(1)
    assert ticket is not None
    assert (ticket.requester, ticket.priority) == (EVERY_SCRIPT, 3)
    assert (await store.book()).register.users["eva"].name == EVERY_SCRIPT
    await store.close()


@scene
async def test_mails_that_were_taken_down_before_the_export_are_known_after_the_import(desk: Desk, empty: Path) -> None:
    store = await EventStore.open(desk.folder / "athand.db")
    said = events.MessageAdded("More", channel=Channel.MAIL, message_id="a@firm.example", mark="2" * 32)
    told = events.NoticeSent(events.NoticeKind.RECEIPT, "eva", "opened", message_id="b@desk.example")
    await store.change(1, lambda _: (said, told), THE_DESK, NOW)
    query = "SELECT message_id, mark, ticket, own FROM mail_ids ORDER BY event"
    before = [tuple(row) for row in await store.rows(query)]
    await store.close()
    await asyncio.to_thread(desk.read, desk.export(desk.folder), empty)
    store = await EventStore.open(empty / "athand.db")
    assert [tuple(row) for row in await store.rows(query)] == before
    assert before == [("a@firm.example", "2" * 32, 1, 0), ("b@desk.example", "", 1, 1)]
    await store.close()


def outbox(folder: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "athand.db")) as connection:
        return connection.execute("SELECT event, state, due_us, tries, reason FROM outbox ORDER BY event").fetchall()


@pytest.fixture
def waiting(desk: Desk) -> list[tuple[Any, ...]]:
    """Two mails that wait, one of them tried in vain, and one that has gone out."""
    told = [events.NoticeSent(events.NoticeKind.ANSWER, "eva", str(n), "mail", "Hm", f"{n}@desk") for n in range(3)]

    async def tell() -> None:
        store = await EventStore.open(desk.folder / "athand.db")
        await store.change(1, lambda _: told, THE_DESK, NOW)
        await store.close()

    asyncio.run(tell())
    with closing(sqlite3.connect(desk.folder / "athand.db")) as connection, connection:
        (first,), _, (last,) = connection.execute("SELECT event FROM outbox ORDER BY event").fetchall()
        connection.execute("UPDATE outbox SET state = 'sent' WHERE event = ?", (first,))
        late = "UPDATE outbox SET tries = 3, due_us = due_us + 7, reason = 'Busy.' WHERE event = ?"
        connection.execute(late, (last,))
    found = [row for row in outbox(desk.folder) if row[1] == "waiting"]
    assert [(tries, reason) for _, _, _, tries, reason in found] == [(0, ""), (3, "Busy.")]
    return found


def without_head(lines: list[bytes]) -> list[bytes]:
    return lines[1:-1]


def test_when_the_desk_moves_what_waits_goes_along_and_is_sent_there_and_not_here(
    desk: Desk, empty: Path, waiting: list[tuple[Any, ...]]
) -> None:
    lines = desk.export(desk.folder, moves=True)
    leaving.hand_over(desk.folder / "athand.db")
    assert desk.read(lines, empty) is True
    assert outbox(empty) == waiting
    assert [state for _, state, *_ in outbox(desk.folder)] == ["sent", "set_aside", "set_aside"]
    assert without_head(desk.export(empty, moves=True)) == without_head(lines)
    assert without_head(desk.export(desk.folder, moves=True)) == without_head(lines), "the file may have been lost"


def test_of_a_relay_that_goes_on_what_waits_is_kept_and_sent_by_it_alone(
    desk: Desk, empty: Path, tmp_path: Path, waiting: list[tuple[Any, ...]]
) -> None:
    before = outbox(desk.folder)
    lines = desk.export(desk.folder)
    assert outbox(desk.folder) == before
    assert desk.read(lines, empty) is False
    assert [state for _, state, *_ in outbox(empty)] == ["set_aside", "set_aside"]
    assert desk.export(empty)[:-1] == lines[:-1], "and nothing of it is lost"
    (tmp_path / "third").mkdir()
    assert desk.read(lines, tmp_path / "third", sends=True) is True  # the relay it came from is gone for good
    assert outbox(tmp_path / "third") == waiting


def sealed(desk: Desk, head: form.HeadLine, *others: bytes) -> list[bytes]:
    """A file that this desk signed."""
    seal, lines = form.Seal(), [form.encode(head), *others]
    for number, line in enumerate(lines, 1):
        seal.passed(form.decode(line, number), line)
    return [*lines, form.encode(seal.sign(desk.authority))]


def test_a_mail_that_waits_for_no_notice_or_was_left_out_or_added_is_refused(
    desk: Desk, empty: Path, waiting: list[tuple[Any, ...]]
) -> None:
    lines = desk.export(desk.folder)
    (at, *_) = [number for number, line in enumerate(lines) if b'"waiting"' in line[:20]]
    head = form.HeadLine("Firma", NOW)
    for event in (1, 999):
        wrong = form.encode(form.WaitingLine(event, NOW))
        with pytest.raises(PortableError, match=f"waits for event {event}, which is none"):
            desk.read(sealed(desk, head, *lines[1:at], wrong), empty)
    twice = sealed(desk, head, *lines[1:at], lines[at], lines[at])
    for changed in ([*lines[:at], *lines[at + 1 :]], [*lines[: at + 1], *lines[at:]], twice):
        with pytest.raises(PortableError):
            desk.read(changed, empty)
    assert list(empty.iterdir()) == []
    assert waiting


def test_a_file_of_the_first_version_is_read_as_ever_and_one_of_a_later_one_is_not(desk: Desk, empty: Path) -> None:
    lines = desk.export(desk.folder)
    with pytest.raises(PortableError, match="newer version"):
        desk.read(sealed(desk, form.HeadLine("Firma", NOW, version=3), *lines[1:-1]), empty)
    desk.read(sealed(desk, form.HeadLine("Firma", NOW, version=1), *lines[1:-1]), empty)
    assert verify(empty / "athand.db").fault is None


def test_a_stranger_reads_every_line_without_this_program(desk: Desk) -> None:
    read = [json.loads(line) for line in desk.export(desk.folder)]
    assert [line["type"] for line in read] == ["head", *["event"] * 7, "file", "file", "end"]
    assert read[1]["entry"]["event"]["problem"] == EVERY_SCRIPT
    assert {base64.b64decode(line["content"]) for line in read[8:10]} == {b"MZ\x00 not to be run", FACE}


def _with(line: bytes, **changes: object) -> bytes:
    read = json.loads(line)
    for name, value in changes.items():
        read[name] = read[name] | value if isinstance(value, dict) else value
    return json.dumps(read).encode() + b"\n"


def damaged(lines: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    yield "an event's text", [line.replace(b"See the file", b"See the fire") for line in lines]
    yield "an event left out", [*lines[:3], *lines[4:]]
    yield "the attachment left out", [*lines[:8], *lines[9:]]
    yield "two events in another order", [*lines[:2], lines[3], lines[2], *lines[4:]]
    yield "the end cut off", lines[:-1]
    yield "a line after the end", [*lines, lines[1]]
    yield "half a line", [*lines[:-1], lines[-1][:-40]]
    yield "no line at all", []
    yield "something else", [b"{}\n"]
    for number in (2**63, 2**70):
        yield f"event {number}", [lines[0], _with(lines[1], number=number), *lines[2:]]
        yield f"ticket {number}", [lines[0], _with(lines[1], entry={"ticket": number}), *lines[2:]]
    yield "bytes that are no event", [lines[0], _with(lines[1], body="AAAA"), *lines[2:]]
    yield "another head", [lines[0].replace(b"Firma", b"Other"), *lines[1:]]


def test_a_file_that_was_changed_anywhere_is_refused_and_leaves_nothing(desk: Desk, empty: Path) -> None:
    for what, lines in damaged(desk.export(desk.folder)):
        with pytest.raises(PortableError):
            desk.read(lines, empty)
        assert list(empty.iterdir()) == [], what
    desk.read(desk.export(desk.folder), empty)  # the control


def test_a_file_signed_by_somebody_else_is_refused(desk: Desk, empty: Path, tmp_path: Path) -> None:
    stranger = Desk(tmp_path)
    with pytest.raises(PortableError, match="not signed in the organisation Firma"):
        desk.read(desk.export(desk.folder, authority=stranger.authority), empty)


def test_an_import_never_goes_over_a_history_that_is_there(desk: Desk) -> None:
    lines = desk.export(desk.folder)
    before = (desk.folder / "athand.db").read_bytes()
    with pytest.raises(FileExistsError):
        desk.read(lines, desk.folder)
    assert (desk.folder / "athand.db").read_bytes() == before


def test_a_history_that_was_changed_is_not_exported(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.folder / "athand.db")) as connection, connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE events SET body = x'00' WHERE number = 2")
    with pytest.raises(PortableError, match="event 2 was changed"):
        desk.export(desk.folder)
