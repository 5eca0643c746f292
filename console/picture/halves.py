"""Smaller copies of a picture, each half the size of the one before: each of their pixels is the mean of four.

What is shown at less than half its size is drawn from these, since smooth scaling looks at four pixels only and would
leave out the rest: thin lines and letters' stems would come and go. Guarantees that only what changed is halved again.
Main thread; hold the canvas's lock, as for painting.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from protocol.session.picture import Rect

Packed = npt.NDArray[np.uint32]
"""Rows of BGRX pixels, `[height, width]`, one number each."""

_BAND_PIXELS = 32 * 1024
"""Halved at a time: what lies in between stays in the processor's own memory, which is three times as fast."""
_ALL_BUT_LOWEST = np.uint32(0xFEFEFEFE)
_ONE = np.uint32(1)


def halvings(scale: float) -> int:
    """How often to halve what is to be shown at this scale, so that at least half is left for smooth scaling."""
    count = 0
    while scale * 2 ** (count + 1) <= 1.0:
        count += 1
    return count


def halved(pixels: Packed) -> Packed:
    """Half the width and height, rounded up: an edge of its own stands for the pixels that are not there."""
    height, width = pixels.shape
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2)), "edge")
        height, width = pixels.shape
    half: Packed = np.empty((height // 2, width // 2), np.uint32)
    step = max(2, _BAND_PIXELS // max(1, width) // 2 * 2)
    for top in range(0, height, step):
        band = pixels[top : top + step]
        rows = _mean(band[::2], band[1::2], up=False)
        # Once down and once up: it does not get darker.
        half[top // 2 : (top + step) // 2] = _mean(rows[:, ::2], rows[:, 1::2], up=True)
    return half


def _mean(one: Packed, other: Packed, *, up: bool) -> Packed:
    """Of each of the four bytes, without a byte running over into its neighbour."""
    differing = one ^ other
    differing &= _ALL_BUT_LOWEST
    differing >>= _ONE
    return (one | other) - differing if up else (one & other) + differing


class Halves:
    """One picture's. It does not keep the picture itself."""

    def __init__(self) -> None:
        self._levels: list[Packed] = []

    def forget(self) -> None:
        """Another picture, or nothing small is shown any more."""
        self._levels = []

    def changed(self, picture: Packed, rects: Sequence[Rect]) -> None:
        """Halves these parts of the picture again, as often as there are copies."""
        for rect in rects:
            source, part = picture, rect
            for level in self._levels:
                part = _half_of(part)
                here = np.s_[part.y : part.y + part.height, part.x : part.x + part.width]
                twice = np.s_[2 * part.y : 2 * (part.y + part.height), 2 * part.x : 2 * (part.x + part.width)]
                level[here] = halved(source[twice])
                source = level

    def at(self, picture: Packed, count: int) -> Packed:
        """The copy that was halved so often, at least once."""
        del self._levels[count:]
        while len(self._levels) < count:
            self._levels.append(halved(self._levels[-1] if self._levels else picture))
        return self._levels[-1]


def _half_of(rect: Rect) -> Rect:
    """The pixels of a copy that a rectangle reaches into."""
    left, top = rect.x // 2, rect.y // 2
    return Rect(left, top, -(-(rect.x + rect.width) // 2) - left, -(-(rect.y + rect.height) // 2) - top)
