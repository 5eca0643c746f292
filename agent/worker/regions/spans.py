"""Which rows, columns and tiles of a change are sent. Pure."""

import numpy as np
import numpy.typing as npt

from agent.worker.regions.areas import TILE
from protocol.session.picture import Rect

_GRID = 16
"""Left and right edges lie on multiples of this, so that they are the same from frame to frame."""
_LETTERS = 4096
"""Pixels; of so few exactly the changed columns are sent, so that a letter is the same bytes wherever it is typed."""
_GAP_ROWS = 24
"""Bands of changed rows nearer than this become one."""


def slices(run: Rect, pixels: float, something: bool) -> list[Rect]:
    """As much of a run as `pixels` allow, in whole tiles; one tile at least unless there is `something` already."""
    rows = min(run.height // TILE, int(pixels // (run.width * TILE)))
    if rows > 0:
        return [Rect(run.x, run.y, run.width, rows * TILE)]
    tiles = min(run.width // TILE, int(pixels // (TILE * TILE)))
    tiles = tiles if something else max(1, tiles)
    return [Rect(run.x, run.y, tiles * TILE, TILE)] if tiles > 0 else []


def bands(rows: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of changed rows as (first, behind the last), near ones together."""
    changed = rows.nonzero()[0]
    if not len(changed):
        return []
    if changed[-1] - changed[0] <= _GAP_ROWS:  # a line of text: a key's echo does not wait for the rest
        return [(int(changed[0]), int(changed[-1]) + 1)]
    cuts = np.flatnonzero(np.diff(changed) > _GAP_ROWS)
    firsts = [int(changed[0]), *(int(changed[at + 1]) for at in cuts)]
    lasts = [*(int(changed[at]) for at in cuts), int(changed[-1])]
    return [(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]


def columns(differs: npt.NDArray[np.bool_], rect: Rect) -> tuple[int, int]:
    """The first changed column and the one behind the last, moved out to the grid if it is more than a few letters."""
    changed = np.logical_or.reduce(differs, axis=0).nonzero()[0]
    left, right = int(changed[0]), int(changed[-1]) + 1
    if (right - left) * differs.shape[0] <= _LETTERS:
        return left, right
    left = (rect.x + left) // _GRID * _GRID - rect.x
    right = -(-(rect.x + right) // _GRID) * _GRID - rect.x
    return max(0, left), min(rect.width, right)
