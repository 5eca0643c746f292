from protocol.desk import events
from tests.relay.mail.post_office import EVA, post_office, text_of
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
