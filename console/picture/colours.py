"""A film's picture back from planes to BGRX, only where it is painted: by libyuv where the system has it.

Straight onto the canvas it takes a third of what swscale takes for all of it, to be copied from there. The colours are
those of `agent.worker.regions.colours`: ITU-R BT.601, brightness from 16 to 235, one colour for four pixels.
"""

import ctypes
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from console.picture.canvas import Pixels


class Plane(NamedTuple):
    """Where a plane's first byte lies, and how many bytes lie between two rows."""

    address: int
    stride: int


class Picture(Protocol):
    """A film's picture."""

    def paint(self, x: int, y: int, target: Pixels) -> None:
        """Writes its part from (x, y) on, of the target's size, which must lie within it: else ValueError."""


class Packed:
    """One that swscale has made BGRX of."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels

    def paint(self, x: int, y: int, target: Pixels) -> None:
        """See `Picture`."""
        _check(x, y, target, *self._pixels.shape[1::-1])
        target[:] = self._pixels[y : y + target.shape[0], x : x + target.shape[1]]


class Planar:
    """One as it was decoded, YUV 4:2:0."""

    def __init__(self, yuv: ctypes.CDLL, owner: object, planes: Sequence[Plane], width: int, height: int) -> None:
        """`planes` are those of Y, U and V; they stay where they are for as long as `owner` is referred to."""
        self._yuv, self._owner, self._planes, self._size = yuv, owner, planes, (width, height)

    def paint(self, x: int, y: int, target: Pixels) -> None:
        """See `Picture`."""
        _check(x, y, target, *self._size)
        left, top = x % 2, y % 2
        if left or top:  # four pixels that share a colour are not cut
            whole = np.empty((target.shape[0] + top, target.shape[1] + left, 4), np.uint8)
            self.paint(x - left, y - top, whole)
            target[:] = whole[top:, left:]
            return
        height, width = target.shape[:2]
        (at, stride), *colours = self._planes
        source = [at + y * stride + x, stride]
        for at, stride in colours:
            source += [at + y // 2 * stride + x // 2, stride]
        self._yuv.I420ToARGB(*source, target.ctypes.data, target.strides[0], width, height)


def _check(x: int, y: int, target: Pixels, width: int, height: int) -> None:
    """Beyond a picture lies other memory."""
    if x < 0 or y < 0 or x + target.shape[1] > width or y + target.shape[0] > height or target.strides[1:] != (4, 1):
        raise ValueError(f"{target.shape[1]}x{target.shape[0]} pixels from ({x}, {y}) of {width}x{height}")
