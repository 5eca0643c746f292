"""What each key gives in each layout, by XKB: levels, groups, and the modifiers that choose them.

Unlike the core keymap (`agent.x11.keys`) this knows every group, every level, and what Caps and Num Lock do to which
key (X Keyboard Extension protocol, 7 "key types", 17 "GetMap"). Lives on its connection's thread.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import xcffib.xkb

from agent.x11 import symbols
from agent.x11.connection import Connection, XError

CORE_KEYBOARD = 256
"""XkbUseCoreKbd."""
CONTROL_BIT = 4
_OUT_OF_RANGE, _CLAMP, _REDIRECT = 0xC0, 0x40, 0x80
"""Of a key's `groupInfo`: what a group beyond its last means (XKB protocol, 12.4 "groups_wrap")."""


@dataclasses.dataclass(frozen=True, slots=True)
class KeyType:
    """Which modifiers choose which level of a key: those in `mask` count, and what `levels` lacks is level 0."""

    mask: int
    levels: dict[int, int]

    def level(self, modifiers: int) -> int:
        """The level, from 0, that these modifiers choose."""
        return self.levels.get(modifiers & self.mask, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key: for each group its type and its symbols by level."""

    groups: tuple[tuple[KeyType, tuple[int, ...]], ...]
    beyond: int

    def group(self, number: int) -> tuple[KeyType, tuple[int, ...]]:
        """What it is while the layout number `number` is in force; a key has often fewer groups than the keyboard."""
        count = len(self.groups)
        if number < count:
            return self.groups[number]
        if self.beyond & _OUT_OF_RANGE == _CLAMP:
            return self.groups[-1]
        if self.beyond & _OUT_OF_RANGE == _REDIRECT:
            return self.groups[min((self.beyond & 0x30) >> 4, count - 1)]
        return self.groups[number % count]


class Layout:
    """The keyboard when it was read; read it anew when the server tells of a change.

    Attributes:
        keys: by keycode, those with any symbol.
        names: of the groups, for people: "German".
        spare: keycodes without any symbol, the highest first.
        modifiers: by keycode, the modifier bits that a key sets.
        of_server: by keycode, those at which the server itself does something in any group, and the modifiers at which.
        of_mouse_keys: keycodes that are the pointer's while mouse keys are on.
    """

    def __init__(
        self, by_keycode: dict[int, Key], names: tuple[str, ...], modifiers: dict[int, int], spare: tuple[int, ...]
    ) -> None:
        self.keys, self.names, self.modifiers, self.spare = by_keycode, names, modifiers, spare
        self._ways: dict[int, dict[int, list[tuple[int, int]]]] = {}
        self.of_server = {code: masks for code, key in by_keycode.items() if (masks := _of_server(key))}
        self.of_mouse_keys = frozenset(
            code
            for code, key in by_keycode.items()
            if any(symbols.is_of_mouse_keys(symbol) for _, given in key.groups for symbol in given)
        )

    @classmethod
    def read(cls, connection: Connection) -> "Layout":
        """Asks the server, which knows XKB on this connection already. Raises DisplayLost."""
        xkb = connection.extension(xcffib.xkb.key)
        part = xcffib.xkb.MapPart
        wanted = part.KeyTypes | part.KeySyms | part.ModifierMap
        reply = xkb.GetMap(CORE_KEYBOARD, wanted, *[0] * 16).reply()
        types = [_type(one) for one in reply.types_rtrn]
        found = {}
        for keycode, one in enumerate(reply.syms_rtrn, reply.firstKeySym):
            if key := _key(one, types):
                found[keycode] = key
        modifiers = {one.keycode: one.mods for one in reply.modmap_rtrn}
        spare = tuple(code for code in range(reply.maxKeyCode, reply.minKeyCode - 1, -1) if code not in found)
        return cls(found, _names(connection, xkb), modifiers, spare)

    def symbols(self, keycode: int, group: int) -> tuple[int, ...]:
        """What a key gives at each level."""
        key = self.keys.get(keycode)
        return key.group(group)[1] if key else ()

    def level(self, keycode: int, group: int, modifiers: int) -> int:
        """Which of them it gives now."""
        key = self.keys.get(keycode)
        return key.group(group)[0].level(modifiers) if key else 0

    def ways(self, keysym: int, group: int) -> list[tuple[int, int]]:
        """Each key, and its level, that gives a symbol in this group; the lowest level first."""
        if group not in self._ways:
            ways: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for keycode, key in self.keys.items():
                for level, symbol in enumerate(key.group(group)[1]):
                    if symbol:
                        ways[symbol].append((keycode, level))
            for found in ways.values():
                found.sort(key=lambda way: (way[1], way[0]))
            self._ways[group] = ways
        return self._ways[group].get(keysym, [])

    def giving(self, keysyms: frozenset[int], group: int = 0) -> frozenset[int]:
        """Keys that give one of these symbols by themselves, such as both that are Shift."""
        return frozenset(keycode for one in keysyms for keycode, level in self.ways(one, group) if level == 0)

    def bits(self, keysyms: frozenset[int], group: int = 0) -> int:
        """The modifier bits that keys with these symbols set."""
        bits = 0
        for keycode in self.giving(keysyms, group):
            bits |= self.modifiers.get(keycode, 0)
        return bits

    def name(self, group: int) -> str:
        """What people call the layout of a group, or ""."""
        return self.names[group] if group < len(self.names) else ""


@dataclasses.dataclass(frozen=True, slots=True)
class KeyboardState:
    """What is in force: group, effective modifiers, and of these the ones that keys hold down."""

    group: int
    modifiers: int
    held: int

    @classmethod
    def read(cls, connection: Connection) -> "KeyboardState":
        """Asks the server. Raises DisplayLost."""
        reply = connection.extension(xcffib.xkb.key).GetState(CORE_KEYBOARD).reply()
        return cls(int(reply.group), int(reply.mods), int(reply.baseMods))


def _type(one: Any) -> KeyType:
    levels = {int(entry.mods_mask): int(entry.level) for entry in one.map if entry.active}
    return KeyType(int(one.mods_mask), levels)


def mouse_keys_are_on(connection: Connection) -> bool:
    """Whether the number pad moves and presses the pointer now. Raises DisplayLost."""
    controls = connection.extension(xcffib.xkb.key).GetControls(CORE_KEYBOARD).reply().enabledControls
    return bool(int(controls) & xcffib.xkb.BoolCtrl.MouseKeys)


def _of_server(key: Key) -> frozenset[int]:
    """The sets of modifiers at which the server acts; 0 is "at any"."""
    return frozenset(
        mask
        for kind, given in key.groups
        for level, symbol in enumerate(given)
        if symbols.is_of_server(symbol)
        for mask in ([mask for mask, chosen in kind.levels.items() if chosen == level] if level else [0])
    )


def _key(one: Any, types: list[KeyType]) -> Key | None:
    wide, given, count = int(one.width), [int(symbol) for symbol in one.syms], int(one.groupInfo) & 0x0F
    groups = tuple(
        (
            types[one.kt_index[at]] if one.kt_index[at] < len(types) else KeyType(0, {}),
            tuple(given[at * wide :][:wide]),
        )
        for at in range(count)
    )
    return Key(groups, int(one.groupInfo)) if any(given) and groups else None


def _names(connection: Connection, xkb: Any) -> tuple[str, ...]:
    def read() -> Iterator[str]:
        for atom in xkb.GetNames(CORE_KEYBOARD, xcffib.xkb.NameDetail.GroupNames).reply().groups:
            yield connection.core.GetAtomName(atom).reply().name.to_string() if atom else ""

    try:
        return tuple(read())
    except (XError, UnicodeDecodeError):
        return ()
