"""Whether there is a display for windows, asked before Qt is: Qt would end the program without a word of its own.

Main thread, before the application is made. Distrusts the environment: a name of a display is no display yet.
"""

import os
import socket
import sys
from pathlib import Path

from console.errors import DisplayMissing
from console.language import _

_WAIT_S = 2.0


def check() -> None:
    """Raises DisplayMissing. Only Linux can be without one."""
    if sys.platform != "linux":
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return  # one of Qt's that needs none, such as offscreen
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        raise DisplayMissing(_("There is no display to show the console on."))
    if not _wayland_answers() and not _x_answers():
        name = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY", "")
        raise DisplayMissing(_("The display {name} cannot be reached.").format(name=name))


def _x_answers() -> bool:
    import xcffib.xproto  # noqa: PLC0415 - there is none but on Linux; without the core protocol nothing connects

    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcffib.connect().disconnect()
    except xcffib.ConnectionException:
        return False
    return True


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_WAIT_S)
        try:
            line.connect(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere")) / name))
        except OSError:
            return False
    return True
