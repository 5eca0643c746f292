"""`athand-relay` as an operator meets it: starting wrongly, running, stopping, being killed, running out of disk."""

import asyncio
import contextlib
import secrets
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosed

from protocol import envelope
from protocol.desk.events import EndReason, SessionEnded
from relay.__main__ import main
from relay.store import verify
from tests.relay.process import ENVIRONMENT, RelayProcess, relay_process, run
from tests.relay.rig import PASSPHRASE, Actor, House, Running, given_consent, scene, session_on


def dialling(house: House, process: RelayProcess) -> Running:
    return Running(house, cast("Any", process), cast("Any", None))


def test_wrong_use_gets_one_sentence_and_exit_code_2(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "no-passphrase").write_text("")
    (tmp_path / "wrong-passphrase").write_text("wrong\n")
    home = ["--home", str(house.path)]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        wrong: list[tuple[list[str], str]] = [
            ([], PASSPHRASE),
            (["--home"], PASSPHRASE),
            (["--nonsense"], PASSPHRASE),
            (["--home", str(tmp_path / "missing")], PASSPHRASE),
            (["--home", str(tmp_path / "empty")], PASSPHRASE),
            ([*home, "--proxy", "foo"], PASSPHRASE),
            (home, ""),
            (home, "wrong"),
            ([*home, "--passphrase-file", str(tmp_path / "missing")], ""),
            ([*home, "--passphrase-file", str(tmp_path / "no-passphrase")], ""),
            ([*home, "--passphrase-file", str(tmp_path / "wrong-passphrase")], ""),
            ([*home, "--port", "70000"], PASSPHRASE),
            ([*home, "--port", port], PASSPHRASE),
            ([*home, "--host", "192.0.2.1", "--port", "0"], PASSPHRASE),
        ]
        for arguments, passphrase in wrong:
            monkeypatch.setenv("ATHAND_RELAY_PASSPHRASE", passphrase)
            assert main(arguments) == 2
            outcome = capsys.readouterr()
            assert outcome.out == ""
            (line,) = outcome.err.splitlines()
            assert line.startswith("athand-relay: "), line
            assert line.endswith((".", "?", "--help")), line


def test_the_administrators_folder_and_a_missing_one_are_told_before_the_passphrase(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ATHAND_RELAY_PASSPHRASE", raising=False)
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "relay").symlink_to(house.path)
    assert main(["--home", str(tmp_path / "acme")]) == 2
    assert f"did you mean {tmp_path / 'acme' / 'relay'}?" in capsys.readouterr().err
    assert main(["--home", str(tmp_path / "missing")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_wrong_use_of_the_real_program_leaves_no_traceback(house: House) -> None:
    outcome = run("--home", house.path, "--port", "nonsense")
    assert outcome.returncode == 2
    assert len(outcome.stderr.splitlines()) == 1


def test_help_says_what_it_is() -> None:
    outcome = run("--help")
    assert outcome.returncode == 0
    assert "Run the relay" in outcome.stdout


def test_a_folder_that_was_spoilt_is_refused_in_one_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATHAND_RELAY_PASSPHRASE", PASSPHRASE)
    for file in (house.folder.organisation_file, house.folder.device_key_file, house.folder.revocations_file):
        content = file.read_bytes()
        for spoilt in (b"", b"{}", None):
            if spoilt is None:
                file.unlink()
            else:
                file.write_bytes(spoilt)
            if file == house.folder.revocations_file and spoilt is not None:
                continue  # it starts, and lets nobody in until the list is made anew
            assert main(["--home", str(house.path)]) == 2
            assert len(capsys.readouterr().err.splitlines()) == 1
        file.write_bytes(content)


@scene
async def test_a_second_relay_does_not_start_on_the_same_folder(house: House, tmp_path: Path) -> None:
    with relay_process(house, tmp_path / "log") as process:
        outcome = await asyncio.to_thread(run, "--home", house.path, "--port", "0")
        assert outcome.returncode == 2
        assert "Another relay" in outcome.stderr
        assert process.health()["agents"] == 0


@scene
async def test_sigterm_ends_sessions_in_the_history_and_closes_every_socket_with_1001(
    house: House, tmp_path: Path
) -> None:
    with relay_process(house, tmp_path / "log") as process:
        relay = dialling(house, process)
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
        assert process.health()["sessions"] == 1
        await asyncio.sleep(0.5)
        stopping = asyncio.create_task(asyncio.to_thread(process.terminate))
        over = await agent.hears(envelope.SessionOver)
        assert over.worked_s >= 0.5
        assert await agent.closed() == 1001
        assert await console.closed() == 1001
        assert await stopping == 0
        assert process.logged()[-1]["event"] == "stopped"
    assert verify(house.database).fault is None
    with relay_process(house, tmp_path / "log") as process:
        console = await dialling(house, process).console()
        (last,) = (await console.ask(envelope.ReadTicket, number)).history[-2:-1]
        assert last.event == SessionEnded(session, EndReason.LINE_LOST, over.worked_s)
        await console.leave()


@scene
async def test_a_session_under_way_when_the_relay_is_killed_is_ended_at_its_next_start(
    house: House, tmp_path: Path
) -> None:
    with relay_process(house, tmp_path / "log") as process:
        relay = dialling(house, process)
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        process.kill()
    with relay_process(house, tmp_path / "log") as process:
        console = await dialling(house, process).console()
        ticket = await console.ask(envelope.ReadTicket, number)
        assert ticket.ticket.running is None
        assert ticket.history[-1].event == SessionEnded(session, EndReason.LINE_LOST, 0.0)
        await console.leave()


async def _write(agent: Actor, acknowledged: dict[str, int]) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            request = secrets.token_hex(16)
            answer: Any = await agent.asks_for_help(request=request)
            if isinstance(answer, envelope.Ticket):
                acknowledged[request] = answer.ticket.number
                await agent.ask(envelope.CancelTicket, answer.ticket.number)
            else:
                await asyncio.sleep(0.5)  # too fast


@scene
async def test_kill_9_while_writing_loses_and_doubles_no_acknowledged_event(house: House, tmp_path: Path) -> None:
    acknowledged: dict[str, int] = {}
    for life in range(4):
        with relay_process(house, tmp_path / "log") as process:
            relay = dialling(house, process)
            agents = [await relay.agent("laptop"), await relay.agent("desktop")]
            writers = [asyncio.create_task(_write(agent, acknowledged)) for agent in agents]
            await asyncio.sleep(0.4 + 0.13 * life)
            process.kill()
            await asyncio.gather(*writers)
        report = verify(house.database)
        assert report.fault is None
    assert len(acknowledged) > 20
    with relay_process(house, tmp_path / "log") as process:
        relay = dialling(house, process)
        numbers: dict[str, list[int]] = {}
        for name in ("laptop", "desktop"):
            for ticket in (await (await relay.agent(name)).ask(envelope.ListMyTickets)).tickets:
                numbers.setdefault(ticket.request, []).append(ticket.number)
        for request, number in acknowledged.items():
            assert numbers[request] == [number]
        for actor in relay.actors:
            await actor.leave()


@scene
async def test_a_disk_that_is_full_refuses_requests_and_the_relay_goes_on(house: House, tmp_path: Path) -> None:
    with relay_process(house, tmp_path / "log", limit_bytes=400_000) as process:
        relay = dialling(house, process)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        written = 0
        answer: Any = None
        for _ in range(400):
            answer = await console.ask(envelope.AddMessage, number, "x" * 4000)
            if isinstance(answer, envelope.RequestRefused) and answer.reason is envelope.RefusalReason.FAULT:
                break
            if isinstance(answer, envelope.RequestRefused):
                await asyncio.sleep(0.3)
                continue
            written += 1
        assert isinstance(answer, envelope.RequestRefused)
        assert "nothing was changed" in answer.sentence
        assert written > 3
        assert len((await console.ask(envelope.ReadTicket, number)).history) == written + 3
        assert isinstance(await agent.ask(envelope.ListMyTickets), envelope.Tickets)
        assert process.health()["counters"]["store_fault"] >= 1
        process.kill()
    assert verify(house.database).fault is None
    with relay_process(house, tmp_path / "log") as process:
        console = await dialling(house, process).console()
        assert isinstance(await console.ask(envelope.AddMessage, number, "after"), envelope.Ticket)
        await console.leave()


def test_every_line_of_the_log_is_json_with_a_name_and_a_time(house: House, tmp_path: Path) -> None:
    with relay_process(house, tmp_path / "log") as process:
        with socket.create_connection(("127.0.0.1", process.port)) as stranger:
            stranger.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            stranger.recv(1000)
        assert process.terminate() == 0
        lines = process.logged()
    assert lines[0]["event"] == "listening"
    assert all(datetime.fromisoformat(line["timestamp"]).tzinfo is UTC for line in lines)


def test_the_port_that_was_taken_is_printed(house: House, tmp_path: Path) -> None:
    with relay_process(house, tmp_path / "log") as process:
        assert process.port > 0
        assert set(process.health()) >= {"version", "agents", "consoles", "counters"}


HANGS = """
import sys, time
import relay.__main__ as program
from relay.server import Relay
async def hang(_relay): time.sleep(1000)
Relay.stop, program.LAST_S = hang, 0.5
sys.exit(program.main(sys.argv[1:]))
"""


def test_a_relay_that_something_keeps_from_stopping_ends_all_the_same_and_says_where_it_stood(house: House) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HANGS, "--home", str(house.path), "--port", "0"],
        env=ENVIRONMENT | {"ATHAND_RELAY_PASSPHRASE": PASSPHRASE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("athand-relay listens")
            process.terminate()
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 1
    assert "Timeout" in errors
    assert " in hang" in errors
