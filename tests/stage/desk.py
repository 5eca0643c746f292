"""One person's desk: an X display with window manager, tray, keyring and accessibility bus, and the programs on it.

Everything is real and private to the desk: its own session bus, home directory and display.
"""

import os
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from tests.stage.display import Display, Pixel
from tests.stage.host import Host
from tests.stage.ui import SYSTEM_PYTHON, Ui
from tests.stage.waiting import StageError, wait_for

PORTAL = Path(__file__).with_name("portal_server.py")
KEYRING_PASSWORD = "throw-away"
BACKGROUND = "#5b6b7b"

# A bar at the bottom with the tray at its right end: what tint2 needs to be a real XEmbed tray, and nothing more.
TINT2_CONFIG = """\
rounded = 0
border_width = 0
background_color = #2b2f33 100
border_color = #2b2f33 100
panel_items = TFSC
panel_size = 100% 32
panel_position = bottom center horizontal
panel_background_id = 1
taskbar_padding = 4 2 4
task_icon = 0
task_text = 1
task_maximum_size = 220 28
task_font = sans 9
task_font_color = #e6e6e6 100
systray_padding = 6 4 6
systray_icon_size = 22
time1_format = %H:%M
time1_font = sans 9
clock_font_color = #e6e6e6 100
clock_padding = 8 0
"""


class Desk(Host):
    """A virtual desk; use it as a context manager.

    `language` is the person's ("de"), `theme` whether they like "light" or "dark" colours (else nobody asked them);
    `person` and `computer` as for a host.

    Attributes:
        size: width and height of the screen at its largest, in pixels.
    """

    def __init__(
        self,
        name: str = "desk",
        size: tuple[int, int] = (1920, 1080),
        *,
        logs: Path | None = None,
        language: str = "",
        theme: str = "",
        env: Mapping[str, str] | None = None,
        person: str = "",
        computer: str = "",
    ) -> None:
        super().__init__(name, logs=logs, language=language, env=env, person=person, computer=computer)
        self.size = size
        self._theme = theme
        self._display: Display | None = None

    def _open(self, stack: ExitStack) -> None:
        super()._open(stack)
        self.env["DISPLAY"] = f":{self._start_xvfb(stack)}"
        self._display = stack.enter_context(Display(self.env, self.size))
        self._start_session()

    def _environment(self) -> dict[str, str]:
        desktop = {
            "XDG_CURRENT_DESKTOP": "Openbox",
            "XDG_SESSION_TYPE": "x11",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "GSETTINGS_BACKEND": "memory",
        }
        if self._theme:  # the one among Qt's themes for X11 that asks the portal for it
            desktop["QT_QPA_PLATFORMTHEME"] = "xdgdesktopportal"
        return desktop | super()._environment()

    @property
    def display(self) -> Display:
        """The desk's screen, keyboard and mouse."""
        if self._display is None:
            raise StageError(f"the desk {self.name} is not up")
        return self._display

    @cached_property
    def ui(self) -> Ui:
        """The desk's windows, worked through the accessibility tree."""
        return self._stack.enter_context(Ui(self.env, self.logs / f"{self.name}-ui.log", self.display))

    # What hands and eyes do most, without the detour by `display`.

    def key(self, *combinations: str) -> None:
        """Press and release keys, e.g. `desk.key("ctrl+n", "Return")` (xdotool's names)."""
        self.display.key(*combinations)

    def type(self, text: str) -> None:
        """Type text on the keyboard."""
        self.display.type(text)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Move the mouse to (x, y) in pixels and click."""
        self.display.click(x, y, button)

    def pixel(self, x: int, y: int) -> Pixel:
        """Return the colour (red, green, blue) of one pixel."""
        return self.display.pixel(x, y)

    def screenshot(self, path: Path) -> Path:
        """Save the whole screen as a PNG and return its path."""
        return self.display.screenshot(path)

    def set_layout(self, layout: str, variant: str = "") -> None:
        """Set the keyboard layout, e.g. "de"."""
        self.run("setxkbmap", "-layout", layout, "-variant", variant)

    def resize(self, width: int, height: int) -> None:
        """Change the screen's size, up to what the desk was made with, as another monitor would."""
        mode = f"{width}x{height}"
        if mode not in self.run("xrandr"):
            self.run("xrandr", "--newmode", mode, "0", *[str(n) for n in (width, 0, 0, width, height, 0, 0, height)])
            self.run("xrandr", "--addmode", "screen", mode)
        self.run("xrandr", "--output", "screen", "--mode", mode)

    def click_tray(self, name: str, button: int = 1) -> None:
        """Click the tray icon whose window title or class contains `name`."""
        x, y, width, height = self.display.tray_icon(name)
        self.click(x + width // 2, y + height // 2, button)

    def _start_xvfb(self, stack: ExitStack) -> int:
        """Start Xvfb, which takes the next free display number by itself and tells it when it is ready."""
        read_fd, write_fd = os.pipe()
        width, height = self.size
        with os.fdopen(read_fd) as told:
            try:
                with (self.logs / f"{self.name}-xvfb.log").open("ab") as sink:
                    screen = ["-screen", "0", f"{width}x{height}x24", "-dpi", "96"]
                    server = subprocess.Popen(
                        ["Xvfb", "-displayfd", str(write_fd), *screen, "-nolisten", "tcp", "-noreset"],
                        env=self.env,
                        pass_fds=[write_fd],
                        stdout=subprocess.DEVNULL,
                        stderr=sink,
                        start_new_session=True,
                    )
            finally:
                os.close(write_fd)
            line = told.readline()
        stack.callback(server.wait)
        stack.callback(server.terminate)
        if not line.strip():
            server.wait()
            raise StageError(f"Xvfb did not start, see {self.logs}/{self.name}-xvfb.log")
        return int(line)

    def _start_session(self) -> None:
        run = self.directory / "run"
        bus = run / "bus"
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={bus}"
        self.start("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={bus}")
        wait_for("the session bus", bus.exists)
        self.start("/usr/libexec/at-spi-bus-launcher", "--launch-immediately")
        self.start(
            "gnome-keyring-daemon",
            "--foreground",
            "--unlock",
            "--components=secrets",
            f"--control-directory={run}/keyring",
            stdin=KEYRING_PASSWORD.encode(),
        )
        self.run("xsetroot", "-solid", BACKGROUND)
        # With the real machine's name, which toolkits tell it by uname: else it adds that to each title.
        self.start("openbox", "--sm-disable", env={"LD_PRELOAD": ""})
        wait_for("the window manager", self.display.has_window_manager)
        config = self.directory / "tint2rc"
        config.write_text(TINT2_CONFIG)
        self.start("tint2", "-c", str(config))
        wait_for("the tray", self.display.has_tray)
        if self._theme:
            portal = self.start(SYSTEM_PYTHON, "-I", str(PORTAL), self._theme)
            portal.wait_log("ready")
        wait_for("the keyring", (run / "keyring" / "control").exists)
