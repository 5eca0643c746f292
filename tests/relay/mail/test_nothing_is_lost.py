"""Servers that are away, disks that are locked, a relay that is killed: no mail is lost, and none comes twice."""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Channel
from relay import notices
from relay.mail import settings as mail_settings
from relay.store import THE_DESK, EventStore, verify
from tests.relay.mail.post_office import EVA, PEOPLE, a_mail, mail_of, post_office, read_mail, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.process import relay_process
from tests.relay.rig import House, scene

WAIT_S = 30.0


def rows(house: House, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{house.database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def until(true: object) -> None:
    assert callable(true)
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextlib.contextmanager
def locked(house: House) -> Iterator[None]:
    """Somebody else writes to the database for a long time."""
    with contextlib.closing(sqlite3.connect(house.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@scene
async def prepared(house: House) -> None:
    store = await EventStore.open(house.database, (notices.follow_up,))
    await store.record(lambda _: PEOPLE, THE_DESK, datetime.now(UTC))
    await store.close()


def test_a_mail_that_was_fetched_and_not_committed_when_the_relay_was_killed_becomes_one_ticket(
    house: House, servers: MailServers, desk: str, tmp_path: Path
) -> None:
    prepared(house)
    mail_settings.write(house.path, mail_of(servers, desk))
    log = tmp_path / "relay.log"
    with relay_process(house, log) as relay:
        until(lambda: relay.health()["mail"]["in"]["ok"])
        with locked(house):
            servers.send(EVA, [f"{desk}@desk.example"], a_mail(EVA, f"{desk}@desk.example"))
            # Its bytes are kept before anything refers to them: it was fetched, and waits for the lock.
            until(lambda: list((house.path / "files").rglob("*")))
            relay.kill()
    assert rows(house, "SELECT count(*) FROM tickets") == [(0,)]
    assert len(servers.folder(desk)) == 1
    with relay_process(house, log) as relay:
        until(lambda: rows(house, "SELECT count(*) FROM tickets") == [(1,)])
        until(lambda: not servers.folder(desk))
        until(lambda: relay.health()["mail"]["waiting"] == 0)
        relay.terminate()
    assert len(servers.folder(desk, "athand")) == 1
    assert verify(house.database).fault is None


def test_a_relay_that_is_killed_again_and_again_takes_each_mail_down_once(
    house: House, servers: MailServers, desk: str, tmp_path: Path
) -> None:
    prepared(house)
    mail_settings.write(house.path, mail_of(servers, desk))
    dice, count = random.Random(20), 12
    for number in range(count):
        message = a_mail(f"user{number}@home.example", f"{desk}@desk.example", f"Story {number}")
        servers.send(f"user{number}@home.example", [f"{desk}@desk.example"], message)
    for _ in range(4):
        with relay_process(house, tmp_path / "relay.log") as relay:
            time.sleep(dice.uniform(0.05, 0.5))
            relay.kill()
    with relay_process(house, tmp_path / "relay.log") as relay:
        until(lambda: not servers.folder(desk))
        until(lambda: rows(house, "SELECT count(*) FROM outbox WHERE state = 'waiting'") == [(0,)])
        relay.terminate()
    assert rows(house, "SELECT count(*), count(DISTINCT request) FROM tickets") == [(count, count)]
    assert verify(house.database).fault is None
    for number in range(count):
        ours = [read_mail(content) for content in servers.folder(f"user{number}")]
        mine = [mail["Message-ID"] for mail in ours if desk in str(mail["From"])]
        assert mine
        assert len(set(mine)) == 1  # one that went out in the moment of the kill may have gone out again, as the same


@scene
async def test_the_same_mail_fetched_or_delivered_twice_makes_one_message(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        sent = await office.writes(EVA)
        await office.ticket(1)
        await office.taken(1)
        (as_stored,) = servers.folder(desk, "athand")
        await asyncio.to_thread(servers.put, desk, as_stored)
        await asyncio.to_thread(servers.send, EVA, [office.address], sent)
        await office.taken(3)
        assert office.running.relay.counts["mail_known"] == 2
        assert await office.running.relay._store.ticket(2) is None
        assert len(await office.gets(EVA, 1)) == 1


@scene
async def test_while_the_sending_server_is_away_everything_waits_and_goes_out_once_when_it_is_back(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA)
        await office.gets(EVA, 1)
        console = await office.running.console()
        await asyncio.to_thread(servers.stop_postfix)
        try:
            await console.takes(1)
            await console.ask(envelope.AddMessage, 1, "Are you there?")
            relay = office.running.relay
            service = relay._mail
            assert service is not None
            # The first of the two may have met the trouble before the second one was said.
            await office.running.until(lambda: relay.counts["mail_out_trouble"] > 0 and service._waiting == 2)
            mail = relay.health()["mail"]
            assert isinstance(mail, dict)
            assert mail["out"]["ok"] is False
            assert "cannot be reached" in mail["out"]["trouble"]
            assert mail["waiting"] == 2
        finally:
            await asyncio.to_thread(servers.start_postfix)
        got = await office.gets(EVA, 3)
        assert len({mail["Message-ID"] for mail in got}) == len(got) == 3


@scene
async def test_while_the_mailbox_is_away_the_desk_says_so_and_then_takes_in_what_came(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        relay = office.running.relay
        await office.writes(EVA)
        await office.ticket(1)
        await asyncio.to_thread(servers.stop_dovecot)
        try:
            await office.running.until(lambda: relay.counts["mail_in_trouble"] > 0)
        finally:
            await asyncio.to_thread(servers.start_dovecot)
        await office.writes(EVA, "And smoke")
        await office.ticket(2)


@scene
async def test_a_mail_that_the_server_refuses_for_good_is_set_aside_noted_and_told_to_the_lead(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await asyncio.to_thread(
            servers.send, "x@firm.example", [office.address], a_mail("gone@firm.example", office.address)
        )
        await office.ticket(1)
        await office.running.until(lambda: office.running.relay.counts["mail_set_aside"] > 0)
        told = (await office.gets("jana@firm.example", 1))[-1]
        assert "550" in str(told)
        bounced = [event for event in await office.history(1) if isinstance(event, events.MailBounced)]
        assert len(bounced) == 1
        assert "There is nobody" in bounced[0].reason
        # Nobody else waits for it.
        await office.writes(EVA, "Mine")
        await office.gets(EVA, 1)


@scene
async def test_a_mail_that_the_server_does_not_take_for_now_is_tried_again_later(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await asyncio.to_thread(
            servers.send, "x@firm.example", [office.address], a_mail("busy@firm.example", office.address)
        )
        await office.ticket(1)
        await office.running.until(lambda: office.running.relay.counts["mail_put_off"] > 0)
        await asyncio.sleep(0.2)
        assert office.running.relay.counts["mail_put_off"] == 1
        (row,) = rows(house, "SELECT state, tries, reason FROM outbox WHERE event = (SELECT max(event) FROM outbox)")
        assert row[:2] == ("waiting", 1)
        assert "Later" in row[2]


@scene
async def test_a_bounce_is_noted_on_its_ticket_and_told_to_whoever_is_concerned(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA)
        receipt = (await office.gets(EVA, 1))[-1]
        corpus = Path(__file__).with_name("corpus") / "bounce-postfix.eml"
        ours = str(receipt["Message-ID"]).strip("<>").encode()
        report = corpus.read_bytes().replace(b"0123456789abcdef0123456789abcdef@desk.example", ours)
        await asyncio.to_thread(servers.put, desk, report)
        await asyncio.to_thread(servers.put, desk, b"Received: again\r\n" + report)
        await office.taken(3)
        bounced = [event for event in await office.history(1) if isinstance(event, events.MailBounced)]
        assert [(event.recipient, event.message_id) for event in bounced] == [("eva@firm.example", ours.decode())]
        assert "user unknown" in str((await office.gets("jana@firm.example", 1))[-1])


@scene
async def test_what_machines_send_starts_no_loop(house: House, servers: MailServers, desk: str) -> None:
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA)
        receipt = (await office.gets(EVA, 1))[-1]
        await office.answers(EVA, receipt, "I am away", Auto_Submitted="auto-replied")
        await office.writes(EVA, "I am away", Auto_Submitted="auto-replied")
        await asyncio.to_thread(servers.send, EVA, [office.address], receipt)  # its own mail comes back to it
        await office.writes("nagios@firm.example", "Disk full", Auto_Submitted="auto-generated")
        await office.taken(5)
        await office.ticket(2)
        assert await office.running.relay._store.ticket(3) is None
        (away,) = [event for event in await office.history(1) if isinstance(event, events.MessageAdded)]
        assert away.automatic
        aside = sorted(rows(house, "SELECT reason FROM mails_aside"))
        assert aside == [("auto_reply",), ("own",)]
        assert len(servers.folder(desk, "athand-aside")) == 2
        assert len(await office.gets(EVA, 1)) == 1
        assert servers.folder("nagios") == []


@scene
async def test_more_mails_from_one_sender_than_anybody_writes_are_set_aside_and_told_once(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        for number in range(24):
            await office.writes("loop@home.example", f"Round {number}")
        await office.taken(24)
        assert rows(house, "SELECT count(*) FROM tickets") == [(20,)]
        assert rows(house, "SELECT DISTINCT reason FROM mails_aside") == [("too_many",)]
        told = await office.gets("jana@firm.example", 1)
        assert len([mail for mail in told if "set aside" in str(mail["Subject"])]) == 1


@scene
async def test_a_mail_built_to_break_its_reader_is_set_aside_and_the_lead_hears_of_it(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        corpus = Path(__file__).with_name("corpus")
        await asyncio.to_thread(servers.put, desk, (corpus / "many-parts.eml").read_bytes())
        await office.writes(EVA)
        await office.ticket(1)
        await office.taken(2)
        assert rows(house, "SELECT reason FROM mails_aside") == [("unreadable",)]
        assert await office.gets("jana@firm.example", 1)


@scene
async def test_files_are_kept_by_their_hash_and_a_mail_that_is_too_large_only_by_its_words(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        small, huge = a_mail(EVA, office.address, "See the file"), a_mail(EVA, office.address, "See the film")
        small.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="žluťoučký.pdf")
        huge.add_attachment(bytes(27 * 1024 * 1024), maintype="video", subtype="mp4", filename="film.mp4")
        await asyncio.to_thread(servers.send, EVA, [office.address], small)
        await office.ticket(1)
        await asyncio.to_thread(servers.send, EVA, [office.address], huge)
        ticket = await office.ticket(2)
        assert ticket.problem == "See the film"
        first, second = (await office.history(1))[0], (await office.history(2))[0]
        assert isinstance(first, events.Opened)
        assert isinstance(second, events.Opened)
        (pdf,), (film,) = first.attachments, second.attachments
        assert (pdf.name, pdf.media_type, pdf.size_bytes) == ("žluťoučký.pdf", "application/pdf", 4)
        assert (house.path / "files" / pdf.sha256[:2] / pdf.sha256).read_bytes() == b"%PDF"
        assert (film.name, film.sha256, second.original) == ("film.mp4", "", "")
        assert first.channel is Channel.MAIL
        assert any("film.mp4" in text_of(mail) for mail in await office.gets(EVA, 3))
