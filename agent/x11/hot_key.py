"""Hears one combination of keys wherever it is pressed, even while a program holds the keyboard for itself.

Two ways at once. A passive grab (X11 protocol, "GrabKey") keeps the combination from the program in front; it does not
work while another program grabs the keyboard (an open menu, a screen locker). Raw events (XI2 2.1, "Raw events: sent
to all clients … regardless of grabs") do. Lives on its connection's thread.
"""

import enum
import itertools
import time
from typing import Any

import xcffib.xinput
import xcffib.xproto

from agent.x11 import keys
from agent.x11.connection import GENERIC_EVENT, Connection, XError, generic
from agent.x11.held import held_keys
from agent.x11.keys import Keymap

_KEY_PRESS, _KEY_RELEASE, _MAPPING_NOTIFY = 2, 3, 34
_RAW_KEY_PRESS, _RAW_KEY_RELEASE = 13, 14
_ALL_MASTERS = 1
_CAPS_BIT = 2
_STATE_BITS = 0xFF
_LEARN_PAUSE_S = 0.25
"""Any program may change the keyboard hundreds of times a second; it is read anew so often, and not for each change."""


class HotKeyError(Exception):
    """A combination that nobody can press; the sentence says why."""


class Modifier(enum.Enum):
    """The modifiers a combination may have, with the keysyms of their keys."""

    CTRL = keys.CONTROL_KEYSYMS
    ALT = keys.ALT_KEYSYMS
    SHIFT = keys.SHIFT_KEYSYMS
    SUPER = keys.SUPER_KEYSYMS


_NAMED = {
    "end": 0xFF57,
    "home": 0xFF50,
    "escape": 0xFF1B,
    "pause": 0xFF13,
    "insert": 0xFF63,
    "delete": 0xFFFF,
    "backspace": 0xFF08,
    "space": 0x20,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
    **{character: ord(character) for character in "abcdefghijklmnopqrstuvwxyz0123456789"},
}
"""Keys that a combination may end in, by the lower-case names of their keysyms."""


def parse(combination: str) -> tuple[frozenset[Modifier], int]:
    """The modifiers and the keysym of such as "ctrl+alt+End". Raises HotKeyError."""
    *names, last = combination.lower().split("+")
    if last not in _NAMED:
        raise HotKeyError(f"The hot key {combination!r} ends in a key that this program does not know.")
    try:
        modifiers = frozenset(Modifier[name.upper()] for name in names)
    except KeyError as error:
        raise HotKeyError(f"The hot key {combination!r} has a modifier other than ctrl, alt, shift, super.") from error
    if not modifiers & {Modifier.CTRL, Modifier.ALT, Modifier.SUPER}:
        raise HotKeyError(f"The hot key {combination!r} would be pressed in writing; it needs ctrl, alt or super.")
    return modifiers, _NAMED[last]


class HotKey:
    """A combination that is listened for from now on.

    Attributes:
        grabbed: whether the program in front is kept from seeing it.
        due_s: when `pressed` must be called even if nothing comes, monotonic: the keyboard has changed. Else infinity.
    """

    def __init__(self, connection: Connection, combination: str) -> None:
        """Begins to listen. Raises HotKeyError, DisplayLost."""
        self._x, self._combination = connection, combination
        self.modifiers, self._keysym = parse(combination)
        self.grabbed = False
        self.due_s = float("inf")
        self._learned_s = float("-inf")
        self._down: set[tuple[int, int]] = set()  # (device, keycode); device 0: down before we listened
        self._opcode = connection.opcode(xcffib.xinput.key)
        self._listen_raw()
        self._learn()

    def pressed(self) -> bool:
        """Takes the events that have come, up to the combination; whether it was among them.

        Raises DisplayLost, and HotKeyError when the keyboard has the key no more.
        """
        while True:
            if any(map(self._take, self._x.events())):
                return True
            if time.monotonic() < self.due_s:
                return False
            self._learn()  # events may come with the answers

    def _take(self, event: bytes) -> bool:
        if event[0] == _MAPPING_NOTIFY:
            self.due_s = self._learned_s + _LEARN_PAUSE_S
            return False
        if event[0] == _KEY_PRESS:  # only what the grab asked for comes here
            return event[1] in self._keycodes
        if event[0] != GENERIC_EVENT:
            return False
        extension, kind, keycode, device = generic(event)
        if extension != self._opcode:
            return False
        if kind == _RAW_KEY_RELEASE:
            self._down.difference_update({(device, keycode), (0, keycode)})
            return False
        self._down.add((device, keycode))
        return keycode in self._keycodes and self._modifiers_down()

    def _modifiers_down(self) -> bool:
        """Exactly the wanted ones, counted by keys: a technician's own releases cannot undo what the user holds."""
        down = {keycode for _, keycode in self._down}
        return all(down & self._modifier_keycodes[modifier] for modifier in self.modifiers)

    def _learn(self) -> None:
        self.due_s, self._learned_s = float("inf"), time.monotonic()
        keymap = Keymap.read(self._x)
        self._keycodes = keymap.keycodes(frozenset({self._keysym}))
        if not self._keycodes:
            raise HotKeyError(f"This keyboard has no key for the hot key {self._combination!r}.")
        self._modifier_keycodes = {modifier: keymap.keycodes(modifier.value) for modifier in Modifier}
        self._down |= {(0, keycode) for keycode in held_keys(self._x)}
        self._grab(keymap)

    def _grab(self, keymap: Keymap) -> None:
        wanted = 0
        for modifier in self.modifiers:
            wanted |= keys.modifier_bits(self._x, keymap.keycodes(modifier.value))
        num_lock = keys.modifier_bits(self._x, keymap.keycodes(frozenset({keys.NUM_LOCK_KEYSYM})))
        locks = [bit for bit in (_CAPS_BIT, num_lock) if bit and not bit & wanted]
        ways = [sum(some) for count in range(len(locks) + 1) for some in itertools.combinations(locks, count)]
        self._x.core.UngrabKey(0, self._x.root, xcffib.xproto.ModMask.Any)
        self.grabbed = True
        asynchronous = xcffib.xproto.GrabMode.Async
        for keycode, way in itertools.product(self._keycodes, ways):
            request: Any = self._x.core.GrabKeyChecked(
                False, self._x.root, wanted | way, keycode, asynchronous, asynchronous
            )
            try:
                request.check()
            except XError:  # another program has it; the raw events are still ours
                self.grabbed = False

    def _listen_raw(self) -> None:
        input_2 = self._x.extension(xcffib.xinput.key)
        input_2.XIQueryVersion(2, 2).reply()
        wanted = 1 << _RAW_KEY_PRESS | 1 << _RAW_KEY_RELEASE
        mask = xcffib.xinput.EventMask.synthetic(_ALL_MASTERS, 1, [wanted])
        input_2.XISelectEvents(self._x.root, 1, [mask])
