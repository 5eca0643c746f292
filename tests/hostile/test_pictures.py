"""Pictures that say little and unpack to much, or that are damaged: the documented error, bounded memory and time."""

import contextlib
import resource
import statistics
import time
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from protocol.session import picture
from protocol.session.picture import Codec, Frame, PictureError, Rect, Tile
from tests.hostile.some_pictures import one_film, some_pictures

MEGABYTE = 1024 * 1024


def _bomb(width: int, height: int, payload: bytes, *, number: int = 0, rects: tuple[Rect, ...] = ()) -> bytes:
    rects = rects or (Rect(0, 0, width, height),)
    tiles = tuple(Tile(rect, Codec.ZSTD, b"" if at else payload) for at, rect in enumerate(rects))
    return b"".join(bytes(part) for part in picture.encode(Frame(number, width, height, True, tiles)))


def _zeros(size: int, *, window_log: int = 20) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=window_log)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = [stream.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]
    return b"".join(packed) + stream.flush()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a window of a gigabyte", _bomb(64, 32, _zeros(16 * MEGABYTE, window_log=30))),
        ("the screen 4,000 times", _bomb(2048, 1024, _zeros(MEGABYTE), rects=(Rect(0, 0, 2048, 1024),) * 4000)),
        ("a screen larger than any", _bomb(16384, 16384, _zeros(MEGABYTE))),
    ],
)  # fmt: skip
def test_a_picture_that_unpacks_to_more_than_it_says_is_refused_before_it_does(name: str, body: bytes) -> None:
    decoder = Decoder(Canvas())
    resident = _resident_bytes()
    with pytest.raises(PictureError):
        decoder.decode(body)
    grown = _resident_bytes() - resident
    assert grown < 48 * MEGABYTE, f"{name}: {grown} bytes"


def test_a_gigabyte_for_one_pixel_is_not_unpacked() -> None:
    body = _bomb(1, 1, _zeros(1024 * MEGABYTE))
    decoder = Decoder(Canvas())
    resident = _resident_bytes()
    for _ in range(3):
        with contextlib.suppress(PictureError):
            decoder.decode(body)
    assert _resident_bytes() - resident < 48 * MEGABYTE


def test_as_many_films_in_a_frame_as_are_let_in_take_bounded_memory_and_time() -> None:
    """The dearest frame that is not refused before it is decoded, again and again: every film in it begins anew."""
    width, height = 640, 384
    area = Rect(0, 0, width, height)
    payload = one_film(1, fresh=True, area=area)
    small = one_film(2, fresh=True)
    corner = Rect(0, 0, 2, 2)
    tiles = [Tile(corner, Codec.H264, payload)] * 2 + [Tile(corner, Codec.H264, small)] * 62
    decoder, took_s = Decoder(Canvas()), []
    for number in range(12):
        began_s = time.process_time()
        decoder.decode(b"".join(picture.encode(Frame(number, width, height, not number, tuple(tiles)))))
        took_s.append(time.process_time() - began_s)
        if number == 1:
            resident = _resident_bytes()
    assert _resident_bytes() - resident < 32 * MEGABYTE
    assert statistics.median(took_s) < 0.5
    tiles.append(tiles[-1])
    with pytest.raises(PictureError, match="too many films"):
        decoder.decode(b"".join(picture.encode(Frame(12, width, height, False, tuple(tiles)))))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 3000), flips=st.binary(min_size=1, max_size=8), later=st.booleans())
def test_a_damaged_film_or_plane_gives_a_picture_or_the_documented_error(at: int, flips: bytes, later: bool) -> None:
    """In the middle of a session, with decoders that have begun: nothing else than `PictureError`, and no crash."""
    decoder = Decoder(Canvas())
    decoder.decode(some_pictures())
    films = [one_film(1, fresh=False), one_film(4, fresh=True)]
    body = bytearray(films[later])
    at %= len(body)
    body[at : at + len(flips)] = flips
    tiles = (Tile(Rect(0, 0, 16, 16), Codec.H264, bytes(body)), Tile(Rect(0, 16, 16, 8), Codec.PLANES, bytes(flips)))
    for chosen in (tiles[:1], tiles[1:]):
        with contextlib.suppress(PictureError):
            decoder.decode(b"".join(picture.encode(Frame(1, 64, 32, False, chosen))))


def _resident_bytes() -> int:
    """Of this process: what a library allocates by itself is not traced."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_pictures_of_random_rectangles_never_paint_outside_the_canvas() -> None:
    dice = np.random.default_rng(1)
    for _ in range(200):
        width, height = (int(one) for one in dice.integers(1, 64, 2))
        left, top = int(dice.integers(0, width)), int(dice.integers(0, height))
        rect = Rect(left, top, int(dice.integers(1, width - left + 1)), int(dice.integers(1, height - top + 1)))
        pixels = dice.bytes(4 * rect.area)
        canvas = Canvas()
        Decoder(canvas).decode(_bomb(width, height, zstandard.ZstdCompressor().compress(pixels), rects=(rect,)))
        inside = canvas.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
        assert inside.tobytes() == pixels
        canvas.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] = 0
        assert not canvas.pixels.any()
