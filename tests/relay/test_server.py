"""What the relay does by itself: certificates that run out, a disk that fails at the worst moment, a proxy in front."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from protocol import envelope
from protocol.desk.events import EndReason, SessionConsented, SessionEnded
from protocol.envelope import RefusalReason
from relay.server import NOT_VALID, Relay, Settings
from tests.relay.rig import House, given_consent, scene, session_on


@pytest.fixture(autouse=True)
def _quick_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relay.server.TICK_S", 0.1)


def _ended(ticket: envelope.TicketView) -> bool:
    return ticket.running is None and ticket.revision > 8  # the eighth event was the request for the session


@scene
async def test_a_certificate_that_runs_out_while_signed_in_ends_the_socket(house: House) -> None:
    ahead = timedelta()
    async with house.relay(clock=lambda: datetime.now(UTC) + ahead) as relay:
        agent = await relay.agent()
        ahead = timedelta(days=4000)
        assert await agent.closed() == NOT_VALID
        assert relay.relay.counts["expired"] == 1


@scene
async def test_a_session_ends_for_its_ends_at_once_and_in_the_history_when_the_disk_takes_it(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
        with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await agent.ask(envelope.ReportEnd, session, EndReason.HOT_KEY)
            over = await console.hears(envelope.SessionOver)
            await relay.until(lambda: relay.relay.counts["store_fault"] >= 1)
            other.execute("ROLLBACK")
        await console.hears(envelope.TicketChanged, lambda said: _ended(said.ticket))
        history = (await console.ask(envelope.ReadTicket, number)).history
        assert history[-2].event == SessionEnded(session, EndReason.HOT_KEY, over.worked_s)


@scene
async def test_a_session_whose_consent_cannot_be_written_down_does_not_go_on(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, device_end, _, number = await session_on(relay, agent, console)
        with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            signed = given_consent(agent, console, session, number)
            answer = await agent.ask(envelope.ReportConsent, session, signed)
            assert answer.reason is RefusalReason.FAULT
            assert (await console.hears(envelope.SessionOver)).reason is EndReason.FAULT
            await device_end.closed()
            other.execute("ROLLBACK")
        await console.hears(envelope.TicketChanged, lambda said: _ended(said.ticket))
        history = (await console.ask(envelope.ReadTicket, number)).history
        assert not [line for line in history if isinstance(line.event, SessionConsented)]


@scene
async def test_a_lost_session_ends_in_the_history_before_the_next_one_begins(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        first, device_end, technician_end, number = await session_on(relay, agent, console)
        device_end.vanish()
        await technician_end.closed()
        again = await console.ask(envelope.RequestSession, number)
        assert isinstance(again, envelope.SessionReady)
        kinds = [
            (type(line.event).__name__, line.event.session)
            for line in (await console.ask(envelope.ReadTicket, number)).history
            if hasattr(line.event, "session")
        ]
        assert kinds == [
            ("SessionRequested", first),
            ("SessionEnded", first),
            ("SessionRequested", again.session),
        ]


@pytest.mark.parametrize(("proxy", "address"), [(None, "127.0.0.1"), ("127.0.0.1", "203.0.113.9")])
@scene
async def test_only_the_proxy_in_front_may_say_where_somebody_comes_from(
    house: House, monkeypatch: pytest.MonkeyPatch, proxy: str | None, address: str
) -> None:
    settings = house.settings()
    monkeypatch.setattr(
        house, "settings", lambda: Settings(settings.home, settings.host, 0, settings.passphrase, proxy)
    )
    async with house.relay() as relay:
        headers = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
        socket = await relay.dial("/control", additional_headers=headers)
        assert [connection.address for connection in relay.relay._connections] == [address]
        await socket.close()


@scene
async def test_the_relay_stops_also_while_strangers_hold_sockets_open(house: House) -> None:
    async with house.relay() as relay:
        strangers = [await asyncio.open_connection("127.0.0.1", relay.port) for _ in range(5)]
        unsigned = [await relay.dial("/control") for _ in range(5)]
        enrolling = await relay.dial("/enrol")
    for _, writer in strangers:
        writer.close()
    assert [socket.close_code for socket in (*unsigned, enrolling)] == [1001] * 6


def test_a_relay_that_was_never_started_touches_nothing(house: House) -> None:
    before = sorted(house.path.iterdir())
    Relay(house.settings(), log=None)  # type: ignore[arg-type]
    assert sorted(house.path.iterdir()) == before


@scene
async def test_a_client_that_takes_nothing_any_more_does_not_keep_the_relay_from_stopping(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relay.sockets.connection.CLOSE_S", 0.5)
    async with house.relay() as relay:
        agent = await relay.agent()
        agent.socket.transport.pause_reading()
        (connection,) = relay.relay._connections
        while not connection.paused:
            assert connection.push("x" * 32 * 1024)
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await relay.relay.stop()
        agent.vanish()
