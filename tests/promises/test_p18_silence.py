"""P18 when nobody answers: reminders by mail, then it rests; silence closes nothing, and a word wakes it."""

from protocol import envelope
from protocol.desk.states import TicketState
from tests.promises.at_the_clock import at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import EVA
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]

MONDAY = 0
REMINDED = "We think that it is solved, and have not heard from you:"


@scene
async def test_p18_silence_is_met_by_three_reminders_and_a_year_of_it_closes_nothing(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana = await time.running.console("jana")
        time.clock.set_to(MONDAY, 9)
        await time.asks_on_the_page("It is slow")
        await jana.takes(1)
        await jana.ask(envelope.ResolveTicket, 1, "I cleaned it")
        for days, reminders in ((1, 0), (1, 1), (2, 1), (1, 2), (4, 2), (1, 3), (1, 3), (30, 3)):
            await time.passes(days=days, minutes=1)
            assert await time.letters(REMINDED) == ["eva"] * reminders, f"{days} more days"
        assert (await jana.ask(envelope.ListQueue)).tickets == (), "it rests, in nobody's way"
        await time.passes(days=365)
        rests = await time.ticket(1)
        assert (rests.state, rests.dormant) == (TicketState.RESOLVED, True)
        asked = (await time.gets(EVA, 1, REMINDED))[-1]
        await time.answers(EVA, asked, "I was on holiday: it is as slow as it was")
        woken = await time.ticket(1, lambda ticket: not ticket.dormant)
        assert woken.state is TicketState.RESOLVED, "his word is heard, and no button"
        assert len(await time.gets(EVA, 1, "One thing only you can say")) == 1
