"""What things take in the stream; text by how much goes on in it and by what that of this screen took lately. Pure.

A page of text may take 0.01 or 0.16 bytes a pixel, but 0.1 to 1 for each place where a pixel is another than the one
before.
"""

from collections.abc import Sequence

import numpy as np

from agent.worker.capture.source import Pixels
from agent.worker.regions.actions import Action, SendExactly, ShowFilm, Way
from agent.worker.regions.areas import TILE, Grid, bounding, pixels_of

_STEP = 4
"""One row in so many is looked at."""
_AT_FIRST = 0.6
"""Bytes of a change from one pixel to the next, as long as there was no text to tell."""
_TELLING_PIXELS = 8 * 1024
"""Fewer tell nothing."""
_DEARER, _CHEAPER = 0.5, 0.1
"""How much of what was thought the newest replaces: text may be cheap because much of it was there before."""
_IN_FILM_S = 0.03
"""What looks like text within a film's area and takes the line longer is the film's: its likeness costs nothing more.
It is mostly a rim, or a plain part of a picture, and at a cut there is much of that."""
PICTURE_BYTES, TEXT_BYTES = 1.25, 0.1
"""A pixel's bytes when sent exactly, on recordings: photos by planes 0.8 to 1.3, text 0.02 to 0.16."""
_FILM_FPS = 30
"""A film's rate allows so many pictures a second (see `film`)."""
_FILM_BYTES = 0.05
"""A pixel's bytes in a film whose rate has no limit."""


class TextPrice:
    """One screen's."""

    def __init__(self) -> None:
        self._each = _AT_FIRST

    def took(self, count: int, pieces: Sequence[Pixels]) -> None:
        """These pixels, `[height, width]` each, took so many bytes together."""
        if sum(piece.size for piece in pieces) < _TELLING_PIXELS:
            return
        changes = _STEP * sum(int(np.count_nonzero(_changes(piece))) for piece in pieces)
        if changes:
            newest = count / changes
            self._each += (_DEARER if newest > self._each else _CHEAPER) * (newest - self._each)

    def of(self, padded: Pixels, tiles: Grid) -> float:
        """Bytes that these tiles of a picture, whose sides are multiples of TILE, would probably take."""
        box = bounding(tiles)
        if box is None:
            return 0.0
        rows, columns = box.height // TILE, box.width // TILE
        changes = np.zeros((rows * (TILE // _STEP), box.width), np.bool_)
        changes[:, 1:] = _changes(padded[pixels_of(box)])
        each = changes.reshape(rows, TILE // _STEP, columns, TILE).sum(axis=(1, 3))
        top, left = box.y // TILE, box.x // TILE
        return self._each * _STEP * float(each[tiles[top : top + rows, left : left + columns]].sum())

    def takes_s(self, padded: Pixels, tiles: Grid, rate: float | None) -> float:
        """How long they would take a line of `rate` bytes a second; None: one that limits nothing."""
        return self.of(padded, tiles) / rate if rate else 0.0

    def is_dear(self, padded: Pixels, tiles: Grid, rate: float | None) -> bool:
        """Whether these tiles of a film's area had better be seen as a part of the film."""
        return self.takes_s(padded, tiles, rate) > _IN_FILM_S


def rough_bytes(actions: Sequence[Action]) -> float:
    """What these would take together."""
    taken = 0.0
    for action in actions:
        match action:
            case SendExactly(rect, way):
                taken += rect.area * (TEXT_BYTES if way is Way.RAW else PICTURE_BYTES)
            case ShowFilm(film):
                each = _FILM_BYTES * film.area.area if film.rate is None else film.rate / _FILM_FPS
                taken += each if film.still is None else film.still
    return taken


def _changes(pixels: Pixels) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    sample = pixels[::_STEP]
    return np.not_equal(sample[:, 1:], sample[:, :-1])
