"""Changed pixels into frames: one zstd stream for the whole session, flushed at the end of each frame.

Lossless. Old pixels, scrolled lines and repeated glyphs are found in the stream's history, which holds two whole
screens. Lives on the capture thread. The layout is `protocol.session.picture`'s.
"""

from collections.abc import Sequence

import zstandard

from agent.worker.capture.source import Pixels
from protocol.session.picture import ZSTD_WINDOW_LOG, Codec, Frame, Rect, Tile

_SMALLEST_WINDOW_LOG = 22
_LEVEL = 1
_HASH_LOG = 17
"""2^17 entries, 512 KiB: fits a core's own cache."""
_WARM_BYTES = 1024 * 1024


def window_log(width: int, height: int) -> int:
    """The smallest window that holds two whole pictures, within what decoders accept."""
    needed = max(1, 2 * 4 * width * height - 1).bit_length()
    return min(ZSTD_WINDOW_LOG, max(_SMALLEST_WINDOW_LOG, needed))


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
