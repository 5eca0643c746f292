"""The helped side's keyboard: keys by place, symbols by whatever gives them here, text.

A symbol is typed as a person at this keyboard would: by the key and level of the layout in force that give it, Shift
and AltGr held or let go of for so long as its key is down; else by a dead key and a letter; else by a spare keycode.
Auto-repeat is the server's business. Lives on its connection's thread, and never sleeps there. Raises DisplayLost.
"""

import contextlib
import dataclasses
import itertools
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import xcffib.xkb

from agent.worker.input.hands import Unable, UnableError
from agent.worker.input.spares import Spares
from agent.worker.input.ways import LEVEL_KEYSYMS, Way, Ways
from agent.x11 import keys, symbols
from agent.x11.connection import Connection
from agent.x11.layout import CONTROL_BIT, CORE_KEYBOARD, KeyboardState, Layout, mouse_keys_are_on
from protocol import limits
from protocol.session.messages import MAX_LEVELS, KeyboardChanged

_EVDEV_OFFSET = 8
"""X11 keycodes are the kernel's plus eight (xkeyboard-config, "evdev" rules)."""
_LAST_KEYCODE = 255
_MAPPING_NOTIFY = 34
_NEW_KEYBOARD, _MAP, _STATE = 0, 1, 2
_STATE_CHANGED = struct.Struct("=H")
_GROUP_CHANGED = 0xF0
"""Of XkbStateNotify's `changed`: the group in force, or what makes it (XKB protocol, "XkbStateNotify")."""

_KINDS = (
    keys.SHIFT_KEYSYMS,
    keys.CONTROL_KEYSYMS,
    keys.ALT_KEYSYMS,
    keys.SUPER_KEYSYMS | frozenset({0xFFED, 0xFFEE}),  # Hyper
)
"""Modifiers that mean something on both sides, whatever the layouts; of a kind each may stand for the other."""
_HERE_ALONE = frozenset({0xFE11, 0xFE12, 0xFE13, *range(0xFE01, 0xFE10), 0xFF7E, 0xFF7F, 0xFFE5, 0xFFE6})
"""Keys that choose among the technician's own levels, groups and cases (ISO_Lock to ISO_Last_Group_Lock, Level 5,
Mode_switch, Num, Caps and Shift Lock): the symbols that come have gone through them already."""


@dataclasses.dataclass(slots=True)
class _Bent:
    """Modifiers that are other than the technician holds them, until this key is up again."""

    keycode: int
    lifted: list[int]
    added: list[int]


class Keyboard:
    """One session's keys on one display."""

    def __init__(self, connection: Connection, fake: Callable[[bool, int], None]) -> None:
        """`fake` presses (True) or releases a keycode by XTEST."""
        self._x, self._fake = connection, fake
        xkb: Any = connection.extension(xcffib.xkb.key)
        xkb.UseExtension(1, 0).reply()
        kind = xcffib.xkb.EventType
        wanted = kind.NewKeyboardNotify | kind.MapNotify | kind.StateNotify
        xkb.SelectEvents(CORE_KEYBOARD, wanted, 0, wanted, 0, 0, [])
        self._first_event = connection.first_event(xcffib.xkb.key)
        self._layout = Layout.read(connection)
        self._spares = Spares(connection, self._layout)
        self._ways = Ways(self._layout, self._spares)
        self._changed = True
        self._down: dict[int, int] = {}  # the technician's key → keycode, in the order they were pressed
        self._bent: _Bent | None = None

    @property
    def holding(self) -> bool:
        """Whether a key is down because of the technician."""
        return bool(self._down)

    def look(self) -> KeyboardChanged | None:
        """What the keys give now, if that may have changed since the last look."""
        self._hear()
        if not self._changed:
            return None
        self._changed = False
        group = KeyboardState.read(self._x).group
        layout = self._layout
        places = [code for code in layout.keys if code > _EVDEV_OFFSET and code not in self._spares]
        return KeyboardChanged(
            layout.name(group)[: limits.NAME_CHARS],
            {code - _EVDEV_OFFSET: layout.symbols(code, group)[:MAX_LEVELS] for code in places},
        )

    def key(self, evdev: int, keysym: int, *, down: bool, by_symbol: bool) -> bool:
        """Presses or releases what the technician's key means here; False to be asked again a blink later.

        Raises UnableError.
        """
        self._hear()
        name = evdev or -keysym  # with Shift a key gives another symbol, so it is known by its place if it has one
        if down == (name in self._down):
            return True
        if not down:
            self._release(name)
            return True
        if not by_symbol:
            self._press(name, self._place(evdev, keysym))
            return True
        return self._press_symbol(name, evdev, keysym)

    def strange(self, text: str) -> int:
        """How many of these characters no key gives as things are, so that typing them maps the keyboard anew."""
        group = KeyboardState.read(self._x).group
        return sum(self._is_strange(symbols.keysyms_of(character), character, group) for character in text)

    def is_strange(self, keysym: int) -> bool:
        """Whether no key gives this symbol, nor is it lent one already."""
        group = KeyboardState.read(self._x).group
        return self._is_strange(symbols.alike(keysym), symbols.character_of(keysym), group)

    def type_text(self, text: str) -> int:
        """Types text as far as that can be done without waiting; the number of characters done.

        Raises UnableError where nothing gives the first one.
        """
        if time.monotonic() < self._spares.due_s:  # before any modifier is let go of for nothing
            return 0
        self._hear()
        self._straighten()
        with self._without_modifiers():
            state = KeyboardState.read(self._x)
            for done, character in enumerate(text):
                try:
                    if not self._type(character, state):
                        return done
                except UnableError:
                    if not done:
                        raise
                    return done
        return len(text)

    def release_all(self) -> None:
        """Lets go of every key, the last pressed first, so that no shortcut comes to be on the way."""
        lifted, added = (self._bent.lifted, self._bent.added) if self._bent else ([], [])
        for keycode in [*reversed(self._down.values()), *added]:
            if keycode not in lifted:
                self._fake(False, keycode)
        self._down.clear()
        self._bent = None

    def restore(self) -> None:
        """Gives the spare keycodes back."""
        self._spares.restore()

    # --- keys
    def _place(self, evdev: int, keysym: int) -> int:
        keycode = evdev + _EVDEV_OFFSET
        if evdev and keycode <= _LAST_KEYCODE:
            return keycode
        if ways := self._layout.ways(keysym, 0):
            return ways[0][0]
        raise UnableError(Unable.UNKNOWN_KEY)

    def _press(self, name: int, keycode: int) -> None:
        self._straighten()
        self._keep_off_server(keycode)
        for other, held in list(self._down.items()):
            if held == keycode:  # two of the technician's keys are one here
                self._release(other)
        self._down[name] = keycode
        self._fake(True, keycode)

    def _keep_off_server(self, keycode: int, added: int = 0) -> None:
        """Refuses what the server itself would act on, this key or one held that repeats, with these modifiers added.

        Any group and any part of the modifiers will do: the device that XTEST presses on has a state of its own.
        """
        at_stake = [self._layout.of_server.get(code, frozenset()) for code in (keycode, *self._down.values())]
        if any(at_stake):
            modifiers = KeyboardState.read(self._x).modifiers | added | self._layout.modifiers.get(keycode, 0)
            if any(mask & modifiers == mask for masks in at_stake for mask in masks):
                raise UnableError(Unable.SERVER_KEY)
        if keycode in self._layout.of_mouse_keys and mouse_keys_are_on(self._x):
            raise UnableError(Unable.SERVER_KEY)

    def _release(self, name: int) -> None:
        keycode = self._down.pop(name)
        if self._bent and keycode in self._bent.lifted:
            self._bent.lifted.remove(keycode)  # it is up already
            return
        self._fake(False, keycode)
        if self._bent and self._bent.keycode == keycode:
            self._straighten()

    def _straighten(self) -> None:
        """Modifiers are again as the technician holds them; the key that they were bent for goes up before."""
        bent, self._bent = self._bent, None
        if bent is None:
            return
        for name, keycode in list(self._down.items()):
            if keycode == bent.keycode:
                del self._down[name]
                self._fake(False, keycode)
        for keycode in reversed(bent.added):
            self._fake(False, keycode)
        for keycode in bent.lifted:
            self._fake(True, keycode)

    # --- symbols
    def _press_symbol(self, name: int, evdev: int, keysym: int) -> bool:
        if keysym in _HERE_ALONE:
            return True
        if symbols.is_of_server(keysym):
            raise UnableError(Unable.SERVER_KEY)
        if not keysym:
            self._press(name, self._place(evdev, keysym))
            return True
        if modifier := self._modifier(evdev, keysym):
            self._press(name, modifier)
            return True
        self._straighten()
        state = KeyboardState.read(self._x)
        if self._is_shortcut(state):
            self._press_shortcut(name, evdev, keysym, state)
            return True
        return self._press_character(name, evdev, keysym, state)

    def _press_character(self, name: int, evdev: int, keysym: int, state: KeyboardState) -> bool:
        character = symbols.character_of(keysym)
        way = self._ways.way(symbols.alike(keysym), state, self._down.values(), evdev + _EVDEV_OFFSET)
        if way is None and (dead := self._ways.by_dead_key(character, state, self._down.values())):
            accent, way = dead
            self._strike(accent, state)
        if way is None and not symbols.is_symbol(keysym):
            self._press(name, self._place(evdev, keysym))
            return True
        if way is None:
            spare = self._lend(keysym)
            if spare is None:
                return False
            way = Way(spare, 0)
        self._press_bent(name, way, state)
        return True

    def _press_shortcut(self, name: int, evdev: int, keysym: int, state: KeyboardState) -> None:
        """With Ctrl, Alt or Super a letter is a letter whatever its case, and programs look in every group for it."""
        place = evdev + _EVDEV_OFFSET
        character = symbols.character_of(keysym)
        if character.lower() == character.upper() and (
            way := self._ways.way(symbols.alike(keysym), state, self._down.values(), place)
        ):
            self._press_bent(name, way, state)
            return
        groups = sorted(range(max(1, len(self._layout.names))), key=lambda group: group != state.group)
        for group, one in itertools.product(groups, symbols.in_either_case(keysym)):
            found = [code for code, level in self._layout.ways(one, group) if level <= 1 and code not in self._spares]
            if found:
                self._press(name, place if place in found else found[0])
                return
        self._press(name, self._place(evdev, keysym))

    def _modifier(self, evdev: int, keysym: int) -> int | None:
        """The key here that is this modifier: the one at the same place, else the same, else its twin."""
        kind = next((kind for kind in _KINDS if keysym in kind), None)
        if kind is None:
            return None
        place = evdev + _EVDEV_OFFSET
        if evdev and kind & set(self._layout.symbols(place, 0)):
            return place
        found = [way for one in (keysym, *sorted(kind)) for way in self._layout.ways(one, 0)]
        return found[0][0] if found else self._place(evdev, keysym)

    def _is_shortcut(self, state: KeyboardState) -> bool:
        bits = CONTROL_BIT | self._layout.bits(keys.ALT_KEYSYMS | keys.SUPER_KEYSYMS)
        return bool(state.held & bits)

    def _press_bent(self, name: int, way: Way, state: KeyboardState) -> None:
        self._keep_off_server(way.keycode, way.modifiers)
        if way.keycode in self._down.values():
            for other, held in list(self._down.items()):
                if held == way.keycode:
                    self._release(other)
        lifted, added = self._bend(way, state)
        self._down[name] = way.keycode
        self._fake(True, way.keycode)
        if lifted or added:
            self._bent = _Bent(way.keycode, lifted, added)

    def _strike(self, way: Way, state: KeyboardState) -> None:
        self._keep_off_server(way.keycode, way.modifiers)
        lifted, added = self._bend(way, state)
        self._fake(True, way.keycode)
        self._fake(False, way.keycode)
        for keycode in reversed(added):
            self._fake(False, keycode)
        for keycode in lifted:
            self._fake(True, keycode)

    def _bend(self, way: Way, state: KeyboardState) -> tuple[list[int], list[int]]:
        lifted: list[int] = []
        added: list[int] = []
        for bit, codes in self._ways.levels:
            if way.modifiers & bit and not state.modifiers & bit:
                added.append(codes[0])
            elif state.modifiers & bit and not way.modifiers & bit:
                lifted += [code for code in self._down.values() if code in codes]
        for keycode in lifted:
            self._fake(False, keycode)
        for keycode in added:
            self._fake(True, keycode)
        return lifted, added

    # --- text
    def _type(self, character: str, state: KeyboardState) -> bool:
        """Whether it was done; if not, no spare keycode may be mapped anew before `due_s`."""
        if not symbols.is_typed(character):
            raise UnableError(Unable.UNTYPABLE)
        way = self._ways.way(symbols.keysyms_of(character), state, ())
        if way and way.keycode in self._down.values():
            way = None  # it is in use
        if way is None and (dead := self._ways.by_dead_key(character, state, ())):
            accent, way = dead
            self._strike(accent, state)
        if way is None:
            spare = self._lend(symbols.own_keysym(character))
            if spare is None:
                return False
            way = Way(spare, state.modifiers)
        self._strike(way, state)
        return True

    def _lend(self, keysym: int) -> int | None:
        if not len(self._spares):
            raise UnableError(Unable.UNTYPABLE)
        return self._spares.lend(keysym, self._down.values())

    def _is_strange(self, wanted: tuple[int, ...], character: str, group: int) -> bool:
        if any(self._layout.ways(one, group) or self._spares.gives(one) for one in wanted):
            return False
        return not self._ways.by_dead_key(character, KeyboardState(group, 0, 0), ())

    @contextlib.contextmanager
    def _without_modifiers(self) -> Iterator[None]:
        """Text means its characters, whatever the technician holds down while sending it."""
        modifiers = self._layout.giving(frozenset().union(*_KINDS, *LEVEL_KEYSYMS))
        held = [keycode for keycode in self._down.values() if keycode in modifiers]
        for keycode in held:
            self._fake(False, keycode)
        try:
            yield
        finally:
            for keycode in held:
                self._fake(True, keycode)

    # --- the layout
    def _hear(self) -> None:
        """Reads the keyboard anew if somebody else has changed it."""
        if any([self._is_change(event) for event in self._x.events()]):  # noqa: C419 - take all of them
            self._layout = Layout.read(self._x)
            self._spares.heed(self._layout)
            self._ways = Ways(self._layout, self._spares)
            self._changed = True

    def _is_change(self, event: bytes) -> bool:
        if event[0] == _MAPPING_NOTIFY:
            first, count = event[5], event[6]
            return not self._spares.are_all(range(first, first + count))
        if event[0] != self._first_event:
            return False
        if event[1] == _MAP:
            first, count = event[16], event[17]
            return not count or not self._spares.are_all(range(first, first + count))
        if event[1] == _STATE:
            self._changed |= bool(_STATE_CHANGED.unpack_from(event, 26)[0] & _GROUP_CHANGED)
        return event[1] == _NEW_KEYBOARD
