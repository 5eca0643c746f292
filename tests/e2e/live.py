"""The demo with a display: opens the real programs there, says what to do next, and ends with Ctrl+C."""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path

from Xlib.display import Display as XDisplay
from Xlib.error import DisplayError

from tests import portraits
from tests.e2e.film import step_name
from tests.e2e.report import Report
from tests.stage.display import Display
from tests.stage.host import Host
from tests.stage.waiting import wait_for
from tests.stage.world import OFFLINE_PASSPHRASE, RELAY_PASSPHRASE, Person, World, command

KEYRING_PASSWORD = "throw-away"
FROM_THE_DESKTOP = ("DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "LANG", "LANGUAGE")
NEXT = """
Everything runs on this display now. Try it:

  1. Click the ring in the tray (or the small athand window), write what is wrong, and press Send.
  2. In the console, choose the ticket, press Take (Ctrl+T), then Connect (Ctrl+K) and "Ask the user".
  3. Answer the question: tick mouse and keyboard if you like, and press Allow.
  4. A window shows this very display, so you see it in itself: press "Fit", or move it to another monitor.
  5. Stop it in the banner, by Ctrl+Alt+End, or in the console; write a note; press "Solution".
  6. In the tray's window, say that it is solved.

At any time, in another terminal:   {verify}

Press Ctrl+C here to end it all.
"""


def usable_display(env: Mapping[str, str]) -> str | None:
    """The X display of whoever started this, if programs can show something there and see all of it."""
    name = env.get("DISPLAY", "")
    if not name:
        return None
    if env.get("WAYLAND_DISPLAY") or env.get("XDG_SESSION_TYPE") == "wayland":
        print("This is a Wayland desktop, whose screen athand cannot see yet.")
        return None
    try:
        XDisplay(name).close()
    except (DisplayError, OSError):
        return None
    return name


def play(folder: Path, env: Mapping[str, str]) -> None:
    """Set everything up on the display of `env`, and wait for Ctrl+C or SIGTERM."""
    report = Report(folder, "the real programs on a display, played by a person")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    desktop = {name: env[name] for name in FROM_THE_DESKTOP if name in env} | {"QT_QPA_PLATFORM": "xcb"}
    # The tray may be the desktop's own (StatusNotifier over its session bus); the keyring must not be.
    with_bus = {"DBUS_SESSION_BUS_ADDRESS": bus} if (bus := env.get("DBUS_SESSION_BUS_ADDRESS")) else {}
    with (
        World(folder) as world,
        Host("user", logs=world.logs, env=desktop | with_bus) as user,
        Host("technician", logs=world.logs, env=desktop) as technician,
        Display(desktop, (0, 0)) as display,
    ):
        _start(report, world, user, technician, display)
        verify = (
            f"ATHAND_PASSPHRASE='{OFFLINE_PASSPHRASE}' ATHAND_RELAY_PASSPHRASE='{RELAY_PASSPHRASE}' "
            f"{' '.join(command('athand-admin'))} verify --home {world.home}"
        )
        print(NEXT.format(verify=verify), flush=True)
        while not stop.wait(0.5):
            pass
        _step(report, display, "person", "pressed Ctrl+C")
        report.put(verified=world.admin("verify").splitlines()[0])
    print(f"\nWhat was set up stands in {report.folder / 'report.json'}.")


def _start(report: Report, world: World, user: Host, technician: Host, display: Display) -> None:
    world.start_relay()
    report.put(relay=world.relay_url, organisation={"name": world.organisation, "folder": str(world.home)})
    _step(report, display, "admin", "makes an organisation and starts the relay")
    user.start(*command("athand-agent"), "--bundle", str(world.bundle()))
    wait_for("the agent's enrolment", (world.home / "relay" / "devices.jsonl").exists, timeout_s=30)
    _step(report, display, "admin", "deploys the agent")
    _start_keyring(technician)
    technician.start(*command("athand-console"), "--invitation", str(world.invite(Person())))
    report.put(staff=world.approve())
    world.show_face(portraits.drawn(portraits.TINA))
    _step(report, display, "admin", "approves the technician")


def _start_keyring(host: Host) -> None:
    bus = host.directory / "run" / "bus"
    host.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={bus}"
    host.start("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={bus}")
    wait_for("the session bus", bus.exists)
    control = host.directory / "run" / "keyring"
    arguments = ["--foreground", "--unlock", "--components=secrets", f"--control-directory={control}"]
    host.start("gnome-keyring-daemon", *arguments, stdin=KEYRING_PASSWORD.encode())
    wait_for("the keyring", (control / "control").exists)


def _step(report: Report, display: Display, who: str, what: str) -> None:
    name = step_name(len(report.steps) + 1, what)
    report.step(who, what, [display.screenshot(report.folder / f"{name}.png")])
    print(f"{who:<8} {what}", flush=True)
