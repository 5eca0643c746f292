"""A film's picture, all of it."""

import numpy as np

from console.picture.canvas import Pixels
from console.picture.colours import Picture


def whole(picture: Picture, width: int, height: int) -> Pixels:
    """Painted somewhere else than on a canvas."""
    target = np.zeros((height, width, 4), np.uint8)
    picture.paint(0, 0, target)
    return target
