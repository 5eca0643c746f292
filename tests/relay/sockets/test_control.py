import asyncio
import contextlib
import json
import random
import secrets
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from protocol import envelope, limits
from protocol.envelope import RefusalReason
from relay.sockets.control import MISTAKES
from tests.relay.rig import Actor, House, scene

NOT_REQUESTS = [
    "",
    "null",
    "7",
    "[]",
    "{}",
    '{"ref":5}',
    '{"type":"ListQueue"}',
    '{"type":"ListQueue","ref":-1}',
    '{"type":"ListQueue","ref":1e30}',
    '{"type":"ListQueue","ref":1,"extra":true}',
    '{"type":"ReadTicket","ref":1,"ticket":0}',
    '{"type":"ReadTicket","ref":1,"ticket":99999999999999999999}',
    '{"type":"ReadTicket","ref":1,"ticket":"1"}',
    '{"type":"AddMessage","ref":1,"ticket":1,"text":""}',
    '{"type":"Done","ref":1}',
    "[" * 20_000,
    "\ud7ff\U0010ffff",
    '{"type":"AddMessage","ref":1,"ticket":1,"text":"' + "x" * (limits.NOTE_CHARS + 1) + '"}',
]


async def until_closed(actor: Actor) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await actor.socket.recv()
    return actor.socket.close_code


async def raw(actor: Actor, text: str) -> Any:
    await actor.socket.send(text)
    while True:
        message = await actor._message()
        if hasattr(message, "ref"):
            return message


@pytest.mark.parametrize("who", ["agent", "console"])
@scene
async def test_what_is_no_request_is_refused_and_the_next_one_is_answered(house: House, who: str) -> None:
    async with house.relay() as relay:
        actor = await (relay.agent() if who == "agent" else relay.console())
        for text in NOT_REQUESTS:
            answer = await raw(actor, text)
            assert isinstance(answer, envelope.RequestRefused), text
            assert answer.reason is RefusalReason.BAD_INPUT
            ask = envelope.ListMyTickets if who == "agent" else envelope.ListQueue
            assert isinstance(await actor.ask(ask), envelope.Tickets)


@scene
async def test_a_refusal_names_the_request_it_is_about(house: House) -> None:
    async with house.relay() as relay:
        agent = await relay.agent()
        answer = await raw(agent, '{"type":"Nonsense","ref":77}')
        assert answer == envelope.RequestRefused(77, RefusalReason.BAD_INPUT, answer.sentence)


@scene
async def test_binary_oversized_and_endless_nonsense_end_the_socket_with_a_counted_reason(house: House) -> None:
    async with house.relay() as relay:
        counts = relay.relay.counts
        binary, large, broken, nonsense = [await relay.agent(name) for name in ("laptop", "desktop")] + [
            await relay.console(name) for name in ("jana", "petr")
        ]
        await binary.socket.send(b"{}")
        assert await binary.closed() == 1003
        await large.socket.send(json.dumps({"type": "ListMyTickets", "ref": 1, "pad": "x" * limits.CONTROL_BYTES}))
        assert await large.closed() == 1009
        broken.socket.transport.write(b"\xff\xff\xff\xff")  # reserved bits and an unmasked frame, RFC 6455, 5.2
        assert await broken.closed() in (1002, 1006)
        for _ in range(MISTAKES + 10):
            await nonsense.socket.send("nonsense")
        assert await until_closed(nonsense) == 1008
        for name in ("binary_on_control", "too_large", "protocol_error", "too_many_mistakes"):
            await relay.until(lambda name=name: counts[name] == 1)  # type: ignore[misc]
        assert counts["malformed_request"] == MISTAKES + 1
        agent = await relay.agent()
        assert isinstance(await agent.ask(envelope.ListMyTickets), envelope.Tickets)


@scene
async def test_too_many_requests_are_refused_and_the_flood_stays_on_its_own_side(house: House) -> None:
    async with house.relay() as relay:
        console, agent = await relay.console(), await relay.agent()
        burst = int(limits.REQUESTS_PER_IDENTITY[1])
        answers = []

        async def flood() -> None:
            for _ in range(burst * 5):
                await console.socket.send('{"type":"ListQueue","ref":1}')

        async def hear() -> None:
            while True:
                answers.append(await console._message())

        flooding, hearing = asyncio.create_task(flood()), asyncio.create_task(hear())
        for _ in range(10):
            begun = asyncio.get_running_loop().time()
            assert isinstance(await agent.ask(envelope.ListMyTickets), envelope.Tickets)
            assert asyncio.get_running_loop().time() - begun < 0.5
            await asyncio.sleep(0.2)
        flooding.cancel()
        hearing.cancel()
        refused = [one for one in answers if isinstance(one, envelope.RequestRefused)]
        assert {one.reason for one in refused} == {RefusalReason.TOO_FAST}
        assert burst <= len(answers) < burst + 3 * 2 * 25
        assert relay.relay.counts["requests_too_fast"] == len(refused)
        console.vanish()


@scene
async def test_a_new_socket_does_not_fill_the_bucket_again(house: House) -> None:
    async with house.relay() as relay:
        burst = int(limits.REQUESTS_PER_IDENTITY[1])
        refused = 0
        for _ in range(4):
            console = await relay.console()
            for _ in range(burst // 3):
                refused += isinstance(await console.ask(envelope.ListQueue), envelope.RequestRefused)
            await console.leave()
        assert refused > 0


@scene
async def test_whoever_takes_no_answers_is_not_read_from_and_nobody_else_waits(house: House) -> None:
    async with house.relay() as relay:
        agent, cathy, alice = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        number = (await agent.asks_for_help("x" * 4000)).ticket.number
        for _ in range(20):
            await agent.ask(envelope.AddMessage, number, "x" * 4000)
        cathy.socket.transport.pause_reading()
        for ref in range(100):
            await cathy.socket.send(envelope.encode(envelope.ReadTicket(ref, number)))
        for _ in range(20):
            begun = asyncio.get_running_loop().time()
            assert isinstance(await alice.ask(envelope.ListQueue), envelope.Tickets)
            assert asyncio.get_running_loop().time() - begun < 0.5
        held = [connection.transport.get_write_buffer_size() for connection in relay.relay._connections]
        assert max(held) < 3 * limits.REPLY_BYTES
        there = len(relay.relay._connections)
        await relay.until(lambda: any(connection.paused for connection in relay.relay._connections))
        await cathy.leave()
        await relay.until(lambda: len(relay.relay._connections) == there - 1)
        assert not relay.relay.counts["fault"], "a line that is cut is no fault of the program's"


@scene
async def test_random_requests_of_every_shape_never_harm_the_relay(house: House) -> None:
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    good = [
        '{"type":"ReadTicket","ref":1,"ticket":1}',
        '{"type":"AddMessage","ref":2,"ticket":1,"text":"hello"}',
        '{"type":"ReportEnd","ref":3,"session":"' + "a" * 32 + '","reason":"fault"}',
        '{"type":"GiveVerdict","ref":4,"ticket":1,"solved":true}',
    ]

    def spoilt(text: str) -> str:
        letters = list(text)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(letters))
            match chance.randrange(3):
                case 0:
                    letters[at] = chr(chance.choice([0, 34, 91, 92, 123, 125, 0x20AC, 0x1F600]))
                case 1:
                    del letters[at]
                case _:
                    letters.insert(at, chance.choice('{}[]",:0-9\\'))
        return "".join(letters)

    async with house.relay() as relay:
        agent = await relay.agent()
        await agent.asks_for_help()
        for _ in range(8):
            for _ in range(14):
                answer = await raw(agent, spoilt(chance.choice(good)))
                assert isinstance(answer, envelope.RequestRefused | envelope.Ticket | envelope.Done)
            await agent.ask(envelope.ListMyTickets)
            await asyncio.sleep(0.7)
        assert isinstance(await agent.ask(envelope.ListMyTickets), envelope.Tickets)


@scene
async def test_whoever_pings_and_takes_no_answers_is_dropped_before_they_fill_the_memory(house: House) -> None:
    async with house.relay() as relay:
        agent = await relay.agent()
        agent.socket.transport.pause_reading()
        ping = bytes([0x89, 0xFD, 0, 0, 0, 0]) + bytes(125)  # RFC 6455, 5.5.2; masked with zeros

        async def flood() -> None:
            while not agent.socket.transport.is_closing():
                agent.socket.transport.write(ping * 2000)
                await asyncio.sleep(0.005)

        flooding = asyncio.create_task(flood())
        await relay.until(lambda: relay.relay.counts["pings_not_taken"] == 1)
        flooding.cancel()
        agent.vanish()
