"""Which windows are players': films from the third picture on. Pure."""

from collections.abc import Sequence

import numpy as np

from agent.worker.regions.areas import Grid, intersection, tiles_of
from protocol.session.picture import Rect

_DRAWN, _DRAWN_WITHIN_S, _DRAWN_FOR_S = 3, 0.5, 0.03
"""A window drawn so often within this is a player's; but not if it was drawn in pieces, all within the other."""
_LEAST_TILES = 24
"""Pictures that change in it each time."""
_PICTURE_SHARE = 0.6
"""So much of it shows pictures."""
_MOVED_SHARE = 0.5
"""Where more of it than this merely moved, it is scrolled or dragged."""
_MOST_WINDOWS, _MOST_TIMES = 8, 16


def mostly(pictures: Grid) -> bool:
    """Whether these tiles are a player's: nearly all of them show pictures."""
    return bool(np.count_nonzero(pictures) >= _PICTURE_SHARE * pictures.size)


class Players:
    """Windows that are drawn again and again with moving pictures in them.

    They are films at once and whole, before each part of them has changed so often that it is known to keep changing.
    """

    def __init__(self) -> None:
        self._drawn_s: dict[Rect, list[float]] = {}

    def see(self, rects: Sequence[Rect], pictures: Grid, looks: Grid, moved: Rect | None, now_s: float) -> list[Rect]:
        """The players' windows among what was drawn.

        Args:
            rects: what the display server says was drawn now.
            pictures: tiles that changed and show pictures.
            looks: all tiles that show pictures.
            moved: what only moved, and where it came from.
            now_s: monotonic seconds.
        """
        found = []
        for rect in rects:
            before_s = self._drawn_s.pop(rect, [])
            if not _is_picture(rect, pictures, looks, moved):
                continue
            times_s = [at_s for at_s in before_s if at_s > now_s - _DRAWN_WITHIN_S] + [now_s]
            self._drawn_s[rect] = times_s[-_MOST_TIMES:]
            if len(times_s) >= _DRAWN and now_s - times_s[0] >= _DRAWN_FOR_S:
                found.append(rect)
        while len(self._drawn_s) > _MOST_WINDOWS:
            del self._drawn_s[next(iter(self._drawn_s))]
        return found


def _is_picture(rect: Rect, pictures: Grid, looks: Grid, moved: Rect | None) -> bool:
    where = tiles_of(rect)
    both = intersection(moved, rect) if moved else None
    return (
        int(np.count_nonzero(pictures[where])) >= _LEAST_TILES
        and mostly(looks[where])
        and (both is None or both.area < _MOVED_SHARE * rect.area)
    )
