import asyncio

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from relay.store import verify
from tests.relay.rig import House, given_consent, scene


@scene
async def test_from_help_to_closed_with_a_session_in_between(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        changed = await console.hears(envelope.TicketChanged)
        assert (changed.ticket.number, changed.ticket.online) == (number, True)
        queue = await console.ask(envelope.ListQueue)
        assert [ticket.number for ticket in queue.tickets] == [number]
        taken = await console.takes(number)
        assert taken.ticket.owner.name == "Jana Nováková"
        assert taken.ticket.priority == 3
        ready = await console.ask(envelope.RequestSession, number)
        offered = await agent.hears(envelope.SessionOffered)
        assert offered.staff.phone == "+420 123 456"
        device_end = await relay.agent(session=ready.session)
        technician_end = await relay.console(session=ready.session)
        await device_end.paired()
        await technician_end.paired()
        for size in (0, 1, 1000, 200_000, 2**20):
            await device_end.socket.send(bytes(size))
            assert await technician_end.socket.recv() == bytes(size)
            await technician_end.socket.send(bytes(size))
            assert await device_end.socket.recv() == bytes(size)
        signed = given_consent(agent, console, ready.session, number)
        assert isinstance(await agent.ask(envelope.ReportConsent, ready.session, signed), envelope.Done)
        await asyncio.sleep(0.3)
        assert isinstance(await agent.ask(envelope.ReportEnd, ready.session, EndReason.USER_STOPPED), envelope.Done)
        over = await console.hears(envelope.SessionOver)
        assert over.reason is EndReason.USER_STOPPED
        assert 0.3 <= over.worked_s < 3
        assert (await agent.hears(envelope.SessionOver)).session == ready.session
        await technician_end.closed()
        noted = await console.ask(envelope.AddSessionNote, ready.session, "Put it out")
        assert noted.ticket.running is None
        assert noted.ticket.worked_s == pytest.approx(over.worked_s, abs=1e-5)
        await console.ask(envelope.ResolveTicket, number, "Fire is out")
        closed = await agent.ask(envelope.GiveVerdict, number, solved=True)
        assert closed.ticket.state is TicketState.CLOSED
        assert [type(line.event) for line in closed.history] == [
            events.Opened,
            events.NextStepSet,
            events.EstimateSet,
            events.Triaged,
            events.Assigned,
            events.Started,
            events.NextStepSet,
            events.SessionRequested,
            events.SessionConsented,
            events.SessionEnded,
            events.TimeLogged,
            events.SessionNoted,
            events.Resolved,
            events.Accepted,
        ]
        assert (await console.ask(envelope.ListQueue)).tickets == ()
    report = verify(house.database)
    assert (report.fault, report.head.number, report.tickets) == (None, 14, 1)
