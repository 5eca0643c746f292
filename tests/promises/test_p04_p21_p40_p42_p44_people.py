"""P4, P21, P40, P42, P44: contact and deputy, who calls, complaints, load and forecast, users and machines."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from protocol import envelope
from protocol.desk import events
from protocol.desk.states import TicketState
from relay.store import THE_DESK
from tests.relay.peopled import CARD, away, history, owned, peopled, sentence
from tests.relay.rig import scene


@scene
async def test_p04_a_ticket_goes_to_the_contact_and_to_the_deputy_when_he_is_away(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        people = await jana.ask(envelope.ReadPeople, number)
        assert (people.contact.name, people.deputy.name) == ("Jana Nováková", "Petr Dvořák")
        await away(jana, "jana")
        number = await owned(agent, jana, "petr")
        assert (await jana.ask(envelope.ReadPeople, number)).away == ("jana",)


@scene
async def test_p44_a_mail_address_leads_to_the_user_and_the_user_to_machines_and_tickets(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        before, number = await owned(agent, jana, "jana", problem="Old"), await owned(agent, jana, "jana")
        found = await jana.ask(envelope.FindCaller, "eva@firma")
        (caller,) = found.callers
        assert caller.user.identifier == "eva"
        assert [machine.label for machine in caller.machines] == ["Eva's laptop"]
        assert caller.machines[0].online
        people = await jana.ask(envelope.ReadPeople, number)
        assert (people.user.name, people.customer, people.contract) == ("Eva Králová", "Firma s.r.o.", "gold")
        assert [(other.number, other.title) for other in people.others] == [(before, "Old")]
        assert people.machines[0].user == "Eva Králová"


@scene
async def test_p44_the_owner_of_a_machine_is_named_as_the_register_knows_him_and_not_by_his_account(
    tmp_path: Path,
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, desktop, jana = await relay.agent(), await relay.agent("desktop"), await relay.console("jana")
        number = (await agent.asks_for_help(requester="eva")).ticket.number
        mine = await agent.ask(envelope.AddMessage, number, "It still burns")
        other = (await desktop.asks_for_help(requester="adam")).ticket.number
        shown = {view.number: view.requester for view in (await jana.ask(envelope.ListQueue)).tickets}
        assert shown == {number: "Eva Králová", other: "adam"}, "nobody is known at the other one"
        names = [line.actor_name for line in mine.history if line.actor is events.Actor.REQUESTER]
        assert names == ["Eva Králová"] * 2
        assert [opened.account for opened in history(mine, events.Opened)] == ["eva"], "what the machine said stays"
        await relay.sets(events.MachineSet(events.Machine("desktop", "Desktop", "adam")))
        late = await jana.ask(envelope.ReadTicket, other)
        assert (late.ticket.requester, late.history[0].actor_name) == ("Adam Bílý", "Adam Bílý")


@scene
async def test_p21_a_caller_is_recognised_from_the_number_and_his_call_becomes_a_ticket_once(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        jana = await relay.console("jana")
        for written in ("+420 777 123 456", "00420777123456", "+420 (777) 123-456"):
            found = await jana.ask(envelope.FindCaller, written)
            assert found.certain
            assert found.callers[0].user.name == "Eva Králová"
        assert (await jana.ask(envelope.FindCaller, "777 000 111")).callers[0].user.name == "Adam Bílý"
        assert (await jana.ask(envelope.FindCaller, "+1 555 0100")).callers == ()
        call = (secrets.token_hex(16), "+420 777 123 456", "It smokes", 1)
        made = await jana.ask(envelope.TakeCall, *call, user="eva", device="laptop")
        again = await jana.ask(envelope.TakeCall, *call, user="eva", device="laptop")
        assert again.ticket.number == made.ticket.number
        (opened,) = history(made, events.Opened)
        assert (opened.user, opened.customer, opened.device, opened.channel) == ("eva", "firma", "laptop", "phone")
        assert sum("+420 777 123 456" in e.text for e in history(again, events.MessageAdded)) == 1
        stranger = await jana.ask(envelope.TakeCall, secrets.token_hex(16), "+1 555 0100", "Help", 3, requester="Bob")
        assert stranger.ticket.requester == "Bob"
        assert "who calls" in sentence(await jana.ask(envelope.TakeCall, secrets.token_hex(16), "", "Help", 3))


@scene
async def test_p21_a_call_and_the_number_it_came_from_are_written_down_together(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        jana, petr = await relay.console("jana"), await relay.console("petr")
        call = (secrets.token_hex(16), "+1 555 0100", "Help", 3)
        taken = await jana.ask(envelope.TakeCall, *call, requester="Bob")
        (said,) = history(taken, events.MessageAdded)
        assert said.text == "Called from +1 555 0100"
        opened = await petr.hears(envelope.TicketChanged)
        assert opened.ticket.revision == taken.ticket.revision, "nobody ever sees the one without the other"


@scene
async def test_p40_a_complaint_goes_to_the_lead_and_no_handler_of_the_original_can_own_it(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, olga = await relay.agent(), await relay.console("jana"), await relay.console("olga")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        await jana.ask(envelope.HandOver, number, "petr", **CARD)
        request = secrets.token_hex(16)
        made = await agent.ask(envelope.Complain, request, number, "Nobody listened to me")
        assert made.ticket.owner.identifier == "olga"
        assert (await agent.ask(envelope.Complain, request, number, "Twice")).ticket.number == made.ticket.number
        complaint = made.ticket.number
        for who in ("jana", "petr"):
            console = await relay.console(who)
            assert "past the person concerned" in sentence(await console.takes(complaint))
            handed = await olga.ask(envelope.HandOver, complaint, who, **CARD)
            assert "past the person concerned" in sentence(handed)
        desktop = await relay.agent("desktop")
        refused = await desktop.ask(envelope.Complain, secrets.token_hex(16), number, "Not mine")
        assert "another computer" in sentence(refused)


@scene
async def test_p40_whoever_complains_of_the_only_lead_is_heard_by_somebody_else(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, olga, jana = await relay.agent(), await relay.console("olga"), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await olga.takes(number)
        made = await agent.ask(envelope.Complain, secrets.token_hex(16), number, "Olga shouted at me")
        assert made.ticket.owner.identifier != "olga"
        assert made.ticket.owner.identifier != "jana"  # had it before
        (barred,) = history(await olga.ask(envelope.ReadTicket, made.ticket.number), events.HandlersBarred)
        assert set(barred.staff) == {"jana", "olga"}


@scene
async def test_p40_whoever_worked_for_the_owner_is_as_concerned_as_he_is(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, olga, jana = await relay.agent(), await relay.console("olga"), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        now = datetime.now(UTC)
        worked = (secrets.token_hex(16), now - timedelta(minutes=5), now, events.WorkKind.PHONE, "Talked to her")
        assert isinstance(await olga.ask(envelope.LogTime, number, *worked), envelope.Ticket)
        made = await agent.ask(envelope.Complain, secrets.token_hex(16), number, "Olga shouted at me")
        assert made.ticket.owner.identifier == "petr", "and not Olga, although she leads"


@scene
async def test_p40_whoever_handled_what_was_merged_with_it_is_concerned_too(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, olga, jana = await relay.agent(), await relay.console("olga"), await relay.console("jana")
        one, two = await owned(agent, jana, "jana"), await owned(agent, jana, "jana")
        await olga.takes(one)
        await jana.takes(two)
        assert isinstance(await olga.ask(envelope.MergeTicket, one, two, "the same"), envelope.Ticket)
        made = await agent.ask(envelope.Complain, secrets.token_hex(16), two, "Nobody listened to me")
        assert made.ticket.owner.identifier == "petr", "and not Olga, who had the other half of it"


@scene
async def test_p40_whom_it_is_about_cannot_make_a_complaint_go_away(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, olga, jana = await relay.agent(), await relay.console("olga"), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        made = await agent.ask(envelope.Complain, secrets.token_hex(16), number, "Jana shouted at me")
        complaint = made.ticket.number
        refused = [
            await jana.ask(envelope.MergeTicket, complaint, number, "the same"),
            await jana.ask(envelope.SetKind, complaint, events.TicketKind.REQUEST, "A wish, really"),
            await jana.ask(envelope.HandOver, complaint, "petr", **CARD),
        ]
        await olga.takes(complaint)
        refused += [
            await jana.ask(envelope.HoldTicket, complaint, events.HoldReason.USER),
            await jana.ask(envelope.ResolveTicket, complaint, "It was a misunderstanding"),
        ]
        assert all("past the person concerned" in sentence(answer) for answer in refused)
        merged = await olga.ask(envelope.MergeTicket, complaint, number, "the same")
        assert "does not go on where whoever it is about works" in sentence(merged)
        shown = (await agent.ask(envelope.ReadTicket, complaint)).ticket
        assert (shown.owner.identifier, shown.state) == ("olga", TicketState.IN_PROGRESS)


@scene
async def test_p42_the_load_and_the_forecast_against_what_came_are_on_show(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        assert history(await jana.ask(envelope.ReadTicket, number), events.WaitForecast)[0].wait_min == 0
        await jana.takes(number)
        shown = await jana.ask(envelope.ListStaff)
        by_name = {colleague.profile.identifier: colleague for colleague in shown.staff}
        assert (by_name["jana"].open, by_name["jana"].begun, by_name["jana"].online) == (1, 1, True)
        assert (by_name["petr"].open, by_name["petr"].online) == (0, False)
        assert shown.forecasts.count == 1
        assert shown.forecasts.actual_min < 1
        more = [await owned(agent, jana, "jana") for _ in range(4)]
        read = [await jana.ask(envelope.ReadTicket, number) for number in more]
        said = [history(one, events.WaitForecast)[0].wait_min for one in read]
        assert said[-1] > said[0], "the more there is to do, the longer it takes"
        for number in more:
            await jana.takes(number)
        forecasts = (await jana.ask(envelope.ListStaff)).forecasts
        assert forecasts.count == 5
        assert forecasts.forecast_min == forecasts.error_min == round(sum(said) / 5, 1) > forecasts.actual_min


@scene
async def test_p04_what_comes_all_at_once_is_placed_too_beside_what_is_nobodys(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        console, store, now = await relay.console("petr"), relay.relay._store, datetime.now(UTC)
        opened = events.Opened("0" * 32, "", "", "Eva", "A mail", 2, 20, (), now)
        async with store.work(now) as work:
            for number in range(240):
                customer = "" if number < 120 else "firma"
                work.open(replace(opened, request=f"{number:032x}", customer=customer), THE_DESK)
        await console.hears(envelope.TicketChanged, lambda c: c.ticket.number == 240 and c.ticket.owner is not None)
        owners = [view.owner for view in (await console.ask(envelope.ListQueue)).tickets]
        assert owners.count(None) == 120


@scene
async def test_p03_p04_behind_thousands_that_nobody_answered_a_new_one_is_looked_after_like_the_first(
    tmp_path: Path,
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        store, long_ago = relay.relay._store, datetime.now(UTC) - timedelta(days=40)
        async with store.work(long_ago) as work:
            for number in range(2001):
                old = events.Opened(f"{number:032x}", "", "", "Somebody", "Old", 2, 5, (), long_ago)
                work.open(old, THE_DESK)
        agent, petr = await relay.agent(), await relay.console("petr")
        number = await owned(agent, petr, "jana")
        answer = await away(petr, "jana")
        assert [(moved, to.identifier) for moved, to in answer.moved] == [(number, "petr")]
