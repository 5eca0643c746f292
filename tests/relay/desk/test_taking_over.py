"""A ticket is handed over while a session runs on it: whose session it is, who may end it for one of his own."""

from pathlib import Path

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import EndReason
from protocol.envelope import RefusalReason
from tests.relay.peopled import CARD, history, peopled, sentence
from tests.relay.rig import Actor, Running, given_consent, scene, session_on


async def _begin(relay: Running, agent: Actor, jana: Actor) -> tuple[str, Actor, Actor, int]:
    session, device_end, technician_end, number = await session_on(relay, agent, jana)
    await agent.ask(envelope.ReportConsent, session, given_consent(agent, jana, session, number))
    return session, device_end, technician_end, number


@scene
async def test_everybody_on_the_staff_sees_whose_session_it_is_and_its_user_does_not(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        *_, number = await session_on(relay, agent, jana)
        asking = (await petr.ask(envelope.ReadTicket, number)).ticket.session
        assert asking is not None
        assert (asking.staff.name, asking.since) == ("Jana Nováková", None)
        session = (await petr.ask(envelope.ReadTicket, number)).ticket.running
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, jana, session, number))
        seen = await petr.ask(envelope.ReadTicket, number)
        (allowed,) = [line for line in seen.history if isinstance(line.event, events.SessionConsented)]
        assert seen.ticket.session is not None
        assert seen.ticket.session.since is not None
        assert abs((seen.ticket.session.since - allowed.at).total_seconds()) < 2
        assert (await agent.ask(envelope.ReadTicket, number)).ticket.session is None


@scene
async def test_whoever_asks_in_vain_reads_whose_session_it_is_and_since_when(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        session, *_, number = await session_on(relay, agent, jana)
        refused = await petr.ask(envelope.RequestSession, number)
        assert sentence(refused) == (f"Jana Nováková is asking the user of this computer just now, on ticket {number}.")
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, jana, session, number))
        refused = await petr.ask(envelope.RequestSession, number)
        assert sentence(refused) == (f"Jana Nováková has had a session on this computer for 0 min, on ticket {number}.")
        refused = await jana.ask(envelope.RequestSession, number)
        assert sentence(refused) == f"You have a session on this computer already, on ticket {number}."


@scene
async def test_the_new_owner_ends_the_old_ones_session_for_his_own_and_both_ends_hear_why(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        session, device_end, technician_end, number = await _begin(relay, agent, jana)
        await jana.ask(envelope.HandOver, number, "petr", **CARD)
        refused = await petr.ask(envelope.RequestSession, number)
        assert refused.reason is RefusalReason.SESSION_RUNNING, "not by itself"
        ready = await petr.ask(envelope.RequestSession, number, instead=True)
        assert isinstance(ready, envelope.SessionReady), ready
        for actor in (agent, jana):
            over = await actor.hears(envelope.SessionOver)
            assert (over.session, over.reason) == (session, EndReason.HANDED_OVER)
        assert (await agent.hears(envelope.SessionOffered, lambda said: said.session != session)).staff.name != "jana"
        for end in (device_end, technician_end):
            assert await end.closed()
        (ended,) = history(await petr.ask(envelope.ReadTicket, number), events.SessionEnded)
        assert (ended.session, ended.reason) == (session, EndReason.HANDED_OVER)


@scene
async def test_nobody_but_the_owner_ends_a_session_that_way_and_never_one_of_the_owner_himself(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        second = (await agent.asks_for_help("another thing")).ticket.number
        await petr.takes(second)
        *_, number = await _begin(relay, agent, jana)
        for console, ticket in ((petr, number), (petr, second), (jana, number)):
            refused = await console.ask(envelope.RequestSession, ticket, instead=True)
            assert refused.reason is RefusalReason.SESSION_RUNNING


@scene
async def test_no_end_of_a_session_can_say_that_it_was_handed_over(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        session, *_ = await _begin(relay, agent, jana)
        await agent.ask(envelope.ReportEnd, session, EndReason.HANDED_OVER)
        assert (await jana.hears(envelope.SessionOver)).reason is EndReason.LINE_LOST
