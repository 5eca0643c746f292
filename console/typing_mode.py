"""Whether keys go by their place or by their symbol: what the two keyboards give tells. Pure; lives on the main thread.

Where both sides have the same layout, places are right for everything, games and dead keys included. Where they
differ, the technician means what his own keyboard shows. What his gives is learnt from the keys he presses, on any
platform; the first one that gives another symbol there goes by its symbol already.
"""

import enum

from protocol.session.messages import KeyboardChanged, KeyChanged


class TypingMode(enum.Enum):
    """What the technician chose."""

    AUTOMATIC = "automatic"
    SYMBOLS = "symbols"
    PLACES = "places"


class Held(enum.IntFlag):
    """What chooses among a key's symbols, as X11's modifier state has it (AltGr is Mod5 in xkeyboard-config)."""

    SHIFT = 1
    LOCK = 2
    ALT_GR = 128


_HEEDED = Held.SHIFT | Held.LOCK | Held.ALT_GR
_FIRST_NAMED, _UNICODE = 0xFD00, 0x0100_0000
"""Keysyms from here to Unicode's are of keys with names: Tab, the number pad, F1, modifiers."""


class Typing:
    """How keys go in one session.

    Attributes:
        mode: what was chosen.
        layout: what the helped side calls its layout, or "".
    """

    def __init__(self) -> None:
        self.mode = TypingMode.AUTOMATIC
        self.layout = ""
        self._there: dict[int, tuple[int, ...]] = {}
        self._different: set[int] = set()

    @property
    def by_symbol(self) -> bool:
        """Whether keys go by their symbol now."""
        return self.mode is TypingMode.SYMBOLS or (self.mode is TypingMode.AUTOMATIC and bool(self._different))

    def learn(self, keyboard: KeyboardChanged) -> None:
        """What the helped side's keys give now."""
        self.layout, self._there = keyboard.layout, keyboard.keys
        self._different.clear()

    def heed(self, key: KeyChanged, modifiers: int) -> None:
        """A key was pressed here, with these of X11's modifiers (`Held`) in force: whether it gives the same there."""
        if not self._there or not key.keysym or not key.down:
            return
        if _gives(self._there.get(key.evdev, ()), Held(modifiers & _HEEDED), key.keysym):
            self._different.discard(key.evdev)
        else:
            self._different.add(key.evdev)

    def next_mode(self) -> TypingMode:
        """The one after this, round and round."""
        modes = list(TypingMode)
        return modes[(modes.index(self.mode) + 1) % len(modes)]


def _gives(levels: tuple[int, ...], held: Held, keysym: int) -> bool:
    """Whether a key with these symbols, plain, shifted, with AltGr and with both, gives this one."""
    if keysym not in levels:
        return False
    if (
        _FIRST_NAMED <= keysym < _UNICODE or Held.LOCK in held
    ):  # Num Lock, Caps Lock and others have their say in the level
        return True
    level = (Held.SHIFT in held) + 2 * (Held.ALT_GR in held)
    while level >= len(levels):
        level = level & 1 if level > 1 else 0
    return levels[level] == keysym
