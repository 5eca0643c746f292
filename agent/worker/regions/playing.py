"""The next picture of a film that is running, without comparing all of it. Pure.

A running film changes nearly everywhere, and the console has a likeness of it anyway: there it is enough to know which
tiles changed. Only in tiles of which the console has any pixel exactly is every one compared. What it has a likeness of
is painted anew while it changes, and for a moment longer, since films get better where they stand still; and in any
case four times a second: so nothing that a hasty look missed stays on its screen.
"""

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from agent.worker.regions.actions import Budget
from agent.worker.regions.areas import (
    TILE,
    Grid,
    any_in_tiles,
    bounding,
    gathered,
    grown,
    intersection,
    pixels_of,
    runs,
    tiles_of,
)
from agent.worker.regions.debts import Debts
from agent.worker.regions.looks import Looks
from agent.worker.regions.players import mostly
from agent.worker.regions.price import TextPrice
from protocol.session.picture import Rect

_STEP = 4
"""One row of so many is compared to tell which tiles of a film changed."""
_AFTERWARDS_S, _ANYWAY_S = 0.1, 0.25
"""So long after its last change a tile is painted anew; and as often, if it did not seem to change."""


class Playing:
    """One planner's films."""

    def __init__(self, pixels: Pixels, looks: Looks, debts: Debts, price: TextPrice) -> None:
        """The planner's own: its whole picture, sides multiples of TILE, and what it knows of it."""
        self._pixels, self._looks, self._debts, self._price = pixels, looks, debts, price
        self._painted_s: npt.NDArray[np.float64] = np.full(looks.picture.shape, -np.inf)

    def show(
        self, rect: Rect, pixels: Pixels, budget: Budget, now_s: float
    ) -> tuple[tuple[Rect, ...], tuple[Rect, ...]] | None:
        """Takes over a film's next picture.

        Returns:
            What is to be painted from the film, and the text in its window, which is to be sent exactly; None, and
            nothing is taken over, if fewer tiles changed than are worth a film.
        """
        owed = self._debts.tiles()
        likeness = owed if owed is not None else np.zeros_like(self._looks.picture)
        where = tiles_of(rect)
        all_owed = np.zeros_like(likeness)
        all_owed[where] = self._debts.whole_tiles(rect)
        changed = _changed_tiles(self._pixels, rect, pixels, all_owed)
        if np.count_nonzero(changed) < budget.film_tiles:
            return None
        pictures = changed & self._looks.picture
        all_of_it = mostly(self._looks.picture[where])  # else it is a part of a page that is drawn whole
        text = changed & ~pictures & ~(self._looks.busy(now_s) & (all_of_it | grown(pictures)))
        if self._price.is_dear(self._pixels, text, budget.rate):
            text[:] = False
        lately = self._looks.changed_s >= now_s - _AFTERWARDS_S
        again = likeness & (lately | (self._painted_s < now_s - _ANYWAY_S))
        paint: Grid = np.zeros_like(changed)
        paint[where] = ((changed | again) & ~text)[where]
        (paint,) = gathered(paint)
        self._painted_s[paint] = now_s
        text &= ~paint
        box = bounding(paint)
        bound = self._tight(rect, pixels, box) if box else None
        self._pixels[pixels_of(rect)] = pixels
        self._looks.see(self._pixels, None, changed, now_s)
        painted = tuple(part for run in runs(paint) if bound and (part := intersection(run, bound)))
        exact = tuple(part for run in runs(text) if (part := intersection(run, rect)))
        for part in painted:
            self._debts.incur(part)
        for part in exact:
            self._debts.settle(part)
        return painted, exact

    def _tight(self, rect: Rect, pixels: Pixels, box: Rect) -> Rect | None:
        """A box of whole tiles within a rectangle without the rim that is exact and unchanged.

        A film may begin in the middle of a tile.
        """
        inner = intersection(box, rect)
        if inner is None or inner == rect:
            return inner
        left, top = inner.x, inner.y
        right, bottom = left + inner.width, top + inner.height
        wide, high = min(TILE, inner.width), min(TILE, inner.height)
        rims = (
            (top > rect.y, 1, Rect(left, top, inner.width, high)),
            (bottom < rect.y + rect.height, 1, Rect(left, bottom - high, inner.width, high)),
            (left > rect.x, 0, Rect(left, top, wide, inner.height)),
            (right < rect.x + rect.width, 0, Rect(right - wide, top, wide, inner.height)),
        )
        edges = [top, bottom, left, right]
        for at, (is_rim, axis, rim) in enumerate(rims):
            if is_rim:
                here = pixels[rim.y - rect.y : rim.y - rect.y + rim.height, rim.x - rect.x : rim.x - rect.x + rim.width]
                differs = self._pixels[pixels_of(rim)] != here
                lines = np.flatnonzero((differs | self._debts.owed(rim)).any(axis=axis))
                start, length = (rim.y, rim.height) if axis else (rim.x, rim.width)
                if at % 2:
                    edges[at] = start + (int(lines[-1]) + 1 if len(lines) else 0)
                else:
                    edges[at] = start + (int(lines[0]) if len(lines) else length)
        top, bottom, left, right = edges
        return Rect(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _changed_tiles(before: Pixels, rect: Rect, pixels: Pixels, owed: Grid) -> Grid:
    """The tiles of a rectangle in which something changed: all of them, but for `owed` where it may miss some.

    Args:
        before: the whole picture as it was, sides multiples of TILE.
        rect: what was drawn.
        pixels: what it is now.
        owed: tiles of which the console has no exact pixel: nothing that is missed there is forgotten.
    """
    grid: Grid = np.zeros_like(owed)
    where = tiles_of(rect)
    shape = grid[where].shape
    left, top = where[1].start * TILE, where[0].start * TILE
    sampled = np.zeros((shape[0] * TILE // _STEP, shape[1] * TILE), np.bool_)
    first = -rect.y % _STEP
    rows = range(rect.y + first, rect.y + rect.height, _STEP)
    columns = slice(rect.x, rect.x + rect.width)
    if rows:
        at = (rows[0] - top) // _STEP
        out = sampled[at : at + len(rows), rect.x - left : rect.x - left + rect.width]
        np.not_equal(before[rows[0] : rect.y + rect.height : _STEP, columns], pixels[first::_STEP], out=out)
    grid[where] = any_in_tiles(sampled, TILE // _STEP)
    doubtful: Grid = np.zeros_like(grid)
    doubtful[where] = ~grid[where] & ~owed[where]
    for run in runs(doubtful):
        if part := intersection(run, rect):
            _compare(before, rect, pixels, part, grid)
    return grid


def _compare(before: Pixels, rect: Rect, pixels: Pixels, part: Rect, grid: Grid) -> None:
    """Every pixel of a part."""
    here = pixels[part.y - rect.y : part.y - rect.y + part.height, part.x - rect.x : part.x - rect.x + part.width]
    there = before[pixels_of(part)]
    if not np.array_equal(there, here):
        where = tiles_of(part)
        shape = grid[where].shape
        differs = np.zeros((shape[0] * TILE, shape[1] * TILE), np.bool_)
        y, x = part.y - where[0].start * TILE, part.x - where[1].start * TILE
        np.not_equal(there, here, out=differs[y : y + part.height, x : x + part.width])
        grid[where] |= any_in_tiles(differs)
