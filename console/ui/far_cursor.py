"""The helped side's cursor, drawn on this side: as this side's own pointer, or where somebody over there holds it."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QCursor, QImage, QPainter, QPixmap

from console.ui.placement import Placement
from protocol.session.messages import CursorChanged


class FarCursor:
    """Its shape, and where it is.

    Attributes:
        at: where it was moved to from over there, in the helped screen's pixels; None: it is not drawn.
    """

    def __init__(self) -> None:
        self.at: QPoint | None = None
        self._known = False
        self._image: QPixmap | None = None
        self._hot = QPoint()

    def take(self, cursor: CursorChanged) -> None:
        """It has another shape; without a pixel it is hidden."""
        image = QImage(
            cursor.bgra, cursor.width, cursor.height, 4 * cursor.width, QImage.Format.Format_ARGB32_Premultiplied
        )
        self._image = QPixmap.fromImage(image.copy()) if cursor.width and cursor.height else None
        self._hot = QPoint(cursor.hot_x, cursor.hot_y)
        self._known = True

    def pointer(self, ratio: float) -> QCursor:
        """This side's pointer in its shape, at so many device pixels each; an arrow as long as none was told."""
        if self._image is None:
            return QCursor(Qt.CursorShape.BlankCursor if self._known else Qt.CursorShape.ArrowCursor)
        shape = QPixmap(self._image)
        shape.setDevicePixelRatio(ratio)
        hot = self._hot / ratio
        return QCursor(shape, hot.x(), hot.y())

    def rect(self, placement: Placement) -> QRect:
        """Where it is drawn, in device pixels; empty if it is not."""
        if self.at is None or self._image is None:
            return QRect()
        return QRect(placement.to_device(self.at) - self._hot, self._image.size())

    def draw(self, painter: QPainter, placement: Placement) -> None:
        """Over the picture, if it is to be drawn."""
        if self.at is not None and self._image is not None:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.drawPixmap(self.rect(placement).topLeft(), self._image)
