"""From a key event of this computer to the physical key that the helped side presses. Pure; any thread.

X11's keycodes are the kernel's evdev codes plus 8 (X Keyboard Extension, "evdev" keycodes; Wayland's wl_keyboard says
the same), so a key is named by its place on the keyboard and the helped side's own layout decides what it types. Other
platforms give no such code yet: there the keysym alone goes out.
"""

import msgspec

from protocol.session.messages import KeyChanged, ReleaseAll

_X11_OFFSET = 8
_MAX_EVDEV = 767  # linux/input-event-codes.h, KEY_MAX
_MAX_KEYSYM = 0x1FFFFFFF  # X11 protocol, appendix A: keysyms have 29 bits
PLATFORMS_WITH_EVDEV = frozenset({"xcb", "wayland", "offscreen"})
"""Qt platform plugins whose `nativeScanCode` is an X11 keycode (offscreen: the tests' own)."""


def key_changed(scan_code: int, virtual_key: int, *, down: bool, platform: str) -> KeyChanged | None:
    """The message for a key.

    Args:
        scan_code: Qt's nativeScanCode; an X11 keycode on the platforms above.
        virtual_key: Qt's nativeVirtualKey; an X11 keysym there.
        down: pressed or let go.
        platform: Qt's platformName.

    Returns:
        None for a key that has neither code nor keysym.
    """
    evdev = scan_code - _X11_OFFSET if platform in PLATFORMS_WITH_EVDEV else 0
    evdev = evdev if 0 < evdev <= _MAX_EVDEV else 0
    keysym = virtual_key if 0 <= virtual_key <= _MAX_KEYSYM else 0
    return KeyChanged(evdev, keysym, down) if evdev or keysym else None


class HeldKeys:
    """Which keys and buttons are down at the helped side because of this technician.

    Guarantees: nothing is let go that was not pressed, nothing is pressed twice, and `release_all` leaves nothing down.
    """

    def __init__(self) -> None:
        self._keys: dict[int, KeyChanged] = {}
        self._buttons: set[int] = set()

    def press(self, scan_code: int, message: KeyChanged) -> list[KeyChanged]:
        """The messages to send for a key of this computer's keyboard, which is not repeating.

        If it is down already, its release was never heard of; it comes first.
        """
        missed = self.let_go(scan_code)
        self._keys[scan_code] = message
        return [message] if missed is None else [missed, message]

    def let_go(self, scan_code: int) -> KeyChanged | None:
        """The message to send, or None if it is not down.

        It names what was pressed: with Shift, or another layout since, the key itself may give another symbol by now.
        """
        pressed = self._keys.pop(scan_code, None)
        return None if pressed is None else msgspec.structs.replace(pressed, down=False)

    def button(self, button: int, *, down: bool) -> bool:
        """Whether this changes anything."""
        if down == (button in self._buttons):
            return False
        if down:
            self._buttons.add(button)
        else:
            self._buttons.discard(button)
        return True

    def release_all(self) -> ReleaseAll | None:
        """The message to send when this window is left, or None if nothing is down."""
        if not self._keys and not self._buttons:
            return None
        self._keys.clear()
        self._buttons.clear()
        return ReleaseAll()
