"""A copy of what the console has, to find out what really changed. Pure.

Whole rows of what was grabbed are compared, and sent with a stable left edge and width where much changed: the
encoder finds such rows again in its history. Where little changed (typing) the columns are cut to what did.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from protocol.session.picture import Rect

MAX_RECTS = 8
"""More rectangles than these cost more in requests than the pixels between them."""
GRID = 16
"""Edges lie on multiples of this, so that they are the same from frame to frame."""
_SMALL_AREA = 96 * 1024
"""Pixels; below it cutting columns costs less than encoding unchanged ones."""
_GAP_ROWS = 24
"""Bands of changed rows nearer than this become one."""


def snap(rect: Rect, width: int, height: int) -> Rect | None:
    """`rect` with its left and right edge moved out to the grid and cut to the screen; None if nothing is left."""
    left, top = max(0, rect.x // GRID * GRID), max(0, rect.y)
    right, bottom = min(width, -(-(rect.x + rect.width) // GRID) * GRID), min(height, rect.y + rect.height)
    if left >= right or top >= bottom:
        return None
    return Rect(left, top, right - left, bottom - top)


def union(one: Rect, other: Rect) -> Rect:
    """The smallest rectangle around both."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Rect(left, top, right - left, bottom - top)


def merge(rects: Sequence[Rect], width: int, height: int) -> list[Rect]:
    """At most MAX_RECTS rectangles on the grid that cover all of `rects`, none of them overlapping another."""
    merged: list[Rect] = []
    for rect in rects:
        one = snap(rect, width, height)
        at = 0
        while one and at < len(merged):
            both = union(one, merged[at])
            if 4 * both.area <= 5 * (one.area + merged[at].area) or _overlap(one, merged[at]):
                del merged[at]
                one, at = both, 0
            else:
                at += 1
        if one:
            merged.append(one)
        if len(merged) > MAX_RECTS:
            while len(merged) > 1:
                merged = [union(merged[0], merged[1]), *merged[2:]]
    return merged


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


class Shadow:
    """The picture as it was last sent.

    Attributes:
        pixels: `[height, width]`, BGRX.
    """

    def __init__(self, width: int, height: int) -> None:
        """Black; every page is touched once here, so that the first frame does not pay for it."""
        self.pixels: Pixels = np.zeros((height, width), np.uint32)
        self.pixels.fill(0)
        self._differs: npt.NDArray[np.bool_] = np.zeros(height * width, np.bool_)

    def take(self, rect: Rect, grabbed: Pixels, *, all_of_it: bool = False) -> list[tuple[Rect, Pixels]]:
        """Takes over `grabbed`, the pixels at `rect`, and gives what the console does not have yet.

        The pixels given are views into `grabbed`, or copies, with rows that lie one behind the other.
        """
        here = self.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
        if all_of_it:
            here[:] = grabbed
            return [(rect, grabbed)]
        changed = []
        differs = self._compare(here, grabbed)
        for top, bottom in _bands(np.logical_or.reduce(differs, axis=1)):
            left, right = 0, rect.width
            if (bottom - top) * rect.width <= _SMALL_AREA:
                left, right = _columns(differs[top:bottom], rect.width)
            part = grabbed[top:bottom, left:right]
            here[top:bottom, left:right] = part
            where = Rect(rect.x + left, rect.y + top, right - left, bottom - top)
            changed.append((where, np.ascontiguousarray(part)))
        return changed

    def _compare(self, here: Pixels, grabbed: Pixels) -> npt.NDArray[np.bool_]:
        """Which pixels, or pairs of pixels, are different: `[height, width]` or `[height, width / 2]`."""
        one: npt.NDArray[np.uint32] | npt.NDArray[np.uint64] = here
        other: npt.NDArray[np.uint32] | npt.NDArray[np.uint64] = grabbed
        if here.shape[1] % 2 == 0 and self.pixels.shape[1] % 2 == 0:
            one, other = here.view(np.uint64), grabbed.view(np.uint64)  # twice as fast
        out = self._differs[: one.shape[0] * one.shape[1]].reshape(one.shape)
        return np.not_equal(one, other, out=out)


def _bands(rows: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of changed rows as (first, behind the last), near ones together."""
    changed = np.flatnonzero(rows)
    if not len(changed):
        return []
    cuts = np.flatnonzero(np.diff(changed) > _GAP_ROWS)
    firsts = [int(changed[0]), *(int(changed[at + 1]) for at in cuts)]
    lasts = [*(int(changed[at]) for at in cuts), int(changed[-1])]
    return [(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]


def _columns(differs: npt.NDArray[np.bool_], width: int) -> tuple[int, int]:
    """The first changed column and the one behind the last, moved out to the grid."""
    step = width // differs.shape[1]
    changed = np.flatnonzero(np.logical_or.reduce(differs, axis=0))
    left = int(changed[0]) * step // GRID * GRID
    right = -(-(int(changed[-1]) + 1) * step // GRID) * GRID
    return left, min(width, right)
