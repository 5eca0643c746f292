"""A region of the helped screen that came as H.264, through PyAV (extra `video`). Distrusts the agent.

Guarantees: a packet gives one picture of the size that the stream began with, or `FilmError` is raised.
"""

import importlib
import importlib.util
import os
from typing import Any

import numpy as np

from console.picture.colours import Packed, Picture, Planar, Plane
from protocol.session import yuv
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

    def decode(self, packet: bytes) -> Picture:
        """The stream's next picture.

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
            return self._picture(frame)
        except (self._av.FFmpegError, ValueError) as error:
            raise FilmError(f"a film that cannot be decoded: {error}") from error

    def _picture(self, frame: Any) -> Picture:
        height, width = self._size
        libyuv = yuv.library()
        if libyuv:
            planes = [Plane(plane.buffer_ptr, plane.line_size) for plane in frame.planes]
            return Planar(libyuv, frame, planes, width, height)
        plane = self._reformatter.reformat(frame, format="bgra", threads=_THREADS).planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(height, plane.line_size)
        return Packed(rows[:, : 4 * width].reshape(height, width, 4))
