"""Files through the windows' line, as agent and console say it."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from protocol import envelope, limits
from protocol.desk import events
from protocol.desk.events import Attachment
from protocol.envelope import RefusalReason
from protocol.envelope.files import PUT_BYTES
from protocol.files import MAX_SENT_BYTES
from relay.desk import transfer
from tests.relay.rig import Actor, House, scene

PICTURE = os.urandom(3 * PUT_BYTES + 17)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


async def sends(actor: Actor, number: int, content: bytes = PICTURE, *, mark: str = "", **about: Any) -> Any:
    facts = {"name": "screen.png", "media_type": "image/png", "size_bytes": len(content)} | about
    mark = mark or secrets.token_hex(16)
    answer: Any = await actor.ask(envelope.BeginFile, number, mark, **facts)
    while isinstance(answer, envelope.PartTaken):
        part = content[answer.offset : answer.offset + PUT_BYTES]
        answer = await actor.ask(envelope.PutPart, mark, answer.offset, part)
    return answer


def files_of(ticket: envelope.Ticket) -> list[Attachment]:
    messages = [line.event for line in ticket.history if isinstance(line.event, events.MessageAdded)]
    return [file for message in messages for file in message.attachments]


async def fetches(actor: Actor, number: int, sha256: str) -> bytes:
    got = b""
    while True:
        part: Any = await actor.ask(envelope.GetPart, number, sha256, len(got))
        assert isinstance(part, envelope.FilePart), part
        got += part.data
        if len(got) == part.size_bytes:
            return got


@scene
async def test_a_file_goes_both_ways_and_stands_in_the_history_once(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        mark = secrets.token_hex(16)
        sent = await sends(agent, 1, mark=mark, text="Look!")
        assert isinstance(sent, envelope.Ticket)
        (file,) = files_of(sent)
        assert (file.name, file.size_bytes, file.sha256) == (
            "screen.png",
            len(PICTURE),
            hashlib.sha256(PICTURE).hexdigest(),
        )
        again = await sends(agent, 1, mark=mark, text="Look!")  # its answer was lost with the line
        assert files_of(again) == [file]
        assert await fetches(console, 1, file.sha256) == PICTURE
        answered = await sends(console, 1, b"", name="../empty.txt")
        assert files_of(answered)[-1] == Attachment("empty.txt", "image/png", 0, hashlib.sha256(b"").hexdigest())
        assert await fetches(agent, 1, hashlib.sha256(b"").hexdigest()) == b""


@scene
async def test_nobody_gets_a_file_that_came_with_what_he_may_not_read(house: House) -> None:
    async with house.relay() as relay:
        agent, console, stranger = await relay.agent(), await relay.console(), await relay.agent("desktop")
        await agent.asks_for_help()
        (file,) = files_of(await sends(console, 1, internal=True))
        assert (await agent.ask(envelope.GetPart, 1, file.sha256, 0)).reason is RefusalReason.FORBIDDEN
        assert (await stranger.ask(envelope.GetPart, 1, file.sha256, 0)).reason is RefusalReason.NOT_YOURS
        assert await fetches(console, 1, file.sha256) == PICTURE
        assert (await console.ask(envelope.GetPart, 1, "0" * 64, 0)).reason is RefusalReason.FORBIDDEN
        assert (await sends(stranger, 1)).reason is RefusalReason.NOT_YOURS
        assert (await sends(agent, 1, internal=True)).reason is RefusalReason.FORBIDDEN
        await agent.ask(envelope.CancelTicket, 1)
        assert (await sends(agent, 1)).reason is RefusalReason.NOT_NOW


@scene
async def test_parts_that_do_not_fit_and_files_too_large_are_refused(house: House) -> None:
    async with house.relay() as relay:
        agent = await relay.agent()
        await agent.asks_for_help()
        mark = secrets.token_hex(16)
        about = {"name": "a", "media_type": ""}
        assert (await agent.ask(envelope.PutPart, mark, 0, b"x")).reason is RefusalReason.BAD_INPUT
        await agent.ask(envelope.BeginFile, 1, mark, size_bytes=2, **about)
        for offset, data in ((1, b"x"), (0, b"xyz")):
            assert (await agent.ask(envelope.PutPart, mark, offset, data)).reason is RefusalReason.BAD_INPUT
        too_large = await agent.ask(envelope.BeginFile, 1, mark, size_bytes=MAX_SENT_BYTES + 1, **about)
        assert too_large.reason is RefusalReason.BAD_INPUT
        assert files_of(await agent.ask(envelope.ReadTicket, 1)) == []


@scene
async def test_what_comes_in_at_once_is_bounded_and_what_stands_still_makes_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "HELD_BYTES", 150)
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        about = {"name": "a", "media_type": "", "size_bytes": 100}
        for _ in range(3):  # one's own is begun anew, not added to
            assert isinstance(await agent.ask(envelope.BeginFile, 1, "a" * 32, **about), envelope.PartTaken)
        assert (await console.ask(envelope.BeginFile, 1, "b" * 32, **about)).reason is RefusalReason.TOO_FAST
        monkeypatch.setattr(transfer, "IDLE_S", -1.0)
        assert isinstance(await console.ask(envelope.BeginFile, 1, "b" * 32, **about), envelope.PartTaken)
        assert (await agent.ask(envelope.PutPart, "a" * 32, 0, b"x")).reason is RefusalReason.BAD_INPUT


def shelved(house: House) -> int:
    return sum(path.is_file() for path in house.path.glob("files/*/*"))


@scene
async def test_who_has_spent_his_writes_fills_no_disk_with_files(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRITES_PER_DEVICE", (1e-6, 3.0))
    async with house.relay() as relay:
        agent = await relay.agent()
        await agent.asks_for_help()
        answers = [await sends(agent, 1, bytes([number])) for number in range(6)]
        assert [isinstance(answer, envelope.Ticket) for answer in answers] == [True, True, *[False] * 4]
        assert {answer.reason for answer in answers[2:]} == {RefusalReason.TOO_FAST}
        assert shelved(house) == 2


@scene
async def test_the_bytes_that_one_sender_brings_in_an_hour_are_bounded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES_PER_SENDER", (1e-6, 250.0))
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        for actor in (agent, console):
            mark, about = secrets.token_hex(16), {"name": "a", "media_type": "", "size_bytes": 100}
            for _ in range(5):  # a line that is lost again and again costs nobody his share
                assert isinstance(await actor.ask(envelope.BeginFile, 1, mark, **about), envelope.PartTaken)
            assert isinstance(await sends(actor, 1, os.urandom(100), mark=mark, **about), envelope.Ticket)
            assert isinstance(await sends(actor, 1, os.urandom(100)), envelope.Ticket)
            assert (await sends(actor, 1, os.urandom(100))).reason is RefusalReason.TOO_FAST
        assert shelved(house) == 4


@scene
async def test_a_file_whose_ticket_ended_while_it_came_is_not_kept(house: House) -> None:
    async with house.relay() as relay:
        agent = await relay.agent()
        await agent.asks_for_help()
        mark = secrets.token_hex(16)
        await agent.ask(envelope.BeginFile, 1, mark, "a", "", 1)
        await agent.ask(envelope.CancelTicket, 1)
        assert (await agent.ask(envelope.PutPart, mark, 0, b"x")).reason is RefusalReason.NOT_NOW
        assert shelved(house) == 0


@scene
async def test_a_file_that_was_only_promised_takes_no_room_from_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "HELD_BYTES", 3 * PUT_BYTES)
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        promised = await agent.ask(envelope.BeginFile, 1, "a" * 32, "a", "", MAX_SENT_BYTES)
        assert isinstance(promised, envelope.PartTaken)
        assert isinstance(await sends(console, 1, os.urandom(2 * PUT_BYTES)), envelope.Ticket)
        too_large = await sends(console, 1, os.urandom(3 * PUT_BYTES))
        assert too_large.reason is RefusalReason.TOO_FAST, "what has come is held all the same"
        assert isinstance(await agent.ask(envelope.PutPart, "a" * 32, 0, b"x"), envelope.PartTaken)
