"""Promise 18: the case is closed only when the requester says so."""

from protocol import envelope
from protocol.desk.states import TicketState
from protocol.envelope import RefusalReason
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
