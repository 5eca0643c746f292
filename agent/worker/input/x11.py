"""Hands on an X server: physical keycodes by XTEST, so that the helped side's layout decides what a key means.

Auto-repeat is the server's business. Text that no key gives goes through a spare keycode, mapped for the purpose as
xdotool does; several take turns, since a slow program may look up a key after the next was mapped.
Lives on the loop's thread, with a connection of its own, and never sleeps there.
"""

import contextlib
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import xcffib.xkb
import xcffib.xtest

from agent.worker.input.hands import HandsLostError, Unable, UnableError
from agent.x11 import keys
from agent.x11.connection import Connection, DisplayLost
from agent.x11.keys import Keymap, Level, Stroke, keysyms_of, own_keysym

_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 3, 4, 5, 6
_MAPPING_NOTIFY = 34
_EVDEV_OFFSET = 8
"""X11 keycodes are the kernel's plus eight (xkeyboard-config, "evdev" rules)."""
_UP, _DOWN, _LEFT, _RIGHT = 4, 5, 6, 7
_NOTCH = 120
_MAX_POSITION = 2**15 - 1
_LOCK_BIT = 2
_CORE_KEYBOARD = 256  # XkbUseCoreKbd
_REUSE_S = 0.06
"""A program may look up a key so long after it was pressed; only then may its keycode mean something else."""
_IN_SERVER = 256
"""So many requests may wait in the server; more only delay whoever must let go after a crash."""


class X11Hands:
    """See `Hands`."""

    def __init__(self, display: str | None = None) -> None:
        """Connects. Raises HandsLostError."""
        try:
            self._x = Connection(display)
            self._test: Any = self._x.extension(xcffib.xtest.key)
            self._xkb: Any = self._x.extension(xcffib.xkb.key)
            self._xkb.UseExtension(1, 0).reply()
            self._buttons = len(self._x.core.GetPointerMapping().reply().map)
            self._keymap = Keymap.read(self._x)
        except DisplayLost as error:
            raise HandsLostError("there is no display") from error
        self._spares: OrderedDict[int, int] = OrderedDict((code, 0) for code in self._keymap.spare())
        self._spare_used_s = dict.fromkeys(self._spares, float("-inf"))
        self._keys: dict[int, int] = {}  # keycode → modifier bit or 0, in the order they were pressed
        self._named: dict[int, int] = {}  # keysym → keycode, of keys that no code names
        self._held_buttons: set[int] = set()
        self._rest_x = self._rest_y = 0
        self._asked = 0
        self._spare_due_s = float("-inf")

    @property
    def holding(self) -> bool:
        """See `Hands`."""
        return bool(self._keys or self._held_buttons)

    def move(self, x: int, y: int) -> None:
        """See `Hands`."""
        self._fake(_MOTION, 0, max(-_MAX_POSITION, min(x, _MAX_POSITION)), max(-_MAX_POSITION, min(y, _MAX_POSITION)))

    def button(self, number: int, *, down: bool) -> None:
        """See `Hands`."""
        if _UP <= number <= _RIGHT or number > self._buttons:
            raise UnableError(Unable.UNKNOWN_BUTTON)
        if down == (number in self._held_buttons):
            return
        (self._held_buttons.add if down else self._held_buttons.discard)(number)
        self._fake(_BUTTON_PRESS if down else _BUTTON_RELEASE, number)

    def scroll(self, dx: int, dy: int) -> None:
        """See `Hands`."""
        notches_x, self._rest_x = _notches(self._rest_x, dx)
        notches_y, self._rest_y = _notches(self._rest_y, dy)
        for count, back, forth in ((notches_y, _UP, _DOWN), (notches_x, _LEFT, _RIGHT)):
            for _ in range(abs(count)):
                self._fake(_BUTTON_PRESS, forth if count > 0 else back)
                self._fake(_BUTTON_RELEASE, forth if count > 0 else back)

    def key(self, evdev: int, keysym: int, *, down: bool) -> None:
        """See `Hands`."""
        self._hear_of_layouts()
        keycode = self._keycode(evdev, keysym)
        if down == (keycode in self._keys):
            return
        if down:
            self._keys[keycode] = keycode
        else:
            del self._keys[keycode]
        self._fake(_KEY_PRESS if down else _KEY_RELEASE, keycode)

    def strange(self, text: str) -> int:
        """See `Hands`."""
        group, _ = self._layout_state()
        return sum(self._stroke(character, group) is None for character in text)

    def type_text(self, text: str) -> int:
        """See `Hands`."""
        if time.monotonic() < self._spare_due_s:  # before any modifier is let go of for nothing
            return 0
        self._hear_of_layouts()
        with self._without_modifiers():
            group, locked = self._layout_state()
            for done, character in enumerate(text):
                if not self._type(character, group, locked=locked):
                    return done
        return len(text)

    def release_all(self) -> None:
        """See `Hands`. The last pressed first, so that no shortcut comes to be on the way."""
        for number in sorted(self._held_buttons):
            self._fake(_BUTTON_RELEASE, number)
        for keycode in reversed(self._keys):
            self._fake(_KEY_RELEASE, keycode)
        self._held_buttons.clear()
        self._keys.clear()
        self._named.clear()
        self.flush()

    def flush(self) -> None:
        """See `Hands`."""
        try:
            self._x.flush()
        except DisplayLost as error:
            raise HandsLostError("the display is gone") from error

    def close(self) -> None:
        """See `Hands`."""
        with contextlib.suppress(DisplayLost, HandsLostError):
            self.release_all()
            for keycode, keysym in self._spares.items():
                if keysym:
                    self._map(keycode, 0)
            self._x.sync()
            self._x.close()

    def _keycode(self, evdev: int, keysym: int) -> int:
        keycode = evdev + _EVDEV_OFFSET
        if evdev and self._keymap.first <= keycode < self._keymap.first + len(self._keymap.rows):
            return keycode
        if keysym in self._named:  # whatever the layout says by now: what was pressed is released
            return self._named[keysym]
        stroke = self._keymap.stroke(keysym)
        if stroke is None:
            raise UnableError(Unable.UNKNOWN_KEY)
        self._named[keysym] = stroke.keycode
        return stroke.keycode

    def _type(self, character: str, group: int, *, locked: bool) -> bool:
        """Whether it was done; if not, no spare keycode may be mapped anew before `_spare_due_s`."""
        if not character.isprintable() and character not in keys.CONTROL:
            raise UnableError(Unable.UNTYPABLE)
        if stroke := self._stroke(character, group):
            level = stroke.level
            if locked and character.lower() != character.upper() and not level & Level.ALT_GR:
                level ^= Level.SHIFT
            self._tap(stroke.keycode, level)
            return True
        spare = self._spare_for(own_keysym(character))
        if spare is None:
            return False
        self._tap(spare, Level.PLAIN)
        return True

    def _stroke(self, character: str, group: int) -> Stroke | None:
        """The key that gives it by itself, if there is one that is not in use."""
        for keysym in keysyms_of(character):
            stroke = self._keymap.stroke(keysym, group)
            if stroke and stroke.keycode not in self._spares and stroke.keycode not in self._keys:
                return stroke
        return None

    def _tap(self, keycode: int, level: Level) -> None:
        held = []
        for wanted, keysyms in ((Level.SHIFT, keys.SHIFT_KEYSYMS), (Level.ALT_GR, keys.ALT_GR_KEYSYMS)):
            if level & wanted:
                codes = self._keymap.keycodes(keysyms)
                if not codes:
                    raise UnableError(Unable.UNTYPABLE)
                held.append(min(codes, key=lambda code: (code not in _USUAL_MODIFIERS, code)))
        for code in (*held, keycode):
            self._fake(_KEY_PRESS, code)
        for code in (keycode, *reversed(held)):
            self._fake(_KEY_RELEASE, code)

    def _spare_for(self, keysym: int) -> int | None:
        """A keycode that gives this symbol; the one unused for the longest time, if it must be mapped anew.

        None if that was used too short a while ago: twenty new symbols within a blink. Better late than wrong.
        """
        if not self._spares:
            raise UnableError(Unable.UNTYPABLE)
        keycode = next((code for code, mapped in self._spares.items() if mapped == keysym), next(iter(self._spares)))
        if self._spares[keycode] != keysym:
            due_s = self._spare_used_s[keycode] + _REUSE_S
            if time.monotonic() < due_s:
                self._spare_due_s = due_s
                return None
            self._map(keycode, keysym)
            self._spares[keycode] = keysym
        self._spares.move_to_end(keycode)
        self._spare_used_s[keycode] = time.monotonic()
        return keycode

    def _map(self, keycode: int, keysym: int) -> None:
        try:
            self._x.core.ChangeKeyboardMapping(1, keycode, 2, [keysym, keysym])
        except DisplayLost as error:
            raise HandsLostError("the display is gone") from error

    @contextlib.contextmanager
    def _without_modifiers(self) -> Iterator[None]:
        """Text means its characters, whatever the technician holds down while sending it."""
        modifiers = self._keymap.keycodes(
            keys.SHIFT_KEYSYMS | keys.CONTROL_KEYSYMS | keys.ALT_KEYSYMS | keys.SUPER_KEYSYMS | keys.ALT_GR_KEYSYMS
        )
        held = [keycode for keycode in self._keys if keycode in modifiers]
        for keycode in held:
            self._fake(_KEY_RELEASE, keycode)
        try:
            yield
        finally:
            for keycode in held:
                self._fake(_KEY_PRESS, keycode)

    def _layout_state(self) -> tuple[int, bool]:
        """Which of the layouts is in force, and whether Caps Lock is on."""
        try:
            state = self._xkb.GetState(_CORE_KEYBOARD).reply()
        except DisplayLost as error:
            raise HandsLostError("the display is gone") from error
        return int(state.group), bool(state.lockedMods & _LOCK_BIT)

    def _hear_of_layouts(self) -> None:
        try:
            if any([event[0] == _MAPPING_NOTIFY for event in self._x.events()]):  # noqa: C419 - take all of them
                self._keymap = Keymap.read(self._x)
                for keycode, keysym in self._spares.items():  # a new layout has undone our mappings
                    if keysym and self._keymap.rows[keycode - self._keymap.first][:1] != (keysym,):
                        self._spares[keycode] = 0
        except DisplayLost as error:
            raise HandsLostError("the display is gone") from error

    def _fake(self, kind: int, detail: int, x: int = 0, y: int = 0) -> None:
        try:
            self._test.FakeInput(kind, detail, 0, self._x.root if kind == _MOTION else 0, x, y, 0)
            self._asked += 1
            if self._asked >= _IN_SERVER:
                self._asked = 0
                self._x.sync()
        except DisplayLost as error:
            raise HandsLostError("the display is gone") from error


_USUAL_MODIFIERS = frozenset({50, 108})
"""Left Shift and the right Alt: where two keys give a modifier, these are the real ones (evdev 42 and 100)."""


def _notches(rest: int, turned: int) -> tuple[int, int]:
    """Whole notches, and what is left of them; turning the other way begins anew."""
    total = turned if rest * turned < 0 else rest + turned
    notches = int(total / _NOTCH)
    return notches, total - notches * _NOTCH
