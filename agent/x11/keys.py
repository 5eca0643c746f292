"""Which key gives which symbol in the layout in force, and which keys are modifiers. Pure but for two requests.

Columns of the core keymap as XKB fills them (XKB protocol, 17.2 "core keyboard mapping"): 0 and 1 are the first
layout's plain and shifted symbols, 2 and 3 the second's, 4 and 5 the first's with AltGr, 6 and 7 the second's.
"""

import dataclasses
import enum
import itertools
from typing import Any

from agent.x11.connection import Connection

UNICODE_KEYSYM = 0x0100_0000
"""A keysym for any character: this plus its code point (X11 protocol, appendix A)."""

_LEGACY = {
    0x0100: ("iso8859_2", 0xA0),
    0x0200: ("iso8859_3", 0xA0),
    0x0300: ("iso8859_4", 0xA0),
    0x0600: ("koi8_r", 0xC0),
    0x0700: ("iso8859_7", 0xC1),
    0x0C00: ("iso8859_8", 0xE0),
}
"""Keysyms older than Unicode: the byte of an 8-bit set plus this, from this byte on where both agree (appendix A)."""
CONTROL = {"\n": 0xFF0D, "\r": 0xFF0D, "\t": 0xFF09, "\b": 0xFF08, "\x1b": 0xFF1B, "\x7f": 0xFFFF}
"""Characters that have keys of their own."""
_LATIN_1 = (*range(0x20, 0x7F), *range(0xA0, 0x100))


class Level(enum.IntFlag):
    """What must be held for a symbol beside the key itself."""

    PLAIN = 0
    SHIFT = 1
    ALT_GR = 4


_BOTH = Level.SHIFT | Level.ALT_GR
_FIRST_COLUMN = {0: 0, 1: 2}
"""Of each layout that the core keymap shows; one with AltGr has the columns four further on, too."""

SHIFT_KEYSYMS = frozenset({0xFFE1, 0xFFE2})
CONTROL_KEYSYMS = frozenset({0xFFE3, 0xFFE4})
ALT_KEYSYMS = frozenset({0xFFE9, 0xFFEA, 0xFFE7, 0xFFE8})
SUPER_KEYSYMS = frozenset({0xFFEB, 0xFFEC})
ALT_GR_KEYSYMS = frozenset({0xFE03, 0xFF7E})  # ISO_Level3_Shift, Mode_switch
NUM_LOCK_KEYSYM = 0xFF7F
CAPS_LOCK_KEYSYM = 0xFFE5


def keysyms_of(character: str) -> tuple[int, ...]:
    """Every keysym that means this character, the likeliest first."""
    if character in CONTROL:
        return (CONTROL[character],)
    point = ord(character)
    found = [point] if point in _LATIN_1 else []
    for base, (encoding, first) in _LEGACY.items():
        try:
            byte = character.encode(encoding)[0]
        except UnicodeEncodeError:
            continue
        if byte >= first and byte not in found:
            found.append(base + byte)
    if character == "€":
        found.append(0x20AC)
    return (*found, UNICODE_KEYSYM + point)


def own_keysym(character: str) -> int:
    """The keysym that every program understands: the Unicode one, but for Latin-1 the character's own number."""
    point = ord(character)
    return CONTROL.get(character) or (point if point in _LATIN_1 else UNICODE_KEYSYM + point)


@dataclasses.dataclass(frozen=True, slots=True)
class Stroke:
    """A key and what must be held with it."""

    keycode: int
    level: Level


class Keymap:
    """The layout in force when it was made; make a new one when the server tells of a change.

    Attributes:
        first: the smallest keycode.
        rows: the keysyms of each keycode from `first` on, by column.
    """

    def __init__(self, first: int, rows: list[tuple[int, ...]]) -> None:
        self.first, self.rows = first, rows
        self._strokes: dict[tuple[int, int], Stroke] = {}
        for group, level in itertools.product(_FIRST_COLUMN, (Level.PLAIN, Level.SHIFT, Level.ALT_GR, _BOTH)):
            column = _FIRST_COLUMN[group] + level
            for at, row in enumerate(rows):
                if column < len(row) and row[column]:
                    self._strokes.setdefault((group, row[column]), Stroke(first + at, level))

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

    def stroke(self, keysym: int, group: int = 0) -> Stroke | None:
        """How this symbol is typed in the layout number `group` (0 is the first), or None."""
        return self._strokes.get((group, keysym))

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
