"""On which of several screens a window is, by the name that a consent has for it. Main thread.

Guarantees a name only where it is sure: Qt's screen and RANDR's monitor begin at the same pixel.
"""

import dataclasses

from PySide6.QtGui import QGuiApplication, QScreen

from agent.x11.connection import Connection, DisplayLost
from agent.x11.monitors import monitors


@dataclasses.dataclass(frozen=True, slots=True)
class Here:
    """One of several screens.

    Attributes:
        name: the monitor's.
        others: how many there are besides.
    """

    name: str
    others: int


def here(screen: QScreen) -> Here | None:
    """Which monitor `screen` is; None if it is the only one, or nobody can say."""
    if QGuiApplication.platformName() != "xcb":
        return None
    try:
        x = Connection()
        try:
            root = x.core.GetGeometry(x.root).reply()
            found = monitors(x, root.width, root.height)
        finally:
            x.close()
    except DisplayLost:
        return None
    origin = screen.geometry().topLeft()  # Qt leaves it unscaled
    names = [one.name for one in found if (one.x, one.y) == (origin.x(), origin.y())]
    return Here(names[0], len(found) - 1) if len(names) == 1 and len(found) > 1 else None
