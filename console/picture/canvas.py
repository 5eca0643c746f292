"""The newest picture of the helped screen, and which parts of it nobody has painted yet.

Guarantees: whoever holds the lock sees whole frames only; what waits to be painted is bounded, however slow the
painter is (the newest wins: there is no queue of frames). Written on the network thread, painted on the main thread.
"""

import threading

import numpy as np
import numpy.typing as npt

from console.picture.figures import Figures
from console.picture.measures import Measures
from protocol.session.picture import Rect

Pixels = npt.NDArray[np.uint8]
"""Shape (height, width, 4), BGRX; C-contiguous, so that a QImage can lie over it."""

MAX_DIRTY = 32
"""More waiting rectangles than these become their bounding box: painting too much is cheaper than counting."""


class Canvas:
    """One session's picture.

    Attributes:
        lock: to be held while pixels are written or painted.
        pixels: the picture; replaced by another array when the screen changes its size.
        figures: what the picture is made of, and what that took.
        measures: how it travels.
        painted_behind: how often frames came while an earlier one was not painted yet (they were painted as one).
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.figures = Figures()
        self.measures = Measures(self.figures)
        self.pixels: Pixels = np.zeros((0, 0, 4), np.uint8)
        self.painted_behind = 0
        self._spare = self.pixels
        self._dirty: list[Rect] = []

    def expect(self, width: int, height: int) -> None:
        """Takes the memory for a picture of this size now, so that the picture itself need not wait for it."""
        self._spare = self.pixels[:0]
        if self.pixels.shape[:2] != (height, width):
            self._spare = np.empty((height, width, 4), np.uint8)
            self._spare.fill(0)  # each page is touched now

    def resize(self, width: int, height: int) -> None:
        """Begins a new black picture of this size, in pixels. Call it with the lock held."""
        fits = self._spare.shape[:2] == (height, width)
        self.pixels = self._spare if fits else np.zeros((height, width, 4), np.uint8)
        self._spare = self.pixels[:0]
        self._dirty = [Rect(0, 0, width, height)]

    def mark(self, rects: list[Rect]) -> bool:
        """Notes what was written; call it with the lock held. True if nothing waited: the painter must be woken."""
        idle = not self._dirty
        if not idle:
            self.painted_behind += 1
        self._dirty += rects
        if len(self._dirty) > MAX_DIRTY:
            self._dirty = [_bounding_box(self._dirty)]
        return idle and bool(self._dirty)

    @property
    def waits(self) -> bool:
        """Whether anything is to be painted yet."""
        return bool(self._dirty)

    def take_dirty(self) -> list[Rect]:
        """What has to be painted now; asking again gives nothing."""
        with self.lock:
            dirty, self._dirty = self._dirty, []
        return dirty


def _bounding_box(rects: list[Rect]) -> Rect:
    left, top = min(r.x for r in rects), min(r.y for r in rects)
    right, bottom = max(r.x + r.width for r in rects), max(r.y + r.height for r in rects)
    return Rect(left, top, right - left, bottom - top)
