"""Keysyms of modifiers, and the core keymap: which keys give a symbol at all. Pure but for two requests.

Columns of the core keymap as XKB fills them (XKB protocol, 17.2 "core keyboard mapping"): 0 and 1 are the first
layout's plain and shifted symbols, 2 and 3 the second's, 4 and 5 the first's with AltGr, 6 and 7 the second's.
"""

from typing import Any

from agent.x11.connection import Connection

SHIFT_KEYSYMS = frozenset({0xFFE1, 0xFFE2})
CONTROL_KEYSYMS = frozenset({0xFFE3, 0xFFE4})
ALT_KEYSYMS = frozenset({0xFFE9, 0xFFEA, 0xFFE7, 0xFFE8})
SUPER_KEYSYMS = frozenset({0xFFEB, 0xFFEC})
ALT_GR_KEYSYMS = frozenset({0xFE03, 0xFF7E})  # ISO_Level3_Shift, Mode_switch
NUM_LOCK_KEYSYM = 0xFF7F
CAPS_LOCK_KEYSYM = 0xFFE5


class Keymap:
    """The layout in force when it was made; make a new one when the server tells of a change.

    Attributes:
        first: the smallest keycode.
        rows: the keysyms of each keycode from `first` on, by column.
    """

    def __init__(self, first: int, rows: list[tuple[int, ...]]) -> None:
        self.first, self.rows = first, rows

    @classmethod
    def read(cls, connection: Connection) -> "Keymap":
        """Asks the server. Raises DisplayLost."""
        setup: Any = connection._x.setup  # noqa: SLF001 - one package
        first, count = setup.min_keycode, setup.max_keycode - setup.min_keycode + 1
        reply = connection.core.GetKeyboardMapping(first, count).reply()
        wide, flat = reply.keysyms_per_keycode, list(reply.keysyms)
        return cls(first, [tuple(flat[at * wide : (at + 1) * wide]) for at in range(count)])

    def keycodes(self, keysyms: frozenset[int]) -> frozenset[int]:
        """Keys that give one of these symbols at any level of the first layout."""
        return frozenset(self.first + at for at, row in enumerate(self.rows) if keysyms & set(row))

    def spare(self) -> list[int]:
        """Keycodes without any symbol, the highest first."""
        return [self.first + at for at, row in enumerate(self.rows) if not any(row)][::-1]


def modifier_bits(connection: Connection, keycodes: frozenset[int]) -> int:
    """The bits of the core modifier state (Shift 1, Lock 2, Control 4, Mod1 8 …) that these keys set."""
    reply = connection.core.GetModifierMapping().reply()
    wide, flat, bits = reply.keycodes_per_modifier, list(reply.keycodes), 0
    for modifier in range(8):
        if keycodes & set(flat[modifier * wide : (modifier + 1) * wide]):
            bits |= 1 << modifier
    return bits
