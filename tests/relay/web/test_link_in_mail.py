"""From the mail to the page: the link that a requester finds in his mail, followed as he would."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.states import StepRefused
from relay import notices
from relay.mail import post
from relay.mail.errors import MailRefused
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


@scene
async def test_a_mail_that_waited_brings_no_link_to_somebody_whose_request_it_is_not_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam = events.UserSet(events.User("adam", "Adam Bílý", "firma", ("adam@firma.example",)))
    async with desk(tmp_path, *register(page=PAGE), adam) as at:
        console, number = await at.staff(), await at.asked()
        await console.takes(number)
        await console.ask(envelope.AddMessage, number, "We come")
        await at.happens(number, events.RequesterSet("adam", "Adam Bílý", "firma"))
        await console.ask(envelope.AddMessage, number, "Your password is on the table")
        had: dict[str, bool] = {}
        for mail in await mails(at, monkeypatch):
            body = mail.get_body(("plain",))
            assert body is not None
            to = mail["To"].addresses[0].addr_spec
            had[to] = had.get(to, False) or PAGE in body.get_content()
        assert had == {"eva@firma.example": False, "adam@firma.example": True}


@scene
async def test_what_is_for_a_technician_reaches_no_user_of_the_same_identifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a register may hold them that is older than the rule against it."""
    namesakes = (
        events.StaffSet(events.StaffProfile("jana", "Jana", "Engineer", "1", "jana@desk.example")),
        events.UserSet(events.User("jana", "Jana Jiná", "firma", ("jana@firma.example",))),
    )
    async with desk(tmp_path, *register(page=PAGE), *namesakes) as at:
        number = await at.asked(user="jana", requester="Jana Jiná", address="jana@firma.example")
        book, ticket = await at.store.book(), await at.store.ticket(number)
        assert ticket is not None
        late = notices.tell(book, ticket, events.NoticeKind.BREACH, to="jana", about="x")
        await at.happens(number, *late)
        sent = {mail["To"].addresses[0].addr_spec: mail for mail in await mails(at, monkeypatch)}
        assert set(sent) == {"jana@desk.example", "jana@firma.example"}, "the second one is the receipt"
        assert PAGE not in sent["jana@desk.example"].as_string()


@scene
async def test_a_mail_that_is_refused_on_a_merged_ticket_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Picky(Taken):
        async def send(self, message: EmailMessage, recipient: str) -> None:
            if f"#{merged}]" in message["Subject"]:
                raise MailRefused("There is no such user.", for_good=True)
            await super().send(message, recipient)

    async with desk(tmp_path, *register(page=PAGE)) as at:
        console, merged, into = await at.staff(), await at.asked(), await at.asked("The other half of it")
        assert isinstance(await console.ask(envelope.MergeTicket, merged, into, "The same"), envelope.Ticket)
        taken, relay = Picky(), at.running.relay
        monkeypatch.setattr(post, "connected", taken.connected)
        outbox = Outbox(at.store, MailSettings("help@desk.example", SERVER, SERVER), relay.counts, at.now)
        assert await outbox.send_due()
        assert await outbox.waiting() == 0
        history = [entry.event for _, entry in await at.store.history(merged)]
        assert any(isinstance(event, events.MailBounced) for event in history)


@scene
async def test_a_notice_that_cannot_be_set_aside_with_a_word_on_its_ticket_is_set_aside_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(Taken):
        async def send(self, _message: EmailMessage, _recipient: str) -> None:
            raise MailRefused("There is no such user.", for_good=True)

    async with desk(tmp_path, *register(page=PAGE)) as at:
        await at.asked()
        relay = at.running.relay
        monkeypatch.setattr(post, "connected", Refusing().connected)
        outbox = Outbox(at.store, MailSettings("help@desk.example", SERVER, SERVER), relay.counts, at.now)

        async def refuses(*_: object) -> None:
            raise StepRefused("It takes no more words.")

        monkeypatch.setattr(outbox, "_note_unsent", refuses)
        assert await outbox.send_due() == 0
        assert await outbox.waiting() == 0
        assert relay.counts["mail_set_aside_untold"]
