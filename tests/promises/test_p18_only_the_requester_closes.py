"""Promise 18: the case is closed only when the requester says so."""

from datetime import UTC, datetime
from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from protocol.desk.states import TicketState
from protocol.envelope import RefusalReason
from relay.store import THE_DESK
from tests.agent.desk import desk_and_relay
from tests.relay.peopled import owned, peopled
from tests.relay.rig import House, scene


@scene
async def test_p18_a_technicians_attempt_gets_a_clear_refusal_and_silence_closes_nothing(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        await console.takes(1)
        await console.ask(envelope.ResolveTicket, 1, "It is out")
        for kind, facts in ((envelope.GiveVerdict, {"solved": True}), (envelope.CancelTicket, {})):
            refused = await console.ask(kind, 1, **facts)
            assert refused.reason is RefusalReason.FORBIDDEN
            assert refused.sentence.startswith("Only the requester can say that it is solved")
        # Whatever else he may do leaves it open.
        for attempt in (envelope.ResumeTicket, envelope.UnmergeTicket):
            assert isinstance(await console.ask(attempt, 1), envelope.RequestRefused)
        assert (await console.ask(envelope.ReadTicket, 1)).ticket.state is TicketState.RESOLVED
        stranger = await relay.agent("desktop")
        assert (await stranger.ask(envelope.GiveVerdict, 1, solved=True)).reason is RefusalReason.NOT_YOURS
        closed = await agent.ask(envelope.GiveVerdict, 1, solved=True)
        assert closed.ticket.state is TicketState.CLOSED


@scene
async def test_p18_a_machine_whose_user_it_is_not_any_more_reads_and_closes_nothing(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, console = await relay.agent(), await relay.console("jana")
        number = await owned(agent, console, "jana")  # Eva's laptop
        store = relay.relay._store
        moved = events.RequesterSet("adam", "Adam Bílý", "firma")
        await store.change(number, lambda _: (moved,), THE_DESK, datetime.now(UTC))
        await console.takes(number)
        await console.ask(envelope.ResolveTicket, number, "It is out")
        for kind, facts in (
            (envelope.ReadTicket, {}),
            (envelope.AddMessage, {"text": "mine"}),
            (envelope.GiveVerdict, {"solved": True}),
            (envelope.CancelTicket, {}),
            (envelope.Complain, {"request": "c" * 32, "problem": "slow"}),
        ):
            refused = await agent.ask(kind, ticket=number, **facts)
            assert refused.reason is RefusalReason.NOT_YOURS, kind
        assert (await agent.ask(envelope.ListMyTickets)).tickets == ()
        mine = events.MachineSet(events.Machine("laptop", "The laptop", "adam"))
        await store.record(lambda _: (mine,), THE_DESK, datetime.now(UTC))
        assert (await agent.ask(envelope.GiveVerdict, number, solved=True)).ticket.state is TicketState.CLOSED


def test_p18_what_came_back_is_taken_up_again_in_the_users_window(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.ResolveTicket, number, "It is out"))
        page = desk.window.request
        desk.until(page.verdict.isVisible)
        assert not page.back.isVisible()
        page.verdict.yes.click()
        desk.until(page.back.isVisible)
        page.back.why.setPlainText("It smokes")
        page.back.back.click()
        desk.until(lambda: "You said that it is there again. It smokes" in desk.says() and not desk.window.unsent)
        assert not page.back.isVisible()
        assert page.writing.isVisible()  # and he can write further on it
        read = relay.play(jana.ask(envelope.ReadTicket, number))
        assert isinstance(read, envelope.Ticket)
        assert read.ticket.state is TicketState.IN_PROGRESS


@scene
async def test_p18_nobody_else_and_nobody_after_the_time_for_it_opens_a_closed_ticket_again(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        await console.takes(1)
        assert (await agent.ask(envelope.ReopenTicket, 1)).ticket.state is TicketState.IN_PROGRESS  # it is open anyway
        await console.ask(envelope.ResolveTicket, 1, "It is out")
        assert (await agent.ask(envelope.ReopenTicket, 1)).sentence == "Only a closed ticket can be opened again."
        closed = await agent.ask(envelope.GiveVerdict, 1, solved=True)
        assert closed.ticket.reopen_until is not None
        stranger = await relay.agent("desktop")
        assert (await stranger.ask(envelope.ReopenTicket, 1)).reason is RefusalReason.NOT_YOURS
        settings = events.DeskSet(events.DeskSettings(reopen_days=0))
        await relay.relay._store.record(lambda _: (settings,), THE_DESK, datetime.now(UTC))
        assert (await agent.ask(envelope.ReopenTicket, 1)).sentence.startswith("This request was closed long ago.")
