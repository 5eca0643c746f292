"""The way without plans: whatever changed, as one long zstd stream. What the planner is measured against.

Whole rows of what was grabbed are compared, and sent with a stable left edge and width where much changed: the
encoder finds such rows again in its history. Where little changed (typing) the columns are cut to what did.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import zstandard

from agent.worker.capture.damage import GRID
from agent.worker.capture.source import Pixels
from agent.worker.regions.encoder import window_log
from protocol.session.picture import Codec, Frame, Rect, Tile

_LEVEL = 1
_HASH_LOG = 17
"""2^17 entries, 512 KiB: fits a core's own cache."""
_WARM_BYTES = 1024 * 1024
_SMALL_AREA = 96 * 1024
"""Pixels; below it cutting columns costs less than encoding unchanged ones."""
_GAP_ROWS = 24
"""Bands of changed rows nearer than this become one."""


class Shadow:
    """The picture as it was last sent.

    Attributes:
        pixels: `[height, width]`, BGRX.
    """

    def __init__(self, width: int, height: int) -> None:
        """Black; every page is touched once here, so that the first frame does not pay for it."""
        self.pixels: Pixels = np.zeros((height, width), np.uint32)
        self.pixels.fill(0)
        self._differs: npt.NDArray[np.bool_] = np.zeros(height * width, np.bool_)

    def take(self, rect: Rect, grabbed: Pixels, *, all_of_it: bool = False) -> list[tuple[Rect, Pixels]]:
        """Takes over `grabbed`, the pixels at `rect`, and gives what the console does not have yet.

        The pixels given are views into `grabbed`, or copies, with rows that lie one behind the other.
        """
        here = self.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
        if all_of_it:
            here[:] = grabbed
            return [(rect, grabbed)]
        changed = []
        differs = self._compare(here, grabbed)
        for top, bottom in _bands(np.logical_or.reduce(differs, axis=1)):
            left, right = 0, rect.width
            if (bottom - top) * rect.width <= _SMALL_AREA:
                left, right = _columns(differs[top:bottom], rect.width)
            part = grabbed[top:bottom, left:right]
            here[top:bottom, left:right] = part
            where = Rect(rect.x + left, rect.y + top, right - left, bottom - top)
            changed.append((where, np.ascontiguousarray(part)))
        return changed

    def _compare(self, here: Pixels, grabbed: Pixels) -> npt.NDArray[np.bool_]:
        """Which pixels, or pairs of pixels, are different: `[height, width]` or `[height, width / 2]`."""
        one: npt.NDArray[np.uint32] | npt.NDArray[np.uint64] = here
        other: npt.NDArray[np.uint32] | npt.NDArray[np.uint64] = grabbed
        if here.shape[1] % 2 == 0 and self.pixels.shape[1] % 2 == 0:
            one, other = here.view(np.uint64), grabbed.view(np.uint64)  # twice as fast
        out = self._differs[: one.shape[0] * one.shape[1]].reshape(one.shape)
        return np.not_equal(one, other, out=out)


def _bands(rows: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of changed rows as (first, behind the last), near ones together."""
    changed = np.flatnonzero(rows)
    if not len(changed):
        return []
    cuts = np.flatnonzero(np.diff(changed) > _GAP_ROWS)
    firsts = [int(changed[0]), *(int(changed[at + 1]) for at in cuts)]
    lasts = [*(int(changed[at]) for at in cuts), int(changed[-1])]
    return [(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]


def _columns(differs: npt.NDArray[np.bool_], width: int) -> tuple[int, int]:
    """The first changed column and the one behind the last, moved out to the grid."""
    step = width // differs.shape[1]
    changed = np.flatnonzero(np.logical_or.reduce(differs, axis=0))
    left = int(changed[0]) * step // GRID * GRID
    right = -(-(int(changed[-1]) + 1) * step // GRID) * GRID
    return left, min(width, right)


class Encoder:
    """Makes the frames of one session, for one size of the screen at a time."""

    def __init__(self) -> None:
        self._number = 0
        self._size = (0, 0)
        self._compressor = zstandard.ZstdCompressor()
        self._stream = self._compressor.compressobj()
        self._fresh = True

    def restart(self, width: int, height: int) -> None:
        """The next frame begins a new stream, which decoders can begin with."""
        if (width, height) != self._size:
            self._size = (width, height)
            parameters = zstandard.ZstdCompressionParameters.from_level(
                _LEVEL, window_log=window_log(width, height), hash_log=_HASH_LOG
            )
            self._compressor = zstandard.ZstdCompressor(compression_params=parameters)
            self._warm(1 << window_log(width, height))
        self._stream = self._compressor.compressobj()
        self._fresh = True

    def encode(self, changed: Sequence[tuple[Rect, Pixels]]) -> Frame:
        """The frame that brings the console's picture up to date.

        `changed` must not be empty, and each one's rows must lie one behind the other.
        """
        pieces = [self._stream.compress(pixels.data.cast("B")) for _, pixels in changed]
        pieces.append(self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
        payloads = [b"".join(pieces), *[b""] * (len(changed) - 1)]
        tiles = (Tile(rect, Codec.ZSTD, data) for (rect, _), data in zip(changed, payloads, strict=True))
        frame = Frame(self._number, *self._size, self._fresh, tuple(tiles))
        self._number += 1
        self._fresh = False
        return frame

    def _warm(self, window_bytes: int) -> None:
        """Touches the history's memory once: page faults in the middle of a frame cost tens of milliseconds."""
        stream, zeros = self._compressor.compressobj(), bytes(_WARM_BYTES)
        for _ in range(window_bytes // _WARM_BYTES + 1):
            stream.compress(zeros)
        stream.flush()
