"""Pictures of the staff at the relay's socket: who may set whose, what is kept, who may look."""

import asyncio
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from protocol import envelope, faces
from protocol.desk import events
from protocol.envelope import RefusalReason
from relay.files import Shelf
from relay.files.orphans import KEPT_FOR, sweep
from relay.files.portrait import FROM_CONSOLE, portrait
from tests.relay.drawn import drawn
from tests.relay.peopled import STAFF, administer, owned, peopled, sentence
from tests.relay.rig import Actor, scene

PICTURE = drawn()
NOW = datetime.now(UTC)
KEPT = portrait(PICTURE, FROM_CONSOLE)
HASH = hashlib.sha256(KEPT).hexdigest()


async def face_of(console: Actor, staff: str) -> str:
    listed = await console.ask(envelope.ListStaff)
    faces: dict[str, str] = {one.profile.identifier: one.face for one in listed.staff}
    return faces[staff]


async def swept(path: Path) -> set[str]:
    """What is left of the files once all of them are old."""
    folder = path / "files"
    for file in folder.glob("*/*"):
        os.utime(file, ((NOW - 2 * KEPT_FOR).timestamp(),) * 2)
    await asyncio.to_thread(sweep, path / "athand.db", Shelf(folder), NOW)
    return {file.name for file in folder.glob("*/*")}


@scene
async def test_p04_ones_own_picture_stands_wherever_one_is_named_and_is_fetched_by_its_hash(tmp_path: Path) -> None:
    async with peopled(tmp_path / "home").relay() as relay:
        agent, jana = await relay.agent(), await relay.console()
        number = await owned(agent, jana, "jana")
        assert await jana.ask(envelope.SetFace, "jana", PICTURE) == envelope.FaceKept(jana._refs, "jana", HASH)
        told = await agent.hears(envelope.TicketChanged, lambda told: bool(told.ticket.owner_face))
        assert (told.ticket.number, told.ticket.owner_face) == (number, HASH), "the window shows it at once"
        assert (await agent.ask(envelope.ReadAbout)).faces == (envelope.Face("jana", HASH),)
        assert (await agent.ask(envelope.ReadTicket, number)).ticket.owner_face == HASH
        assert (await jana.ask(envelope.ReadPeople, number)).faces == (envelope.Face("jana", HASH),)
        assert [await face_of(jana, staff.identifier) for staff in STAFF] == [HASH, "", ""]
        for who in (agent, jana):
            assert (await who.ask(envelope.GetFace, HASH)).picture == KEPT


@scene
async def test_it_comes_with_the_question_whether_somebody_may_look(tmp_path: Path) -> None:
    async with peopled(tmp_path / "home").relay() as relay:
        agent, jana = await relay.agent(), await relay.console()
        number = await owned(agent, jana, "jana")
        await jana.ask(envelope.SetFace, "jana", PICTURE)
        await jana.takes(number)
        await jana.ask(envelope.RequestSession, number)
        assert (await agent.hears(envelope.SessionOffered)).face == HASH


@scene
async def test_everybody_sets_his_own_a_lead_everybodys_and_nobody_that_of_who_is_not_there(tmp_path: Path) -> None:
    async with peopled(tmp_path / "home").relay() as relay:
        agent, jana, olga = await relay.agent(), await relay.console(), await relay.console("olga")
        refused = await jana.ask(envelope.SetFace, "petr", PICTURE)
        assert refused.reason is RefusalReason.FORBIDDEN
        assert sentence(refused) == "Only Petr Dvořák or a lead can change this picture."
        assert sentence(await olga.ask(envelope.SetFace, "nobody", PICTURE)) == "Nobody of the staff is “nobody”."
        assert isinstance(await olga.ask(envelope.SetFace, "petr", PICTURE), envelope.FaceKept)
        assert await face_of(jana, "petr") == HASH
        assert isinstance(await olga.ask(envelope.SetFace, "petr"), envelope.FaceKept)
        assert await face_of(jana, "petr") == ""
        assert (await agent.ask(envelope.SetFace, "jana", PICTURE)).reason is RefusalReason.BAD_INPUT


@scene
async def test_what_is_no_picture_is_refused_with_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    async with peopled(tmp_path / "home").relay() as relay:
        jana = await relay.console()
        await jana.ask(envelope.SetFace, "jana", PICTURE)
        for content in (b"MZ\x90\x00", b"<script>alert(1)</script>", PICTURE[:50], drawn((2000, 2000))):
            refused = await jana.ask(envelope.SetFace, "jana", content)
            assert refused.reason is RefusalReason.BAD_INPUT
            assert sentence(refused).endswith(".")
        too_large = await jana.ask(envelope.SetFace, "jana", bytes(faces.MAX_BYTES + 1))
        assert too_large.reason is RefusalReason.BAD_INPUT
        assert await face_of(jana, "jana") == HASH


@scene
async def test_a_console_that_sets_pictures_without_end_is_told_to_wait(tmp_path: Path) -> None:
    async with peopled(tmp_path / "home").relay() as relay:
        jana = await relay.console()
        answers: list[Any] = [
            await jana.ask(envelope.SetFace, "jana", drawn(colour=f"#0000{n:02x}")) for n in range(12)
        ]
        assert isinstance(answers[9], envelope.FaceKept)
        assert answers[10].reason is RefusalReason.TOO_FAST


@scene
async def test_only_a_picture_that_is_somebodys_now_is_given_out_and_no_other_file(tmp_path: Path) -> None:
    house = peopled(tmp_path / "home")
    secret = Shelf(house.path / "files").put(b"an attachment of somebody else's")
    async with house.relay() as relay:
        agent, jana = await relay.agent(), await relay.console()
        await jana.ask(envelope.SetFace, "jana", PICTURE)
        await jana.ask(envelope.SetFace, "jana", drawn(colour="red"))
        for sha256 in (HASH, secret, "0" * 64):
            assert (await agent.ask(envelope.GetFace, sha256)).reason is RefusalReason.NOT_NOW


@scene
async def test_the_sweep_keeps_the_picture_of_today_and_takes_what_was_replaced_or_taken_back(tmp_path: Path) -> None:
    house = peopled(tmp_path / "home")
    async with house.relay() as relay:
        jana, olga = await relay.console(), await relay.console("olga")
        await jana.ask(envelope.SetFace, "jana", drawn(colour="red"))
        await jana.ask(envelope.SetFace, "jana", PICTURE)
        await olga.ask(envelope.SetFace, "olga", drawn(colour="blue"))
        await olga.ask(envelope.SetFace, "olga")
    assert await swept(house.path) == {HASH}


@scene
async def test_whoever_leaves_leaves_without_his_picture_and_comes_back_without(tmp_path: Path) -> None:
    house = peopled(tmp_path / "home")
    async with house.relay() as relay:
        await (await relay.console()).ask(envelope.SetFace, "jana", PICTURE)
    administer(house, events.StaffSet(msgspec.structs.replace(STAFF[0], gone=True)))
    async with house.relay() as relay:
        olga = await relay.console("olga")
        assert (await olga.ask(envelope.GetFace, HASH)).reason is RefusalReason.NOT_NOW
    assert await swept(house.path) == set()
    administer(house, events.StaffSet(STAFF[0]))
    async with house.relay() as relay:
        assert await face_of(await relay.console(), "jana") == ""


@scene
async def test_set_again_it_is_one_row_and_it_is_there_after_a_new_start(tmp_path: Path) -> None:
    house = peopled(tmp_path / "home")
    async with house.relay() as relay:
        jana = await relay.console()
        for _ in range(2):
            await jana.ask(envelope.SetFace, "jana", PICTURE)
        rows = await relay.relay._store.rows("SELECT count(*) FROM events WHERE kind = 'FaceSet'")
        assert rows[0][0] == 1
    async with house.relay() as relay:
        agent = await relay.agent()
        assert (await agent.ask(envelope.GetFace, HASH)).picture == KEPT
