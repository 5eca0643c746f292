"""Which monitors an X display has, by RANDR's names. Any thread that has the connection; distrusts nothing."""

from typing import Any

import xcffib.randr

from agent.x11.connection import Connection
from protocol import limits
from protocol.session.messages import Monitor

_MOST = 32


def monitors(x: Connection, width: int, height: int) -> tuple[Monitor, ...]:
    """In root coordinates; one that is all of the screen, which has this size, where RANDR knows of none.

    Raises DisplayLost.
    """
    randr: Any = x.extension(xcffib.randr.key)
    randr.QueryVersion(1, 5).reply()
    found = []
    for one in list(randr.GetMonitors(x.root, True).reply().monitors)[:_MOST]:
        name = bytes(b"".join(x.core.GetAtomName(one.name).reply().name)).decode(errors="replace")
        if one.width and one.height:
            primary = bool(one.primary)
            found.append(Monitor(name[: limits.NAME_CHARS], one.x, one.y, one.width, one.height, primary))
    return tuple(found) or (Monitor("screen", 0, 0, width, height, primary=True),)
