import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeDesk
from tests.stage import Desk, StageError, sweep
from tests.stage.waiting import wait_for

# A program that hides as well as daemons do: another session, no parent, and nothing in its environment.
RUNAWAY = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    os.execve("/bin/sleep", ["sleep", "1000"], {})
time.sleep(1000)
"""

HELD_OPEN = """
import sys, time
from tests.stage import Desk
desk = Desk("killed").__enter__()
desk.start("xterm")
print(desk.mark, desk.directory, flush=True)
time.sleep(1000)
"""


def test_a_closed_desk_leaves_no_process_and_no_directory() -> None:
    with Desk("short") as desk:
        desk.start("xterm")
        desk.python("-c", RUNAWAY)
        wait_for("the runaway", lambda: any("sleep 1000" in line for line in desk.survivors()))
        assert desk.directory.exists()
    assert desk.survivors() == []
    assert not desk.directory.exists()


def test_a_daemon_that_left_its_parent_ends_with_the_desk() -> None:
    with Desk("daemons") as desk:
        desk.run("sh", "-c", "setsid sleep 1001 >/dev/null 2>&1 &")
        wait_for("the daemon", lambda: any("sleep 1001" in line for line in desk.survivors()))
    assert desk.survivors() == []


def test_tests_killed_in_mid_air_leave_nothing_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", HELD_OPEN], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        mark, directory = tests.stdout.readline().split()
        assert sweep.marked(mark)
        os.kill(tests.pid, signal.SIGKILL)
    wait_for("the sweeper", lambda: not sweep.marked(mark) and not Path(directory).exists())


def test_two_desks_stand_side_by_side(make_desk: MakeDesk) -> None:
    left, right = make_desk("left", (800, 600)), make_desk("right", (1024, 768))
    assert left.env["DISPLAY"] != right.env["DISPLAY"]
    assert left.display.current_size() == (800, 600)
    assert right.display.current_size() == (1024, 768)


def test_the_keyring_keeps_a_secret_on_one_desk_only(make_desk: MakeDesk) -> None:
    alice, bob = make_desk("alice"), make_desk("bob")
    alice.run(sys.executable, "-c", "import keyring; keyring.set_password('athand', 'key', 'hush')")
    read = "import keyring; print(keyring.get_password('athand', 'key'))"
    assert alice.run(sys.executable, "-c", read).strip() == "hush"
    assert bob.run(sys.executable, "-c", read).strip() == "None"


def test_keys_and_buttons_that_are_held_down_are_seen(desk: Desk) -> None:
    assert desk.display.pressed_keys() == set()
    desk.display.key_down("Control_L")
    assert len(desk.display.pressed_keys()) == 1
    desk.display.key_up("Control_L")
    assert desk.display.pressed_keys() == set()
    assert desk.display.pressed_buttons() == set()


def test_a_screen_changes_its_size(desk: Desk) -> None:
    desk.resize(1280, 800)
    assert desk.display.current_size() == (1280, 800)
    desk.resize(1920, 1080)
    assert desk.display.current_size() == (1920, 1080)


def test_a_picture_of_the_screen_shows_what_is_on_it(desk: Desk, tmp_path: Path) -> None:
    desk.start("xterm", "-bg", "#123456", "-geometry", "80x24+100+100")
    desk.display.window_bounds("xterm")
    wait_for("the xterm's colour", lambda: desk.pixel(300, 300) == (0x12, 0x34, 0x56))
    assert desk.screenshot(tmp_path / "screen.png").read_bytes().startswith(b"\x89PNG")


def test_a_program_that_ends_without_its_word_is_reported_with_its_log(desk: Desk) -> None:
    process = desk.start("sh", "-c", "echo no ink; exit 3")
    with pytest.raises(StageError, match=r"ended \(3\) without saying 'ready'(?s:.*)no ink"):
        process.wait_log("ready")
