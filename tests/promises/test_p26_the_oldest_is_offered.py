"""P26: a free technician is offered the oldest waiting ticket, whatever its contract."""

from pathlib import Path

from protocol import envelope
from protocol.desk import events
from tests.relay.peopled import CARD, history, owned, peopled, sentence
from tests.relay.rig import scene


@scene
async def test_p26_an_idle_technician_is_offered_the_ticket_of_the_lowest_tier(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        desktop = await relay.agent("desktop")  # of nobody's customer
        number = (await desktop.asks_for_help("I pay for nothing")).ticket.number
        petr = await relay.console("petr")
        offered = await petr.hears(envelope.WorkOffered)
        assert offered.ticket.number == number
        taken = await petr.takes(number)
        assert taken.ticket.owner.identifier == "petr"
        assert history(taken, events.TicketOffered)[0].staff.identifier == "petr"


@scene
async def test_p26_the_oldest_first_one_at_a_time_and_a_no_has_its_reason(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        desktop, petr = await relay.agent("desktop"), await relay.console("petr")
        first = (await desktop.asks_for_help("First")).ticket.number
        assert (await petr.hears(envelope.WorkOffered)).ticket.number == first
        second = (await desktop.asks_for_help("Second")).ticket.number
        assert "not offered" in sentence(await petr.ask(envelope.DeclineOffer, second, "No"))
        await petr.ask(envelope.DeclineOffer, first, "I know nothing of plotters")
        assert (await petr.hears(envelope.WorkOffered)).ticket.number == second
        olga = await relay.console("olga")
        assert (await olga.hears(envelope.WorkOffered)).ticket.number == first
        read = await olga.ask(envelope.ReadTicket, first)
        assert history(read, events.OfferDeclined)[0].reason == "I know nothing of plotters"


@scene
async def test_p26_what_was_handed_over_is_not_offered_back_though_its_owner_is_not_signed_in(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        assert (await jana.hears(envelope.WorkOffered)).ticket.number == number
        await jana.ask(envelope.HandOver, number, "petr", **CARD)
        desktop = await relay.agent("desktop")
        later = (await desktop.asks_for_help("Later")).ticket.number
        assert (await jana.hears(envelope.WorkOffered)).ticket.number == later


@scene
async def test_p26_what_waits_for_a_busy_contact_is_offered_to_who_is_free(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        one = await owned(agent, jana, "jana")
        await jana.takes(one)
        two = await owned(agent, jana, "jana")
        petr = await relay.console("petr")
        assert (await petr.hears(envelope.WorkOffered)).ticket.number == two
        assert (await petr.takes(two)).ticket.owner.identifier == "petr"


@scene
async def test_p26_who_pays_for_nothing_and_asked_first_is_offered_before_gold_that_asked_later(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, desktop, jana = await relay.agent(), await relay.agent("desktop"), await relay.console("jana")
        busy = await owned(agent, jana, "jana")
        await jana.takes(busy)
        first = (await desktop.asks_for_help("I pay for nothing")).ticket.number
        gold = await owned(agent, jana, "jana", urgency=1)
        petr = await relay.console("petr")
        assert (await petr.hears(envelope.WorkOffered)).ticket.number == first
        await petr.takes(first)
        olga = await relay.console("olga")
        assert (await olga.hears(envelope.WorkOffered)).ticket.number == gold
