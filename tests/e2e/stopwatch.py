"""Presses a key or button and takes the time until a display shows the change: hands by XTEST, eyes by grabs.

The clock starts before the X server is told of the press, and stops after the grab that differs: each figure holds the
whole way, and up to one grab (some milliseconds) too much.
"""

import time
from collections.abc import Callable
from typing import Any

import mss
from Xlib import XK, X
from Xlib.display import Display as XDisplay
from Xlib.ext import xtest

from tests.stage.display import Bounds
from tests.stage.waiting import StageError

_POLL_S = 0.0005
_TIMEOUT_S = 10.0
_CALM_S = 0.15
"""A picture that has not changed for so long has nothing more to say about the press before."""


class Hands:
    """Keys and buttons of one display, without the detour by a process for each."""

    def __init__(self, display: str) -> None:
        self._x: Any = XDisplay(display)

    def close(self) -> None:
        self._x.close()

    def keycode(self, character: str) -> int:
        """The key for a character on the display's layout, without Shift."""
        name = {" ": "space"}.get(character, character)
        return int(self._x.keysym_to_keycode(XK.string_to_keysym(name)))

    def press_key(self, keycode: int) -> None:
        xtest.fake_input(self._x, X.KeyPress, keycode)
        xtest.fake_input(self._x, X.KeyRelease, keycode)
        self._x.sync()

    def click(self, x: int, y: int) -> None:
        xtest.fake_input(self._x, X.MotionNotify, x=x, y=y)
        xtest.fake_input(self._x, X.ButtonPress, 1)
        xtest.fake_input(self._x, X.ButtonRelease, 1)
        self._x.sync()


class Eyes:
    """Parts of one display."""

    def __init__(self, display: str) -> None:
        self._eyes = mss.MSS(display=display)

    def close(self) -> None:
        self._eyes.close()

    def look(self, at: Bounds) -> bytes:
        """The pixels there, four bytes each."""
        return bytes(self._eyes.grab({"left": at.x, "top": at.y, "width": at.width, "height": at.height}).raw)

    def calm(self, at: Bounds) -> bytes:
        """Waits until the pixels there rest, and gives them."""
        last, since = self.look(at), time.perf_counter()
        deadline = since + _TIMEOUT_S
        while time.perf_counter() - since < _CALM_S:
            now = self.look(at)
            if now != last:
                last, since = now, time.perf_counter()
            if since > deadline:
                raise StageError(f"the display never rests at {at}")
            time.sleep(0.005)
        return last


def until(act: Callable[[], None], seen: Callable[[], bool], *, timeout_s: float = _TIMEOUT_S) -> float:
    """Acts, and gives the milliseconds until it is seen.

    Raises:
        StageError: it never was.
    """
    began_s = time.perf_counter()
    act()
    while not seen():
        if time.perf_counter() - began_s > timeout_s:
            raise StageError(f"nothing was seen of it within {timeout_s:g} s")
        time.sleep(_POLL_S)
    return (time.perf_counter() - began_s) * 1000


def until_change(act: Callable[[], None], eyes: Eyes, at: Bounds) -> float:
    """Acts, and gives the milliseconds until the pixels there change, which rest before."""
    before = eyes.calm(at)
    return until(act, lambda: eyes.look(at) != before)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed: the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
