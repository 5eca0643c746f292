"""Exact pictures as three planes of differences, back to pixels. Pure; what comes in is the agent's, of the right size.

Layout of a rectangle's bytes: three planes of `height` rows of `width` bytes each, in the order blue - green, green,
red - green (modulo 256); each row but the first of a plane minus the row above it (modulo 256).
"""

import numpy as np
import numpy.typing as npt


def to_pixels(planes: npt.NDArray[np.uint8], target: npt.NDArray[np.uint8]) -> None:
    """Writes planes `[3, height, width]` to BGRX pixels `[height, width, 4]`; overwrites the planes."""
    for plane in planes:
        above = plane[0]
        for row in plane[1:]:  # numpy's own accumulate takes four times as long
            np.add(row, above, out=row)
            above = row
    target[..., 1] = planes[1]
    np.add(planes[0], planes[1], out=target[..., 0])
    np.add(planes[2], planes[1], out=target[..., 2])
