"""Finds what merely moved: scrolled pages, dragged windows. Pure, and never trusted: what it finds is compared again.

Some rows of the new picture give anchors, short runs of pixels with much going on in them; they are looked for in the
old picture, in the same columns at any height and nearby in any direction. What most anchors agree on is tried,
and the rectangle is the one for which most pixels become right and fewest become wrong.
"""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from agent.worker.regions.areas import Mask, pixels_of, union
from protocol.session.picture import Rect

_ROWS, _PARTS = 16, 3
"""Rows that give anchors, and how many each: what a dragged window uncovers is in every row, and came from nowhere."""
_AGREED = 3
"""Anchors that agree on a move, so that no others need be looked for."""
_RUN = 24
"""Pixels in an anchor."""
_VARIED = 6
"""An anchor with fewer changes of colour than these fits too many places."""
_NEAR, _FAR = (64, 48), (192, 144)
"""How far a window moves in one frame, across and down: usually, and when it is flung."""
_ALIKE = (16, 12)
"""How much further or less far than in the frame before a hand moves it, usually: a thirtieth of the places."""
_NEAR_ANCHORS, _FAR_ANCHORS, _ALIKE_ANCHORS = 24, 8, 8
"""Anchors that are looked for that far away at most."""
_SILENT = 10
"""After so many anchors that came from nowhere the others probably did, too."""
_MAX_HITS = 24
"""An anchor that fits more places than these says nothing."""
_FEW_HITS = 64
"""So few places are compared as a whole."""
_STEP, _STAGGER = 20, 7
"""One row in so many is looked at to find the columns that moved; each a little further down than the step, or in a
page with lines of that height only what is between them would be seen."""
_STRIPE, _STRIPES = 16, 6
"""To find the rows that moved, so many stripes are looked at, each as wide as a cache line."""
_FRINGE = 0.02
"""What seems to have moved further out than all but so much of it is chance."""
_WORTH_SHARE = 0.25
"""A move that mends less of what changed is not worth its two extra comparisons."""
_WORTH_PIXELS = 4 * 1024
_SURE = 0.9
"""The move before is believed without a search if it mends so much of what it could. One that is wrong by a pixel mends
half of a text: what is between the letters."""

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


def find(before: Pixels, after: Pixels, last: Move | None = None) -> Move | None:
    """What moved within one rectangle of the screen, or None if nothing worth it did.

    Args:
        before: the rectangle's old pixels, `[height, width]`.
        after: its new ones, the same shape.
        last: the move before, which is tried first.

    Returns:
        A move within the rectangle; x and y count from its corner.
    """
    sample = look(before, after)
    return search(before, after, sample, last) if sample else None


def look(before: Pixels, after: Pixels) -> "Sample | None":
    """Some rows of the rectangle, or None if too little of it changed for a move to be worth finding."""
    height, width = after.shape
    if width <= 2 * _STRIPE or height <= _STEP:
        return None
    rows = _spread(height)
    lines = after[rows]
    changed = before[rows] != lines
    if np.count_nonzero(changed) * height < _WORTH_PIXELS * len(rows):
        return None
    return Sample(rows, lines, changed)


@functools.lru_cache(maxsize=64)
def _spread(height: int) -> npt.NDArray[np.intp]:
    """Rows from all over so many."""
    rows: npt.NDArray[np.intp] = np.linspace(0, height - 1, min(height, _ROWS)).astype(np.intp)
    return rows


def scrolls(move: Move, within: Rect) -> bool:
    """Whether all of a rectangle scrolled: what comes into view at one edge goes out of it at the other.

    Such a move has the same edges each time; those of a dragged window move along with it.
    """
    if move.dx and move.dy:
        return False
    along = union(move.rect, move.source)
    return along.height == within.height if move.dy else along.width == within.width


def search(
    before: Pixels, after: Pixels, sample: "Sample", last: Move | None, *, sure_of_edges: bool = False
) -> Move | None:
    """As `find`, from what `look` gave; `last` is the move before, which is tried first, perhaps with its edges."""
    hint = (last.dx, last.dy) if last else None
    mended, there = sample.mends(before, hint) if hint else (0.0, 0.0)
    if last and hint and there >= _SURE and mended >= _WORTH_SHARE:
        move = last if sure_of_edges else _fit(before, after, hint)
        if move:
            return move
    anchors = _anchors(sample)
    for near, most, about in _searches(hint):
        polled = _poll(before, after, anchors[:most], near, about).most_common(2)
        shifts = [(sample.mends(before, shift)[0], shift) for shift, count in polled if count > 1 and shift != hint]
        for share, shift in sorted([*shifts, (mended, hint or (0, 0))], reverse=True):
            if share >= _WORTH_SHARE / 2 and (move := _fit(before, after, shift)):
                return move
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of the new picture, and where they changed."""

    rows: npt.NDArray[np.intp]
    lines: Pixels
    changed: Mask

    def mends(self, before: Pixels, shift: Shift) -> tuple[float, float]:
        """How much of what changed in these rows a move would make right, 0 to 1.

        Of all of it, and of what it could make right: what came from outside of the rectangle, no move within it mends.
        """
        dx, dy = shift
        height, width = before.shape
        inside = (self.rows - dy >= 0) & (self.rows - dy < height)
        if abs(dx) >= width or not inside.any():
            return 0.0, 0.0
        here = np.s_[max(0, dx) : width + min(0, dx)]
        there = np.s_[max(0, -dx) : width + min(0, -dx)]
        wrong = self.changed[inside, here]
        mended = int(np.count_nonzero((before[self.rows[inside] - dy, there] == self.lines[inside, here]) & wrong))
        return mended / max(1, int(np.count_nonzero(self.changed))), mended / max(1, int(np.count_nonzero(wrong)))


def _searches(hint: Shift | None) -> Iterator[tuple[Shift, int, Shift | None]]:
    """How far around which shift to look, with how many anchors; None: around none, and at any height."""
    if hint and hint[0]:
        yield _ALIKE, _ALIKE_ANCHORS, hint
    yield _NEAR, _NEAR_ANCHORS, None
    yield _FAR, _FAR_ANCHORS, None


def _poll(
    before: Pixels, after: Pixels, anchors: Sequence[tuple[int, int]], near: Shift, about: Shift | None
) -> Counter[Shift]:
    """How many anchors speak for each shift."""
    votes: Counter[Shift] = Counter()
    for asked, (y, x) in enumerate(anchors):
        if asked >= _SILENT and not votes:
            break
        anchor = after[y, x : x + _RUN]
        if about:
            places = _places(before, anchor, (x, y), near, about)
        else:
            places = _straight(before, anchor, (x, y)) or _places(before, anchor, (x, y), near, (0, 0))
        if len(places) > _MAX_HITS:
            continue
        votes.update(places)
        leading = [count for _, count in votes.most_common(2)] + [0, 0]
        if leading[0] >= _AGREED and leading[0] >= 2 * leading[1]:
            break
    return votes


def _anchors(sample: Sample) -> list[tuple[int, int]]:
    """Places with much going on, from all over the rectangle."""
    rows = sample.rows
    columns = np.flatnonzero(sample.changed.any(axis=0))
    left, right = max(0, int(columns[0]) - 1), int(columns[-1]) + 1
    lines, changed = sample.lines[:, left:right], sample.changed[:, left:right]
    if right - left <= _RUN:
        return []
    varied = np.zeros(lines.shape, np.int32)
    varied[:, 1:] = (lines[:, 1:] != lines[:, :-1]) & changed[:, 1:]
    sums = np.cumsum(varied, axis=1)
    windows = sums[:, _RUN:] - sums[:, :-_RUN]  # changes of colour after each pixel, within its run
    found = []
    for part in np.array_split(np.arange(windows.shape[1]), _PARTS):
        if len(part):
            best = part[np.argmax(windows[:, part], axis=1)]
            scores = windows[np.arange(len(rows)), best]
            found += [(int(y), left + int(x)) for s, y, x in zip(scores, rows, best, strict=True) if s >= _VARIED]
    # From everywhere in turn, always the same way: the first few should not all lie in one place.
    return [anchor for start in range(5) for anchor in found[start::5]]


def _straight(before: Pixels, anchor: npt.NDArray[np.uint32], at: tuple[int, int]) -> set[Shift]:
    """How far up or down an anchor may have come, as where a page is scrolled."""
    x, y = at
    rows = np.flatnonzero((before[:, x : x + _RUN] == anchor).all(axis=1))
    return {(0, y - int(row)) for row in rows[: _MAX_HITS + 1] if row != y}


def _places(
    before: Pixels, anchor: npt.NDArray[np.uint32], at: tuple[int, int], near_by: Shift, about: Shift
) -> set[Shift]:
    """How far an anchor may have come, by about so much in each direction."""
    x, y = at
    from_x, from_y = x - about[0], y - about[1]
    top, left = max(0, from_y - near_by[1]), max(0, from_x - near_by[0])
    near = before[top : max(0, from_y + near_by[1]), left : max(0, from_x + near_by[0] + _RUN)]
    if near.shape[1] < _RUN:
        return set()
    first, *_, last = np.flatnonzero(anchor[1:] != anchor[:-1]).tolist()  # rarer than what lies between equals
    starts = near.shape[1] - _RUN + 1
    hits = np.argwhere(
        (near[:, first : first + starts] == anchor[first]) & (near[:, last : last + starts] == anchor[last])
    )
    for offset in (first + 1, last + 1, *range(0, _RUN, 3)):
        if len(hits) <= _FEW_HITS:
            break
        hits = hits[near[hits[:, 0], hits[:, 1] + offset % _RUN] == anchor[offset % _RUN]]
    hits = hits[(near[hits[:, :1], hits[:, 1:] + np.arange(_RUN)] == anchor).all(axis=1)]
    found = {(x - left - int(hit[1]), y - top - int(hit[0])) for hit in hits[: _MAX_HITS + 1]}
    found.discard((0, 0))
    return found


def _fit(before: Pixels, after: Pixels, shift: Shift) -> Move | None:
    """The best rectangle for one shift."""
    dx, dy = shift
    height, width = after.shape
    if abs(dx) >= width or abs(dy) >= height:
        return None
    overlap = Rect(max(0, dx), max(0, dy), width - abs(dx), height - abs(dy))
    rows, columns = pixels_of(overlap)
    source = before[rows.start - dy : rows.stop - dy, columns.start - dx : columns.stop - dx]
    now, new = before[rows, columns], after[rows, columns]
    looked_at = _staggered(overlap.height)
    across = _gain(source[looked_at], now[looked_at], new[looked_at])
    left, right = _bulk(np.count_nonzero(across > 0, axis=0))
    if right - left < 2 * _STRIPE:
        return None
    down = _gain(*(_stripes(pixels[:, left:right]) for pixels in (source, now, new)))
    top, bottom, _ = _best_span(down.sum(axis=(1, 2), dtype=np.int32))
    within = (looked_at >= top) & (looked_at < bottom)
    left, right, gained = _best_span(across[within].sum(axis=0, dtype=np.int32))
    wrong = np.count_nonzero(now[looked_at] != new[looked_at])
    if gained < max(_WORTH_PIXELS / _STEP, _WORTH_SHARE * wrong):
        return None
    return Move(Rect(overlap.x + left, overlap.y + top, right - left, bottom - top), dx, dy)


def _staggered(height: int) -> npt.NDArray[np.intp]:
    """Rows that lie a step apart, but not at the same place in every line of a text."""
    turns = np.arange(-(-height // _STEP))
    rows: npt.NDArray[np.intp] = np.minimum(turns * _STEP + turns * _STAGGER % _STEP, height - 1)
    return rows


def _stripes(pixels: Pixels) -> npt.NDArray[np.uint32]:
    """Narrow stripes all over, `[height, stripes, _STRIPE]`."""
    height, width = pixels.shape
    each = max(_STRIPE, width // _STRIPES // _STRIPE * _STRIPE)
    count = width // each
    return pixels[:, : count * each].reshape(height, count, each)[:, :, :_STRIPE]


def _gain(
    source: npt.NDArray[np.uint32], now: npt.NDArray[np.uint32], new: npt.NDArray[np.uint32]
) -> npt.NDArray[np.int8]:
    """1 where the move makes a wrong pixel right, -1 where it makes a right one wrong."""
    gain: npt.NDArray[np.int8] = (source == new).view(np.int8) - (now == new).view(np.int8)
    return gain


def _bulk(profile: npt.NDArray[np.signedinteger]) -> tuple[int, int]:
    """The run that holds nearly all of a profile."""
    sums = np.cumsum(profile)
    first = np.searchsorted(sums, _FRINGE * sums[-1], side="right")
    return int(first), int(np.searchsorted(sums, (1.0 - _FRINGE) * sums[-1])) + 1


def _best_span(profile: npt.NDArray[np.signedinteger]) -> tuple[int, int, int]:
    """The run of a profile with the greatest sum: first, behind the last, sum."""
    sums = np.concatenate(([0], np.cumsum(profile)))
    lows = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lows))
    return int(np.argmin(sums[: end + 1])), end, int(sums[end] - lows[end])
