"""Looks at a display a hundred times a second on a thread of its own, and remembers every eighth pixel each way.

What it saw is compared afterwards, when it is known where on the display the picture lies: looking takes little time,
so that it disturbs little of what it watches.
"""

import dataclasses
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from agent.worker.capture.source import Pixels
from agent.worker.capture.x11 import X11Source
from protocol.session.picture import Rect
from tests.stage.display import Bounds

STEP = 8
_PAUSE_S = 0.008
_MOST = 4000
"""Looks; half a minute."""
_COLOURS = np.uint32(0xFFFFFF)


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """Every eighth pixel of every eighth row, when it was seen: `time.perf_counter` before the look began."""

    at_s: float
    pixels: Pixels


def whole(display: str) -> Pixels:
    """All of a display, as it is now: `[height, width]`, BGR in the three low bytes."""
    source = X11Source(display)
    try:
        return source.grab([source.geometry().whole])[0] & _COLOURS
    finally:
        source.close()


class Witness:
    """One display's."""

    def __init__(self, display: str) -> None:
        self._display = display
        self.looks: list[Look] = []

    @contextmanager
    def watching(self) -> Iterator["Witness"]:
        """Looks for as long as the block lasts; what was seen before is forgotten."""
        self.looks = []
        stop = threading.Event()
        thread = threading.Thread(target=self._look, args=(stop,), name="witness", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()

    def _look(self, stop: threading.Event) -> None:
        source = X11Source(self._display)
        try:
            area = source.geometry().whole
            while not stop.is_set() and len(self.looks) < _MOST:
                at_s = time.perf_counter()
                seen = source.grab([area])[0][::STEP, ::STEP] & _COLOURS
                if not self.looks or not np.array_equal(seen, self.looks[-1].pixels):
                    self.looks.append(Look(at_s, seen))
                stop.wait(_PAUSE_S)
        finally:
            source.close()


@dataclasses.dataclass(frozen=True, slots=True)
class Likeness:
    """How much of what was meant a look shows.

    Attributes:
        at_s: of the look.
        exact: the share of pixels that are right, 0 to 1.
        psnr: in dB; 99 if all are.
    """

    at_s: float
    exact: float
    psnr: float


def likenesses(looks: list[Look], meant: Pixels, place: Bounds, without: list[Rect]) -> list[Likeness]:
    """Each look beside `meant`, whose first pixel lies at the corner of `place`; `without` parts of it that change."""
    height, width = meant.shape
    rows, columns = _sampled(place.y, height), _sampled(place.x, width)
    counts = np.ones(meant.shape, np.bool_)
    for part in without:
        counts[max(0, part.y) : part.y + part.height, max(0, part.x) : part.x + part.width] = False
    here = np.ix_(rows - place.y, columns - place.x)
    there = np.ix_(rows // STEP, columns // STEP)
    return [_compare(look, meant[here], there, counts[here]) for look in looks]


def _sampled(first: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The looked-at rows or columns of a picture of so many that begins at `first`."""
    return np.arange(-(-first // STEP) * STEP, first + count, STEP)


def _compare(look: Look, meant: Pixels, there: tuple[np.ndarray, ...], counts: np.ndarray) -> Likeness:
    one, other = look.pixels[there][counts], meant[counts]
    parts = [np.ascontiguousarray(pixels).view(np.uint8).astype(np.int32) for pixels in (one, other)]
    error = float(np.mean((parts[0] - parts[1]) ** 2)) * 4 / 3
    psnr = 10 * float(np.log10(255**2 / error)) if error else 99.0
    return Likeness(look.at_s, float(np.mean(one == other)), psnr)
