"""Where the helped screen lies on the widget that shows it: 1:1 or fitted, scrolled, on a display of any scale. Pure.

"Device" is this display's physical pixels, relative to the viewport.
"""

import dataclasses
import math

from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from protocol.session.picture import Rect


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """One moment's.

    Attributes:
        screen: the helped screen's size, in its pixels.
        port: the viewport's size, in device pixels.
        ratio: device pixels of one of Qt's.
        fitted: scaled to the viewport, or 1:1.
        scrolled: by so much, 1:1, where the viewport is the smaller one.
    """

    screen: QSize
    port: QSize
    ratio: float
    fitted: bool
    scrolled: QPoint

    @property
    def scale(self) -> float:
        """Device pixels of one of the helped screen's."""
        if not self.fitted or self.screen.isEmpty():
            return 1.0
        return min(self.port.width() / self.screen.width(), self.port.height() / self.screen.height())

    @property
    def target(self) -> QRect:
        """Where the picture lies, in device pixels."""
        width, height = round(self.screen.width() * self.scale), round(self.screen.height() * self.scale)
        x = (self.port.width() - width) // 2 if width <= self.port.width() else -self.scrolled.x()
        y = (self.port.height() - height) // 2 if height <= self.port.height() else -self.scrolled.y()
        return QRect(x, y, width, height)

    def to_viewport(self, rect: Rect) -> QRect:
        """The viewport's pixels that a rectangle of the helped screen touches."""
        target, scale = self.target, self.scale
        spread = 1 if self.fitted else 0  # smoothing reaches over the edge
        left = (target.x() + rect.x * scale - spread) / self.ratio
        top = (target.y() + rect.y * scale - spread) / self.ratio
        right = (target.x() + (rect.x + rect.width) * scale + spread) / self.ratio
        bottom = (target.y() + (rect.y + rect.height) * scale + spread) / self.ratio
        x, y = math.floor(left), math.floor(top)
        return QRect(x, y, math.ceil(right) - x, math.ceil(bottom) - y)

    def to_screen(self, position: QPointF) -> QPoint | None:
        """The helped screen's pixel under a point of the viewport, the nearest one if it lies outside."""
        if self.screen.isEmpty():
            return None
        target, scale = self.target, self.scale
        x = math.floor((position.x() * self.ratio - target.x()) / scale)
        y = math.floor((position.y() * self.ratio - target.y()) / scale)
        return QPoint(max(0, min(self.screen.width() - 1, x)), max(0, min(self.screen.height() - 1, y)))


def scaled_out(part: QRect, ratio: float) -> QRect:
    """A widget rectangle in physical pixels, rounded outward."""
    x, y = math.floor(part.x() * ratio), math.floor(part.y() * ratio)
    right, bottom = math.ceil((part.x() + part.width()) * ratio), math.ceil((part.y() + part.height()) * ratio)
    return QRect(x, y, right - x, bottom - y)
