"""By which key, and which modifiers with it, a layout gives a symbol. Pure but for the layout it was made of."""

import dataclasses
import itertools
from collections.abc import Collection, Container

from agent.x11 import keys, symbols
from agent.x11.layout import KeyboardState, Layout

LEVEL_KEYSYMS = (keys.SHIFT_KEYSYMS, keys.ALT_GR_KEYSYMS, frozenset({0xFE11}))
"""What chooses a level and can be held for a moment: Shift, AltGr, and the fifth level's."""
_USUAL = frozenset({50, 108})
"""Left Shift and the right Alt: where two keys give a modifier, these are the real ones (evdev 42 and 100)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Way:
    """A key, and the modifiers that make it give a symbol."""

    keycode: int
    modifiers: int


class Ways:
    """The ways of one layout.

    Attributes:
        levels: modifier bits that choose levels, each with the keys that set it, the usual one first.
    """

    def __init__(self, layout: Layout, spares: Container[int]) -> None:
        """`spares` are keycodes whose meaning does not last."""
        self._layout, self._spares = layout, spares
        self.levels: list[tuple[int, list[int]]] = []
        for kind in LEVEL_KEYSYMS:
            codes = sorted(layout.giving(kind), key=lambda code: (code not in _USUAL, code))
            bits = layout.bits(kind)
            if bits.bit_count() == 1:
                self.levels.append((bits, codes))

    def way(self, wanted: tuple[int, ...], state: KeyboardState, down: Collection[int], place: int = 0) -> Way | None:
        """The key that gives the first of these symbols that any gives.

        Args:
            wanted: keysyms that will do, the best first;
            state: what is in force;
            down: keys that are down because of us, whose modifiers can be let go of for a moment;
            place: the key at which the technician types it: it is preferred, and then the fewest changes.
        """
        choices = self._choices(state, down)
        for keysym in wanted:
            found = [
                (keycode != place, changes, keycode, modifiers)
                for keycode, level in self._layout.ways(keysym, state.group)
                if keycode not in self._spares
                for changes, modifiers in choices
                if self._layout.level(keycode, state.group, modifiers) == level
            ]
            if found:
                _, _, keycode, modifiers = min(found)
                return Way(keycode, modifiers)
        return None

    def by_dead_key(self, character: str, state: KeyboardState, down: Collection[int]) -> tuple[Way, Way] | None:
        """A dead key and a letter that give this character one after the other."""
        parts = symbols.by_dead_key(character) if character else None
        if parts is None:
            return None
        accent = self.way((parts[0],), state, down)
        letter = self.way(symbols.keysyms_of(parts[1]), state, down)
        return (accent, letter) if accent and letter else None

    def _choices(self, state: KeyboardState, down: Collection[int]) -> list[tuple[int, int]]:
        """Modifier states that can be had from this one: how many changes, and the state."""
        bits = [bit for bit, codes in self.levels if not state.modifiers & bit or any(code in down for code in codes)]
        rest = state.modifiers & ~sum(bits)
        sets = [sum(some) for count in range(len(bits) + 1) for some in itertools.combinations(bits, count)]
        return [((one ^ (state.modifiers & sum(bits))).bit_count(), rest | one) for one in sets]
