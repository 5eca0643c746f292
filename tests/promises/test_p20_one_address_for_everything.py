"""P20: one address for everything: a mail becomes a ticket within a minute, and every answer finds its ticket."""

import time

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Actor
from relay.mail.settings import MailSettings
from tests.relay.conftest import house
from tests.relay.mail.conftest import desk, servers
from tests.relay.mail.post_office import BOB, EVA, EVA_AT_HOME, mail_of, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]


@scene
async def test_p20_a_mail_becomes_a_ticket_within_60_seconds(house: House, servers: MailServers, desk: str) -> None:
    async with post_office(house, servers, desk) as office:
        console = await office.running.console()
        begun = time.monotonic()
        await office.writes(EVA, "Nothing prints.\n\nEva\n-- \nThe Firm, Main Street 1", subject="Printer")
        receipt = (await office.gets(EVA, 1))[0]
        assert time.monotonic() - begun < 60
        usual = mail_of(servers, desk)
        unset = MailSettings(usual.address, usual.imap, usual.smtp)
        assert unset.poll_s < 60, "nor does it wait longer where a server tells nothing by itself"
        assert "[#1]" in receipt["Subject"]
        shown = await console.takes(1)
        assert shown.ticket.problem == "Nothing prints.\n\nEva"
        assert shown.ticket.requester == "Eva Malá"


@scene
async def test_p20_a_reply_without_a_tag_in_its_subject_still_finds_its_ticket(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA)
        await office.ticket(1)
        await office.writes(BOB, "My mouse is gone")
        await office.ticket(2)
        receipt = (await office.gets(EVA, 1))[-1]
        await office.answers(EVA, receipt, "It burns higher now", subject="something else altogether")
        await office.taken(3)
        said = [event for event in await office.history(1) if isinstance(event, events.MessageAdded)]
        assert [message.text for message in said] == ["It burns higher now"]
        assert await office.running.relay._store.ticket(3) is None


@scene
async def test_p20_the_requester_is_known_by_another_address_of_his_and_a_stranger_is_not_taken_for_him(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA)
        receipt = (await office.gets(EVA, 1))[-1]
        await office.answers(EVA_AT_HOME, receipt, "It is me")
        await office.answers(BOB, receipt, "It is not her")
        await office.taken(3)
        store = office.running.relay._store
        entries = [entry for _, entry in await store.history(1) if isinstance(entry.event, events.MessageAdded)]
        by = {entry.event.text: entry.actor for entry in entries if isinstance(entry.event, events.MessageAdded)}
        assert by == {"It is me": Actor.REQUESTER, "It is not her": Actor.GUEST}


@scene
async def test_p20_what_the_technician_writes_reaches_the_requester_and_the_answer_comes_back(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        console = await office.running.console()
        await office.writes(EVA)
        await office.ticket(1)
        await console.takes(1)

        await console.ask(envelope.AddMessage, 1, "Which floor are you on?")
        answer = (await office.gets(EVA, 1, "Which floor"))[-1]
        assert "Which floor are you on?" in text_of(answer)
        assert "Jana Nováková, Support engineer, +420 123 456" in text_of(answer)
        quoted = "\n".join(f"> {line}" for line in text_of(answer).splitlines())
        await office.answers(EVA, answer, f"The third.\n\nOn Mon, 2 Nov 2026 at 10:30, Help <h@d> wrote:\n{quoted}")
        await office.taken(2)
        last = [event for event in await office.history(1) if isinstance(event, events.MessageAdded)][-1]
        assert last.text == "The third."
        assert "Which floor are you on?" in last.quoted
