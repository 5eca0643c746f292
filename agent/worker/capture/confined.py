"""A source that shows some of its monitors and nothing else: what lies outside is black, and changes without a word.

Guarantees that no pixel leaves which is not on a monitor that the user allowed. Lives on the capture thread; pixels
keep the root window's coordinates, so that the picture, the mouse and every other monitor stay where they are.
"""

from collections.abc import Sequence

from agent.worker.capture.source import Changes, Geometry, Pixels, Source
from protocol.session.messages import CursorChanged, Monitor
from protocol.session.picture import Rect


class Confined:
    """See `Source`; wraps another one."""

    def __init__(self, source: Source, allowed: tuple[str, ...]) -> None:
        """`allowed`: names of the monitors that the user allowed to be seen; none: all there are, and will be."""
        self._source, self._allowed = source, allowed
        self._watched: tuple[str, ...] = ()
        self._areas: list[Rect] = []
        self._whole = False

    def watch(self, names: tuple[str, ...]) -> None:
        """Of those allowed only these are of interest now; none: all. In force with the next `geometry`."""
        self._watched = names

    def fileno(self) -> int:
        """See `Source`."""
        return self._source.fileno()

    def changes(self) -> Changes:
        """See `Source`."""
        return self._source.changes()

    def take_damage(self) -> list[Rect]:
        """See `Source`."""
        damage = self._source.take_damage()
        if self._whole:
            return damage
        return [part for rect in damage for area in self._areas if (part := common(rect, area))]

    def grab(self, rects: Sequence[Rect]) -> list[Pixels]:
        """See `Source`."""
        grabbed = self._source.grab(rects)
        if not self._whole:
            for rect, pixels in zip(rects, grabbed, strict=True):
                _blacken(pixels, rect, self._areas)
        return grabbed

    def leave_out(self, windows: frozenset[int]) -> None:
        """See `Source`."""
        self._source.leave_out(windows)

    def geometry(self) -> Geometry:
        """See `Source`. The monitors are those that are allowed, watched or not."""
        found = self._source.geometry()
        allowed = [one for one in found.monitors if not self._allowed or one.name in self._allowed]
        watched = [one for one in allowed if not self._watched or one.name in self._watched]
        self._whole = not self._allowed and len(watched) == len(found.monitors)
        self._areas = [area for one in watched if (area := area_of(one, found.width, found.height))]
        return Geometry(found.width, found.height, tuple(allowed))

    def cursor(self) -> CursorChanged | None:
        """See `Source`. What the cursor looks like elsewhere may be a part of what lies there."""
        x, y = self._source.pointer()
        if not self._whole and not any(contains(area, x, y) for area in self._areas):
            return None
        return self._source.cursor()

    def pointer(self) -> tuple[int, int]:
        """See `Source`."""
        return self._source.pointer()

    def close(self) -> None:
        """See `Source`."""
        self._source.close()


def area_of(monitor: Monitor, width: int, height: int) -> Rect | None:
    """What of a monitor lies on the screen of this size; None: nothing, which RANDR does not forbid."""
    left, top = max(0, monitor.x), max(0, monitor.y)
    right, bottom = min(width, monitor.x + monitor.width), min(height, monitor.y + monitor.height)
    return Rect(left, top, right - left, bottom - top) if left < right and top < bottom else None


def contains(area: Rect, x: int, y: int) -> bool:
    """Whether a pixel lies in an area."""
    return area.x <= x < area.x + area.width and area.y <= y < area.y + area.height


def common(one: Rect, other: Rect) -> Rect | None:
    """What two areas have in common."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.x + one.width, other.x + other.width), min(one.y + one.height, other.y + other.height)
    return Rect(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _blacken(pixels: Pixels, rect: Rect, areas: Sequence[Rect]) -> None:
    """Everything of `pixels`, which lie at `rect`, that is in none of `areas`."""
    kept = [(part, _within(pixels, rect, part).copy()) for area in areas if (part := common(rect, area))]
    pixels.fill(0)
    for part, content in kept:
        _within(pixels, rect, part)[:] = content


def _within(pixels: Pixels, rect: Rect, part: Rect) -> Pixels:
    return pixels[part.y - rect.y : part.y - rect.y + part.height, part.x - rect.x : part.x - rect.x + part.width]
