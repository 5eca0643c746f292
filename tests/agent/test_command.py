import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol.trust import Bundle, Invitation, Organisation
from tests.parties import Parties


def run(*arguments: str, state: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8", **changes}
    return subprocess.run(
        [sys.executable, "-m", "agent", "--state", str(state), *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def bundle_of(organisation: Organisation, path: Path) -> Path:
    bundle = Bundle(organisation=organisation, token="t" * 43, expires_at=datetime.now(UTC) + timedelta(days=1))
    path.write_bytes(bundle.encode())
    return path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "start it once with --bundle FILE"),
        (["--bundle", "/nowhere/at.all"], "cannot be read"),
        (["--bundle", __file__], "damaged, or not one"),
        (["--hot-key", "Pause"], "not like ctrl+alt+End"),
        (["--language", "tlh"], "'tlh' is not one of"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_wrong_use_gets_a_sentence_and_exit_code_2(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = run(*arguments, state=tmp_path / "state")
    assert done.returncode == 2
    assert sentence in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("athand-agent: ")


def test_an_invitation_given_as_a_bundle_is_named(tmp_path: Path) -> None:
    invitation = Invitation(
        organisation=Parties(now=datetime.now(UTC)).organisation,
        identifier="tina",
        name="Tina Tech",
        title="Engineer",
        phone="1",
        scopes=[],
        secret="s" * 43,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )
    (tmp_path / "tina.invitation").write_bytes(invitation.encode())
    done = run("--bundle", str(tmp_path / "tina.invitation"), state=tmp_path / "state")
    assert done.returncode == 2
    assert "a technician's invitation, for: athand-console" in done.stderr


def test_help_needs_no_display_and_names_each_option(tmp_path: Path) -> None:
    done = run("--help", state=tmp_path)
    assert done.returncode == 0
    for option in ("--bundle", "--relay", "--state", "--hot-key", "--language"):
        assert option in done.stdout


def test_a_computer_of_one_organisation_is_not_taken_by_another(tmp_path: Path) -> None:
    from agent import enrolled  # noqa: PLC0415 - only what this test needs
    from agent.place import Place  # noqa: PLC0415

    ours, theirs = Parties(now=datetime.now(UTC)), Parties("Other GmbH", now=datetime.now(UTC))
    state = tmp_path / "state"
    first = Bundle.decode(bundle_of(ours.organisation, tmp_path / "a").read_bytes())
    enrolled.apply(Place(state), first, None, datetime.now(UTC))
    done = run("--bundle", str(bundle_of(theirs.organisation, tmp_path / "b")), state=state)
    assert done.returncode == 2
    assert "already belongs to Example GmbH" in done.stderr


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    bundle = bundle_of(Parties(now=datetime.now(UTC)).organisation, tmp_path / "a")
    done = run("--bundle", str(bundle), "--relay", "http://example.org", state=tmp_path / "state")
    assert done.returncode == 2
    assert "must look like wss://" in done.stderr


@pytest.mark.parametrize(
    ("display", "sentence"), [("", "DISPLAY is not set"), (":64999", "the display :64999 cannot be reached")]
)
def test_without_a_display_it_says_so(display: str, sentence: str, tmp_path: Path) -> None:
    bundle = bundle_of(Parties(now=datetime.now(UTC)).organisation, tmp_path / "a")
    done = run("--bundle", str(bundle), state=tmp_path / "state", QT_QPA_PLATFORM="xcb", DISPLAY=display)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "dieser Computer gehört noch zu keiner Organisation; starten Sie ihn einmal mit --bundle DATEI"),
        (["--bundle", "/nowhere/at.all"], "die Bundle-Datei /nowhere/at.all kann nicht gelesen werden"),
        (["--bundle", __file__], "Die Bundle-Datei ist beschädigt oder keine."),
        (["--hot-key", "Pause"], "'Pause' ist nicht wie ctrl+alt+End"),
        (["--no-such-option"], "Siehe: athand-agent --help"),
    ],
)
def test_what_hinders_its_start_is_said_in_the_users_language(
    arguments: list[str], sentence: str, tmp_path: Path
) -> None:
    done = run(*arguments, state=tmp_path / "state", LANGUAGE="de")
    assert done.returncode == 2
    assert sentence in done.stderr


HANGS = """
import sys, time
from PySide6.QtWidgets import QApplication
import agent.__main__ as program
from agent.app import Agent
def hang(_agent): time.sleep(1000)
QApplication.exec = lambda *_: 0
Agent.stop, program._LAST_S = hang, 0.5
program.main(["--state", sys.argv[1], "--bundle", sys.argv[2]])
"""


def test_an_agent_that_something_keeps_from_ending_ends_all_the_same_and_says_where_it_stood(tmp_path: Path) -> None:
    bundle = bundle_of(Parties(now=datetime.now(UTC)).organisation, tmp_path / "a.bundle")
    done = subprocess.run(
        [sys.executable, "-c", HANGS, str(tmp_path / "state"), str(bundle)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert " in hang" in done.stderr
