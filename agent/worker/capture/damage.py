"""What a display server says was drawn, as few rectangles that do not overlap. Pure."""

from collections.abc import Sequence

from agent.worker.regions.areas import union
from protocol.session.picture import Rect

MAX_RECTS = 8
"""More rectangles than these cost more in requests than the pixels between them."""
GRID = 16
"""Edges lie on multiples of this, so that they are the same from frame to frame."""


def snap(rect: Rect, width: int, height: int) -> Rect | None:
    """`rect` with its left and right edge moved out to the grid and cut to the screen; None if nothing is left."""
    left, top = max(0, rect.x // GRID * GRID), max(0, rect.y)
    right, bottom = min(width, -(-(rect.x + rect.width) // GRID) * GRID), min(height, rect.y + rect.height)
    if left >= right or top >= bottom:
        return None
    return Rect(left, top, right - left, bottom - top)


def merge(rects: Sequence[Rect], width: int, height: int) -> list[Rect]:
    """At most MAX_RECTS rectangles on the grid that cover all of `rects`, none of them overlapping another."""
    merged: list[Rect] = []
    for rect in rects:
        one = snap(rect, width, height)
        at = 0
        while one and at < len(merged):
            both = union(one, merged[at])
            if 4 * both.area <= 5 * (one.area + merged[at].area) or _overlap(one, merged[at]):
                del merged[at]
                one, at = both, 0
            else:
                at += 1
        if one:
            merged.append(one)
        if len(merged) > MAX_RECTS:
            while len(merged) > 1:
                merged = [union(merged[0], merged[1]), *merged[2:]]
    return merged


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
