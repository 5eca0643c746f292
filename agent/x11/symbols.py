"""Keysyms and the characters they mean (X11 protocol, appendix A "keysym encoding"). Pure."""

import unicodedata

UNICODE_KEYSYM = 0x0100_0000
"""A keysym for any character: this plus its code point."""
_LAST_POINT = 0x10_FFFF

_LEGACY = {
    0x0100: ("iso8859_2", 0xA0),
    0x0200: ("iso8859_3", 0xA0),
    0x0300: ("iso8859_4", 0xA0),
    0x0600: ("koi8_r", 0xC0),
    0x0700: ("iso8859_7", 0xC1),
    0x0C00: ("iso8859_8", 0xE0),
}
"""Keysyms older than Unicode: the byte of an 8-bit set plus this, from this byte on where both agree."""
_LEGACY_ALONE = {
    "€": 0x20AC,
    "Œ": 0x13BC,
    "œ": 0x13BD,
    "Ÿ": 0x13BE,
    "ё": 0x06A3,
    "є": 0x06A4,
    "\u0456": 0x06A6,
    "ї": 0x06A7,
    "ґ": 0x06AD,
    "Ё": 0x06B3,
    "Є": 0x06B4,
    "\u0406": 0x06B6,
    "Ї": 0x06B7,
    "Ґ": 0x06BD,
}
CONTROL = {"\n": 0xFF0D, "\r": 0xFF0D, "\t": 0xFF09, "\b": 0xFF08, "\x1b": 0xFF1B, "\x7f": 0xFFFF}
"""Characters that have keys of their own."""
_LATIN_1 = (*range(0x20, 0x7F), *range(0xA0, 0x100))

_FIRST_FUNCTION = 0xFD00
"""Characters older than Unicode end here; what follows are keys with names, but for `_TYPING`."""
_TYPING = frozenset(
    {
        0xFE20,  # ISO_Left_Tab: what Tab is with Shift
        *range(0xFE50, 0xFE70),  # dead_grave to dead_currency
        *range(0xFE80, 0xFE94),  # dead_a to dead_greek, dead_lowline to dead_longsolidusoverlay
        *range(0xFEA0, 0xFEA6),  # ch to C_H: the Breton letters
    }
)
"""All of 0xFExx that writing needs (X11/keysymdef.h, "XK_XKB_KEYS"). The server itself acts on most of the others,
on whatever keycode they are: no keycode may be given one."""
_SERVER = frozenset(
    {
        *range(0xFE70, 0xFE7B),  # AccessX_Enable to AudibleBell_Enable
        0xFED5,  # Terminate_Server
        *range(0xFEE0, 0xFF00),  # Pointer_Left to Pointer_Drag5, with Pointer_Button1 and Pointer_EnableKeys
        *range(0x1008_FE01, 0x1008_FE0D),  # XF86Switch_VT_1 to 12
        *range(0x1008_FE20, 0x1008_FE26),  # XF86Ungrab, ClearGrab, Next_VMode, Prev_VMode, LogWindowTree, LogGrabInfo
    }
)
"""Symbols that the X server acts on itself, before any program: it ends, shows another screen, moves the pointer,
presses a button (X11/keysymdef.h, "XK_XKB_KEYS"; X11/XF86keysym.h; xkeyboard-config's compat/misc, mousekeys, accessx,
xfree86)."""
_MOUSE_KEYS = frozenset({*range(0xFF91, 0xFFBA), *range(0xFFD6, 0xFFE1)})
"""Keys that move and press the pointer while the user has mouse keys on: KP_F1 to KP_9, and F25 to F35, which are the
number pad's on old keyboards (compat/mousekeys)."""

_KEYPAD = {0xFF80: " ", 0xFFBD: "=", **{0xFFAA + at: character for at, character in enumerate("*+,-./0123456789")}}
"""Keys of the number pad and what they type: where Num Lock is off, another key has it."""
_KEYPAD_MOVES = {
    0xFF8D: 0xFF0D,
    **{0xFF95 + at: 0xFF50 + at for at in range(8)},  # Home Left Up Right Down Prior Next End
    0xFF9E: 0xFF63,
    0xFF9F: 0xFFFF,
}

_DEAD = {
    "\u0300": 0xFE50,
    "\u0301": 0xFE51,
    "\u0302": 0xFE52,
    "\u0303": 0xFE53,
    "\u0304": 0xFE54,
    "\u0306": 0xFE55,
    "\u0307": 0xFE56,
    "\u0308": 0xFE57,
    "\u030a": 0xFE58,
    "\u030b": 0xFE59,
    "\u030c": 0xFE5A,
    "\u0327": 0xFE5B,
    "\u0328": 0xFE5C,
}
"""Combining marks and their dead keys, dead_grave to dead_ogonek."""
_DEAD_ALONE = {"`": 0xFE50, "^": 0xFE52, "~": 0xFE53}
"""What a dead key and then the space bar type, wherever there is a Compose file."""


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
    if character in _LEGACY_ALONE:
        found.append(_LEGACY_ALONE[character])
    return (*found, UNICODE_KEYSYM + point)


def own_keysym(character: str) -> int:
    """The keysym that every program understands: the Unicode one, but for Latin-1 the character's own number."""
    point = ord(character)
    return CONTROL.get(character) or (point if point in _LATIN_1 else UNICODE_KEYSYM + point)


def character_of(keysym: int) -> str:
    """The character that a keysym types, or "" for keys that type none."""
    if keysym in _LATIN_1:
        return chr(keysym)
    if UNICODE_KEYSYM <= keysym <= UNICODE_KEYSYM + _LAST_POINT:
        point = keysym - UNICODE_KEYSYM
        return "" if 0xD800 <= point <= 0xDFFF else chr(point)  # noqa: PLR2004 - surrogates are no characters
    if keysym in _KEYPAD:
        return _KEYPAD[keysym]
    encoding, first = _LEGACY.get(keysym & ~0xFF, ("", 0))
    if encoding and keysym & 0xFF >= first:
        return bytes((keysym & 0xFF,)).decode(encoding, "ignore")
    return next((character for character, alone in _LEGACY_ALONE.items() if alone == keysym), "")


def is_typed(character: str) -> bool:
    """Whether a key may type it: anything but codes that are no characters, so joiners and wide spaces, too."""
    return character in CONTROL or unicodedata.category(character) not in {"Cc", "Cs"}


def is_symbol(keysym: int) -> bool:
    """Whether any keycode may bear it with a meaning: characters, known or not, and dead keys; no keys with names."""
    return keysym < _FIRST_FUNCTION or keysym in _TYPING or UNICODE_KEYSYM <= keysym <= UNICODE_KEYSYM + _LAST_POINT


def is_of_server(keysym: int) -> bool:
    """Whether the X server itself does something at it: ends, shows another screen, presses a button."""
    return keysym in _SERVER


def is_of_mouse_keys(keysym: int) -> bool:
    """Whether the X server takes it for the pointer's while mouse keys are on."""
    return keysym in _MOUSE_KEYS


def alike(keysym: int) -> tuple[int, ...]:
    """Keysyms that do the same, this one first."""
    if keysym in _KEYPAD_MOVES:
        return (keysym, _KEYPAD_MOVES[keysym])
    character = character_of(keysym)
    return (keysym, *(one for one in keysyms_of(character) if one != keysym)) if character else (keysym,)


def in_either_case(keysym: int) -> tuple[int, ...]:
    """A letter's keysyms, small and capital; of anything else the ones alike."""
    character = character_of(keysym)
    both = {character.lower(), character.upper()} - {"", character}
    others = tuple(one for other in sorted(both) if len(other) == 1 for one in keysyms_of(other))
    return (*alike(keysym), *others)


def by_dead_key(character: str) -> tuple[int, str] | None:
    """A dead key's keysym, and the character to be typed after it, that make this one together; or None."""
    if character in _DEAD_ALONE:
        return _DEAD_ALONE[character], " "
    parts = unicodedata.normalize("NFD", character)
    if len(parts) == len("e\u0301") and parts[1] in _DEAD:
        return _DEAD[parts[1]], parts[0]
    return None
