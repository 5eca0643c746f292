"""What technicians say of a ticket, through the socket."""

from datetime import UTC, datetime, timedelta

from protocol import envelope
from protocol.desk.clocks import ClockState
from protocol.desk.contract import Metric
from protocol.desk.events import HoldReason
from protocol.desk.states import TicketState
from protocol.envelope import RefusalReason
from tests.relay.desk.agreed import BOOK
from tests.relay.rig import House, scene


@scene
async def test_two_technicians_at_once_overwrite_nothing_in_silence(house: House) -> None:
    async with house.relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console(), await relay.console("petr")
        number = (await agent.asks_for_help()).ticket.number
        seen = (await jana.takes(number)).ticket.revision
        assert isinstance(await petr.ask(envelope.SetNextStep, number, "I order toner", revision=seen), envelope.Ticket)
        refused = await jana.ask(envelope.SetNextStep, number, "I drive there", revision=seen)
        assert refused.reason is RefusalReason.CHANGED_MEANWHILE
        assert refused.sentence.startswith("Petr Dvořák has changed this ticket")
        now = (await jana.ask(envelope.ReadTicket, number)).ticket
        assert now.next_step == "I order toner"
        mine = await jana.ask(envelope.SetNextStep, number, "I drive there", revision=now.revision)
        # One's own change since then is no reason to ask.
        assert isinstance(
            await jana.ask(envelope.ResolveTicket, number, "Done", revision=now.revision), envelope.Ticket
        )
        assert mine.ticket.next_step == "I drive there"


@scene
async def test_on_hold_for_the_requester_pauses_its_clock_and_his_word_takes_it_up(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        await console.ask(envelope.AddMessage, number, "Which printer is it?")
        held = (await console.ask(envelope.HoldTicket, number, HoldReason.USER)).ticket
        assert (held.state, held.hold) == (TicketState.ON_HOLD, HoldReason.USER)
        assert {clock.metric: clock.state for clock in held.clocks}[Metric.RESOLUTION] is ClockState.PAUSED
        ours = (await console.ask(envelope.AddMessage, number, "The one in the kitchen?")).ticket
        assert (ours.state, ours.hold) == (TicketState.ON_HOLD, HoldReason.USER), "it is his word that is waited for"
        answered = (await agent.ask(envelope.AddMessage, number, "The one on fire")).ticket
        assert (answered.state, answered.hold) == (TicketState.IN_PROGRESS, None)
        # For somebody else it waits on, whatever the requester writes.
        await console.ask(envelope.HoldTicket, number, HoldReason.VENDOR)
        assert (await agent.ask(envelope.AddMessage, number, "Well?")).ticket.state is TicketState.ON_HOLD
        assert (await console.ask(envelope.ResumeTicket, number)).ticket.state is TicketState.IN_PROGRESS


@scene
async def test_what_lies_in_the_past_is_no_plan(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        before = datetime.now(UTC) - timedelta(minutes=1)
        assert (await console.ask(envelope.SetEstimate, number, before)).reason is RefusalReason.BAD_INPUT
        held = await console.ask(envelope.HoldTicket, number, HoldReason.VENDOR, before)
        assert held.reason is RefusalReason.BAD_INPUT
