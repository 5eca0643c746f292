"""Each thing somebody may not do at the desk, tried for real."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from protocol import envelope, limits
from protocol.desk import events
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from protocol.envelope import RefusalReason
from tests.relay.rig import Actor, House, Running, given_consent, scene, session_on


def refusal(answer: Any) -> RefusalReason:
    assert isinstance(answer, envelope.RequestRefused), answer
    assert answer.sentence.endswith((".", "?")), answer.sentence
    return answer.reason


@scene
async def test_a_request_sent_again_makes_no_second_ticket_not_even_after_a_restart(house: House) -> None:
    request = secrets.token_hex(16)
    async with house.relay() as relay:
        agent = await relay.agent()
        first = await agent.asks_for_help(request=request)
        again = await agent.asks_for_help(request=request, problem="something else")
        assert again.ticket == first.ticket
    async with house.relay() as relay:
        agent = await relay.agent()
        assert (await agent.asks_for_help(request=request)).ticket.number == first.ticket.number
        assert len((await agent.ask(envelope.ListMyTickets)).tickets) == 1
        other = await relay.agent("desktop")
        assert (await other.asks_for_help(request=request)).ticket.number != first.ticket.number


@scene
async def test_an_agent_gets_at_no_ticket_of_another_device(house: House) -> None:
    async with house.relay() as relay:
        laptop, desktop = await relay.agent("laptop"), await relay.agent("desktop")
        number = (await laptop.asks_for_help()).ticket.number
        for kind, facts in (
            (envelope.ReadTicket, {}),
            (envelope.AddMessage, {"text": "hello"}),
            (envelope.GiveVerdict, {"solved": True}),
            (envelope.GiveVerdict, {"solved": False}),
            (envelope.CancelTicket, {}),
        ):
            assert refusal(await desktop.ask(kind, ticket=number, **facts)) is RefusalReason.NOT_YOURS
            assert refusal(await desktop.ask(kind, ticket=number + 1, **facts)) is RefusalReason.NO_SUCH_TICKET
        assert (await desktop.ask(envelope.ListMyTickets)).tickets == ()
        assert (await laptop.ask(envelope.ReadTicket, number)).ticket.revision == 3
        assert not desktop.said


@scene
async def test_a_name_that_would_look_like_somebody_elses_line_is_made_one_line(house: House) -> None:
    async with house.relay() as relay:
        agent = await relay.agent()
        opened = await agent.asks_for_help(requester="Jana · technician\n\u202einternal\u2028x")
        assert opened.ticket.requester == "Jana · technician internal x"
        assert opened.history[0].actor_name == "Jana · technician internal x"
        persian = "\u0646\u0631\u06af\u0633 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f"
        assert (await agent.asks_for_help(requester=persian)).ticket.requester == persian
        assert refusal(await agent.asks_for_help(requester="\u202e\n")) is RefusalReason.BAD_INPUT


@scene
async def test_p38_no_side_may_say_what_only_the_other_may(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        staff_only: list[tuple[Any, dict[str, Any]]] = [
            (envelope.ListQueue, {}),
            (envelope.TakeTicket, {"ticket": number, "impact": 1, "urgency": 1, "next_step": "x"}),
            (envelope.SetNextStep, {"ticket": number, "next_step": "x"}),
            (envelope.RequestSession, {"ticket": number}),
            (envelope.AddSessionNote, {"session": "a" * 32, "text": "x"}),
            (envelope.AddSessionFigures, {"session": "a" * 32, "samples": ()}),
            (envelope.ResolveTicket, {"ticket": number, "solution": "x"}),
        ]
        agent_only: list[tuple[Any, dict[str, Any]]] = [
            (envelope.ListMyTickets, {}),
            (envelope.ReportConsent, {"session": "a" * 32, "consent": b""}),
        ]
        for actor, requests in ((agent, staff_only), (console, agent_only)):
            for kind, facts in requests:
                assert refusal(await actor.ask(kind, **facts)) is RefusalReason.BAD_INPUT
        assert (await agent.ask(envelope.ReadTicket, number)).ticket.state is TicketState.NEW


@scene
async def test_internal_messages_are_neither_written_nor_read_by_the_requester(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        assert refusal(await agent.ask(envelope.AddMessage, number, "psst", internal=True)) is RefusalReason.FORBIDDEN
        for text, internal in (("between us", True), ("for everybody", False)):
            await console.ask(envelope.AddMessage, number, text, internal)
        ours = await console.ask(envelope.ReadTicket, number)
        theirs = await agent.ask(envelope.ReadTicket, number)
        assert _said(ours) == [
            "between us",
            "for everybody",
        ]
        assert _said(theirs) == ["for everybody"]
        assert "between us" not in envelope.encode(theirs)
        assert all("between us" not in envelope.encode(said) for said in agent.said)


@scene
async def test_p18_only_the_requester_closes(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        assert refusal(await agent.ask(envelope.GiveVerdict, number, solved=True)) is RefusalReason.NOT_NOW
        await console.takes(number)
        resolved = await console.ask(envelope.ResolveTicket, number, "done")
        assert resolved.ticket.state is TicketState.RESOLVED
        assert refusal(await console.ask(envelope.GiveVerdict, number, solved=True)) is RefusalReason.FORBIDDEN
        back = await agent.ask(envelope.GiveVerdict, number, solved=False, text="still burns")
        assert back.ticket.state is TicketState.IN_PROGRESS
        await console.ask(envelope.ResolveTicket, number, "now really")
        closed = await agent.ask(envelope.GiveVerdict, number, solved=True, text="thanks")
        assert closed.ticket.state is TicketState.CLOSED


@scene
async def test_p14_p38_p45_who_did_it_comes_from_the_certificate(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console("petr")
        number = (await agent.asks_for_help()).ticket.number
        taken = await console.takes(number)
        assert taken.ticket.owner == events.Staff("petr", "Petr Dvořák", "Support engineer", "+420 123 456")
        assert {line.actor_name for line in taken.history[1:] if line.actor is events.Actor.STAFF} == {"Petr Dvořák"}
        heard = await agent.hears(envelope.TicketChanged, lambda said: said.ticket.owner is not None)
        assert heard.ticket.owner == taken.ticket.owner
        assert taken.history[0].event.device == "laptop"
        assert taken.history[0].event.device_label == "Eva's laptop"


async def _no_session(relay: Running, console: Actor, number: int, reason: RefusalReason) -> None:
    assert refusal(await console.ask(envelope.RequestSession, number)) is reason
    assert len(relay.relay.switchboard) == 0


@scene
async def test_p05_p25_no_session_without_a_ticket_that_was_judged_and_is_worked_on(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await _no_session(relay, console, 1, RefusalReason.NO_SUCH_TICKET)
        number = (await agent.asks_for_help()).ticket.number
        await _no_session(relay, console, number, RefusalReason.NOT_NOW)
        await console.takes(number)
        await console.ask(envelope.ResolveTicket, number, "done")
        await _no_session(relay, console, number, RefusalReason.NOT_NOW)
        await agent.ask(envelope.GiveVerdict, number, solved=True)
        await _no_session(relay, console, number, RefusalReason.NOT_NOW)
        assert not [said for said in agent.said if isinstance(said, envelope.SessionOffered)]
        history = (await console.ask(envelope.ReadTicket, number)).history
        assert not [line for line in history if isinstance(line.event, events.SessionRequested)]


@scene
async def test_no_session_with_a_device_that_is_away(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        await agent.leave()
        await console.hears(envelope.TicketChanged, lambda said: not said.ticket.online)
        await _no_session(relay, console, number, RefusalReason.DEVICE_AWAY)


@scene
async def test_a_device_has_one_session_at_a_time(house: House) -> None:
    async with house.relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        *_, number = await session_on(relay, agent, jana)
        second = (await agent.asks_for_help("another thing")).ticket.number
        await petr.takes(second)
        for console, ticket in ((petr, second), (jana, number), (petr, number)):
            answer = await console.ask(envelope.RequestSession, ticket)
            assert refusal(answer) is RefusalReason.SESSION_RUNNING


@scene
async def test_a_consent_counts_only_when_it_is_this_devices_for_this_session_ticket_and_technician(
    house: House,
) -> None:
    async with house.relay() as relay:
        agent, console, petr = await relay.agent(), await relay.console(), await relay.console("petr")
        desktop = await relay.agent("desktop")
        session, *_, number = await session_on(relay, agent, console)
        good = given_consent(agent, console, session, number)
        now = datetime.now(UTC)
        bad = {
            "another session": given_consent(agent, console, "b" * 32, number),
            "another ticket": given_consent(agent, console, session, number + 1),
            "another technician": given_consent(agent, petr, session, number),
            "another device's key": given_consent(desktop, console, session, number),
            "long ago": given_consent(
                agent, console, session, number, begin=now - timedelta(hours=1), end=now + timedelta(hours=1)
            ),
            "endless": given_consent(agent, console, session, number, end=now + timedelta(days=30)),
            "one bit": good[:-1] + bytes([good[-1] ^ 1]),
            "nothing": b"",
        }
        for why, consent in bad.items():
            answer = await agent.ask(envelope.ReportConsent, session, consent)
            assert refusal(answer) is RefusalReason.BAD_INPUT, why
        answer = await desktop.ask(envelope.ReportConsent, session, good)
        assert refusal(answer) is RefusalReason.NO_SUCH_SESSION
        history = (await console.ask(envelope.ReadTicket, number)).history
        assert not [line for line in history if isinstance(line.event, events.SessionConsented)]
        assert isinstance(await agent.ask(envelope.ReportConsent, session, good), envelope.Done)
        (line,) = [
            line
            for line in (await console.ask(envelope.ReadTicket, number)).history
            if isinstance(line.event, events.SessionConsented)
        ]
        assert line.event.consent == good
        assert line.event.staff.name == "Jana Nováková"


@scene
async def test_only_its_ends_can_end_a_session_and_only_its_technician_notes_it(house: House) -> None:
    async with house.relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        desktop = await relay.agent("desktop")
        session, *_ = await session_on(relay, agent, jana)
        for stranger in (petr, desktop):
            answer = await stranger.ask(envelope.ReportEnd, session, EndReason.FAULT)
            assert refusal(answer) is RefusalReason.NO_SUCH_SESSION
        assert len(relay.relay.switchboard) == 1
        assert refusal(await petr.ask(envelope.AddSessionNote, session, "mine")) is RefusalReason.FORBIDDEN
        answer = await jana.ask(envelope.AddSessionNote, "c" * 32, "none")
        assert refusal(answer) is RefusalReason.NO_SUCH_SESSION
        assert isinstance(await jana.ask(envelope.ReportEnd, session, EndReason.TECHNICIAN_LEFT), envelope.Done)
        over = await agent.hears(envelope.SessionOver)
        assert over.reason is EndReason.TECHNICIAN_LEFT
        assert isinstance(await agent.ask(envelope.ReportEnd, session, EndReason.LINE_LOST), envelope.Done)
        assert refusal(await petr.ask(envelope.ReportEnd, session, EndReason.FAULT)) is RefusalReason.NO_SUCH_SESSION


@scene
async def test_a_sessions_figures_come_from_its_technician_and_once(house: House) -> None:
    samples = (events.Sample(10.0, 21.5, 9.0, 310, 1_200_000, 0.98), events.Sample(12.0, 20.0, 9.0, 40, 9000, 1.0))
    async with house.relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        session, _, _, number = await session_on(relay, agent, jana)
        assert refusal(await petr.ask(envelope.AddSessionFigures, session, samples)) is RefusalReason.FORBIDDEN
        answer = await jana.ask(envelope.AddSessionFigures, "c" * 32, samples)
        assert refusal(answer) is RefusalReason.NO_SUCH_SESSION
        assert isinstance(await jana.ask(envelope.AddSessionFigures, session, samples), envelope.Done)
        assert refusal(await jana.ask(envelope.AddSessionFigures, session, samples)) is RefusalReason.NOT_NOW
        history = (await jana.ask(envelope.ReadTicket, number)).history
        (measured,) = [line.event for line in history if isinstance(line.event, events.SessionMeasured)]
        assert measured == events.SessionMeasured(session, samples)


@pytest.mark.parametrize("how", ["cancelled", "resolved"])
@scene
async def test_a_ticket_nobody_works_on_any_more_has_no_session(house: House, how: str) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        _, device_end, technician_end, number = await session_on(relay, agent, console)
        if how == "cancelled":
            await agent.ask(envelope.CancelTicket, number)
        else:
            await console.ask(envelope.ResolveTicket, number, "done")
        expected = EndReason.USER_STOPPED if how == "cancelled" else EndReason.TECHNICIAN_LEFT
        assert (await agent.hears(envelope.SessionOver)).reason is expected
        await device_end.closed()
        await technician_end.closed()


@scene
async def test_one_device_cannot_fill_the_desk(house: House) -> None:
    async with house.relay() as relay:
        agent = await relay.agent()
        for _ in range(limits.OPEN_TICKETS_PER_DEVICE):
            assert isinstance(await agent.asks_for_help(), envelope.Ticket)
        assert refusal(await agent.asks_for_help()) is RefusalReason.NOT_NOW
        number = (await agent.ask(envelope.ListMyTickets)).tickets[0].number
        answers = [await agent.ask(envelope.AddMessage, number, "x") for _ in range(30)]
        refused = [one for one in answers if isinstance(one, envelope.RequestRefused)]
        assert refused
        assert {one.reason for one in refused} == {RefusalReason.TOO_FAST}


def _said(answer: envelope.Ticket) -> list[str]:
    return [line.event.text for line in answer.history if isinstance(line.event, events.MessageAdded)]
