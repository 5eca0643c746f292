from datetime import UTC, datetime

import msgspec

from protocol import envelope
from protocol.desk import events
from relay.store import THE_DESK
from relay.web.sites import WebSettings
from tests.relay.mail.post_office import EVA, PEOPLE, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene


@scene
async def test_a_mail_becomes_a_ticket_and_its_sender_gets_a_receipt(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        sent = await office.writes(EVA)
        ticket = await office.ticket(1)
        assert (ticket.problem, ticket.user, ticket.title) == ("The printer is on fire", "eva", "Fire")
        receipt = (await office.gets(EVA, 1))[-1]
        assert receipt["In-Reply-To"] == sent["Message-ID"]
        assert receipt["Subject"] == "Re: Fire [#1]"
        assert "number 1" in text_of(receipt)
        await office.taken(1)
        assert servers.folder(desk) == []
        assert len(servers.folder(desk, "athand")) == 1
        assert isinstance((await office.history(1))[0], events.Opened)


@scene
async def test_a_desk_with_a_page_links_to_it_in_each_mail_to_the_requester_and_to_nobody_else(
    house: House, servers: MailServers, desk: str
) -> None:
    house.web = WebSettings(port=0)
    async with post_office(house, servers, desk) as office:
        relay = office.running.relay
        settings = (await relay._store.book()).register.desk
        with_page = events.DeskSet(msgspec.structs.replace(settings, page="https://help.example.org"))
        await relay._store.record(lambda _: (with_page,), THE_DESK, datetime.now(UTC))
        console = await office.running.console()
        await office.writes(EVA)
        receipt = (await office.gets(EVA, 1))[-1]
        (link,) = [line for line in text_of(receipt).splitlines() if line.startswith("https://")]
        token = link.removeprefix("https://help.example.org/t/")
        assert relay.sites.links.read(token, datetime.now(UTC)).ticket == 1
        await console.takes(1)
        await console.ask(envelope.ResolveTicket, 1, "Water")
        asked = text_of((await office.gets(EVA, 1, "Water"))[-1])
        assert "Yes, it is solved:\nhttps://help.example.org/t/" in asked
        assert "mailto:" not in asked
        assert "#verdict" in asked


@scene
async def test_whoever_speaks_german_is_written_to_in_german(house: House, servers: MailServers, desk: str) -> None:
    german = (
        *PEOPLE[:1],
        events.UserSet(events.User("eva", "Eva Malá", "firm", mails=(EVA,), language="de")),
        *PEOPLE[2:],
    )
    async with post_office(house, servers, desk, german) as office:
        console = await office.running.console()
        await office.writes(EVA, "Es brennt", subject="Feuer")
        await console.takes((await office.ticket(1)).number)
        await office.gets(EVA, 1, "Danke, Ihre Anfrage ist angekommen. Sie hat die Nummer 1.")
        await office.gets(EVA, 1, "Jana Nováková, Support engineer, kümmert sich jetzt um Ihre Anfrage.")
