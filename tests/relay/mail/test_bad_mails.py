"""Mails that nobody should get, through real servers: two gigabytes, a zip bomb, names in every script."""

import asyncio
import io
import shutil
import time
import unicodedata
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from protocol.desk import events
from relay.mail import post
from relay.mail.errors import ServerFault
from relay.mail.outgoing import Outbox
from relay.mail.settings import MailSettings
from tests.relay.mail.post_office import EVA, a_mail, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene
from tests.relay.web.desk import desk as web_desk
from tests.relay.web.desk import register
from tests.relay.web.test_link_in_mail import PAGE, SERVER, Taken

TWO_GB = 2 * 1024**3
SCRIPTS = (
    "Žluťoučký Kůň",
    "Ελένη Παπαδοπούλου",
    "Наталія Їжак",
    "محمد عبد الله",
    "נועה לוי",
    "अनुष्का शर्मा",
    "ธนพร ใจดี",
    "김하늘",
    "山田 花子",
    "ⴰⵎⵏⴰⵢ",
    "ᏣᎳᎩ ᎠᏂᏴᏫ",
    "𐌰𐌽𐌳 Ada 👩🏽‍🔧",
    "Nguyễn Thị Ánh",
    "Jose\u0301 Mari\u0301a",
)


@scene
async def test_a_mail_of_two_gigabytes_is_taken_in_by_its_words_and_never_fetched_whole(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA, "The first one makes the mailbox")
        await office.ticket(1)
        huge = a_mail(EVA, office.address, "See the film")
        huge.add_attachment(b"RIFF", maintype="video", subtype="avi", filename="film.avi")
        lay(servers, desk, huge.as_bytes().rpartition(b"\r\n--")[0])
        began = time.monotonic()
        ticket = await office.ticket(2)
        assert ticket.problem == "See the film"
        assert time.monotonic() - began < 20, "half a megabyte of it takes no longer than any other"
        (opened, *_) = await office.history(2)
        assert isinstance(opened, events.Opened)
        assert [(file.name, file.sha256) for file in opened.attachments] == [("film.avi", "")]
        assert any("film.avi" in text_of(mail) for mail in await office.gets(EVA, 3))
        kept = sum(path.stat().st_size for path in (house.path / "files").rglob("*") if path.is_file())
        assert kept < 100_000


def lay(servers: MailServers, user: str, beginning: bytes) -> None:
    """Into a mailbox on the server's disk: mostly a hole, with its size in its name, as Dovecot writes it there."""
    folder = servers.base / "homes" / user / "mail"
    path = folder / "tmp" / "huge"
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(TWO_GB)
    shutil.chown(path, "mail", "mail")
    path.rename(folder / "new" / f"{time.time_ns()}.M1P1.huge,S={TWO_GB},W={TWO_GB}")


@scene
async def test_a_zip_bomb_is_a_small_file_that_nobody_opens(house: House, servers: MailServers, desk: str) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(20):
            archive.writestr(f"{number}.txt", bytes(10 * 1024 * 1024))
    content = bomb.getvalue()
    async with post_office(house, servers, desk) as office:
        mail = a_mail(EVA, office.address, "My photos")
        mail.add_attachment(content, maintype="application", subtype="zip", filename="photos.zip")
        await asyncio.to_thread(servers.send, EVA, [office.address], mail)
        await office.ticket(1)
        (opened, *_) = await office.history(1)
        assert isinstance(opened, events.Opened)
        (file,) = opened.attachments
        assert (file.name, file.size_bytes) == ("photos.zip", len(content))
        kept = house.path / "files" / file.sha256[:2] / file.sha256
        assert kept.read_bytes() == content
        assert sum(p.stat().st_size for p in (house.path / "files").rglob("*") if p.is_file()) < 4 * len(content)


@scene
async def test_a_name_in_any_script_comes_through_mail_and_back(house: House, servers: MailServers, desk: str) -> None:
    async with post_office(house, servers, desk) as office:
        for number, name in enumerate(SCRIPTS, start=1):
            sender = f"guest{number}@home.example"
            mail = a_mail(sender, office.address, f"{name} asks")
            mail.replace_header("From", f'"{name}" <{sender}>')
            await asyncio.to_thread(servers.send, sender, [office.address], mail)
            ticket = await office.ticket(number)
            assert ticket.requester == unicodedata.normalize("NFC", name)
            assert ticket.problem == f"{name} asks"
        (receipt,) = await office.gets("guest9@home.example", 1)
        assert "山田 花子" in str(receipt["To"])


@scene
async def test_a_name_in_any_script_is_shown_on_the_page_as_it_is(tmp_path: Path) -> None:
    async with web_desk(tmp_path) as at:
        visitor = at.visitor()
        for number, name in enumerate(SCRIPTS[:3] + SCRIPTS[-2:]):
            page = await visitor.get("/")
            typed = {"name": name, "mail": f"x{number}@y.example", "problem": f"{name} asks"}
            shown = await visitor.send(page, "/ask", **typed, urgency="2")
            assert unicodedata.normalize("NFC", f"{name} asks") in shown.text


@scene
async def test_while_the_sending_server_is_down_for_a_day_nothing_is_lost_set_aside_or_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web_desk(tmp_path, *register(page=PAGE)) as at:
        console, number = await at.staff(), await at.asked()
        await at.resolved(number, console)
        relay, minutes = at.running.relay, 0

        def down(_settings: MailSettings) -> Any:
            raise ServerFault("The mail server cannot be reached.")

        monkeypatch.setattr(post, "connected", down)
        settings = MailSettings("help@desk.example", SERVER, SERVER)
        outbox = Outbox(at.store, settings, relay.counts, lambda: at.now() + timedelta(minutes=minutes))
        waiting = await outbox.waiting()
        assert waiting >= 3
        while minutes < 24 * 60:
            minutes += 15
            with pytest.raises(ServerFault):
                await outbox.send_due()
        assert await outbox.waiting() == waiting
        taken = Taken()
        monkeypatch.setattr(post, "connected", taken.connected)
        assert await outbox.send_due() == waiting
        assert await outbox.send_due() == 0
        assert len({mail["Message-ID"] for mail in taken.mails}) == len(taken.mails) == waiting
