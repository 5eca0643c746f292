"""A small sender of pictures, for tests: what an honest agent does, without a screen."""

import numpy as np
import zstandard

from console.picture.canvas import Pixels
from protocol.session import picture
from protocol.session.picture import Codec, Frame, Rect, Tile


class Sender:
    """Turns a picture that changes into frames; `picture` is what the receiver must end up with."""

    def __init__(self, width: int, height: int) -> None:
        self.picture: Pixels = np.zeros((height, width, 4), np.uint8)
        self.number = 0
        self._stream = _new_stream()

    def whole(self) -> bytes:
        """Begins the stream anew with the whole picture."""
        self._stream = _new_stream()
        height, width = self.picture.shape[:2]
        return self._frame([Rect(0, 0, width, height)], fresh=True)

    def resize(self, width: int, height: int) -> bytes:
        """Another screen size."""
        self.picture = np.full((height, width, 4), self.number % 256, np.uint8)
        return self.whole()

    def change(self, rects: list[Rect], rng: np.random.Generator) -> bytes:
        """New pixels in these rectangles."""
        for rect in rects:
            shape = (rect.height, rect.width, 4)
            noise = rng.integers(0, 256, shape, np.uint8) if rng.random() < 0.5 else rng.integers(0, 256, (1, 1, 4))
            self.picture[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] = noise
        return self._frame(rects, fresh=False)

    def move(self, x: int, y: int, to: Rect) -> bytes:
        """The pixels at (x, y) now stand at `to`."""
        source = self.picture[y : y + to.height, x : x + to.width].copy()
        self.picture[to.y : to.y + to.height, to.x : to.x + to.width] = source
        payload = x.to_bytes(2, "little") + y.to_bytes(2, "little")
        return self.pack((Tile(to, Codec.COPY, payload),), fresh=False)

    def pack(self, tiles: tuple[Tile, ...], *, fresh: bool) -> bytes:
        """The body of the next frame."""
        height, width = self.picture.shape[:2]
        body = b"".join(picture.encode(Frame(self.number, width, height, fresh, tiles)))
        self.number += 1
        return body

    def compress(self, pixels: bytes) -> bytes:
        """The next flush of the stream."""
        return self._stream.compress(pixels) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def _frame(self, rects: list[Rect], *, fresh: bool) -> bytes:
        pixels = b"".join(self.picture[r.y : r.y + r.height, r.x : r.x + r.width].tobytes() for r in rects)
        payload = self.compress(pixels)
        tiles = tuple(Tile(rect, Codec.ZSTD, payload if rect is rects[0] else b"") for rect in rects)
        return self.pack(tiles, fresh=fresh)


def _new_stream() -> "zstandard.ZstdCompressionObj":
    settings = zstandard.ZstdCompressionParameters.from_level(1, window_log=24)
    return zstandard.ZstdCompressor(compression_params=settings).compressobj()
