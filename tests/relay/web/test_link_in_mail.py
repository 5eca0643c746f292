"""From the mail to the page: the link that a requester finds in his mail, followed as he would."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from relay.mail import post
from relay.mail.outgoing import Outbox
from relay.mail.settings import MailSettings, Server
from tests.relay.rig import scene
from tests.relay.web.desk import Desk, desk, register

SERVER = Server("mail.desk.example", 25)
PAGE = "https://help.desk.example"


class Taken:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def send(self, message: EmailMessage, _recipient: str) -> None:
        self.mails.append(message)

    @asynccontextmanager
    async def connected(self, _settings: MailSettings) -> AsyncIterator["Taken"]:
        yield self


async def mails(at: Desk, monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    taken, relay = Taken(), at.running.relay
    monkeypatch.setattr(post, "connected", taken.connected)
    settings = MailSettings("help@desk.example", SERVER, SERVER)
    await Outbox(at.store, settings, relay.counts, at.now, relay.sites.address).send_due()
    return taken.mails


@scene
async def test_the_link_in_a_mail_opens_the_ticket_it_is_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        console, number = await at.staff(), await at.asked()
        await at.resolved(number, console)
        sent = await mails(at, monkeypatch)
        assert {mail["To"] for mail in sent} == {"Eva Nová <eva@firma.example>"}
        visitor = at.visitor()
        for mail in sent:
            body = mail.get_body(("plain",))
            assert body is not None
            (path, *_) = re.findall(rf"{PAGE}(/t/[\w-]+)", body.get_content())
            page = await visitor.get(path)
            assert page.status == 200
            assert f"Request {number}" in page.text
        shown = await visitor.send(page, "/verdict", solved="yes")
        assert "It is closed, because you said so." in shown.text
