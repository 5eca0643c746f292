"""Where the helped screen lies on the widget that shows it: 1:1 or fitted, scrolled, on a display of any scale. Pure.

"Device" is this display's physical pixels, relative to the viewport.
"""

import dataclasses
import functools
import math

from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from protocol.session.picture import Rect


@dataclasses.dataclass(frozen=True)  # no slots: what follows from the rest is kept
class Placement:
    """One moment's.

    Attributes:
        area: what is shown of the helped screen, in its pixels.
        port: the viewport's size, in device pixels.
        ratio: device pixels of one of Qt's.
        fitted: scaled to the viewport, or 1:1.
        scrolled: by so much, 1:1, where the viewport is the smaller one.
    """

    area: QRect
    port: QSize
    ratio: float
    fitted: bool
    scrolled: QPoint

    @functools.cached_property
    def scale(self) -> float:
        """Device pixels of one of the helped screen's."""
        if not self.fitted or self.area.isEmpty():
            return 1.0
        return min(self.port.width() / self.area.width(), self.port.height() / self.area.height())

    @functools.cached_property
    def target(self) -> QRect:
        """Where the picture lies, in device pixels."""
        width, height = round(self.area.width() * self.scale), round(self.area.height() * self.scale)
        x = (self.port.width() - width) // 2 if width <= self.port.width() else -self.scrolled.x()
        y = (self.port.height() - height) // 2 if height <= self.port.height() else -self.scrolled.y()
        return QRect(x, y, width, height)

    def to_viewport(self, rect: Rect) -> QRect:
        """The viewport's pixels that a rectangle of the helped screen touches."""
        target, scale = self.target, self.scale
        spread = 2 if self.fitted else 0  # smoothing reaches over the edge, halving before it as far again
        x, y = rect.x - self.area.x(), rect.y - self.area.y()
        left = (target.x() + x * scale - spread) / self.ratio
        top = (target.y() + y * scale - spread) / self.ratio
        right = (target.x() + (x + rect.width) * scale + spread) / self.ratio
        bottom = (target.y() + (y + rect.height) * scale + spread) / self.ratio
        x, y = math.floor(left), math.floor(top)
        return QRect(x, y, math.ceil(right) - x, math.ceil(bottom) - y)

    def to_screen(self, position: QPointF) -> QPoint | None:
        """The helped screen's pixel under a point of the viewport, the nearest one that is shown if it lies outside."""
        if self.area.isEmpty():
            return None
        target, scale, area = self.target, self.scale, self.area
        x = math.floor((position.x() * self.ratio - target.x()) / scale) + area.x()
        y = math.floor((position.y() * self.ratio - target.y()) / scale) + area.y()
        return QPoint(max(area.left(), min(area.right(), x)), max(area.top(), min(area.bottom(), y)))

    def to_device(self, point: QPoint) -> QPoint:
        """Where a pixel of the helped screen lies, in device pixels."""
        target, scale, inside = self.target, self.scale, point - self.area.topLeft()
        return QPoint(target.x() + round(inside.x() * scale), target.y() + round(inside.y() * scale))


def scaled_in(rect: QRect, ratio: float) -> QRect:
    """Device pixels as a widget's rectangle, rounded outward."""
    x, y = math.floor(rect.x() / ratio), math.floor(rect.y() / ratio)
    return QRect(x, y, math.ceil(rect.width() / ratio) + 1, math.ceil(rect.height() / ratio) + 1)


def scaled_out(part: QRect, ratio: float) -> QRect:
    """A widget rectangle in physical pixels, rounded outward."""
    x, y = math.floor(part.x() * ratio), math.floor(part.y() * ratio)
    right, bottom = math.ceil((part.x() + part.width()) * ratio), math.ceil((part.y() + part.height()) * ratio)
    return QRect(x, y, right - x, bottom - y)
