"""Promises 15, 16, 25 and 43: every open ticket has a next step, a date, an estimate and a judged urgency."""

from datetime import UTC, datetime, timedelta

from protocol import envelope
from protocol.desk import events
from protocol.desk.overview import Flag
from protocol.envelope import RefusalReason
from relay.store import THE_DESK
from tests.relay.desk.agreed import BOOK
from tests.relay.rig import House, scene


def complete(view: envelope.TicketView) -> bool:
    return bool(view.next_step.strip()) and view.due is not None and view.done_by is not None


@scene
async def test_p16_p15_no_open_ticket_ever_has_an_empty_next_step_date_or_estimate(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()

        async def seen() -> envelope.TicketView:
            (ticket,) = (await console.ask(envelope.ListQueue)).tickets
            assert isinstance(ticket, envelope.TicketView)
            return ticket

        assert complete(await seen())
        await console.takes(1)
        assert complete(await seen())
        await console.ask(envelope.SetNextStep, 1, "I ask the vendor", None)
        assert complete(await seen())
        await console.ask(envelope.ResolveTicket, 1, "It is out")
        await agent.ask(envelope.GiveVerdict, 1, solved=False, text="It is not")
        assert complete(await seen())
        theirs = await agent.ask(envelope.ListMyTickets)
        assert all(complete(ticket) for ticket in theirs.tickets)


@scene
async def test_p15_the_estimate_is_what_was_agreed_until_a_technician_knows_better(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        agent, console = await relay.agent(), await relay.console()
        opened = (await agent.asks_for_help()).ticket
        assert (opened.customer, opened.user, opened.customer_name) == ("firm", "eva", "The Firm")
        assert opened.due == opened.opened_at + timedelta(minutes=60)
        assert opened.done_by == opened.opened_at + timedelta(minutes=480)
        assert opened.next_step == "Wir sehen uns Ihre Anfrage an und melden uns bei Ihnen."
        judged = (await console.ask(envelope.JudgeTicket, 1, 1, 2)).ticket
        assert judged.done_by == opened.opened_at + timedelta(minutes=120)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        said = (await console.ask(envelope.SetEstimate, 1, tomorrow, 45)).ticket
        assert said.done_by == tomorrow
        assert (await console.ask(envelope.JudgeTicket, 1, 3, 3)).ticket.done_by == tomorrow


@scene
async def test_p16_the_desks_date_follows_the_judgement_and_a_technicians_stands(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        agent, console = await relay.agent(), await relay.console()
        opened = (await agent.asks_for_help()).ticket
        judged = (await console.ask(envelope.JudgeTicket, 1, 1, 2)).ticket
        assert opened.due != judged.due == judged.opened_at + timedelta(minutes=15)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await console.ask(envelope.SetNextStep, 1, "I ask the vendor", tomorrow)
        again = (await console.ask(envelope.JudgeTicket, 1, 3, 3)).ticket
        assert (again.next_step, again.due) == ("I ask the vendor", tomorrow)


@scene
async def test_p15_without_a_contract_an_estimate_is_not_put_off_by_judging_again(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        opened = (await agent.asks_for_help()).ticket
        for impact in (1, 3):
            judged = (await console.ask(envelope.JudgeTicket, 1, impact, 2)).ticket
            assert (judged.due, judged.done_by) == (opened.due, opened.done_by)


@scene
async def test_p16_a_next_step_of_spaces_is_none(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        await console.takes(1)
        blank = events.NextStepSet(" \n ", None)
        await relay.relay._store.change(1, lambda _: (blank,), THE_DESK, datetime.now(UTC))
        assert (await agent.ask(envelope.ReadTicket, 1)).ticket.next_step == "We look at your request and answer you."


@scene
async def test_p25_an_untriaged_ticket_cannot_be_worked_on(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        ticket = (await agent.asks_for_help()).ticket
        assert ticket.priority is None
        refused = await console.ask(envelope.RequestSession, 1)
        assert refused.reason is RefusalReason.NOT_NOW
        assert "urgency has to be judged" in refused.sentence
        assert (await console.ask(envelope.ResolveTicket, 1, "Done")).reason is RefusalReason.NOT_NOW
        flagged = await console.ask(envelope.ListQueue, flag=Flag.NOT_JUDGED)
        assert [t.number for t in flagged.tickets] == [1]
        judged = (await console.ask(envelope.JudgeTicket, 1, 2, 1)).ticket
        assert judged.priority == 2 + 1 - 1
        assert (await console.ask(envelope.ListQueue, flag=Flag.NOT_JUDGED)).tickets == ()
        # By hand only with a reason.
        assert (await console.ask(envelope.OverridePriority, 1, 1, "")).reason is RefusalReason.BAD_INPUT
        assert (await console.ask(envelope.OverridePriority, 1, 1, "The mayor")).ticket.priority == 1


@scene
async def test_p43_a_loss_of_a_thousand_an_hour_raises_the_priority(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        before = (await console.ask(envelope.JudgeTicket, 1, 3, 2)).ticket
        assert before.priority == 4
        assert (await console.ask(envelope.StateLoss, 1, 99)).ticket.priority == 4
        whole = await console.ask(envelope.StateLoss, 1, 1000)
        raised, stated = whole.ticket, [e.event for e in whole.history if isinstance(e.event, events.LossStated)]
        assert (raised.currency, stated[-1].currency) == ("EUR", "EUR"), "a figure without one says nothing"
        assert (raised.priority, raised.loss_per_hour) == (2, 1000)
        assert raised.done_by == raised.opened_at + timedelta(minutes=120)
