"""Good frames and films, to be damaged."""

import numpy as np
import zstandard

from agent.worker.regions.film import FilmEncoder
from protocol.session import film, picture
from protocol.session.picture import Codec, Frame, Rect, Tile


def one_frame(number: int = 0, *, fresh: bool = True) -> bytes:
    stream = zstandard.ZstdCompressor().compressobj()
    pixels = bytes(range(256)) * 4
    packed = stream.compress(pixels) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    tiles = (
        Tile(Rect(0, 0, 16, 8), Codec.ZSTD, packed),
        Tile(Rect(16, 0, 16, 8), Codec.ZSTD, b""),
        Tile(Rect(0, 8, 16, 4), Codec.COPY, bytes(4)),
    )
    return b"".join(bytes(part) for part in picture.encode(Frame(number, 64, 32, fresh, tiles)))


AREA = Rect(0, 0, 32, 16)


def one_film(seed: int, *, fresh: bool, area: Rect = AREA) -> bytes:
    encoder = FilmEncoder(area.width, area.height, None)
    dice = np.random.default_rng(seed)
    packets = [encoder.encode(dice.integers(0, 2**24, (area.height, area.width), np.uint32)) for _ in range(2)]
    return film.encode(film.Packet(0, fresh, area, packets[0 if fresh else 1]))


def some_pictures() -> bytes:
    """A frame with all four ways of a pixel: a film, exact planes and rows in one flush, a move."""
    stream = zstandard.ZstdCompressor().compressobj()
    packed = stream.compress(bytes(range(192)) * 2 + bytes(4 * 32)) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    tiles = (
        Tile(Rect(0, 16, 8, 4), Codec.COPY, bytes(4)),
        Tile(Rect(0, 0, 16, 16), Codec.H264, one_film(1, fresh=True)),
        Tile(Rect(16, 0, 8, 8), Codec.H264, b""),
        Tile(Rect(32, 0, 16, 8), Codec.PLANES, packed),
        Tile(Rect(48, 0, 8, 4), Codec.ZSTD, b""),
    )
    return b"".join(bytes(part) for part in picture.encode(Frame(0, 64, 32, True, tiles)))
