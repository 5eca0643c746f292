"""Tells when the user's own mouse or keyboard is in use: raw XI2 events from any device that is not XTEST's.

Lives on the loop's thread, with a connection of its own. Raw events come whichever window has the focus and whoever
grabs the keyboard; what they say beyond "something was pressed or moved" is not looked at.
"""

import dataclasses

import xcffib.xinput

from agent.x11.connection import GENERIC_EVENT, Connection, generic

_RAW_KEY_PRESS, _RAW_BUTTON_PRESS, _RAW_MOTION = 13, 15, 17
_ALL_DEVICES, _ALL_MASTERS = 0, 1


@dataclasses.dataclass(frozen=True, slots=True)
class Activity:
    """What the user did since the last look; `pointer` is where the mouse is now if it was moved."""

    acted: bool = False
    pointer: tuple[int, int] | None = None


class UserWatch:
    """Listens from now on. Every method raises DisplayLost when the display is gone."""

    def __init__(self, display: str | None = None) -> None:
        self._x = Connection(display)
        self._opcode = self._x.opcode(xcffib.xinput.key)
        self._input = self._x.extension(xcffib.xinput.key)
        self._input.XIQueryVersion(2, 2).reply()
        self._known: set[int] = set()
        self._injected: set[int] = set()
        self._learn_devices()
        wanted = 1 << _RAW_KEY_PRESS | 1 << _RAW_BUTTON_PRESS | 1 << _RAW_MOTION
        self._input.XISelectEvents(self._x.root, 1, [xcffib.xinput.EventMask.synthetic(_ALL_MASTERS, 1, [wanted])])
        self._x.flush()

    def fileno(self) -> int:
        """Readable when `look` may have something to say."""
        return self._x.fileno()

    def look(self) -> Activity:
        """Takes what has come."""
        acted = moved = False
        for event in self._x.events():
            if event[0] != GENERIC_EVENT:
                continue
            extension, kind, _, device = generic(event)
            if extension != self._opcode:
                continue
            if device not in self._known:
                self._learn_devices()
            if device not in self._injected:
                acted = True
                moved |= kind == _RAW_MOTION
        if not moved:
            return Activity(acted)
        where = self._x.core.QueryPointer(self._x.root).reply()
        return Activity(acted, (where.root_x, where.root_y))

    def close(self) -> None:
        """Disconnects."""
        self._x.close()

    def _learn_devices(self) -> None:
        for device in self._input.XIQueryDevice(_ALL_DEVICES).reply().infos:
            self._known.add(device.deviceid)
            if b"XTEST" in b"".join(device.name):  # Xorg names them so (Xext/xtest.c, AllocXTestDevice)
                self._injected.add(device.deviceid)
