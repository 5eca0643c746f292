"""Lets go of every key and button that XTEST holds, whoever pressed it. Lives on its connection's thread.

A fake release goes to the XTEST devices (XTEST protocol, "FakeInput"; Xorg keeps one pair for each master), and the
server drops it when nothing is down there: what the user holds on a real keyboard stays down.
"""

import time

import xcffib.xproto
import xcffib.xtest

from agent.x11.connection import Connection

BUTTONS = range(1, 16)
_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 3, 4, 5, 6
_STATE_BUTTONS = 0x1F00
"""Buttons 1 to 5 in the core pointer state; those above it does not show."""
_PAUSE_S = 0.01


def held_keys(connection: Connection) -> frozenset[int]:
    """Keycodes that are down on the core keyboard, whoever presses them. Raises DisplayLost."""
    bits = bytes(connection.core.QueryKeymap().reply().keys)
    return frozenset(8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1)


def held_buttons(connection: Connection) -> frozenset[int]:
    """Of buttons 1 to 5, those that are down. Raises DisplayLost."""
    mask = connection.core.QueryPointer(connection.root).reply().mask
    return frozenset(button for button in range(1, 6) if mask & (0x80 << button))


def release_all(connection: Connection, *, settle_s: float = 0.0) -> None:
    """Lets go of everything, and again until `settle_s` have passed. Raises DisplayLost.

    What a killed process had sent before it died may still wait in the server, and presses keys after the first
    release; the time to settle covers it.
    """
    test = connection.extension(xcffib.xtest.key)
    end_s = time.monotonic() + settle_s
    while True:
        for button in BUTTONS:
            test.FakeInput(_BUTTON_RELEASE, button, 0, 0, 0, 0, 0)
        for keycode in held_keys(connection):
            test.FakeInput(_KEY_RELEASE, keycode, 0, 0, 0, 0, 0)
        connection.sync()
        if time.monotonic() >= end_s:
            return
        time.sleep(_PAUSE_S)
