"""Draws the helped screen fitted to the window: smoothly, at half its size or less from halved copies.

Main thread; hold the canvas's lock.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from console.picture.canvas import Pixels
from console.picture.halves import Halves, halvings
from console.ui.placement import Placement
from protocol.session.picture import Rect


class Fitted:
    """One view's."""

    def __init__(self) -> None:
        self._halves = Halves()

    def forget(self) -> None:
        """Another picture, or it is shown 1:1."""
        self._halves.forget()

    def changed(self, pixels: Pixels, rects: Sequence[Rect]) -> None:
        """These parts of the picture are new."""
        self._halves.changed(pixels.view(np.uint32)[..., 0], rects)

    def draw(self, painter: QPainter, part: QRect, placement: Placement, image: QImage, pixels: Pixels) -> None:
        """Draws what lies in this part of the viewport, in device pixels. `image` lies over `pixels`."""
        count, area = halvings(placement.scale), QRectF(placement.area)
        if count:
            small = self._halves.at(pixels.view(np.uint32)[..., 0], count)
            height, width = small.shape
            image = QImage(small.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            by = 2**count
            area = QRectF(area.x() / by, area.y() / by, area.width() / by, area.height() / by)
        painter.setClipRect(part)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(placement.target), image, area)
        painter.setClipping(False)
