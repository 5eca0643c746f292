"""Rectangles and grids of tiles. Pure."""

import numpy as np
import numpy.typing as npt

from protocol.limits import FRAME_MAX_RECTS
from protocol.session.picture import Rect

TILE = 32
"""Side of a tile in pixels: small enough for the edge of a film, large enough for 2,040 of them on 1920x1080."""

Grid = npt.NDArray[np.bool_]
"""One truth for each tile, `[rows, columns]`."""
Mask = npt.NDArray[np.bool_]
"""One truth for each pixel, `[height, width]`."""
_MOST_TILES, _MOST_PARTS = FRAME_MAX_RECTS // 2, FRAME_MAX_RECTS // 4
"""So many tiles need no more rectangles than a frame may have, however they are mixed; nor so many runs of any more."""
_SQUARE = 4


def tiles_of(rect: Rect) -> tuple[slice, slice]:
    """The tiles that a rectangle touches, as an index into a `Grid`."""
    rows = slice(rect.y // TILE, -(-(rect.y + rect.height) // TILE))
    return rows, slice(rect.x // TILE, -(-(rect.x + rect.width) // TILE))


def pixels_of(rect: Rect) -> tuple[slice, slice]:
    """A rectangle as an index into pixels."""
    return slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)


def intersection(one: Rect, other: Rect) -> Rect | None:
    """What both cover."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    right = min(one.x + one.width, other.x + other.width)
    bottom = min(one.y + one.height, other.y + other.height)
    if left >= right or top >= bottom:
        return None
    return Rect(left, top, right - left, bottom - top)


def union(one: Rect, other: Rect) -> Rect:
    """The smallest rectangle around both."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right, bottom = max(one.x + one.width, other.x + other.width), max(one.y + one.height, other.y + other.height)
    return Rect(left, top, right - left, bottom - top)


_EIGHT_TRUTHS = np.uint64(0x0101_0101_0101_0101)


def bounding(grid: Grid) -> Rect | None:
    """The smallest rectangle of whole tiles around the true ones, in pixels."""
    rows, columns = np.flatnonzero(grid.any(axis=1)), np.flatnonzero(grid.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left
    return Rect(left * TILE, top * TILE, width * TILE, height * TILE)


def runs(grid: Grid) -> list[Rect]:
    """The true tiles as rectangles in pixels, from top to bottom: neighbours in a row, and equal rows, together."""
    box = bounding(grid)
    if box is None:
        return []
    if grid[tiles_of(box)].all():
        return [box]
    wide: Grid = np.zeros((grid.shape[0], grid.shape[1] + 2), np.bool_)  # by hand: np.pad takes as long as the rest
    wide[:, 1:-1] = grid
    edges = np.argwhere(wide[:, 1:] != wide[:, :-1]).tolist()
    found: list[Rect] = []
    above: dict[tuple[int, int], int] = {}
    here: dict[tuple[int, int], int] = {}
    last = -1
    for (row, left), (_, right) in zip(edges[::2], edges[1::2], strict=True):
        if row != last:
            above = here if row == last + 1 else {}
            here, last = {}, row
        at = above.get((left, right))
        if at is None:
            at = len(found)
            found.append(Rect(left * TILE, row * TILE, (right - left) * TILE, TILE))
        else:
            upper = found[at]
            found[at] = Rect(upper.x, upper.y, upper.width, upper.height + TILE)
        here[left, right] = at
    return found


def gathered(*grids: Grid) -> tuple[Grid, ...]:
    """The same, or all in squares of 4x4 tiles if what is made of them could have more parts than a frame may have.

    Never on screens of two megapixels.
    """
    if grids[0].size <= _MOST_TILES:
        return grids
    edges = sum(int(np.count_nonzero(grid[:, 1:] != grid[:, :-1])) for grid in grids)
    if edges <= 2 * _MOST_PARTS:
        return grids
    return tuple(_coarse(grid) for grid in grids)


def _coarse(grid: Grid) -> Grid:
    """The true tiles, and all others of each square with a true one."""
    rows, columns = grid.shape
    wide = np.pad(grid, ((0, -rows % _SQUARE), (0, -columns % _SQUARE)))
    squares = wide.reshape(wide.shape[0] // _SQUARE, _SQUARE, -1, _SQUARE).any(axis=(1, 3))
    together: Grid = squares.repeat(_SQUARE, axis=0).repeat(_SQUARE, axis=1)[:rows, :columns]
    return together


def grown(grid: Grid) -> Grid:
    """The true tiles and the eight around each."""
    wide = np.pad(grid, 1)
    wide = wide[:-2] | wide[1:-1] | wide[2:]
    return wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]


def any_in_tiles(mask: Mask, rows: int = TILE) -> Grid:
    """Which tiles have a true pixel; the mask's sides must be those of whole tiles, of which it has so many `rows`."""
    height, width = mask.shape
    words = mask.view(np.uint64).reshape(height // rows, rows, width // 8)  # eight truths at once
    together = np.bitwise_or.reduce(words, axis=1)
    grid: Grid = together.reshape(height // rows, width // TILE, TILE // 8).any(axis=2)
    return grid


def all_in_tiles(mask: Mask) -> Grid:
    """Which tiles have true pixels only; the mask's sides must be those of whole tiles."""
    height, width = mask.shape
    words = mask.view(np.uint64).reshape(height // TILE, TILE, width // 8)
    together = np.bitwise_and.reduce(words, axis=1)
    grid: Grid = (together == _EIGHT_TRUTHS).reshape(height // TILE, width // TILE, TILE // 8).all(axis=2)
    return grid


def tight(differs: Mask, rect: Rect) -> list[Rect]:
    """The rectangle without its unchanged rim, if anything is left: a window may begin in the middle of a tile."""
    here = differs[pixels_of(rect)]
    rows, columns = np.flatnonzero(here.any(axis=1)), np.flatnonzero(here.any(axis=0))
    if not len(rows):
        return []
    top, left = int(rows[0]), int(columns[0])
    return [Rect(rect.x + left, rect.y + top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)]
