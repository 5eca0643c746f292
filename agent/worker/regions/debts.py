"""Remembers where the console has only a likeness, pixel by pixel: moving it about never blurs its edge. Pure."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from agent.worker.regions.areas import TILE, Grid, Mask, all_in_tiles, any_in_tiles, pixels_of, tiles_of
from agent.worker.regions.motion import Move
from protocol.session.picture import Rect


class Debts:
    """What is owed: pixels that the console does not have exactly."""

    def __init__(self, rows: int, columns: int) -> None:
        """For so many tiles; nothing is owed."""
        self._owed = np.zeros((rows * TILE, columns * TILE), np.bool_)
        self._none = True
        self._tiles: Grid = np.zeros((rows, columns), np.bool_)
        self._stale: npt.NDArray[np.bool_] = np.zeros(rows, np.bool_)

    def incur(self, rect: Rect) -> None:
        """A likeness was sent, or nothing at all."""
        self._owed[pixels_of(rect)] = True
        self._tiles[tiles_of(rect)] = True
        self._none = False

    def settle(self, rect: Rect) -> None:
        """It was sent exactly."""
        if not self._none:
            self._owed[pixels_of(rect)] = False
            self._stale[tiles_of(rect)[0]] = True

    def move(self, move: Move) -> None:
        """The console moved its pixels; what is owed moves along."""
        if not self._none:
            self._owed[pixels_of(move.rect)] = self._owed[pixels_of(move.source)]
            self._stale[tiles_of(move.rect)[0]] = True

    def tiles(self) -> Grid | None:
        """Tiles in which anything is owed, or None if nothing is."""
        if self._none:
            return None
        for first, last in _stretches(self._stale):
            self._tiles[first:last] = any_in_tiles(self._owed[first * TILE : last * TILE])
        self._stale[:] = False
        self._none = not self._tiles.any()
        return None if self._none else self._tiles.copy()

    def whole_tiles(self, rect: Rect) -> Grid:
        """Of the tiles that a rectangle lies in, those of which every pixel is owed."""
        rows, columns = tiles_of(rect)
        owed = self._owed[rows.start * TILE : rows.stop * TILE, columns.start * TILE : columns.stop * TILE]
        return all_in_tiles(owed)

    def owed(self, rect: Rect) -> Mask:
        """Which pixels of a rectangle are owed: a view, until something else is told."""
        return self._owed[pixels_of(rect)]

    @property
    def any(self) -> bool:
        """Whether anything is owed, as far as was looked at."""
        return not self._none

    @property
    def pixels(self) -> int:
        """How many are owed."""
        return 0 if self._none else int(np.count_nonzero(self._owed))

    def allows(self, right: Mask) -> bool:
        """Whether every pixel is right or owed, which is the planner's invariant; for tests."""
        height, width = right.shape
        return bool((right | self._owed[:height, :width]).all())


def _stretches(rows: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Runs of true ones as (first, behind the last)."""
    edges = np.flatnonzero(np.diff(np.pad(rows.view(np.int8), 1))).tolist()
    return zip(edges[::2], edges[1::2], strict=True)
