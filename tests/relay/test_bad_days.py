"""Days on which everything around the relay goes wrong: a disk that is really full, a database somebody else holds, a
clock that is set back. The relay is a process of its own, its disk a disk, the other program another program."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.envelope import RefusalReason
from relay.store import verify
from tests.relay.process import relay_process
from tests.relay.rig import Actor, House, scene
from tests.relay.test_process import dialling

DISK_BYTES, LEFT_BYTES = 3 * 1024 * 1024, 150_000
_HOLDS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """One of its own, as small as it is."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


async def says(console: Actor, number: int, text: str) -> envelope.ToClient:
    answer: envelope.ToClient = await console.ask(envelope.AddMessage, number, text)
    return answer


async def said(console: Actor, number: int) -> list[str]:
    history = (await console.ask(envelope.ReadTicket, number)).history
    return [line.event.text for line in history if isinstance(line.event, events.MessageAdded)]


@scene
async def test_a_disk_that_is_full_loses_nothing_acknowledged_and_the_same_relay_goes_on_once_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    house = House(small_disk / "relay")
    ballast, acknowledged = small_disk / "ballast", list[str]()
    with relay_process(house, tmp_path / "log") as process:
        relay = dialling(house, process)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        room = os.statvfs(small_disk)
        ballast.write_bytes(bytes(room.f_bavail * room.f_bsize - LEFT_BYTES))
        refused = None
        for turn in range(200):
            text = f"{turn:04} {'x' * 3000}"
            answer = await says(console, number, text)
            if isinstance(answer, envelope.RequestRefused):
                refused = answer
                break
            acknowledged.append(text)
        assert acknowledged
        assert refused is not None
        assert refused.reason is RefusalReason.FAULT
        assert refused.sentence.startswith("The server could not save this, so nothing was changed")
        assert await said(console, number) == acknowledged, "it is still read"
        ballast.unlink()
        assert isinstance(await says(console, number, "There is room again"), envelope.Ticket)
        acknowledged.append("There is room again")
        process.kill()
    with relay_process(house, tmp_path / "log") as process:
        console = await dialling(house, process).console()
        assert await said(console, number) == acknowledged
        await console.leave()
    assert verify(house.database).fault is None


@contextmanager
def held(database: Path) -> Iterator[None]:
    """By another program, which writes into it."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield
        other.stdin.close()


@scene
async def test_a_database_that_another_program_holds_refuses_in_seconds_and_is_got_over(
    house: House, tmp_path: Path
) -> None:
    with relay_process(house, tmp_path / "log") as process:
        relay = dialling(house, process)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        with held(house.database):
            refused = await says(console, number, "While it is held")
            assert isinstance(refused, envelope.RequestRefused)
            assert "nothing was changed" in refused.sentence
            assert isinstance(await console.ask(envelope.ListQueue), envelope.Tickets), "reading goes on"
            assert process.health()["agents"] == 1
        assert isinstance(await says(console, number, "Afterwards"), envelope.Ticket)
        assert await said(console, number) == ["Afterwards"]
        process.kill()
    assert verify(house.database).fault is None


@scene
async def test_a_clock_that_is_set_back_stops_nothing_and_breaks_no_history(house: House) -> None:
    """As when the machine's battery is empty, or somebody corrects a clock that went ahead."""
    astray = timedelta()
    async with house.relay(clock=lambda: datetime.now(UTC) + astray) as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        for astray in (timedelta(hours=-6), timedelta(hours=5), timedelta(days=-1), timedelta()):
            answer = await says(console, number, f"With the clock at {astray}")
            assert isinstance(answer, envelope.Ticket), answer
            await relay.relay._keeper.look()
            await relay.relay._desk.sweep()
            assert isinstance(await agent.asks_for_help(f"At {astray}"), envelope.Ticket)
        assert len(await said(console, number)) == 4
        assert isinstance(await console.ask(envelope.ResolveTicket, number, "Done"), envelope.Ticket)
        assert isinstance(await agent.ask(envelope.GiveVerdict, number, solved=True), envelope.Ticket)
        assert not relay.relay.counts["keeper_fault"]
    assert verify(house.database).fault is None
