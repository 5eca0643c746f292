"""What a display server says was drawn, as few rectangles that do not overlap. Pure."""

from collections.abc import Sequence

from agent.worker.regions.areas import union
from protocol.session.picture import Rect

MAX_RECTS = 8
"""More rectangles than these cost more in requests than the pixels between them."""
GRID = 16
"""Edges lie on multiples of this, so that they are the same from frame to frame."""
_MOST_BANDS = 32
"""Of more pieces nobody asks which were one: that takes the square of their number."""
_WASTE_PIXELS = 64 * 64
"""Two rectangles become one if that has at most so many pixels of neither: a blinking cursor far from a film would make
the film another one, and be taken for a part of it."""


def snap(rect: Rect, width: int, height: int) -> Rect | None:
    """`rect` with its left and right edge moved out to the grid and cut to the screen; None if nothing is left."""
    left, top = max(0, rect.x // GRID * GRID), max(0, rect.y)
    right, bottom = min(width, -(-(rect.x + rect.width) // GRID) * GRID), min(height, rect.y + rect.height)
    if left >= right or top >= bottom:
        return None
    return Rect(left, top, right - left, bottom - top)


def merge(rects: Sequence[Rect], width: int, height: int) -> list[Rect]:
    """At most MAX_RECTS rectangles on the grid that cover all of `rects`, none of them overlapping another.

    What lies next to each other is put together first: a server cuts everything into bands, so that something small
    beside a page that was drawn whole cuts that in three.
    """
    snapped = [one for rect in rects if (one := snap(rect, width, height))]
    bands = _unite(snapped, 0, _MOST_BANDS) if len(snapped) <= _MOST_BANDS else snapped
    return _unite(bands, _WASTE_PIXELS, MAX_RECTS)


def _unite(rects: Sequence[Rect], waste: int, most: int) -> list[Rect]:
    """Those that overlap, and those that have little and at most `waste` pixels between them, as one; `most` in all.

    Of what lies in line, as the lines of a page do, that it is little is enough: where a page is scrolled that is white
    between two of them all of it moved, and is looked for as one.
    """
    united: list[Rect] = []
    for rect in rects:
        one, at = rect, 0
        while at < len(united):
            both = union(one, united[at])
            apart = one.area + united[at].area
            little = both.area - apart <= waste or (waste > 0 and _in_line(one, united[at]))
            near = little and 4 * both.area <= 5 * apart
            if near or _overlap(one, united[at]):
                del united[at]
                one, at = both, 0
            else:
                at += 1
        united.append(one)
        if len(united) > most:
            united = _unite([union(united[0], united[1]), *united[2:]], waste, most)
    return united


def _in_line(one: Rect, other: Rect) -> bool:
    """Whether both have the same columns, or the same rows."""
    return (one.x, one.width) == (other.x, other.width) or (one.y, one.height) == (other.y, other.height)


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
