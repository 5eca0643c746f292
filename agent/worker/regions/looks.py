"""Tells text and interface from pictures, tile by tile, and what keeps changing from what changed once. Pure.

On recordings of real programs, 64 pixels of a 32x32 tile of text have up to 29 colours (99 of 100 tiles), of a photo
or a film 42 and more (95 of 100): anti-aliased text repeats its few colours, pictures do not.
"""

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from agent.worker.regions.areas import TILE, Grid, grown

_SAMPLE = 4
"""One pixel of so many in each direction: 64 of a tile."""
_PICTURE_COLOURS, _TEXT_COLOURS = 38, 30
"""From so many colours among 64 pixels on a tile is a picture; below the other it is none any more."""
_ROUGH_SHARE = 0.35
"""Of a picture's pixels, so many differ from the one to the right and the one below; a smooth gradient's do not."""
_EDGE_SAMPLES = 10
_EDGE_SHARE = 0.75
"""A picture's edge: a tile beside one, where of so many changed samples most are of different colours."""
_HEAT_S = 0.5
"""After so long without a change, heat has fallen to 1/e; on a link that carries few pictures, after `_HEAT_LOOKS`."""
_HEAT_LOOKS = 5.0
_SAME_S = 0.025
"""Changes so near each other are one picture that was drawn in pieces."""
_PAUSE_S = 1.0
"""Nothing having changed at all for so long says nothing about the link."""
_AGAIN_HEAT = 1.3
"""A second change within a short time."""
BUSY_HEAT = 3.0
"""Three changes within a short time; a film's tile has 12 at 24 frames a second."""
_LOOK_AGAIN_S, _LOOK_AGAIN_IN_FILM_S = 0.15, 0.3
"""What was looked at within so long is believed to look the same."""


class Looks:
    """What each tile shows and how often it changes.

    Attributes:
        picture: which tiles show a picture or a film.
        changed_s: when each changed last, monotonic seconds.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.picture: Grid = np.zeros((rows, columns), np.bool_)
        self.changed_s: npt.NDArray[np.float64] = np.full((rows, columns), -np.inf)
        self._heat: npt.NDArray[np.float64] = np.zeros((rows, columns))
        self._heated_s: npt.NDArray[np.float64] = np.full((rows, columns), -np.inf)
        self._heat_s, self._seen_s = _HEAT_S, -np.inf
        self._looked_s: npt.NDArray[np.float64] = np.full((rows, columns), -np.inf)

    def see(
        self,
        pixels: Pixels,
        differs: npt.NDArray[np.bool_] | None,
        changed: Grid,
        now_s: float,
        came: Grid | None = None,
    ) -> None:
        """Takes a new picture.

        Args:
            pixels: the whole picture, sides multiples of TILE.
            differs: where it is another than before, the same shape; None: nobody looked, since a film goes on.
            changed: the tiles with such pixels.
            now_s: monotonic seconds.
            came: tiles in which something came into view, as when a page is scrolled: that is no film.
        """
        if now_s - self._seen_s < _PAUSE_S:
            self._heat_s += 0.2 * (max(_HEAT_S, _HEAT_LOOKS * (now_s - self._seen_s)) - self._heat_s)
        self._seen_s = now_s
        adds = changed & (self._heated_s < now_s - _SAME_S)
        if came is not None:
            adds &= ~came
        cooled = self._heat * np.exp(np.maximum(-700.0, (self.changed_s - now_s) / self._heat_s))
        np.copyto(self._heat, cooled + adds, where=changed)
        self._heated_s[adds] = now_s
        self.changed_s[changed] = now_s
        again_s = _LOOK_AGAIN_IN_FILM_S if differs is None else _LOOK_AGAIN_S
        rows, columns = np.nonzero(changed & (self._looked_s < now_s - again_s))
        if len(rows):
            self._look(pixels, differs, rows, columns, now_s)

    def busy(self, now_s: float) -> Grid:
        """Which tiles keep changing."""
        heat = self._heat * np.exp(np.maximum(-700.0, (self.changed_s - now_s) / self._heat_s))
        grid: Grid = heat >= BUSY_HEAT
        return grid

    def cool(self) -> None:
        """A whole picture was begun: that everything changed with it says nothing."""
        self._heat.fill(0.0)

    def again(self, tiles: Grid, now_s: float) -> bool:
        """Whether most of these tiles, which have just changed, had changed shortly before."""
        heat = self._heat[tiles] * np.exp(np.maximum(-700.0, (self.changed_s[tiles] - now_s) / self._heat_s))
        return bool(2 * np.count_nonzero(heat >= _AGAIN_HEAT) > len(heat))

    def look_again(self, pixels: Pixels, tiles: Grid, now_s: float) -> None:
        """Looks at tiles whose content may have come by a move."""
        rows, columns = np.nonzero(tiles & np.isinf(self._looked_s))
        if len(rows):
            self._look(pixels, None, rows, columns, now_s)

    def move(self, rows: slice, columns: slice) -> None:
        """What was there has moved away: what is there now was not looked at."""
        self._looked_s[rows, columns] = -np.inf

    def _look(
        self,
        pixels: Pixels,
        differs: npt.NDArray[np.bool_] | None,
        rows: npt.NDArray[np.intp],
        columns: npt.NDArray[np.intp],
        now_s: float,
    ) -> None:
        self._looked_s[rows, columns] = now_s
        high, wide = self.picture.shape
        tiles = pixels.reshape(high, TILE, wide, TILE)
        index = _sampled(rows, columns)
        samples = tiles[index].reshape(len(rows), -1)
        colours = _distinct(samples)
        picture = (colours >= _PICTURE_COLOURS) | (self.picture[rows, columns] & (colours >= _TEXT_COLOURS))
        if picture.any():
            picture[picture] = _rough(tiles, rows[picture], columns[picture])
        self.picture[rows, columns] = picture
        if differs is not None and self.picture.any():
            moved = differs.reshape(high, TILE, wide, TILE)[index]
            self._add_edges(samples, moved.reshape(len(rows), -1), rows, columns)

    def _add_edges(
        self,
        samples: npt.NDArray[np.uint32],
        moved: npt.NDArray[np.bool_],
        rows: npt.NDArray[np.intp],
        columns: npt.NDArray[np.intp],
    ) -> None:
        """Tiles that are only partly covered by a picture belong to it."""
        near = grown(self.picture)
        count = moved.sum(axis=1)
        colours = _distinct(np.where(moved, samples, np.uint32(0xFFFF_FFFF)))
        edge = near[rows, columns] & (count >= _EDGE_SAMPLES) & (colours - 1 >= _EDGE_SHARE * count)
        self.picture[rows[edge], columns[edge]] = True


def _sampled(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], ...]:
    """Where to look in these tiles: an index into pixels as `[tile row, row in it, tile column, column in it]`."""
    at = np.arange(1, TILE, _SAMPLE)
    return rows[:, None, None], at[None, :, None], columns[:, None, None], at[None, None, :]


def _rough(
    tiles: npt.NDArray[np.uint32], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Which of these tiles are as rough as a picture; `tiles` as for `_sampled`."""
    row, down, column, across = _sampled(rows, columns)
    here = tiles[row, down, column, across]
    right, below = tiles[row, down, column, across + 1], tiles[row, down + 1, column, across]
    rough: npt.NDArray[np.bool_] = ((here != right) & (here != below)).mean(axis=(1, 2)) >= _ROUGH_SHARE
    return rough


def _distinct(samples: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """How many different values each row has."""
    ordered = np.sort(samples, axis=1)
    count: npt.NDArray[np.intp] = np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1) + 1
    return count
