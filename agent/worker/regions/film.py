"""A region of the screen as H.264, through PyAV's libx264. Needs the extra `video`: see `available`.

Settings that held on recordings: ultrafast and zerolatency give one packet for each picture and no queue; no scene cuts
and no periodic whole pictures, because the way is TCP and loses nothing. Beyond ultrafast motion in quarters of a pixel
is worth its time (half the bytes of a film, for 0.7 ms), and on lines that limit the picture smoothed edges of blocks
are (0.3 dB). A rate holds for a stream's life (x264 through PyAV takes no other later).
"""

import contextlib
import importlib
import importlib.util
import os
from fractions import Fraction
from typing import Any

import numpy as np

from agent.worker.capture.source import Pixels
from agent.worker.regions import colours
from protocol.session import yuv

QUANTISER, QUANTISER_OF_ONE = 22, 21
"""Where the link allows it: the same in every picture, 40 to 42 dB on recordings. It also spares x264 the guess, from
a smaller copy of each picture, of what that will take. The other one where four pixels have the colour of one."""
QUALITY = 23
"""x264's crf at best where the link is the limit, or where there is one picture only."""
_FINE_PIXELS = 1280 * 1024
"""Motion in quarters of a pixel takes 14 MB more for a whole screen, which the worker has not."""
_FILM_QUALITY = 24
"""x264's crf at best for a film where the line is the limit: 40 dB, and small enough not to be late."""
_FAST = ":ipratio=1:no-deblock=1:partitions=p8x8:no-dct-decimate=1:deadzone-inter=30"
"""Where the link allows it, processor time counts. The first picture at the same quantiser is a third smaller, and
looks the same. At this quantiser edges of blocks are not to be seen: smoothing them takes both ends 0.6 ms. A wider
dead zone instead of a search for blocks with nearly nothing in them looks as good, and saves half a millisecond."""
_SMALL = ":cabac=1:no-deblock=0:deblock=0,0"
"""Where bytes count: a sixth fewer, for a millisecond that such a line takes for 1 KB; and smoothed edges of blocks."""
_BUFFER_S = 0.06
"""A picture may be so many seconds of the rate long, the first one too: 0.04 s of the line, which a key waits for."""
_LEAST_KBIT, _LEAST_STILL_KBIT = 200, 16
_THREADS = min(2, os.cpu_count() or 1)
"""A picture in two halves at once, where the line limits nothing and time counts: a third less of it, for 4 % more of
the processor. On other lines halves would cost bytes."""
_TICK = Fraction(1, 30)
"""Pictures are taken as if they came 30 times a second: where fewer go through, a rate still allows for so many."""


def available() -> bool:
    """Whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


class FilmError(Exception):
    """The encoder gave up; the region is to be sent exactly."""


def load() -> None:
    """Loads what encodes, if it is there: that takes as long as some first pictures do, and can be done before them."""
    if available():
        with contextlib.suppress(FilmError):  # the first real one will say so again
            FilmEncoder(64, 64, None).encode(np.zeros((64, 64), np.uint32))


class FilmEncoder:
    """One stream, for one size."""

    def __init__(
        self, width: int, height: int, rate: float | None, quality: int = QUALITY, most_bytes: float | None = None
    ) -> None:
        """Sides in pixels, even; `rate` in bytes a second; the first picture has about `most_bytes` at most."""
        self._av: Any = importlib.import_module("av")
        self._reformatter: Any = importlib.import_module("av.video.reformatter").VideoReformatter()
        libyuv = yuv.library()
        self._planes = colours.Planes(libyuv, self._av.VideoFrame(width, height, "yuv420p")) if libyuv else None
        self._size = (height, width)
        self._count = 0
        parameters = "keyint=infinite:scenecut=0:repeat-headers=1:chroma-qp-offset=-2"
        if most_bytes is None and width * height <= _FINE_PIXELS:
            parameters += ":subme=1"
        quality_of = {"crf": str(quality if rate is None else _FILM_QUALITY)}
        if rate is None and most_bytes is None:
            quality_of = {"qp": str(QUANTISER if self._planes else QUANTISER_OF_ONE)}
            parameters += _FAST
        else:
            parameters += _SMALL
        if rate is not None:
            kbit = max(_LEAST_KBIT, int(rate * 8 / 1000))
            parameters += f":vbv-maxrate={kbit}:vbv-bufsize={max(1, int(kbit * _BUFFER_S))}"
        elif most_bytes is not None:
            kbit = max(_LEAST_STILL_KBIT, int(most_bytes * 8 / 1000))
            parameters += f":vbv-maxrate={kbit}:vbv-bufsize={kbit}"
        context = self._av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = _TICK, 1 / _TICK
        context.thread_count = _THREADS if rate is None else 1
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            **quality_of,
            "forced-idr": "1",
            "x264-params": parameters,
        }
        self._context: Any = context

    def encode(self, pixels: Pixels) -> bytes:
        """The stream's next picture; the first is a whole one.

        Args:
            pixels: `[height, width]` BGRX; a part of a larger picture will do.

        Raises:
            FilmError: the encoder fails.
        """
        try:
            planar = self._planar(pixels)
            planar.pts, planar.time_base = self._count, _TICK
            packets = self._context.encode(planar)
        except (self._av.FFmpegError, ValueError) as error:
            raise FilmError(f"a film cannot be encoded: {error}") from error
        self._count += 1
        data = b"".join(bytes(packet) for packet in packets)
        if not data:
            raise FilmError("a film's encoder gave nothing for a picture")
        return data

    def _planar(self, pixels: Pixels) -> Any:
        """The picture in planes, until the next one."""
        if self._planes:
            return self._planes.filled(pixels)
        channels = pixels.view(np.uint8).reshape(*self._size, 4)
        frame = self._av.VideoFrame.from_numpy_buffer(channels, format="bgra")
        # One colour of four pixels, not their mean: two thirds of the time, and closer than swscale's mean, which is
        # that of pixels half a place away.
        return self._reformatter.reformat(frame, format="yuv420p", interpolation="POINT", threads=_THREADS)
