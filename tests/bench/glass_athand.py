"""Brings athand up for a glass-to-glass measurement from outside: relay, agent on one display, console on the other.

A driver for a harness that gives `start` a box with two displays and starts commands in the roles host, relay and
viewer. Everything goes the way a person would go: the admin's commands, the agent's form, the console's keys, the
consent given by pressing the dialog's button. No setting is changed that a user would not change.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.stage.display import Display  # noqa: E402 - the harness knows nothing of this tree
from tests.stage.ui import Ui  # noqa: E402

BIN = Path(os.environ.get("ATHAND_BIN", ROOT / ".venv/bin"))
PASSPHRASES = {"ATHAND_PASSPHRASE": "offline glass 2026", "ATHAND_RELAY_PASSPHRASE": "relay glass 2026"}
MINUTES = 240


def start(box: Any) -> None:
    """Returns when the console shows the helped screen 1:1, whole."""
    from run import free_port  # type: ignore[import-not-found]  # noqa: PLC0415 - the harness's own module

    box.displays()
    port = free_port()
    home, bundle, invitation = _organisation(box.tmp, port)
    box.relay(BIN / "athand-relay", "--home", home / "relay", "--port", port, env=PASSPHRASES)
    box.wait_port(port)

    user = _session(box, box.host, box.source, "user")
    technician = _session(box, box.viewer, box.screen, "technician")
    with (
        Display(user, box.size) as source,
        Display(technician, (2400, 1400)) as screen,
        Ui(user, box.tmp / "ui-user.log", source) as users,
        Ui(technician, box.tmp / "ui-technician.log", screen) as technicians,
    ):
        box.host(BIN / "athand-agent", "--bundle", bundle, "--state", box.tmp / "agent", env=user)
        relay = f"ws://127.0.0.1:{box.hop(port)}"
        box.viewer(
            *(BIN / "athand-console", "--invitation", invitation, "--state", box.tmp / "console", "--relay", relay),
            env=technician,
        )
        _until(lambda: _approve(home), "the console asked for no certificate")

        users.window("athand").button("Get help").press()
        request = users.window("Get help")
        request.field("What is wrong?").fill("The screen is to be measured")
        request.number("How many minutes have you got?").set_value(MINUTES)
        request.button("Send").press()
        users.window("Request 1").wait_text("1")

        desk = technicians.window("athand console")
        desk.row("The screen is to be measured").select()
        screen.focus_window("athand console")
        screen.key("ctrl+t")
        technicians.window("Take ticket 1").button("Take it").press()
        desk.button("Connect").press()
        technicians.window("Connect to").button("Ask the user").press()

        question = users.window("Jana")
        question.checkbox().tick()
        question.button("Allow").press()
        technicians.window("ticket 1").wait_text("Allowed")
        time.sleep(1)


def _organisation(folder: Path, port: int) -> tuple[Path, Path, Path]:
    home, bundle, invitation = folder / "org", folder / "glass.bundle", folder / "jana.invitation"
    _admin("init", home, "--name", "Glass", "--relay-url", f"ws://127.0.0.1:{port}")
    _admin("bundle", "--home", home, "--output", bundle)
    person = ("--name", "Jana Novak", "--title", "Support engineer", "--phone", "+420 123 456")
    _admin("invite", "--home", home, "--output", invitation, *person)
    return home, bundle, invitation


def _admin(command: str, *arguments: str | Path) -> None:
    subprocess.run([BIN / "athand-admin", command, *arguments], env=os.environ | PASSPHRASES, check=True)


def _approve(home: Path) -> bool:
    """Whether the console's request was there and is signed now."""
    if not list((home / "relay/enrolment").glob("*.request")):
        return False
    _admin("approve", "--home", home)
    return True


def _session(box: Any, run: Callable[..., Any], display: str, name: str) -> dict[str, str]:
    """A session bus with keyring and accessibility for one person, as any desktop has."""
    folder = box.tmp / name
    (folder / "home").mkdir(parents=True)
    bus = f"unix:path={folder}/bus"
    env = {
        **os.environ,
        "DISPLAY": display,
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "LANG": "C.UTF-8",
        "LANGUAGE": "en",
    }
    run("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={bus}", env=env)
    _until((folder / "bus").exists, "no session bus")
    run("/usr/libexec/at-spi-bus-launcher", "--launch-immediately", env=env)
    unlock = f"printf throw-away | gnome-keyring-daemon --foreground --unlock --components=secrets -C {folder}/keyring"
    run("sh", "-c", unlock, env=env)
    return env


def _until(probe: Callable[[], Any], failure: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            raise TimeoutError(failure)
        time.sleep(0.2)
