"""P31: a ticket with an appointment goes to somebody who has another one then: told at once, promised to nobody."""

import secrets
from datetime import timedelta

from protocol import envelope
from protocol.desk import events, own_steps
from tests.promises.at_the_clock import at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import text_of
from tests.relay.mail.servers import MailServers
from tests.relay.peopled import CARD, history
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]

MONDAY = 0
HOUR = timedelta(hours=1)


@scene
async def test_p31_who_takes_over_an_appointment_beside_his_own_hears_of_it_and_nobody_is_promised_both(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana, petr = await time.running.console("jana"), await time.running.console("petr")
        now = time.clock.set_to(MONDAY, 9)
        slot = now + timedelta(days=2)
        for console, number, begin in ((jana, 1, slot), (petr, 2, slot + HOUR / 2)):
            await time.asks_on_the_page("It is slow")
            await console.takes(number)
            made = (number, secrets.token_hex(16), begin, begin + HOUR, "At your desk")
            assert isinstance(await console.ask(envelope.MakeAppointment, *made), envelope.Ticket)
        own = made
        away = (secrets.token_hex(16), "jana", now - HOUR, now + timedelta(days=5))
        assert (await jana.ask(envelope.SetAbsence, *away)).moved[0][0] == 1
        moved = await petr.ask(envelope.ReadTicket, 1)
        told = [e.to for e in history(moved, events.NoticeSent) if e.kind is events.NoticeKind.APPOINTMENT_CLASH]
        assert told == ["petr", "lena"], "at once, in the same transaction"
        assert moved.ticket.next_step == own_steps.CHECK_TIME
        assert await time.letters("This appointment clashes with another one") == ["petr", "lena"]
        (mail,) = [mail for mail in await time.gets("petr@firm.example", 1) if "clashes" in text_of(mail)]
        assert "request 2, Wednesday" in text_of(mail)
        await time.passes(days=1, hours=1)
        assert await time.letters("It may be that we cannot keep our appointment: Wednesday") == ["eva"]
        assert await time.letters("We remind you of your appointment:") == ["eva"], "of Petr's own, which stands"
        later = (*own[:2], slot + 3 * HOUR, slot + 4 * HOUR, own[4])
        assert isinstance(await petr.ask(envelope.MakeAppointment, *later), envelope.Ticket)
        await time.passes(hours=22, minutes=30)
        assert len(await time.letters("We remind you of your appointment:")) == 3, "now that it will be kept: both"


@scene
async def test_p31_handing_over_or_taking_a_ticket_says_it_as_well(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana, petr = await time.running.console("jana"), await time.running.console("petr")
        slot = time.clock.set_to(MONDAY, 9) + timedelta(days=2)
        for number, console in enumerate((petr, jana, None), start=1):
            await time.asks_on_the_page("It is slow")
            if console is not None:
                await console.takes(number)
            await petr.ask(envelope.MakeAppointment, number, secrets.token_hex(16), slot, slot + HOUR, "Here")
        given = await jana.ask(envelope.HandOver, 2, "petr", **CARD)
        assert [e.to for e in history(given, events.NoticeSent) if "clash" in e.kind] == ["petr", "lena"]
        assert given.ticket.next_step == CARD["next_step"], "what somebody wrote stays"
        taken = await petr.takes(3)
        told = [e.to for e in history(taken, events.NoticeSent) if "clash" in e.kind]
        assert told == ["petr", "lena"] * 2, "of each of the two that he has then"
