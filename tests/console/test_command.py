import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console import language
from console.__main__ import main
from tests.stage.waiting import wait_for


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--relay", "ws://relay.example.org"], "must begin with wss://"),
        (["--relay", "relay"], "must begin with wss://"),
        # The reason that follows is the system's, in its own language.
        (["--invitation", "/nowhere/a.invitation"], "/nowhere/a.invitation cannot be read: "),
        (["--invitation", "/tmp"], "/tmp cannot be read: "),
        (["--colour"], "No such option"),
        (["--language", "fr"], "'fr' is not one of 'de', 'en'"),
        (["surplus"], "unexpected extra argument"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert why in said.err
    assert said.err.startswith("athand-console: ")
    assert len(said.err.splitlines()) == 1


def test_help_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert "F1 shows all shortcuts" in said
    for option in ("--invitation", "--relay", "--state", "--language"):
        assert option in said


def test_without_a_display_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 2
    assert "There is no display" in capsys.readouterr().err


def test_a_display_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":64999")
    assert main([]) == 2
    assert capsys.readouterr().err == "athand-console: The display :64999 cannot be reached.\n"


def test_what_hinders_its_start_is_said_in_the_technicians_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    try:
        assert main(["--invitation", "/nowhere/a.invitation"]) == 2
        assert main(["--colour"]) == 2
    finally:
        language.choose("en")
    unread, unknown = capsys.readouterr().err.splitlines()
    assert unread.startswith("athand-console: Die Einladung /nowhere/a.invitation kann nicht gelesen werden: ")
    assert unknown.endswith("Siehe: athand-console --help")


DISPLAY_GOES = """
import gc, sys, threading
from PySide6.QtWidgets import QApplication
from console.__main__ import main
from tests.stage.waiting import wait_for
def end(*_):
    assert not gc.isenabled()  # see console.cycles
QApplication.exec = end
code = main(["--state", sys.argv[1]])
print(code, *(thread.name for thread in threading.enumerate()))
"""


def test_when_its_display_goes_its_network_has_ended_before_it(tmp_path: Path) -> None:
    done = _without_a_display(DISPLAY_GOES, tmp_path)
    assert done.stdout == "0 MainThread\n", done.stderr


HANGS = """
import sys, time
from PySide6.QtWidgets import QApplication
import console.__main__ as program
def hang(_console): time.sleep(1000)
QApplication.exec = lambda *_: 0
program.Console.stop, program._LAST_S = hang, 0.5
program.main(["--state", sys.argv[1]])
"""


def test_a_console_that_something_keeps_from_ending_ends_all_the_same_and_says_where_it_stood(tmp_path: Path) -> None:
    done = _without_a_display(HANGS, tmp_path)
    assert done.returncode == 1
    assert " in hang" in done.stderr


def test_a_log_off_ends_it_in_order_by_whichever_signal_it_comes(tmp_path: Path) -> None:
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "console", "--state", str(tmp_path), "--language", "en"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE) as console:
        wait_for("its place to be taken", lambda: list(tmp_path.iterdir()) or console.poll() is not None)
        caught = f"/proc/{console.pid}/status"
        while not _catches(Path(caught), signal.SIGHUP):  # not a moment later: its windows are not there yet then
            assert console.poll() is None
        console.send_signal(signal.SIGHUP)
        try:
            assert console.wait(10) == 0
        finally:
            console.kill()


def _without_a_display(script: str, place: Path) -> "subprocess.CompletedProcess[str]":
    """A console with something else in one of its places, as the script says."""
    return subprocess.run(
        [sys.executable, "-c", script, str(place)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _catches(status: Path, number: signal.Signals) -> bool:
    mask = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)
