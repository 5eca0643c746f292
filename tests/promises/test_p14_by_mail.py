"""P14 by mail: whoever takes a request over is introduced with name, title and phone."""

from protocol import envelope
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import EVA, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]


@scene
async def test_p14_the_mail_about_a_new_handler_has_name_title_and_phone(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        jana = await office.running.console("jana")
        await office.writes(EVA)
        await office.ticket(1)
        await jana.takes(1)
        first = (await office.gets(EVA, 1, "takes care"))[-1]
        assert "Jana Nováková, Support engineer, takes care of your request now. Phone: +420 123 456." in text_of(first)
        await jana.takes(1)  # takes it up again: nobody new
        card = {"tried": "water", "known": "it burns", "next_step": "I try sand"}
        handed = await jana.ask(envelope.HandOver, 1, "petr", **card)
        assert isinstance(handed, envelope.Ticket), handed
        await office.gets(EVA, 1, "Petr Dvořák, Support engineer")
        assert len(await office.gets(EVA, 2, "takes care")) == 2
