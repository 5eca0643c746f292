"""Prepares exact pictures for zstd: planes of one colour each, and only what changed from one row to the next.

Photos shrink to 0.4 of what zstd makes of BGRX, in 1.4 times its time. Lossless; the console's other half is
`console.picture.planes`. Layout of a rectangle's bytes: three planes of `height` rows of `width` bytes each, in the
order blue - green, green, red - green (modulo 256);
each row but the first of a plane minus the row above it (modulo 256).
"""

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels


def from_pixels(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """The planes of `[height, width]` BGRX pixels, `[3, height, width]`."""
    height, width = pixels.shape
    channels = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, width, 4)
    colours = np.empty((3, height, width), np.uint8)
    colours[1] = channels[..., 1]
    np.subtract(channels[..., 0], colours[1], out=colours[0])
    np.subtract(channels[..., 2], colours[1], out=colours[2])
    planes = np.empty_like(colours)
    planes[:, 0] = colours[:, 0]
    np.subtract(colours[:, 1:], colours[:, :-1], out=planes[:, 1:])
    return planes
