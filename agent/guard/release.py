"""Lets go of everything on a fresh connection: what every way out of a session comes to."""

from collections.abc import Iterable

from agent.x11.connection import Connection
from agent.x11.held import release_all
from agent.x11.keys import Keymap

SETTLE_S = 0.15
"""How long what a killed worker had sent may still press keys. The server reads at most a buffer of it (some thousand
requests, a few milliseconds); this is far above and well within the half second the hot key has."""
_NO_CHARACTER = 0x1000_0000
"""Keysyms from here on are the vendors' (X11 protocol, appendix A), such as a key for the volume."""


def release_on(display: str | None, spares: Iterable[int] = ()) -> None:
    """Lets go on `display` until it has settled. Raises DisplayLost when there is none any more.

    Of `spares`, keycodes that meant nothing before the session, those are unmapped that a killed worker has left with a
    character: one and the same at every level (`agent.worker.input.x11`), as no layout has it on such a key.
    """
    connection = Connection(display)
    try:
        release_all(connection, settle_s=SETTLE_S)
        keymap = Keymap.read(connection)
        for keycode in spares:
            symbols = {*keymap.rows[keycode - keymap.first]} - {0}
            if len(symbols) == 1 and min(symbols) < _NO_CHARACTER:
                connection.core.ChangeKeyboardMapping(1, keycode, 1, [0])
        connection.sync()
    finally:
        connection.close()
