"""A relay with the desk's mailbox on real servers, and the people who write to it."""

import asyncio
import dataclasses
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import msgspec

from protocol.desk import events
from protocol.desk.ticket import Ticket
from relay.mail import settings as mail_settings
from relay.mail.settings import MailSettings, Security, Server
from relay.store import THE_DESK
from tests.relay.mail.servers import PASSWORD, MailServers
from tests.relay.rig import House, Running

WAIT_S = 30.0
EVA, EVA_AT_HOME, BOB = "eva@firm.example", "eva@home.example", "bob@firm.example"
PEOPLE: tuple[events.BookEvent, ...] = (
    events.CustomerSet(events.Customer("firm", "The Firm", domains=("firm.example",), language="en")),
    events.UserSet(events.User("eva", "Eva Malá", "firm", mails=(EVA, EVA_AT_HOME))),
    events.StaffSet(
        events.StaffProfile("jana", "Jana Nováková", "Support engineer", "+420 123 456", "jana@firm.example", lead=True)
    ),
    events.StaffSet(events.StaffProfile("petr", "Petr Dvořák", "Support engineer", "+420 123 456")),
)


def mail_of(servers: MailServers, desk: str) -> MailSettings:
    """The settings for a mailbox of its own."""
    return MailSettings(
        address=f"{desk}@desk.example",
        imap=Server("localhost", servers.imaps, Security.TLS, desk, PASSWORD),
        smtp=Server("127.0.0.1", servers.smtp, Security.NONE),
        poll_s=0.5,
        tls_ca=str(servers.base / "server.crt"),
    )


def a_mail(sender: str, to: str, text: str = "The printer is on fire", **headers: str) -> EmailMessage:
    """As a mail program writes it."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = headers.pop("subject", "Fire")
    message["Message-ID"] = headers.pop("message_id", email.utils.make_msgid(domain="firm.example"))
    message["Date"] = email.utils.localtime()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@dataclasses.dataclass
class PostOffice:
    """The desk as somebody who writes to it sees it."""

    servers: MailServers
    running: Running
    desk: str

    @property
    def address(self) -> str:
        return f"{self.desk}@desk.example"

    async def writes(self, sender: str, text: str = "The printer is on fire", **headers: str) -> EmailMessage:
        message = a_mail(sender, self.address, text, **headers)
        await asyncio.to_thread(self.servers.send, sender, [self.address], message)
        return message

    async def answers(self, sender: str, to: EmailMessage, text: str, **headers: str) -> EmailMessage:
        """As a mail program answers: it refers to what it answers."""
        refers = {
            "In_Reply_To": str(to["Message-ID"]),
            "References": f"{to['References'] or ''} {to['Message-ID']}".strip(),
        }
        return await self.writes(sender, text, **({"subject": f"Re: {to['Subject']}"} | refers | headers))

    async def gets(self, who: str, count: int, text: str = "") -> list[EmailMessage]:
        """Waits until somebody has so many mails of this desk with this text; servers deliver in no certain order."""
        user = who.split("@", maxsplit=1)[0]
        async with asyncio.timeout(WAIT_S):
            while True:
                mails = [read_mail(content) for content in await asyncio.to_thread(self.servers.folder, user)]
                ours = [mail for mail in mails if self.address in str(mail["From"]) and text in text_of(mail)]
                if len(ours) >= count:
                    return ours
                await asyncio.sleep(0.1)

    async def ticket(self, number: int, true: Callable[[Ticket], Any] = lambda _: True) -> Ticket:
        """Waits until there is one, and it is so."""
        async with asyncio.timeout(WAIT_S):
            while True:
                found = await self.running.relay._store.ticket(number)
                if found is not None and true(found):
                    return found
                await asyncio.sleep(0.05)

    async def history(self, number: int) -> list[events.Event]:
        return [entry.event for _, entry in await self.running.relay._store.history(number)]

    async def taken(self, count: int) -> None:
        """Waits until so many mails have left the inbox."""
        names = ("mail_taken", "mail_known", "mail_aside")
        await self.running.until(lambda: sum(self.running.relay.counts[name] for name in names) >= count)


def read_mail(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


@asynccontextmanager
async def post_office(
    house: House,
    servers: MailServers,
    desk: str,
    people: tuple[events.BookEvent, ...] = PEOPLE,
    *,
    authserv_id: str = "",
    **options: Any,
) -> AsyncIterator[PostOffice]:
    """A relay whose mail runs."""
    settings = msgspec.structs.replace(mail_of(servers, desk), authserv_id=authserv_id)
    mail_settings.write(house.path, settings)
    async with house.relay(**options) as running:
        if people:
            now = running.relay._clock()
            await running.relay._store.record(lambda book: () if book.register.users else people, THE_DESK, now)
        yield PostOffice(servers, running, desk)
