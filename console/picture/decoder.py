"""From the bytes of a picture message to pixels on a canvas. Lives on the network thread; distrusts the agent.

Guarantees: after `decode` the canvas is exactly what the sender meant, or `PictureError` is raised and the session is
to end. Memory is bounded before anything is unpacked: one picture and the next one that was announced, one scratch
buffer of twice its size at most, the decompressor's window, and the decoders of the films (`console.picture.films`);
no frame, however it is made, can unpack to more.
"""

import io
import time
from collections.abc import Callable
from functools import partial
from typing import IO, cast

import numpy as np
import zstandard

from console.picture import planes
from console.picture.canvas import Canvas, Pixels
from console.picture.films import Films, Paint
from protocol import limits
from protocol.session import picture
from protocol.session.picture import ZSTD_WINDOW_LOG, Codec, Frame, PictureError, Rect, Tile

BYTES_PER_PIXEL = 4
MAX_OVERDRAW = 2
"""A frame moves and then paints each pixel once; one that does either more than twice over is an attack."""
_READ_BYTES = 1024 * 1024
_EXACT = {Codec.ZSTD: 4, Codec.PLANES: 3}
"""Bytes of a pixel in the stream."""
_LEAST_BAND, _COPIED_BAND = 12, 32
"""Rows: each band costs as much as some; a few at a time stay in the processor's own memory."""
_EMPTY_BLOCK = bytes(3)
"""A raw block of no bytes (RFC 8878, 3.1.1.2): it makes the decompressor go on, and means nothing."""


class _NothingMoreError(Exception):
    pass


class _Payload(io.RawIOBase):
    """What the decompressor reads from: the current frame's payload, and not a byte beyond it."""

    def __init__(self) -> None:
        super().__init__()
        self._left = memoryview(b"")
        self._is_probe = False

    def refill(self, payload: bytes | memoryview) -> None:
        self._left = memoryview(payload)

    def read(self, size: int = -1) -> bytes:
        if self._is_probe and not self._left:
            raise _NothingMoreError  # an empty answer would be the end of the stream for good
        size = len(self._left) if size < 0 else size
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)

    @property
    def is_empty(self) -> bool:
        return not self._left

    def holds_more(self, stream: zstandard.ZstdDecompressionReader) -> bool:
        """Whether `stream`, whose input is used up, has unpacked more than was read from it."""
        self._left, self._is_probe = memoryview(_EMPTY_BLOCK), True
        try:
            return bool(stream.readinto(bytearray(1)))
        except (_NothingMoreError, zstandard.ZstdError):
            return False  # or the stream ended, or within a block: what follows will not unpack
        finally:
            self._left, self._is_probe = memoryview(b""), False


class Decoder:
    """One session's decoder: each frame continues where the one before ended."""

    def __init__(self, canvas: Canvas, wake: Callable[[], None] = lambda: None) -> None:
        """`wake` is called where something is to be painted and nothing waited: a painter takes a moment to wake."""
        self._canvas, self._wake = canvas, wake
        self._expected = 0
        self._payload = _Payload()
        self._stream: zstandard.ZstdDecompressionReader | None = None
        self._scratch = np.zeros(0, np.uint8)
        self._films = Films()

    def expect(self, width: int, height: int) -> None:
        """Gets ready for pictures of this size, if they can be shown: what is announced comes in a moment."""
        if width * height <= limits.FRAME_MAX_PIXELS:
            self._canvas.expect(width, height)
            if self._scratch.size != BYTES_PER_PIXEL * width * height:
                self._take_scratch(BYTES_PER_PIXEL * width * height)

    def _take_scratch(self, size: int) -> None:
        self._scratch = np.zeros(0, np.uint8)  # the old one goes before the new one comes
        self._scratch = np.empty(size, np.uint8)
        self._scratch.fill(0)  # each page is touched now

    def decode(self, body: bytes) -> int:
        """Paints one frame onto the canvas.

        Args:
            body: of a `Kind.FRAME` message.

        Returns:
            The frame's number, for the acknowledgement.

        Raises:
            PictureError: it is not the next frame of an honest sender.
        """
        began_s = time.perf_counter()
        frame = picture.decode(body)
        self._check(frame)
        if frame.fresh:
            self._payload = _Payload()
            reader = zstandard.ZstdDecompressor(max_window_size=2**ZSTD_WINDOW_LOG)
            self._stream = reader.stream_reader(cast(IO[bytes], self._payload), read_size=_READ_BYTES)
            self._films = Films()
        painted = self._films.decode(frame) + self._unpack(frame)
        self._expected += 1
        moves = [(_source(tile, frame), tile.rect) for tile in frame.tiles if tile.codec is Codec.COPY]
        if self._paint(frame, moves, painted):
            self._wake()  # before all else
        self._canvas.figures.painted(frame, moves, time.perf_counter() - began_s)
        return frame.number

    def _check(self, frame: Frame) -> None:
        if frame.number != self._expected:
            raise PictureError(f"frame {frame.number} came where {self._expected} was due")
        if frame.width * frame.height > limits.FRAME_MAX_PIXELS:
            raise PictureError(f"a screen of {frame.width}x{frame.height} pixels is larger than can be shown")
        height, width = self._canvas.pixels.shape[:2]
        if not frame.fresh and (self._stream is None or (frame.width, frame.height) != (width, height)):
            raise PictureError("a change of a picture that was never begun")
        for moved in (True, False):
            area = sum(tile.rect.area for tile in frame.tiles if (tile.codec is Codec.COPY) is moved)
            if area > MAX_OVERDRAW * frame.width * frame.height:
                raise PictureError("a frame that paints the screen more than twice over")
        first = True
        for tile in frame.tiles:
            if tile.codec is Codec.COPY:
                _source(tile, frame)
            elif tile.codec in _EXACT:
                if bool(tile.payload) is not first:
                    raise PictureError("a payload that does not stand with the first of its rectangles")
                first = False

    def _unpack(self, frame: Frame) -> list[tuple[Rect, Paint]]:
        """All exact rectangles: from the scratch buffer."""
        tiles = [tile for tile in frame.tiles if tile.codec in _EXACT]
        if not tiles:
            return []
        sizes = [_EXACT[tile.codec] * tile.rect.area for tile in tiles]
        unpacked = self._unpack_bytes(frame, tiles[0].payload, sum(sizes))
        found: list[tuple[Rect, Paint]] = []
        for tile, size in zip(tiles, sizes, strict=True):
            part, unpacked = unpacked[:size], unpacked[size:]
            shape = (tile.rect.height, tile.rect.width)
            if tile.codec is Codec.PLANES:
                target = np.empty((*shape, BYTES_PER_PIXEL), np.uint8)
                planes.to_pixels(part.reshape(3, *shape), target)
                found.append((tile.rect, partial(_copy, target)))
            else:
                found.append((tile.rect, partial(_copy, part.reshape(*shape, BYTES_PER_PIXEL))))
        return found

    def _unpack_bytes(self, frame: Frame, payload: bytes | memoryview, size: int) -> Pixels:
        wanted = max(size, BYTES_PER_PIXEL * frame.width * frame.height)
        if self._scratch.size < size or (frame.fresh and self._scratch.size != wanted):
            self._take_scratch(wanted)
        if self._stream is None:
            raise PictureError("a change of a picture that was never begun")
        self._payload.refill(payload)
        target = self._scratch[:size]
        try:
            unpacked = self._stream.readinto(target.data)
            more = not self._payload.is_empty or self._payload.holds_more(self._stream)
        except zstandard.ZstdError as error:
            raise PictureError(f"pixels that cannot be unpacked: {error}") from error
        if unpacked != size or more:
            raise PictureError("pixels that are more or fewer than their rectangles")
        return target

    def _paint(self, frame: Frame, moves: list[tuple[Rect, Rect]], painted: list[tuple[Rect, Paint]]) -> bool:
        """Moves first, then the rest in any order: no honest frame paints a pixel twice."""
        canvas = self._canvas
        with canvas.lock:
            height, width = canvas.pixels.shape[:2]
            woken = False
            if (frame.width, frame.height) != (width, height):
                canvas.resize(frame.width, frame.height)
                woken = True
            if len(moves) == 1:
                _move(canvas.pixels, *moves[0])
            else:
                copied = [canvas.pixels[_at(source)].copy() for source, _ in moves]  # all as it was before this frame
                for pixels, (_, target) in zip(copied, moves, strict=True):
                    canvas.pixels[_at(target)] = pixels
            for rect, paint in painted:
                paint(canvas.pixels[_at(rect)])
            return canvas.mark([tile.rect for tile in frame.tiles]) or woken


def _copy(pixels: Pixels, target: Pixels) -> None:
    target[:] = pixels


def _at(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)


def _source(tile: Tile, frame: Frame) -> Rect:
    """Where a moved rectangle comes from."""
    if len(tile.payload) != BYTES_PER_PIXEL:
        raise PictureError("a moved rectangle without its source")
    x, y = int.from_bytes(tile.payload[:2], "little"), int.from_bytes(tile.payload[2:], "little")
    rect = tile.rect
    if x + rect.width > frame.width or y + rect.height > frame.height:
        raise PictureError("a rectangle moved from outside the screen")
    return Rect(x, y, rect.width, rect.height)


def _move(pixels: Pixels, source: Rect, target: Rect) -> None:
    """Moves within a picture, in bands: none comes over what another one is still to be made of."""
    step = abs(target.y - source.y)
    direct = step >= _LEAST_BAND  # then a band does not overlap what it comes from: half the work of a copy between
    high = step if direct else _COPIED_BAND
    tops = range(0, target.height, high)
    for top in tops if target.y < source.y else reversed(tops):
        rows = min(high, target.height - top)
        there = pixels[_at(Rect(source.x, source.y + top, source.width, rows))]
        pixels[_at(Rect(target.x, target.y + top, target.width, rows))] = there if direct else there.copy()
