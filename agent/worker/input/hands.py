"""What input needs of a platform. Wayland, Windows and macOS are further classes with these methods.

Hands live on the loop's thread, and know what they hold down themselves.
"""

import enum
from typing import Protocol

from protocol.session.messages import KeyboardChanged, KeyChanged


class Unable(enum.StrEnum):
    """Why something could not be done on the helped side."""

    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_BUTTON = "unknown_button"
    UNTYPABLE = "untypable"
    BANNER = "banner"
    """Only the user's own hand presses anything there."""
    SERVER_KEY = "server_key"
    """The X server itself acts on that key: ends, shows another screen, presses a button. Only the user's hand does."""


class UnableError(Exception):
    """This input means nothing here; it is dropped and counted."""

    def __init__(self, reason: Unable) -> None:
        super().__init__(reason.value)
        self.reason = reason


class HandsLostError(Exception):
    """The display is gone: the user logged off, or its server ended."""


class Hands(Protocol):
    """Keys and a mouse. Every method raises HandsLostError when the display is gone.

    Attributes:
        holding: whether anything is down because of these hands.
    """

    @property
    def holding(self) -> bool:
        """See above."""

    def move(self, x: int, y: int) -> None:
        """Puts the pointer at this pixel of the root window."""

    def keep_off(self, windows: frozenset[int]) -> None:
        """From now on no button is pressed and no wheel turned where it would go to one of these windows."""

    def button(self, number: int, *, down: bool) -> None:
        """Presses or releases a button by X11's number, except the wheel's. Raises UnableError."""

    def scroll(self, dx: int, dy: int) -> None:
        """Turns the wheel, in 1/120 of a notch, right and down; what is less than a notch is kept for the next.

        Raises UnableError.
        """

    def key(self, key: KeyChanged) -> bool:
        """Presses or releases a key: the one at that place, or by symbol whatever gives the symbol here.

        Pressing what is down does nothing. False if it can be done only a blink later: ask again then.
        Raises UnableError.
        """

    def strange(self, text: str) -> int:
        """How many of these characters no key gives as things are, so that typing them costs far more."""

    def is_strange(self, keysym: int) -> bool:
        """Whether no key gives this symbol as things are, so that pressing it costs far more."""

    def type_text(self, text: str) -> int:
        """Types text by whatever gives it, as far as that can be done without waiting; the number of characters done.

        Ask again a blink later for the rest. Raises UnableError where nothing gives the first character.
        """

    def look(self) -> KeyboardChanged | None:
        """What the keys give, if it may have changed since it was last asked for."""

    def fileno(self) -> int:
        """Readable when `look` may have something to say."""

    def release_all(self) -> None:
        """Lets go of everything these hands hold."""

    def flush(self) -> None:
        """Makes what was asked for happen now."""

    def close(self) -> None:
        """Lets go of everything and gives everything back. Never raises."""
