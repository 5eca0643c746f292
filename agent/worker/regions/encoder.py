"""A plan's actions into a frame: one zstd stream for the whole session, and one H.264 stream for each film.

Lives on the capture thread; on a slow line films are encoded beside it, one picture at a time, so that a key's echo
need not wait for them. The layouts are `protocol.session.picture`'s and `protocol.session.film`'s.
"""

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import structlog
import zstandard

from agent.worker.capture.source import Pixels
from agent.worker.regions import planes
from agent.worker.regions.actions import Action, Copy, SendExactly, ShowFilm, Way
from agent.worker.regions.areas import TILE, intersection, pixels_of
from agent.worker.regions.film import FilmEncoder, FilmError
from agent.worker.regions.planner import Planner
from protocol.session import film as film_layout
from protocol.session.film import FILM_MAX_SIDE
from protocol.session.picture import ZSTD_WINDOW_LOG, Codec, Frame, Rect, Tile

_SMALLEST_WINDOW_LOG = 22
_QUICK = 1, {"hash_log": 17}
"""2^17 entries, 512 KiB: fits a core's own cache."""
_THOROUGH = 6, {"hash_log": 18, "chain_log": 18}
"""Text takes a tenth to two fifths less, for a millisecond more: worth it where the line takes longer for the rest."""
_SLOW = 2e6
"""Bytes a second of a line, up to which it is."""
_STAYS = 300
"""Frames after another way of compressing was begun, until it may be changed again: it costs the stream's history."""
_WARM_BYTES = 1024 * 1024
_BAND_PIXELS = 128 * 1024
_STILL_PIXELS = 512 * 1024
_STILL_PIECES = 24
"""Of one likeness at most, but for the last rows and columns; those of very large screens are larger instead."""
_NEARLY_ALL = 0.9
"""A likeness of so much of its area is made of the whole area, without a copy."""
_log = structlog.get_logger()


def window_log(width: int, height: int) -> int:
    """The smallest window that holds a whole picture, within what decoders accept."""
    needed = (4 * width * height).bit_length()
    return min(ZSTD_WINDOW_LOG, max(_SMALLEST_WINDOW_LOG, needed))


@dataclasses.dataclass(frozen=True, slots=True)
class Making:
    """A frame of which the films are being encoded.

    Attributes:
        moved: what is copied.
        exact: what is sent as it is, once the films are there.
        filmed: the films' parts.
    """

    moved: list[Tile]
    exact: list[SendExactly]
    filmed: "Future[list[Tile]]"


class RegionEncoder:
    """Makes the frames of one session, for one size of the screen at a time."""

    def __init__(self) -> None:
        self._number = 0
        self._size = (0, 0)
        self._compressor = zstandard.ZstdCompressor()
        self._stream = self._compressor.compressobj()
        self._fresh = True
        self._thorough, self._changed_at = True, -_STAYS  # until the line is known
        self._films: dict[int, tuple[int, FilmEncoder]] = {}
        self._beside: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """Nothing more is encoded."""
        if self._beside:
            self._beside.shutdown()
            self._beside = None

    def restart(self, width: int, height: int) -> None:
        """The next frame begins new streams, which decoders can begin with."""
        if (width, height) != self._size:
            self._size = (width, height)
            self._renew_compressor()
        self._begin()

    def suit(self, rate: float | None) -> None:
        """Compresses as thoroughly as is worth it on a line of `rate` bytes a second; None: one that limits nothing.

        Another way means a new stream, without the history of the old one.
        """
        thorough = rate is not None and rate <= _SLOW
        if thorough is not self._thorough and self._number - self._changed_at >= _STAYS:
            self._thorough, self._changed_at = thorough, self._number
            self._renew_compressor()
            self._begin()

    def _renew_compressor(self) -> None:
        log = window_log(*self._size)
        level, tables = _THOROUGH if self._thorough else _QUICK
        parameters = zstandard.ZstdCompressionParameters.from_level(level, window_log=log, **tables)
        self._stream = zstandard.ZstdCompressor().compressobj()  # the old one's memory, before the new one's
        self._compressor = zstandard.ZstdCompressor(compression_params=parameters)
        self._warm(1 << log)

    def _begin(self) -> None:
        self._stream = self._compressor.compressobj()
        self._films.clear()
        self._fresh = True

    def encode(self, actions: Sequence[Action], planner: Planner) -> Frame:
        """The frame that carries out a plan; `planner.pixels` must still be what the plan was made for.

        A film that cannot be encoded is left out and ends all films of the session: what it would have shown is owed,
        and sent exactly once it stands still.
        """
        moved, films, exact = _sorted(actions)
        return self._put_together(moved + self._filmed(films, planner), exact, planner)

    def begin(self, actions: Sequence[Action], planner: Planner, done: Callable[[], None]) -> Making:
        """As `encode`, but what takes long goes on beside the caller, and `done` is called there when it is over.

        Until `finish` nothing of what the plan shows or moves may change in `planner.pixels`; frames that are encoded
        meanwhile go ahead of this one.
        """
        moved, films, exact = _sorted(actions)
        filmed: Future[list[Tile]] = Future()
        if films:
            self._beside = self._beside or ThreadPoolExecutor(1, "films")
            filmed = self._beside.submit(self._filmed, films, planner)
            filmed.add_done_callback(lambda _: done())
        else:
            filmed.set_result([])
        return Making(moved, exact, filmed)

    def finish(self, making: Making, planner: Planner) -> Frame:
        """The frame that was begun, once its films are there; waits for them."""
        return self._put_together(making.moved + making.filmed.result(), making.exact, planner)

    def _put_together(self, tiles: list[Tile], exact: list[SendExactly], planner: Planner) -> Frame:
        tiles = tiles + self._exact(exact, planner)
        frame = Frame(self._number, *self._size, self._fresh, tuple(tiles))
        self._number += 1
        self._fresh = False
        return frame

    def _exact(self, actions: Sequence[SendExactly], planner: Planner) -> list[Tile]:
        if not actions:
            return []
        actions = [SendExactly(rect, action.way) for action in actions for rect in _bands(action)]
        packed = bytearray()  # grows in place: a whole photo in pieces would be held twice
        for action in actions:
            pixels = planner.pixels[pixels_of(action.rect)]
            if action.way is Way.PLANES:
                packed += self._stream.compress(planes.from_pixels(pixels).data.cast("B"))
            elif pixels.flags.c_contiguous:
                packed += self._stream.compress(pixels.data.cast("B"))
            else:
                packed += self._stream.compress(pixels.tobytes())
        packed += self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        if all(action.way is Way.RAW for action in actions):
            planner.text_took(len(packed), [action.rect for action in actions])
        payloads: list[bytes | memoryview] = [memoryview(packed), *[b""] * (len(actions) - 1)]
        codecs = {Way.RAW: Codec.ZSTD, Way.PLANES: Codec.PLANES}
        return [
            Tile(action.rect, codecs[action.way], payload) for action, payload in zip(actions, payloads, strict=True)
        ]

    def _filmed(self, films: Sequence[ShowFilm], planner: Planner) -> list[Tile]:
        return [tile for action in films for tile in self._film(action, planner)]

    def _film(self, action: ShowFilm, planner: Planner) -> list[Tile]:
        if action.film.still is not None:
            return self._still(action, planner)
        film = action.film
        fresh = film.slot not in self._films or self._films[film.slot][0] != film.generation
        try:
            if fresh:
                self._films.pop(film.slot, None)  # its memory, before the next one's
                self._films[film.slot] = film.generation, FilmEncoder(film.area.width, film.area.height, film.rate)
            data = self._films[film.slot][1].encode(planner.area_pixels(film.area))
        except FilmError as error:
            return self._give_up(error, planner)
        return _tiles(film.slot, film.area, action.paint, data, fresh=fresh)

    def _still(self, action: ShowFilm, planner: Planner) -> list[Tile]:
        """In pieces, one encoder after the other: one for a whole screen would take 20 MB and more."""
        area, most_bytes = action.film.area, action.film.still or 0.0
        tiles: list[Tile] = []
        for band in _pieces(area):
            paint = [part for rect in action.paint if (part := intersection(rect, band))]
            if not paint:
                continue
            most = most_bytes * band.area / area.area
            try:
                data = FilmEncoder(band.width, band.height, None, most_bytes=most).encode(_framed(band, paint, planner))
            except FilmError as error:
                return self._give_up(error, planner)
            tiles += _tiles(action.film.slot, band, paint, data, fresh=True)
        return tiles

    def _give_up(self, error: FilmError, planner: Planner) -> list[Tile]:
        _log.warning("film_failed", reason=str(error))
        self._films.clear()
        planner.give_up_films()
        return []

    def _warm(self, window_bytes: int) -> None:
        """Touches the history's memory once: page faults in the middle of a frame cost tens of milliseconds."""
        stream, zeros = self._compressor.compressobj(), bytes(_WARM_BYTES)
        for _ in range(window_bytes // _WARM_BYTES + 1):
            stream.compress(zeros)
        stream.flush()


def _sorted(actions: Sequence[Action]) -> tuple[list[Tile], list[ShowFilm], list[SendExactly]]:
    moved: list[Tile] = []
    films: list[ShowFilm] = []
    exact: list[SendExactly] = []
    for action in actions:
        match action:
            case Copy(rect, x, y):
                moved.append(Tile(rect, Codec.COPY, x.to_bytes(2, "little") + y.to_bytes(2, "little")))
            case ShowFilm():
                films.append(action)
            case SendExactly():
                exact.append(action)
    return moved, films, exact


def _bands(action: SendExactly) -> list[Rect]:
    """Planes of a large picture would take three times its memory, and no processor's cache."""
    rect = action.rect
    rows = max(1, _BAND_PIXELS // rect.width)
    if action.way is Way.RAW or rows >= rect.height:
        return [rect]
    return [
        Rect(rect.x, y, rect.width, min(rows, rect.y + rect.height - y))
        for y in range(rect.y, rect.y + rect.height, rows)
    ]


def _pieces(area: Rect) -> list[Rect]:
    """A likeness's bands, none of them wider or higher than a console takes."""
    columns = min(area.width, FILM_MAX_SIDE)
    rows = max(_STILL_PIXELS, area.area // _STILL_PIECES) // columns // TILE * TILE
    rows = min(FILM_MAX_SIDE, max(TILE, rows))
    right, bottom = area.x + area.width, area.y + area.height
    return [
        Rect(left, top, min(columns, right - left), min(rows, bottom - top))
        for top in range(area.y, bottom, rows)
        for left in range(area.x, right, columns)
    ]


def _framed(area: Rect, paint: Sequence[Rect], planner: Planner) -> Pixels:
    """What is to be painted; the rest black, which takes next to nothing."""
    if sum(rect.area for rect in paint) >= _NEARLY_ALL * area.area:
        return planner.area_pixels(area)
    pixels: Pixels = np.zeros((area.height, area.width), np.uint32)
    for rect in paint:
        x, y = rect.x - area.x, rect.y - area.y
        pixels[y : y + rect.height, x : x + rect.width] = planner.pixels[pixels_of(rect)]
    return pixels


def _tiles(slot: int, area: Rect, paint: Sequence[Rect], data: bytes, *, fresh: bool) -> list[Tile]:
    payload = film_layout.encode(film_layout.Packet(slot, fresh, area, data))
    payloads = [payload, *[b""] * (len(paint) - 1)]
    return [Tile(rect, Codec.H264, part) for rect, part in zip(paint, payloads, strict=True)]
