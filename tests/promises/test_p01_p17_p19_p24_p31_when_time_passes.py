"""P1, P17, P19, P24, P31: what the time calls for, as it arrives in people's mail, on the page and on the console."""

import secrets
from datetime import UTC, datetime, timedelta

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Shift
from tests.promises.at_the_clock import PRAGUE, at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import EVA, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]

CALLED = "You are called: an urgent request waits."
SUNDAY, MONDAY, FRIDAY = 6, 0, 4
BEGIN = datetime.now(UTC)
ROTA = events.RotaSet(
    BEGIN, BEGIN + timedelta(days=30), (Shift(BEGIN, BEGIN + timedelta(days=30), ("jana", "petr")),), step_s=300
)


@scene
async def test_p01_urgent_on_sunday_at_three_pages_who_is_on_call_then_the_next_until_somebody_has_heard_it(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk, ROTA) as time:
        jana, petr = await time.running.console("jana"), await time.running.console("petr")
        time.clock.set_to(SUNDAY, 3)
        shown = await time.asks_on_the_page("The server is on fire", urgency=1)
        assert "We have your request." in shown.text
        await time.asks_on_the_page("My mouse squeaks", urgency=3)
        await time.passes(seconds=15)
        assert await time.letters(CALLED) == ["jana"]
        changed = await jana.hears(envelope.TicketChanged, lambda said: said.ticket.called == "jana")
        assert changed.ticket.problem == "The server is on fire"
        await time.passes(minutes=4, seconds=30)
        assert await time.letters(CALLED) == ["jana"], "her five minutes are not over"
        await time.passes(seconds=45)
        assert await time.letters(CALLED) == ["jana", "petr"]
        number = changed.ticket.number
        assert (await petr.ask(envelope.AcknowledgePage, number)).ticket.called == ""
        await time.passes(hours=2)
        assert await time.letters(CALLED) == ["jana", "petr"], "somebody has heard it"


@scene
async def test_p17_a_missed_update_reminds_the_owner_and_an_hour_later_the_lead(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana = await time.running.console("jana")
        now = time.clock.set_to(MONDAY, 9)
        await time.asks_on_the_page("It is slow")
        await jana.takes(1)
        await jana.ask(envelope.AddMessage, 1, "I look into it")
        await jana.ask(envelope.SetNextStep, 1, "I tell you more", now + timedelta(hours=2))
        overdue = "The next step is overdue."
        await time.passes(hours=1, minutes=59)
        assert await time.letters(overdue) == []
        await time.passes(minutes=2)
        assert await time.letters(overdue) == ["jana"]
        await time.passes(minutes=50)
        assert await time.letters(overdue) == ["jana"], "the owner has the first hour to mend it"
        await time.passes(minutes=10)
        assert await time.letters(overdue) == ["jana", "lena"]
        await time.passes(hours=3)
        assert await time.letters(overdue) == ["jana", "lena"], "each once"


@scene
async def test_p19_a_ticket_untouched_for_longer_than_its_limit_is_told_to_its_owner_and_the_lead_and_flagged(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana = await time.running.console("jana")
        now = time.clock.set_to(MONDAY, 9)
        await time.asks_on_the_page("It is slow")
        await jana.takes(1)
        await jana.ask(envelope.SetNextStep, 1, "I order a new one", now + timedelta(days=10))
        nobody = "Nobody has done anything about this for too long."
        await time.passes(days=3)
        assert await time.letters(nobody) == []
        assert (await jana.ask(envelope.ListQueue, flag="untouched")).tickets == ()
        await time.passes(minutes=1)
        assert await time.letters(nobody) == ["jana", "lena"]
        (flagged,) = (await jana.ask(envelope.ListQueue, flag="untouched")).tickets
        assert flagged.number == 1
        await jana.ask(envelope.AddMessage, 1, "Sorry, it is ordered now")
        await time.passes(hours=1)
        assert (await jana.ask(envelope.ListQueue, flag="untouched")).tickets == ()
        assert await time.letters(nobody) == ["jana", "lena"]


@scene
async def test_p24_made_on_friday_1655_with_15_minutes_in_hours_08_to_17_the_answer_is_due_on_monday_0810(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana = await time.running.console("jana")
        friday = time.clock.set_to(FRIDAY, 16, 55)
        there = (friday.astimezone(PRAGUE) + timedelta(days=3)).replace(hour=8, minute=10)
        monday = there.astimezone(UTC)
        await time.asks_on_the_page("Nothing prints")
        given = await jana.hears(envelope.TicketChanged, lambda said: said.ticket.owner is not None)
        assert given.ticket.due == monday
        (receipt,) = await time.gets(EVA, 1)
        assert f"By: Monday, {there:%B} {there.day}, {there.year}, 08:10" in text_of(receipt)
        late, near = "A time that was agreed is over.", "A time that was agreed is nearly over."
        await time.passes(days=2)
        assert await time.letters(late) == await time.letters(near) == [], "the weekend does not count"
        await time.passes(minutes=(monday - time.clock()) / timedelta(minutes=1) - 1)
        assert (await time.letters(near), await time.letters(late)) == (["jana"], []), "Monday, 08:09"
        await time.passes(minutes=2)
        assert (await time.letters(near), await time.letters(late)) == (["jana"], ["jana", "lena"])


@scene
async def test_p31_both_sides_hear_of_an_appointment_before_the_slot(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana = await time.running.console("jana")
        now = time.clock.set_to(MONDAY, 9)
        await time.asks_on_the_page("It is slow")
        await jana.takes(1)
        slot = now + timedelta(days=2)
        made = await jana.ask(
            envelope.MakeAppointment, 1, secrets.token_hex(16), slot, slot + timedelta(hours=1), "At your desk"
        )
        assert isinstance(made, envelope.Ticket), made
        to_eva, to_jana = "We remind you of your appointment:", "An appointment is near."
        await time.passes(hours=23)
        assert await time.letters(to_eva) == await time.letters(to_jana) == []
        await time.passes(hours=1, minutes=1)
        assert (await time.letters(to_eva), await time.letters(to_jana)) == (["eva"], ["jana"])
        await time.passes(hours=22, minutes=50)
        assert (await time.letters(to_eva), await time.letters(to_jana)) == (["eva"], ["jana"])
        await time.passes(minutes=15)
        assert time.clock() < slot
        assert (await time.letters(to_eva), await time.letters(to_jana)) == (["eva"] * 2, ["jana"] * 2)
