"""A film's colours: BGRX to a brightness for each pixel and a colour for four, by libyuv where the system has it.

libyuv takes a fifth of swscale's time, and gives four pixels the mean of their colours, which is as close as one colour
can be to all four, since the far end spreads it over them: 1.1 dB of a real film, compared with the colour of one.
Without it `film` asks swscale. The same matrix as swscale's: ITU-R BT.601, brightness from 16 to 235.
"""

import ctypes
from typing import Any

from agent.worker.capture.source import Pixels


class Planes:
    """The planes of a film's pictures, each in the place of the one before."""

    def __init__(self, yuv: ctypes.CDLL, frame: Any) -> None:
        """`frame`: one of PyAV's in YUV 4:2:0, which nothing else may write to."""
        self._yuv, self._frame, self._size = yuv, frame, (frame.width, frame.height)
        self._places = [place for plane in frame.planes for place in (plane.buffer_ptr, plane.line_size)]

    def filled(self, pixels: Pixels) -> Any:
        """The frame with `[height, width]` BGRX pixels, whose rows need not lie one behind the other."""
        width, height = self._size
        if pixels.shape != (height, width) or pixels.strides[1] != pixels.itemsize:
            raise ValueError(f"pixels of shape {pixels.shape} for a film of {width}x{height}")
        self._yuv.ARGBToI420(pixels.ctypes.data, pixels.strides[0], *self._places, width, height)
        return self._frame
