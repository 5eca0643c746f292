import asyncio
import contextlib
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from protocol import envelope, signin
from protocol.trust import Identity, Role
from relay.sockets.clients import REPLACED
from tests.parties import Parties, serial
from tests.relay.rig import Actor, House, Running, refused_sign_in, scene


@pytest.fixture(autouse=True)
def _quick_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relay.server.TICK_S", 0.1)


async def status(relay: Running, path: str, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await relay.dial(path, additional_headers=headers)
    return refused.value.response.status_code


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def silent_from(relay: Running, address: str) -> Streams:
    """A socket that says nothing, from one of the addresses of this machine's loopback."""
    return await asyncio.open_connection("127.0.0.1", relay.port, local_addr=(address, 0))


async def deaf(relay: Running) -> Streams:
    """A websocket that says nonsense and takes no part in closing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(
        b"GET /control HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x81\0\0\0\0x")  # RFC 6455, 5.2: one masked text frame, "x"
    return reader, writer


@scene
async def test_what_is_not_there_is_not_there_and_web_pages_are_sent_away(house: House) -> None:
    async with house.relay() as relay:
        for path in ("/", "/Control", "/control/", "/control?x", "/admin", "/control/../health", "//control"):
            assert await status(relay, path) == 404
        for path in ("/control", "/session", "/enrol"):
            assert await status(relay, path, Origin="https://evil.example") == 403
            assert await status(relay, path, Origin="") == 403
        assert relay.relay.counts["unknown_path"] == 7
        assert relay.relay.counts["origin"] == 6


@scene
async def test_health_shows_who_is_there_and_what_was_refused(house: House) -> None:
    async with house.relay() as relay:
        await relay.agent()
        await status(relay, "/nowhere")
        with pytest.raises(InvalidStatus) as answer:
            await relay.dial("/health")
        assert answer.value.response.status_code == 200
        shown = answer.value.response.body.decode()
        assert '"agents":1,"consoles":0' in shown
        assert '"unknown_path":1' in shown


async def strangers(house: House) -> list[tuple[Identity, Role]]:
    theirs, ours = Parties(name="Example GmbH", now=house.ours.now), house.ours
    return [
        (theirs.jana, Role.TECHNICIAN),
        (theirs.laptop, Role.DEVICE),
        (ours.jana, Role.DEVICE),
        (ours.laptop, Role.TECHNICIAN),
        (ours.technician("eve", "Eve", authority=ours.devices), Role.TECHNICIAN),
        (ours.device("tower", "Tower", authority=ours.technicians), Role.DEVICE),
        (ours.technician("old", "Old", now=ours.now - timedelta(days=4000)), Role.TECHNICIAN),
        (ours.technician("early", "Early", now=ours.now + timedelta(days=2)), Role.TECHNICIAN),
        (Identity(ours.jana.chain, ours.jana.key), Role.REVOCATION),
    ]


@scene
async def test_whoever_is_not_certified_in_his_role_now_stays_outside_with_a_sentence(house: House) -> None:
    async with house.relay() as relay:
        for identity, role in await strangers(house):
            sentence = await refused_sign_in(relay, identity, role)
            assert sentence.endswith((".", "?")), sentence
        assert relay.relay.clients.count(Role.TECHNICIAN) == relay.relay.clients.count(Role.DEVICE) == 0


@scene
async def test_a_signature_for_another_socket_host_or_session_lets_nobody_in(house: House) -> None:
    async with house.relay() as relay:
        jana, now = house.ours.jana, datetime.now(UTC)
        first, second = await relay.dial("/control"), await relay.dial("/control")
        hello = signin.decode_from_relay(await first.recv())
        await second.recv()
        assert isinstance(hello, signin.Hello)
        answer = signin.answer(hello, identity=jana, role=Role.TECHNICIAN, host="127.0.0.1", session=None, now=now)
        await second.send(signin.encode(answer))
        assert isinstance(signin.decode_from_relay(await second.recv()), signin.SignInRefused)
        elsewhere = signin.answer(hello, identity=jana, role=Role.TECHNICIAN, host="evil", session=None, now=now)
        await first.send(signin.encode(elsewhere))
        assert isinstance(signin.decode_from_relay(await first.recv()), signin.SignInRefused)
        assert relay.relay.counts["not_trusted_bad_signature"] == 2
        for socket in (first, second):
            await socket.wait_closed()


@scene
async def test_a_revoked_technician_is_thrown_out_and_stays_out(house: House) -> None:
    async with house.relay() as relay:
        jana, petr = await relay.console("jana"), await relay.console("petr")
        house.revoke(serial(house.ours.jana), number=2)
        assert await jana.closed() == 4003
        assert "revoked" in await refused_sign_in(relay, house.ours.jana, Role.TECHNICIAN)
        assert isinstance(await petr.ask(envelope.ListQueue), envelope.Tickets)


@scene
async def test_a_list_that_is_older_forged_or_cut_off_does_not_bring_a_revoked_one_back(house: House) -> None:
    async with house.relay() as relay:
        house.revoke(serial(house.ours.jana), number=5)
        await asyncio.sleep(0.3)
        for spoil in (
            lambda: house.revoke(number=4),
            lambda: house.folder.revocations_file.write_bytes(
                Parties(now=house.ours.now).encoded_revocations(number=9)
            ),
            lambda: house.folder.revocations_file.write_bytes(b"\x00" * 10),
            house.folder.revocations_file.unlink,
        ):
            spoil()
            await asyncio.sleep(0.3)
            assert "revoked" in await refused_sign_in(relay, house.ours.jana, Role.TECHNICIAN)
        house.revoke(number=6)
        await asyncio.sleep(0.3)
        await relay.console("jana")


@scene
async def test_with_a_list_more_than_a_day_old_nobody_signs_in_until_it_is_refreshed(house: House) -> None:
    house.revoke(age=timedelta(hours=25))
    async with house.relay() as relay:
        assert "more than a day old" in await refused_sign_in(relay, house.ours.laptop, Role.DEVICE)
        house.revoke(number=2)
        await asyncio.sleep(0.3)
        await relay.agent()


@scene
async def test_the_newer_of_two_sockets_of_one_identity_stays(house: House) -> None:
    async with house.relay() as relay:
        older, newer = await relay.agent(), await relay.agent()
        assert await older.closed() == REPLACED
        assert isinstance(await newer.ask(envelope.ListMyTickets), envelope.Tickets)
        assert relay.relay.clients.count(Role.DEVICE) == 1


@scene
async def test_a_control_socket_does_not_serve_for_a_session_and_no_session_lets_nobody_in(house: House) -> None:
    async with house.relay() as relay:
        actor = Actor(relay, Role.DEVICE, house.ours.laptop, await relay.dial("/session"), "a" * 32)
        relay.actors.append(actor)
        with pytest.raises(Exception, match="no such session"):
            await actor.sign_in()
        bare = Actor(relay, Role.DEVICE, house.ours.laptop, await relay.dial("/session"), None)
        relay.actors.append(bare)
        with pytest.raises(Exception, match="no such session"):
            await bare.sign_in()


HOSTILE: list[str | bytes] = [
    b"",
    b"\x00" * 100,
    "",
    "null",
    "[]",
    "{}",
    '{"type":"SignIn"}',
    '{"type":"Welcome","revocations":""}',
    "[" * 10_000,
    '{"type":"SignIn","role":"device","host":"127.0.0.1","chain":["AAAA","AAAA"],"signature":"AAAA"}',
    '{"type":"SignIn","role":"device","host":"127.0.0.1","chain":["' + "A" * 6000 + '"],"signature":""}',
]


@scene
async def test_whatever_comes_instead_of_a_sign_in_is_refused_with_a_sentence(house: House) -> None:
    async with house.relay() as relay:
        for path in ("/control", "/session"):
            for hostile in HOSTILE:
                socket = await relay.dial(path)
                await socket.recv()
                await socket.send(hostile)
                answer = signin.decode_from_relay(await socket.recv())
                assert isinstance(answer, signin.SignInRefused), hostile
                await socket.close()


@scene
async def test_more_bytes_than_a_sign_in_takes_are_not_even_read(house: House) -> None:
    async with house.relay() as relay:
        for path in ("/control", "/session", "/enrol"):
            socket = await relay.dial(path)
            with contextlib.suppress(ConnectionClosed):
                await socket.send("x" * 100_000)
            await socket.wait_closed()
        assert relay.relay.counts["too_large_before_sign_in"] == 3


@scene
async def test_half_open_sockets_are_closed_in_time_and_do_not_keep_others_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.SIGN_IN_S", 1.0)
    async with house.relay() as relay:
        silent = [await silent_from(relay, f"127.0.0.{2 + number // 60}") for number in range(300)]
        unsigned = [await relay.dial("/control") for _ in range(20)]
        begun = asyncio.get_running_loop().time()
        await relay.agent()
        assert asyncio.get_running_loop().time() - begun < 1.0
        for socket in unsigned:
            await asyncio.wait_for(socket.wait_closed(), 10)
        assert relay.relay.counts["sign_in_timeout"] == 20
        for reader, _ in silent:
            assert await asyncio.wait_for(reader.read(), 10) == b""
        for _, writer in silent:
            writer.close()
        await relay.until(lambda: relay.relay.health()["half_open"] == 0)


@scene
async def test_silent_sockets_from_one_address_do_not_keep_other_addresses_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.HALF_OPEN_SOCKETS", 100)
    async with house.relay() as relay:
        silent = [await silent_from(relay, "127.0.0.2") for _ in range(120)]
        await relay.until(lambda: relay.relay.counts["too_many_half_open_from_address"] == 120 - 64)
        assert relay.relay.health()["half_open"] == 64
        await relay.agent()
        for _, writer in silent:
            writer.close()
        await relay.until(lambda: relay.relay.health()["half_open"] == 0)
        assert not relay.relay._door._by_address


@scene
async def test_behind_a_proxy_the_forwarded_address_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.limits.HALF_OPEN_PER_ADDRESS", 3)
    settings = dataclasses.replace(house.settings(), proxy="127.0.0.1")
    monkeypatch.setattr(house, "settings", lambda: settings)
    async with house.relay() as relay:
        theirs = {"X-Forwarded-For": "192.0.2.1"}
        held = [await relay.dial("/control", additional_headers=theirs) for _ in range(3)]
        with pytest.raises(InvalidStatus, match="503"):
            await relay.dial("/control", additional_headers=theirs)
        held += [await relay.dial("/control", additional_headers={"X-Forwarded-For": "192.0.2.2"})]
        held += [await relay.dial("/control") for _ in range(4)]  # the proxy itself is not one address among others
        for socket in held:
            await socket.close()


@scene
async def test_a_socket_that_was_hung_up_on_is_not_half_open_but_bounded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.LEAVING_SOCKETS", 3)
    async with house.relay() as relay:
        rude = [await deaf(relay) for _ in range(5)]
        await relay.until(lambda: relay.relay.counts["too_many_leaving"] == 2)
        assert relay.relay.health()["half_open"] == 0
        for _, writer in rude:
            writer.close()
        await relay.until(lambda: not relay.relay._door._leaving)


@scene
async def test_beyond_the_bound_new_half_open_sockets_are_refused_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.HALF_OPEN_SOCKETS", 5)
    async with house.relay() as relay:
        await relay.agent()
        held = [await asyncio.open_connection("127.0.0.1", relay.port) for _ in range(5)]
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 2) == b""
        writer.close()
        for _, other in held:
            other.close()
        await relay.until(lambda: relay.relay.health()["half_open"] == 0)
        await relay.console()


@scene
async def test_an_address_that_tries_too_often_is_told_to_wait(house: House) -> None:
    async with house.relay() as relay:
        for _ in range(70):
            socket = await relay.dial("/control")
            await socket.close()
        assert "Too many" in await refused_sign_in(relay, house.ours.laptop, Role.DEVICE)
        assert relay.relay.counts["too_many_sign_ins_from_address"] > 0
