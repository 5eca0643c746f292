"""The switchboard with real sockets: what passes, what does not, and who waits for whom."""

import asyncio
import contextlib
import itertools

import pytest
from websockets.exceptions import ConnectionClosed

from protocol import envelope
from protocol.desk.events import EndReason
from relay.sockets.connection import FORWARD_HIGH, RelayConnection
from tests.relay.rig import Actor, House, Running, scene, session_on


@pytest.fixture(autouse=True)
def _quick_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relay.server.TICK_S", 0.1)


async def pair(relay: Running) -> tuple[Actor, Actor, Actor, Actor]:
    agent, console = await relay.agent(), await relay.console()
    _, device_end, technician_end, _ = await session_on(relay, agent, console)
    return agent, console, device_end, technician_end


@scene
async def test_every_byte_arrives_once_in_order_and_nowhere_else(house: House) -> None:
    async with house.relay() as relay:
        _, _, alice, bob = await pair(relay)
        desktop, petr = await relay.agent("desktop"), await relay.console("petr")
        _, carol, dave, _ = await session_on(relay, desktop, petr)
        sent = [bytes([n % 256]) * (n * 37 % 5000) for n in range(500)]
        other = [b"other" + bytes([n % 256]) for n in range(500)]

        async def say(end: Actor, messages: list[bytes]) -> None:
            for message in messages:
                await end.socket.send(message)

        async def hear(end: Actor, number: int) -> list[object]:
            return [await end.socket.recv() for _ in range(number)]

        *_, at_bob, at_alice, at_dave = await asyncio.gather(
            say(alice, sent),
            say(bob, sent[::-1]),
            say(carol, other),
            hear(bob, 500),
            hear(alice, 500),
            hear(dave, 500),
        )
        assert (at_bob, at_alice, at_dave) == (sent, sent[::-1], other)


@scene
async def test_a_message_in_fragments_arrives_as_one(house: House) -> None:
    async with house.relay() as relay:
        _, _, alice, bob = await pair(relay)
        await alice.socket.send([b"one ", b"two ", b"three"])
        assert await bob.socket.recv() == b"one two three"


@scene
async def test_alice_reaches_bob_while_cathy_stalls_and_little_is_held_for_her(house: House) -> None:
    async with house.relay() as relay:
        _, _, alice, bob = await pair(relay)
        desktop, petr = await relay.agent("desktop"), await relay.console("petr")
        _, dan, cathy, _ = await session_on(relay, desktop, petr)
        cathy.socket.transport.pause_reading()

        async def flood() -> None:
            for number in itertools.count():
                await dan.socket.send(number.to_bytes(8, "big") + bytes(60_000))

        flooding = asyncio.create_task(flood())
        await asyncio.sleep(1)
        longest = 0.0
        for _ in range(100):
            begun = asyncio.get_running_loop().time()
            await alice.socket.send(b"a key")
            assert await bob.socket.recv() == b"a key"
            longest = max(longest, asyncio.get_running_loop().time() - begun)
        assert longest < 0.25
        held = [connection.transport.get_write_buffer_size() for connection in relay.relay._connections]
        assert FORWARD_HIGH <= max(held) < 2**20
        cathy.socket.transport.resume_reading()
        for number in range(200):  # and then she gets all of it
            assert (await cathy.socket.recv())[:8] == number.to_bytes(8, "big")
        flooding.cancel()


@scene
async def test_whoever_takes_nothing_for_too_long_is_dropped_and_the_session_ends(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.STALL_S", 0.5)
    async with house.relay() as relay:
        agent, _, dan, cathy = await pair(relay)
        cathy.socket.transport.pause_reading()
        with contextlib.suppress(ConnectionClosed):
            while True:
                await dan.socket.send(bytes(100_000))
        assert relay.relay.counts["stalled"] == 1
        assert (await agent.hears(envelope.SessionOver)).reason is EndReason.LINE_LOST
        cathy.vanish()


@scene
async def test_either_end_vanishing_closes_the_other_and_the_line_was_lost(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        for leaver in (0, 1):
            _, *ends, _ = await session_on(relay, agent, console)
            ends[leaver].vanish()
            await ends[1 - leaver].closed()
            assert (await agent.hears(envelope.SessionOver)).reason is EndReason.LINE_LOST
            assert (await console.hears(envelope.SessionOver)).reason is EndReason.LINE_LOST


@scene
async def test_what_was_sent_before_an_end_closed_still_arrives(house: House) -> None:
    async with house.relay() as relay:
        _, _, alice, bob = await pair(relay)
        for number in range(50):
            await alice.socket.send(bytes([number]) * 10_000)
        await alice.leave()
        for number in range(50):
            assert (await bob.socket.recv())[0] == number
        await bob.closed()


@scene
async def test_text_in_a_session_ends_it(house: House) -> None:
    async with house.relay() as relay:
        _, _, alice, bob = await pair(relay)
        await alice.socket.send("in the clear")
        assert await alice.closed() == 1003
        await bob.closed()
        assert relay.relay.counts["text_in_session"] == 1


@scene
async def test_an_oversized_message_ends_it(house: House) -> None:
    async with house.relay() as relay:
        _, _, alice, bob = await pair(relay)
        await alice.socket.send(bytes(2**20 + 1))
        assert await alice.closed() == 1009
        await bob.closed()


@scene
async def test_whoever_speaks_before_the_other_end_is_there_is_sent_away(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        ready = await console.ask(envelope.RequestSession, number)
        early = await relay.console(session=ready.session)
        await early.socket.send(b"anybody?")
        assert await early.closed() == 1008
        assert relay.relay.counts["too_early"] == 1


@scene
async def test_a_stranger_or_a_second_socket_cannot_take_an_end(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, alice, bob, _ = await session_on(relay, agent, console)
        for stranger, name in ((relay.agent, "desktop"), (relay.console, "petr"), (relay.console, "jana")):
            with pytest.raises(Exception, match=r"no such session|already"):
                await stranger(name, session)
        await alice.socket.send(b"still ours")
        assert await bob.socket.recv() == b"still ours"


@scene
async def test_an_offer_that_was_missed_is_made_again_when_the_agent_is_back(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        ready = await console.ask(envelope.RequestSession, number)
        agent.vanish()
        back = await relay.agent()
        assert (await back.hears(envelope.SessionOffered)).session == ready.session


@scene
async def test_a_session_ends_when_its_technician_is_revoked(house: House) -> None:
    from tests.parties import serial  # noqa: PLC0415 - one use

    async with house.relay() as relay:
        agent, console, alice, bob = await pair(relay)
        house.revoke(serial(house.ours.jana), number=2)
        assert (await agent.hears(envelope.SessionOver)).reason is EndReason.NOT_TRUSTED
        await alice.closed()
        await bob.closed()
        assert await console.closed() == 4003


@scene
async def test_a_dead_line_is_noticed_and_a_quiet_one_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.limits.PING_S", 0.5)
    async with house.relay() as relay:
        quiet, dead = await relay.agent("laptop"), await relay.agent("desktop")
        dead.socket.transport.pause_reading()
        await relay.until(lambda: relay.relay.counts["silent"] == 1)
        assert isinstance(await quiet.ask(envelope.ListMyTickets), envelope.Tickets)
        dead.vanish()


def test_forwarding_uses_only_what_websockets_has() -> None:
    """A new release that renames what is overridden must fail here, not in somebody's session."""
    from websockets.asyncio.server import ServerConnection  # noqa: PLC0415 - one use

    overridden = ("process_event", "pause_writing", "resume_writing", "connection_made", "connection_lost")
    for name in (*overridden, "data_received", "send_data", "drain"):
        assert callable(getattr(ServerConnection, name))
    assert issubclass(RelayConnection, ServerConnection)
