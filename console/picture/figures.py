"""What the picture is made of: how each part came, how much of it is exact, and what that took.

Written on the network thread, with every frame; `snapshot` on any thread, as often as a window is painted.
Guarantees: bounded memory (a bit for each pixel in a byte, and the newest `RECENT` rectangles). Units in the names.
"""

import dataclasses
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from protocol.session.picture import Codec, Frame, Rect

RECENT = 128
"""Rectangles that are remembered: some dozen frames."""


@dataclasses.dataclass(frozen=True, slots=True)
class Region:
    """A rectangle that was painted.

    Attributes:
        rect: where.
        codec: how it came.
        at_s: when, monotonic seconds.
    """

    rect: Rect
    codec: Codec
    at_s: float


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """How things stand now; all counts are since the session's beginning.

    Attributes:
        frames: decoded.
        sent_bytes: bodies of frames, by what carried the bytes (exact ways share a stream, the first one counts).
        painted_pixels: by codec.
        decoding_s: spent in decoding.
        exact_share: of the picture's pixels, those that are the helped screen's as it was when they came; 0 to 1.
        recent: the newest regions, oldest first.
    """

    frames: int
    sent_bytes: Counter[Codec]
    painted_pixels: Counter[Codec]
    decoding_s: float
    exact_share: float
    recent: tuple[Region, ...]


class Figures:
    """One session's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames, self._decoding_s = 0, 0.0
        self._bytes: Counter[Codec] = Counter()
        self._pixels: Counter[Codec] = Counter()
        self._recent: deque[Region] = deque(maxlen=RECENT)
        self._likeness: npt.NDArray[np.bool_] = np.zeros((0, 0), np.bool_)
        self._all_exact = True

    def painted(self, frame: Frame, moves: Sequence[tuple[Rect, Rect]], took_s: float) -> None:
        """A frame stands on the canvas. `moves` are its copies, (source, target)."""
        now_s = time.monotonic()
        with self._lock:
            self._frames += 1
            self._decoding_s += took_s
            if self._likeness.shape != (frame.height, frame.width):
                self._likeness, self._all_exact = np.zeros((frame.height, frame.width), np.bool_), True
            if not self._all_exact:
                copied = [self._likeness[_at(source)].copy() for source, _ in moves]
                for part, (_, target) in zip(copied, moves, strict=True):
                    self._likeness[_at(target)] = part
            for tile in frame.tiles:
                self._bytes[tile.codec] += len(tile.payload)
                self._pixels[tile.codec] += tile.rect.area
                self._recent.append(Region(tile.rect, tile.codec, now_s))
                if tile.codec is Codec.H264:
                    self._likeness[_at(tile.rect)], self._all_exact = True, False
                elif tile.codec is not Codec.COPY and not self._all_exact:
                    self._likeness[_at(tile.rect)] = False

    def snapshot(self) -> Snapshot:
        """How things stand."""
        with self._lock:
            owed = 0 if self._all_exact else int(np.count_nonzero(self._likeness))
            self._all_exact = not owed
            share = 1.0 - owed / max(1, self._likeness.size)
            return Snapshot(
                self._frames,
                self._bytes.copy(),
                self._pixels.copy(),
                self._decoding_s,
                share,
                tuple(self._recent),
            )


def _at(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)
