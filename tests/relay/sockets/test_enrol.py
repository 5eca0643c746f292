import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from protocol import envelope
from protocol.scopes import Scope
from protocol.trust import (
    Bundle,
    Distrust,
    Granted,
    Identity,
    Invitation,
    Refused,
    Role,
    Waiting,
    decode_answer,
    encode_request,
    make_device_request,
    make_request,
    new_key,
)
from protocol.trust.enrolment import device_identifier
from protocol.trust.issue import Technician, issue_device, issue_technician
from tests.parties import serial
from tests.relay.rig import TOKEN, House, Running, refused_sign_in, scene


def bundle(house: House, token: str = TOKEN) -> Bundle:
    return Bundle(house.ours.organisation, token, house.ours.now + timedelta(days=1))


def invitation(house: House, identifier: str = "eva") -> Invitation:
    return Invitation(
        house.ours.organisation, identifier, "Eva", "Engineer", "123", [Scope.SEE], "s" * 43, house.ours.now
    )


async def asked(relay: Running, request: Any) -> Any:
    socket = await relay.dial("/enrol")
    await socket.send(encode_request(request).decode())
    async with asyncio.timeout(10):
        answer = await socket.recv()
    assert isinstance(answer, str)
    await socket.close()
    return decode_answer(answer.encode())


@scene
async def test_a_device_with_the_bundles_token_gets_a_certificate_and_can_sign_in(house: House) -> None:
    async with house.relay() as relay:
        key = new_key()
        answer = await asked(relay, make_device_request(bundle(house), key, "Reception"))
        assert isinstance(answer, Granted)
        now = datetime.now(UTC)
        identity = Identity.accept(answer.chain, key, organisation=house.ours.organisation, role=Role.DEVICE, now=now)
        house.devices["reception"] = identity
        agent = await relay.agent("reception")
        assert (await agent.asks_for_help()).ticket.device_label == "Reception"
        (record,) = house.folder.devices()
        assert record.label == "Reception"


@scene
async def test_without_the_token_or_after_its_last_use_there_is_no_certificate(house: House) -> None:
    async with house.relay() as relay:
        wrong = await asked(relay, make_device_request(bundle(house, "x" * 43), new_key(), "PC"))
        assert isinstance(wrong, Refused)
        assert wrong.reason is Distrust.UNKNOWN_TOKEN
        answers = [await asked(relay, make_device_request(bundle(house), new_key(), "PC")) for _ in range(4)]
        assert [type(answer) for answer in answers] == [Granted, Granted, Granted, Refused]
        assert len(house.folder.devices()) == 3
        assert relay.relay.counts["enrolled"] == 3
    async with house.relay() as relay:  # a restart gives no further use
        assert isinstance(await asked(relay, make_device_request(bundle(house), new_key(), "PC")), Refused)


@scene
async def test_a_technician_waits_and_gets_the_certificate_when_the_admin_has_signed_it(house: House) -> None:
    async with house.relay() as relay:
        key = new_key()
        request = make_request(invitation(house), key)
        socket = await relay.dial("/enrol")
        await socket.send(encode_request(request).decode())
        assert decode_answer(await socket.recv(decode=False)) == Waiting()
        (waiting,) = house.folder.waiting()
        assert waiting == request
        who = Technician("eva", "Eva", "Engineer", "123", frozenset({Scope.SEE}))
        chain = issue_technician(house.ours.technicians, who, key.public_key(), now=house.ours.now)
        house.folder.grant(request, chain)
        answer = decode_answer(await asyncio.wait_for(socket.recv(decode=False), 10))
        assert answer == Granted(chain)
        await socket.wait_closed()
        assert await asked(relay, request) == Granted(chain)  # its answer was lost; it asks again
        house.staff["eva"] = Identity.accept(
            chain, key, organisation=house.ours.organisation, role=Role.TECHNICIAN, now=datetime.now(UTC)
        )
        console = await relay.console("eva")
        assert isinstance(await console.ask(envelope.ListQueue), envelope.Tickets)


@scene
async def test_a_technician_whom_the_admin_refuses_hears_it_and_an_unknown_invitation_files_nothing(
    house: House,
) -> None:
    async with house.relay() as relay:
        unknown = await asked(relay, make_request(invitation(house, "nobody"), new_key()))
        assert isinstance(unknown, Refused)
        assert house.folder.waiting() == []
        socket = await relay.dial("/enrol")
        request = make_request(invitation(house), new_key())
        await socket.send(encode_request(request).decode())
        assert decode_answer(await socket.recv(decode=False)) == Waiting()
        house.folder.refuse(request, Distrust.BAD_SIGNATURE, "This is not from the invitation.")
        answer = decode_answer(await asyncio.wait_for(socket.recv(decode=False), 10))
        assert isinstance(answer, Refused)


@scene
async def test_of_two_consoles_with_one_invitation_the_late_one_hears_that_it_was_opened_elsewhere(
    house: House,
) -> None:
    async with house.relay() as relay:
        keys = [new_key() for _ in range(2)]
        requests = [make_request(invitation(house), key) for key in keys]
        sockets = [await relay.dial("/enrol") for _ in requests]
        for socket, request in zip(sockets, requests, strict=True):
            await socket.send(encode_request(request).decode())
            assert decode_answer(await socket.recv(decode=False)) == Waiting()
        assert len(house.folder.waiting()) == 2
        who = Technician("eva", "Eva", "Engineer", "123", frozenset({Scope.SEE}))
        chain = issue_technician(house.ours.technicians, who, keys[0].public_key(), now=house.ours.now)
        house.folder.grant(requests[0], chain)
        answers = [decode_answer(await asyncio.wait_for(socket.recv(decode=False), 10)) for socket in sockets]
        assert answers[0] == Granted(chain)
        assert isinstance(answers[1], Refused)
        assert "opened on another computer, too" in answers[1].sentence


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "null",
        "[" * 3000,
        b"\x00",
        '{"kind":"technician","invitation":"../../etc/passwd","csr":"","mac":""}',
        '{"kind":"technician","invitation":"a/b","csr":"","mac":""}',
        '{"kind":"device","token":"' + "t" * 43 + '","csr":"AAAA","label":"PC"}',
        '{"kind":"device","token":"' + "t" * 43 + '","csr":"","label":"\u202e"}',
        '{"kind":"device"}',
        "x" * 5000,
    ],
)
@scene
async def test_what_is_no_request_is_refused_and_writes_no_file(house: House, hostile: str | bytes) -> None:
    async with house.relay() as relay:
        before = sorted(house.path.rglob("*"))
        socket = await relay.dial("/enrol")
        await socket.send(hostile)
        assert isinstance(decode_answer(await socket.recv(decode=False)), Refused)
        await socket.wait_closed()
        assert sorted(path for path in house.path.rglob("*") if "athand.db" not in path.name) == sorted(
            path for path in before if "athand.db" not in path.name
        )


@scene
async def test_strangers_wait_in_a_bounded_number_and_one_that_talks_on_is_sent_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.PENDING_ENROLMENTS", 2)
    async with house.relay() as relay:
        request = encode_request(make_request(invitation(house), new_key())).decode()
        waiting = [await relay.dial("/enrol") for _ in range(3)]
        for socket in waiting[:2]:
            await socket.send(request)
            assert decode_answer(await socket.recv(decode=False)) == Waiting()
        await waiting[2].send(request)
        await waiting[2].wait_closed()
        assert waiting[2].close_code == 1013
        assert relay.relay.health()["half_open"] == 0
        await waiting[0].send(request)
        await waiting[0].wait_closed()
        assert waiting[0].close_code == 1008
        await relay.agent()


@scene
async def test_a_disk_fault_grants_nothing_and_says_to_come_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house.relay() as relay:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("relay.admin.files.append", full)
            socket = await relay.dial("/enrol")
            await socket.send(encode_request(make_device_request(bundle(house), new_key(), "PC")).decode())
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1013
        assert relay.relay.counts["enrol_fault"] == 1
        assert isinstance(await asked(relay, make_device_request(bundle(house), new_key(), "PC")), Granted)


@scene
async def test_a_device_with_another_certificate_than_the_one_revoked_is_out_too(house: House) -> None:
    async with house.relay() as relay:
        key = new_key()
        first = await asked(relay, make_device_request(bundle(house), key, "Stolen"))
        assert isinstance(first, Granted)
        old = Identity(first.chain, key)
        identifier = device_identifier(key.public_key())
        chain = issue_device(
            house.ours.devices, key.public_key(), identifier=identifier, label="Stolen", now=house.ours.now
        )
        other = house.devices["other"] = Identity(chain, key)
        await (await relay.agent("other")).leave()
        house.revoke(serial(old), number=2)
        relay.relay._trusted.read()
        for identity in (old, other):
            assert "revoked" in await refused_sign_in(relay, identity, Role.DEVICE)
