"""A plan's actions into a frame: one zstd stream for the whole session, and one H.264 stream for each film.

Lives on the capture thread. The layouts are `protocol.session.picture`'s and `protocol.session.film`'s.
"""

from collections.abc import Sequence

import numpy as np
import structlog
import zstandard

from agent.worker.capture.encoder import window_log
from agent.worker.regions import planes
from agent.worker.regions.areas import pixels_of
from agent.worker.regions.film import FilmEncoder, FilmError
from agent.worker.regions.planner import Action, Copy, Planner, SendExactly, ShowFilm, Way
from protocol.session import film as film_layout
from protocol.session.picture import Codec, Frame, Tile

_LEVEL = 1
_HASH_LOG = 17
"""2^17 entries, 512 KiB: fits a core's own cache."""
_WARM_BYTES = 1024 * 1024
_log = structlog.get_logger()


class RegionEncoder:
    """Makes the frames of one session, for one size of the screen at a time."""

    def __init__(self) -> None:
        self._number = 0
        self._size = (0, 0)
        self._compressor = zstandard.ZstdCompressor()
        self._stream = self._compressor.compressobj()
        self._fresh = True
        self._films: dict[int, tuple[int, FilmEncoder]] = {}

    def restart(self, width: int, height: int) -> None:
        """The next frame begins new streams, which decoders can begin with."""
        if (width, height) != self._size:
            self._size = (width, height)
            parameters = zstandard.ZstdCompressionParameters.from_level(
                _LEVEL, window_log=window_log(width, height), hash_log=_HASH_LOG
            )
            self._compressor = zstandard.ZstdCompressor(compression_params=parameters)
            self._warm(1 << window_log(width, height))
        self._stream = self._compressor.compressobj()
        self._films.clear()
        self._fresh = True

    def encode(self, actions: Sequence[Action], planner: Planner) -> Frame:
        """The frame that carries out a plan; `planner.pixels` must still be what the plan was made for.

        A film that cannot be encoded is left out and ends all films of the session: what it would have shown is owed,
        and sent exactly once it stands still.
        """
        tiles: list[Tile] = []
        exact: list[SendExactly] = []
        for action in actions:
            match action:
                case Copy(rect, x, y):
                    payload = x.to_bytes(2, "little") + y.to_bytes(2, "little")
                    tiles.append(Tile(rect, Codec.COPY, payload))
                case ShowFilm():
                    tiles += self._film(action, planner)
                case SendExactly():
                    exact.append(action)
        tiles += self._exact(exact, planner)
        frame = Frame(self._number, *self._size, self._fresh, tuple(tiles))
        self._number += 1
        self._fresh = False
        return frame

    def _exact(self, actions: Sequence[SendExactly], planner: Planner) -> list[Tile]:
        if not actions:
            return []
        pieces = []
        for action in actions:
            pixels = planner.pixels[pixels_of(action.rect)]
            if action.way is Way.PLANES:
                pieces.append(self._stream.compress(planes.from_pixels(pixels).data.cast("B")))
            elif pixels.flags.c_contiguous:
                pieces.append(self._stream.compress(pixels.data.cast("B")))
            else:
                pieces.append(self._stream.compress(pixels.tobytes()))
        pieces.append(self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
        payloads = [b"".join(pieces), *[b""] * (len(actions) - 1)]
        codecs = {Way.RAW: Codec.ZSTD, Way.PLANES: Codec.PLANES}
        return [
            Tile(action.rect, codecs[action.way], payload) for action, payload in zip(actions, payloads, strict=True)
        ]

    def _film(self, action: ShowFilm, planner: Planner) -> list[Tile]:
        if action.film.still is not None:
            return self._still(action, planner)
        film = action.film
        generation, encoder = self._films.get(film.slot, (-1, None))
        fresh = generation != film.generation or encoder is None
        try:
            if fresh or encoder is None:
                self._films.pop(film.slot, None)  # its memory, before the next one's
                encoder = FilmEncoder(film.area.width, film.area.height, film.rate)
                self._films[film.slot] = (film.generation, encoder)
            data = encoder.encode(planner.film_pixels(film))
        except FilmError as error:
            return self._give_up(error, planner)
        return _tiles(action, fresh, data)

    def _still(self, action: ShowFilm, planner: Planner) -> list[Tile]:
        """What is not to be painted is black, which takes next to nothing."""
        area = action.film.area
        pixels = np.zeros((area.height, area.width), np.uint32)
        for rect in action.paint:
            x, y = rect.x - area.x, rect.y - area.y
            pixels[y : y + rect.height, x : x + rect.width] = planner.pixels[pixels_of(rect)]
        try:
            data = FilmEncoder(area.width, area.height, None, most_bytes=action.film.still).encode(pixels)
        except FilmError as error:
            return self._give_up(error, planner)
        return _tiles(action, True, data)

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


def _tiles(action: ShowFilm, fresh: bool, data: bytes) -> list[Tile]:
    payload = film_layout.encode(film_layout.Packet(action.film.slot, fresh, action.film.area, data))
    payloads = [payload, *[b""] * (len(action.paint) - 1)]
    return [Tile(rect, Codec.H264, part) for rect, part in zip(action.paint, payloads, strict=True)]
