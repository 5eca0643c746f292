"""X servers whose RANDR does what Xvfb's cannot: turn the screen, and drive several outputs.

Each starts in half a second, or raises `NoServerError` where it cannot: as another user than root, or without its
package.
"""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.agent.rig.screen import NoServerError, Screen

_XORG_CONFIG = """\
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "DontVTSwitch" "true"
EndSection
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 65536
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes "800x600" "640x480"
    EndSubSection
EndSection
"""


class TurnableScreen(Screen):
    """Xephyr in a window of an Xvfb: its screen can be turned with `xrandr -o`."""

    def _command(self, stack: ExitStack) -> tuple[list[str], dict[str, str]]:
        if shutil.which("Xephyr") is None:
            raise NoServerError("Xephyr is not installed")
        side = max(self.width, self.height)
        outer = stack.enter_context(Screen(side, side))
        return ["Xephyr", "-screen", f"{self.width}x{self.height}"], outer.env


class OutputsScreen(Screen):
    """Xorg with the dummy driver: outputs DUMMY0 to DUMMY15, of which the first is plugged in and on, 800x600."""

    def _command(self, stack: ExitStack) -> tuple[list[str], dict[str, str]]:
        driver = list(Path("/usr/lib/xorg/modules/drivers").glob("dummy_drv.so"))
        if shutil.which("Xorg") is None or not driver:
            raise NoServerError("Xorg and its dummy driver are not installed")
        if os.getuid():
            raise NoServerError("Xorg takes a configuration from root alone")
        folder = Path(stack.enter_context(TemporaryDirectory()))
        config = folder / "xorg.conf"
        config.write_text(_XORG_CONFIG)
        quiet = ["-logfile", str(folder / "log"), "-novtswitch", "-sharevts", "vt7"]
        return ["Xorg", "-config", str(config), *quiet], dict(os.environ)
