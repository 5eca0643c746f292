"""The far end for measuring: decodes frames of every codec as a console does, and can be asked how long each took."""

import numpy as np
import numpy.typing as npt
import zstandard

from agent.worker.capture.source import Pixels
from agent.worker.regions.areas import pixels_of
from console.picture.colours import Packed, Picture
from console.picture.film import FilmDecoder
from console.picture.planes import to_pixels
from protocol.session import film as film_layout
from protocol.session import picture
from protocol.session.picture import ZSTD_WINDOW_LOG, Codec, Frame, Rect, Tile

_BYTES = {Codec.ZSTD: 4, Codec.PLANES: 3}


class Viewer:
    """A console's picture."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Pixels = np.zeros((height, width), np.uint32)
        self._bytes = self.pixels.view(np.uint8).reshape(height, width, 4)
        self._scratch: npt.NDArray[np.uint8] = np.zeros(2 * self.pixels.nbytes, np.uint8)
        self._films: dict[int, tuple[Rect, FilmDecoder]] = {}
        self._stream = zstandard.ZstdDecompressor(max_window_size=2**ZSTD_WINDOW_LOG).decompressobj()

    def show(self, body: bytes) -> None:
        """Decodes and paints one frame."""
        frame = picture.decode(body)
        if frame.fresh:
            self._stream = zstandard.ZstdDecompressor(max_window_size=2**ZSTD_WINDOW_LOG).decompressobj()
            self._films.clear()
        moved = [self._source(tile) for tile in frame.tiles if tile.codec is Codec.COPY]
        for tile, pixels in zip([tile for tile in frame.tiles if tile.codec is Codec.COPY], moved, strict=True):
            self.pixels[pixels_of(tile.rect)] = pixels
        self._show_films(frame)
        self._show_exact(frame)

    def _source(self, tile: Tile) -> Pixels:
        x, y = (int.from_bytes(part, "little") for part in (tile.payload[:2], tile.payload[2:]))
        return self.pixels[pixels_of(Rect(x, y, tile.rect.width, tile.rect.height))].copy()

    def _show_films(self, frame: Frame) -> None:
        shown: Picture = Packed(self._bytes[:0])
        area = Rect(0, 0, 0, 0)
        for tile in frame.tiles:
            if tile.codec is not Codec.H264:
                continue
            if tile.payload:
                packet = film_layout.decode(tile.payload)
                area = packet.area
                if packet.fresh:
                    self._films[packet.slot] = (area, FilmDecoder(area.width, area.height))
                shown = self._films[packet.slot][1].decode(bytes(packet.data))
            rect = tile.rect
            x, y = rect.x - area.x, rect.y - area.y
            shown.paint(x, y, self._bytes[pixels_of(rect)])
            self.pixels[pixels_of(rect)] &= np.uint32(0xFFFFFF)

    def _show_exact(self, frame: Frame) -> None:
        tiles = [tile for tile in frame.tiles if tile.codec in _BYTES]
        if not tiles:
            return
        data = memoryview(self._stream.decompress(tiles[0].payload))
        at = 0
        for tile in tiles:
            rect, size = tile.rect, _BYTES[tile.codec] * tile.rect.area
            part = np.frombuffer(data[at : at + size], np.uint8)
            at += size
            if tile.codec is Codec.ZSTD:
                self.pixels[pixels_of(rect)] = part.view(np.uint32).reshape(rect.height, rect.width)
            else:
                to_pixels(part.reshape(3, rect.height, rect.width).copy(), self._bytes[pixels_of(rect)])
        if at != len(data):
            raise picture.PictureError("pixels that are more or fewer than their rectangles")
