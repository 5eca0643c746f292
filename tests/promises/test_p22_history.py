"""Promise 22: the complete history, for you too; one changed row and the check of the chain fails.

The history is written by a real relay whom real clients talk to, and checked by the administrator's own command.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk.events import EndReason, SessionEnded, WorkKind
from tests.relay.rig import WAIT_S, House, given_consent, scene, session_on

CANARY = "canary-7f3a"
ROOT = Path(__file__).parents[2]


def admin(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """`athand-admin`, as an administrator runs it."""
    command = [sys.executable, "-m", "relay.admin", *arguments]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "ATHAND_HOME": str(home),
        "ATHAND_PASSPHRASE": "offline passphrase",
        "ATHAND_RELAY_PASSPHRASE": "relay passphrase",
    }
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """`athand-admin verify` of a database, in an organisation's home."""
    home = tmp_path_factory.mktemp("admin") / "home"
    made = admin("init", str(home), "--name", "Example", "--relay-url", "wss://help.example.org", home=home)
    assert made.returncode == 0, made.stderr
    return lambda database, *anchors: admin("verify", str(database), *anchors, home=home)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk after one ticket with a session, from asking to closing."""
    house = House(tmp_path_factory.mktemp("p22") / "relay")

    @scene
    async def play() -> None:
        async with house.relay() as relay:
            agent, console = await relay.agent(), await relay.console()
            session, _, _, number = await session_on(relay, agent, console)
            await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
            await console.ask(envelope.ReportEnd, session, EndReason.TECHNICIAN_LEFT)
            await console.hears(envelope.SessionOver)
            await console.ask(envelope.AddSessionNote, session, "Put it out")
            await console.ask(envelope.AddMessage, number, "He smokes in the server room", internal=True)
            await console.ask(envelope.ResolveTicket, number, "Fire is out")
            await agent.ask(envelope.GiveVerdict, number, solved=True)

    play()
    return house.database


@scene
async def test_p22_the_requester_reads_the_complete_history_of_his_ticket(tmp_path: Path) -> None:
    house = House(tmp_path / "relay")
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        await console.ask(envelope.ReportEnd, session, EndReason.TECHNICIAN_LEFT)
        await console.hears(envelope.SessionOver)
        async with asyncio.timeout(WAIT_S):  # both ends are told first, so that a full disk cannot keep it from them
            ours = await console.ask(envelope.ReadTicket, number)
            while not isinstance(ours.history[-1].event, SessionEnded):
                await asyncio.sleep(0.05)  # whoever asks without a pause is soon refused
                ours = await console.ask(envelope.ReadTicket, number)
        before = len(ours.history)
        now, key = datetime.now(UTC), "e" * 32
        for message, *facts in (
            (envelope.AddMessage, "Which floor?"),
            (envelope.AddMessage, CANARY, True),
            (envelope.LogTime, key, now - timedelta(minutes=9), now, WorkKind.PHONE, "Talked it through"),
            (envelope.AskRequester, key, "Which printer?"),
            (envelope.DropQuestion, key, "Found it"),
            (envelope.OverridePriority, 1, CANARY),
            (envelope.MakeQuote, key, "A new one", 100, "EUR", now + timedelta(days=1), None),
            (envelope.TagTicket, (CANARY,)),
            (envelope.ResolveTicket, "Put it out"),
        ):
            ours = await console.ask(message, number, *facts)
            assert isinstance(ours, envelope.Ticket), ours
        theirs = await agent.ask(envelope.ReadTicket, number)
        assert theirs.history[:before] == ours.history[:before]
        assert [type(line.event).__name__ for line in theirs.history[before:]] == [
            "MessageAdded",
            "TimeLogged",
            "QuestionAsked",
            "QuestionAnswered",
            "PriorityOverridden",
            "QuoteMade",
            "Resolved",
        ], "and all of it but what is among staff"
        assert CANARY not in repr(theirs)
        assert [line.number for line in theirs.history[:before]] == list(range(1, before + 1))
        assert theirs.witness.number == theirs.history[-1].number


def test_p22_an_untouched_history_holds(history: Path, checked: Check) -> None:
    outcome = checked(history)
    assert outcome.returncode == 0, outcome.stderr
    assert "The history holds: 15 events, 1 ticket." in outcome.stdout


@pytest.mark.parametrize("number", [1, 6, 15])
def test_p22_one_changed_row_and_the_check_of_the_chain_fails(
    history: Path, tmp_path: Path, number: int, checked: Check
) -> None:
    database = tmp_path / "athand.db"
    shutil.copy(history, database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TRIGGER events_are_not_changed")
        (body,) = connection.execute("SELECT body FROM events WHERE number = ?", (number,)).fetchone()
        forged = bytes([*body[:-1], body[-1] ^ 1])
        connection.execute("UPDATE events SET body = ? WHERE number = ?", (forged, number))
    outcome = checked(database)
    assert outcome.returncode == 1
    assert f"event {number} was changed" in outcome.stderr


def test_p22_a_history_cut_short_fails_against_what_was_witnessed(
    history: Path, tmp_path: Path, checked: Check
) -> None:
    anchor = checked(history).stdout.split()[-1]
    database = tmp_path / "athand.db"
    shutil.copy(history, database)
    with closing(sqlite3.connect(database)) as connection, connection:
        query = "SELECT sql FROM sqlite_schema WHERE name = 'events_are_not_deleted'"
        (made,) = connection.execute(query).fetchone()
        connection.execute("DROP TRIGGER events_are_not_deleted")
        connection.execute("DELETE FROM events WHERE number = 15")
        connection.execute(made)
        connection.execute("DELETE FROM projections")  # the lists would be made anew when the relay starts
    assert checked(database).returncode == 0  # nothing inside can tell
    outcome = checked(database, "--anchor", anchor)
    assert outcome.returncode == 1
    assert "witnessed" in outcome.stderr
