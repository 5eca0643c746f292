"""Remembers where the console has only a likeness, pixel by pixel: moving it about never blurs its edge. Pure."""

import numpy as np

from agent.worker.regions.areas import TILE, Grid, Mask, any_in_tiles, pixels_of
from agent.worker.regions.motion import Move
from protocol.session.picture import Rect


class Debts:
    """What is owed: pixels that the console does not have exactly."""

    def __init__(self, rows: int, columns: int) -> None:
        """For so many tiles; nothing is owed."""
        self._owed = np.zeros((rows * TILE, columns * TILE), np.bool_)
        self._none = True

    def incur(self, rect: Rect) -> None:
        """A likeness was sent, or nothing at all."""
        self._owed[pixels_of(rect)] = True
        self._none = False

    def settle(self, rect: Rect) -> None:
        """It was sent exactly."""
        if not self._none:
            self._owed[pixels_of(rect)] = False

    def move(self, move: Move) -> None:
        """The console moved its pixels; what is owed moves along."""
        if not self._none:
            self._owed[pixels_of(move.rect)] = self._owed[pixels_of(move.source)]

    def tiles(self) -> Grid | None:
        """Tiles in which anything is owed, or None if nothing is."""
        if self._none:
            return None
        grid = any_in_tiles(self._owed)
        self._none = not grid.any()
        return None if self._none else grid

    @property
    def pixels(self) -> int:
        """How many are owed."""
        return 0 if self._none else int(np.count_nonzero(self._owed))

    def allows(self, right: Mask) -> bool:
        """Whether every pixel is right or owed, which is the planner's invariant; for tests."""
        height, width = right.shape
        return bool((right | self._owed[:height, :width]).all())
