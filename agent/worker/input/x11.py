"""Hands on an X server, by XTEST: pointer, buttons and wheel here, keys and text in `keyboard`.

Lives on the loop's thread, with a connection of its own, and never sleeps there.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import xcffib.xtest

from agent.worker.input.hands import HandsLostError, Unable, UnableError
from agent.worker.input.keyboard import Keyboard
from agent.x11.connection import Connection, DisplayLost
from protocol.session.messages import KeyboardChanged, KeyChanged

_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 3, 4, 5, 6
_UP, _DOWN, _LEFT, _RIGHT = 4, 5, 6, 7
_NOTCH = 120
_MAX_POSITION = 2**15 - 1
_IN_SERVER = 256
"""So many requests may wait in the server; more only delay whoever must let go after a crash."""


class X11Hands:
    """See `Hands`."""

    def __init__(self, display: str | None = None) -> None:
        """Connects. Raises HandsLostError."""
        try:
            self._x = Connection(display)
            self._test: Any = self._x.extension(xcffib.xtest.key)
            self._buttons = len(self._x.core.GetPointerMapping().reply().map)
            self._keyboard = Keyboard(self._x, self._fake_key)
        except DisplayLost as error:
            raise HandsLostError("there is no display") from error
        self._held_buttons: set[int] = set()
        self._kept_off: frozenset[int] = frozenset()
        self._rest_x = self._rest_y = 0
        self._asked = 0

    @property
    def holding(self) -> bool:
        """See `Hands`."""
        return bool(self._keyboard.holding or self._held_buttons)

    def move(self, x: int, y: int) -> None:
        """See `Hands`."""
        self._fake(_MOTION, 0, max(-_MAX_POSITION, min(x, _MAX_POSITION)), max(-_MAX_POSITION, min(y, _MAX_POSITION)))

    def keep_off(self, windows: frozenset[int]) -> None:
        """See `Hands`."""
        self._kept_off = windows

    def button(self, number: int, *, down: bool) -> None:
        """See `Hands`."""
        if _UP <= number <= _RIGHT or number > self._buttons:
            raise UnableError(Unable.UNKNOWN_BUTTON)
        if down == (number in self._held_buttons):
            return
        if down:  # while others are held, too: where nobody listened to them, nothing grabbed the pointer
            self._keep_off()
        (self._held_buttons.add if down else self._held_buttons.discard)(number)
        self._fake(_BUTTON_PRESS if down else _BUTTON_RELEASE, number)

    def scroll(self, dx: int, dy: int) -> None:
        """See `Hands`."""
        self._keep_off()
        notches_x, self._rest_x = _notches(self._rest_x, dx)
        notches_y, self._rest_y = _notches(self._rest_y, dy)
        for count, back, forth in ((notches_y, _UP, _DOWN), (notches_x, _LEFT, _RIGHT)):
            for _ in range(abs(count)):
                self._fake(_BUTTON_PRESS, forth if count > 0 else back)
                self._fake(_BUTTON_RELEASE, forth if count > 0 else back)

    def key(self, key: KeyChanged) -> bool:
        """See `Hands`."""
        with _lost():
            return self._keyboard.key(key.evdev, key.keysym, down=key.down, by_symbol=key.by_symbol)

    def strange(self, text: str) -> int:
        """See `Hands`."""
        with _lost():
            return self._keyboard.strange(text)

    def is_strange(self, keysym: int) -> bool:
        """See `Hands`."""
        with _lost():
            return self._keyboard.is_strange(keysym)

    def type_text(self, text: str) -> int:
        """See `Hands`."""
        with _lost():
            return self._keyboard.type_text(text)

    def look(self) -> KeyboardChanged | None:
        """See `Hands`."""
        with _lost():
            return self._keyboard.look()

    def fileno(self) -> int:
        """See `Hands`."""
        return self._x.fileno()

    def release_all(self) -> None:
        """See `Hands`. The last pressed first, so that no shortcut comes to be on the way."""
        for number in sorted(self._held_buttons):
            self._fake(_BUTTON_RELEASE, number)
        self._held_buttons.clear()
        with _lost():
            self._keyboard.release_all()
        self.flush()

    def flush(self) -> None:
        """See `Hands`."""
        with _lost():
            self._x.flush()

    def close(self) -> None:
        """See `Hands`."""
        with contextlib.suppress(DisplayLost, HandsLostError):
            self.release_all()
            self._keyboard.restore()
            self._x.sync()
            self._x.close()

    def _keep_off(self) -> None:
        """Asks the server which window would get what is pressed now: it alone knows. Raises UnableError."""
        if not self._kept_off:
            return
        with _lost():
            under = self._x.core.QueryPointer(self._x.root).reply().child
        if under in self._kept_off:
            raise UnableError(Unable.BANNER)

    def _fake_key(self, down: bool, keycode: int) -> None:
        self._fake(_KEY_PRESS if down else _KEY_RELEASE, keycode)

    def _fake(self, kind: int, detail: int, x: int = 0, y: int = 0) -> None:
        with _lost():
            self._test.FakeInput(kind, detail, 0, self._x.root if kind == _MOTION else 0, x, y, 0)
            self._asked += 1
            if self._asked >= _IN_SERVER:
                self._asked = 0
                self._x.sync()


@contextlib.contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except DisplayLost as error:
        raise HandsLostError("the display is gone") from error


def _notches(rest: int, turned: int) -> tuple[int, int]:
    """Whole notches, and what is left of them; turning the other way begins anew."""
    total = turned if rest * turned < 0 else rest + turned
    notches = int(total / _NOTCH)
    return notches, total - notches * _NOTCH
