"""Finds what merely moved: scrolled pages, dragged windows. Pure, and never trusted: what it finds is compared again.

Some rows of the new picture give anchors, short runs of pixels with much going on in them; they are looked for in the
old picture, in the same columns at any height and nearby in any direction. What most anchors agree on is tried,
and the rectangle is the one for which most pixels become right and fewest become wrong.
"""

import dataclasses
from collections import Counter

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from agent.worker.regions.areas import Mask, pixels_of
from protocol.session.picture import Rect

_ROWS, _PARTS = 16, 3
"""Rows that give anchors, and how many each: what a dragged window uncovers is in every row, and came from nowhere."""
_AGREED = 3
"""Anchors that agree on a move, so that no others need be looked for."""
_RUN = 24
"""Pixels in an anchor."""
_VARIED = 6
"""An anchor with fewer changes of colour than these fits too many places."""
_NEAR_X, _NEAR_Y = 160, 128
"""How far a window moves in one frame: 160 pixels at 30 frames a second cross a screen in 0.4 s."""
_MAX_HITS = 24
"""An anchor that fits more places than these says nothing."""
_STEP = 4
"""One in so many columns (rows) is looked at to find the rows (columns) that moved."""
_FRINGE = 0.02
"""What seems to have moved further out than all but so much of it is chance."""
_WORTH_SHARE = 0.25
"""A move that mends less of what changed is not worth its two extra comparisons."""
_WORTH_PIXELS = 4 * 1024

Shift = tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """The pixels of `rect` were `(dx, dy)` further left and up before."""

    rect: Rect
    dx: int
    dy: int

    @property
    def source(self) -> Rect:
        """Where they were."""
        return Rect(self.rect.x - self.dx, self.rect.y - self.dy, self.rect.width, self.rect.height)


def find(before: Pixels, after: Pixels, changed: Mask, hint: Shift | None = None) -> Move | None:
    """What moved within one rectangle of the screen, or None if nothing worth it did.

    Args:
        before: the rectangle's old pixels, `[height, width]`.
        after: its new ones, the same shape.
        changed: where they differ.
        hint: the move before, which is tried first.

    Returns:
        A move within the rectangle; x and y count from its corner.
    """
    if hint and (move := _fit(before, after, changed, hint)):
        return move
    votes: Counter[Shift] = Counter()
    for y, x in _anchors(after, changed):
        places = _places(before, after[y, x : x + _RUN], y, x)
        votes.update(places)
        if len(places) == 1 and votes[next(iter(places))] >= _AGREED:
            break
    for shift, count in votes.most_common(2):
        if count > 1 and (move := _fit(before, after, changed, shift)):
            return move
    return None


def _anchors(after: Pixels, changed: Mask) -> list[tuple[int, int]]:
    """Places with much going on, from rows all over the rectangle."""
    height, width = after.shape
    if width <= _RUN or height < 2:  # noqa: PLR2004 - one row has not moved anywhere
        return []
    rows = np.linspace(0, height - 1, min(height, _ROWS)).astype(np.intp)
    lines = after[rows]
    varied = np.zeros(lines.shape, np.int32)
    varied[:, 1:] = (lines[:, 1:] != lines[:, :-1]) & changed[rows, 1:]
    sums = np.cumsum(varied, axis=1)
    windows = sums[:, _RUN:] - sums[:, :-_RUN]  # changes of colour after each pixel, within its run
    found = []
    for part in np.array_split(np.arange(windows.shape[1]), _PARTS):
        if len(part):
            best = part[np.argmax(windows[:, part], axis=1)]
            scores = windows[np.arange(len(rows)), best]
            found += [(int(s), int(y), int(x)) for s, y, x in zip(scores, rows, best, strict=True) if s >= _VARIED]
    return [(y, x) for _, y, x in _mixed(found)]


def _mixed(found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """From everywhere in turn, always the same way: the first few should not all lie in one place."""
    return found[::5] + found[1::5] + found[2::5] + found[3::5] + found[4::5]


def _places(before: Pixels, anchor: npt.NDArray[np.uint32], y: int, x: int) -> set[Shift]:
    """How far an anchor may have come."""
    same_columns = np.flatnonzero((before[:, x : x + _RUN] == anchor).all(axis=1))
    found = {(0, y - int(at)) for at in same_columns[: _MAX_HITS + 1] if at != y}
    top, left = max(0, y - _NEAR_Y), max(0, x - _NEAR_X)
    near = before[top : y + _NEAR_Y, left : x + _NEAR_X + _RUN]
    middle = int(np.argmax(np.diff(anchor.astype(np.int64)) != 0))
    starts = near.shape[1] - _RUN + 1
    hits = np.argwhere(near[:, middle : middle + starts] == anchor[middle])
    for offset in (middle + 1, *range(0, _RUN, 3), *range(_RUN)):
        if not len(hits):
            break
        hits = hits[near[hits[:, 0], hits[:, 1] + offset % _RUN] == anchor[offset % _RUN]]
    found |= {(x - left - int(at[1]), y - top - int(at[0])) for at in hits[: _MAX_HITS + 1]}
    found.discard((0, 0))
    return found if len(found) <= _MAX_HITS else set()


def _fit(before: Pixels, after: Pixels, changed: Mask, shift: Shift) -> Move | None:
    """The best rectangle for one shift."""
    dx, dy = shift
    height, width = after.shape
    if abs(dx) >= width or abs(dy) >= height:
        return None
    overlap = Rect(max(0, dx), max(0, dy), width - abs(dx), height - abs(dy))
    rows, columns = pixels_of(overlap)
    source = before[rows.start - dy : rows.stop - dy, columns.start - dx : columns.stop - dx]
    after, changed = after[rows, columns], changed[rows, columns]
    coarse = slice(None, None, _STEP)
    mended = (source[coarse, coarse] == after[coarse, coarse]) & changed[coarse, coarse]
    left, right = _bulk(mended.sum(axis=0))
    if right - left < 2:  # noqa: PLR2004 - as above
        return None
    down = _gain(source, after, changed, slice(None), slice(left * _STEP, right * _STEP, _STEP)).sum(axis=1)
    top, bottom, _ = _best_span(down)
    if bottom - top < 2:  # noqa: PLR2004 - as above
        return None
    across = _gain(source, after, changed, slice(top, bottom, _STEP), slice(None)).sum(axis=0)
    left, right, gained = _best_span(across)
    if gained * _STEP < max(_WORTH_PIXELS, _WORTH_SHARE * np.count_nonzero(changed)):
        return None
    return Move(Rect(overlap.x + left, overlap.y + top, right - left, bottom - top), dx, dy)


def _bulk(profile: npt.NDArray[np.signedinteger]) -> tuple[int, int]:
    """The run that holds nearly all of a profile."""
    sums = np.cumsum(profile)
    first = np.searchsorted(sums, _FRINGE * sums[-1], side="right")
    return int(first), int(np.searchsorted(sums, (1.0 - _FRINGE) * sums[-1])) + 1


def _gain(source: Pixels, after: Pixels, changed: Mask, rows: slice, columns: slice) -> npt.NDArray[np.int8]:
    """1 where the move makes a wrong pixel right, -1 where it makes a right one wrong."""
    right = source[rows, columns] == after[rows, columns]
    wrong_now = changed[rows, columns]
    gain: npt.NDArray[np.int8] = (right & wrong_now).view(np.int8) - (~(right | wrong_now)).view(np.int8)
    return gain


def _best_span(profile: npt.NDArray[np.signedinteger]) -> tuple[int, int, int]:
    """The run of a profile with the greatest sum: first, behind the last, sum."""
    sums = np.concatenate(([0], np.cumsum(profile)))
    lows = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lows))
    return int(np.argmin(sums[: end + 1])), end, int(sums[end] - lows[end])
