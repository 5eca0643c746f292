"""A region of the helped screen that came as H.264, through PyAV (extra `video`). Distrusts the agent.

Guarantees: a packet gives one picture of the size that the stream began with, or `FilmError` is raised.
"""

import importlib
import importlib.util
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from protocol.session.film import FILM_MAX_PIXELS, FILM_MAX_SIDE

_THREADS = min(2, os.cpu_count() or 1)
"""Pictures may come in two halves, which are decoded at once."""
_BLOCK = 64
"""The decoder's buffers have sides of multiples of this at most: its blocks are of 16 pixels, its rows of 64 bytes."""


def available() -> bool:
    """Whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def load() -> None:
    """Loads what decodes, which takes as long as some first pictures do: before there is one to be decoded."""
    FilmDecoder(_BLOCK, _BLOCK)


class FilmError(Exception):
    """What came is no film of the size that was said."""


class FilmDecoder:
    """One stream."""

    def __init__(self, width: int, height: int) -> None:
        """Raises FilmError for sizes that no film has."""
        if (
            min(width, height) <= 0
            or max(width, height) > FILM_MAX_SIDE
            or width * height > FILM_MAX_PIXELS
            or width % 2
            or height % 2
        ):
            raise FilmError(f"a film of {width}x{height} pixels")
        self._av: Any = importlib.import_module("av")
        self._size = (height, width)
        self._reformatter: Any = importlib.import_module("av.video.reformatter").VideoReformatter()
        context = self._av.CodecContext.create("h264", "r")
        context.thread_count, context.thread_type = _THREADS, "SLICE"
        # Held against what the stream says of itself, before memory is taken for it.
        context.options = {"max_pixels": str(-(-width // _BLOCK) * -(-height // _BLOCK) * _BLOCK * _BLOCK)}
        context.flags |= self._av.codec.context.Flags.low_delay
        self._context: Any = context

    def decode(self, packet: bytes) -> npt.NDArray[np.uint8]:
        """The stream's next picture, `[height, width, 4]` BGRX.

        Raises:
            FilmError: it is not one whole picture of the right size.
        """
        try:
            frames = self._context.decode(self._av.Packet(packet))
            if len(frames) != 1:
                raise FilmError(f"a packet with {len(frames)} pictures")
            frame = frames[0]
            if (frame.height, frame.width) != self._size or frame.format.name != "yuv420p":
                raise FilmError(f"a picture of {frame.width}x{frame.height} in a film of another size")
            packed = self._reformatter.reformat(frame, format="bgra", threads=_THREADS)
            plane = packed.planes[0]
        except (self._av.FFmpegError, ValueError) as error:
            raise FilmError(f"a film that cannot be decoded: {error}") from error
        rows = np.frombuffer(plane, np.uint8).reshape(self._size[0], plane.line_size)
        return rows[:, : 4 * self._size[1]].reshape(*self._size, 4)
