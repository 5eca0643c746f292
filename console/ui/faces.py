"""Who somebody is, in a small circle: his picture, or his initials while there is none (P4). Main thread.

Guarantees: nothing but a small JPEG is decoded, whatever the bytes are; what cannot be shown leaves the initials, in
silence. Distrusts every byte of a picture.
"""

from PySide6.QtCore import QBuffer, QByteArray, QLoggingCategory, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon, QIconEngine, QImage, QImageReader, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from console.ui import theme
from protocol import faces

KEPT = 500
"""Pictures in memory: of a large desk. The oldest goes first."""
SMALL, LARGE = 3 * theme.GRID, 12 * theme.GRID


class Faces(QObject):
    """The pictures that came, by hash.

    Signals:
        wanted: the hash of one that is to be fetched, each once.
        came: the hash of one that is here.
    """

    wanted = Signal(str)
    came = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[str, QImage] = {}
        self._wanted: set[str] = set()

    def find(self, sha256: str) -> QImage | None:
        """The picture; None: there is none, or it is on its way, or it cannot be shown."""
        if sha256 and sha256 not in self._wanted:
            self._wanted.add(sha256)
            self.wanted.emit(sha256)
        picture = self._pictures.get(sha256)
        return None if picture is None or picture.isNull() else picture

    def take(self, sha256: str, content: bytes) -> None:
        """It is here."""
        self._pictures[sha256] = decoded(content)
        for oldest in list(self._pictures)[:-KEPT]:
            del self._pictures[oldest]
            self._wanted.discard(oldest)
        self.came.emit(sha256)

    def ask_again(self) -> None:
        """The line is back: what was asked for before may never have been answered."""
        for sha256 in self._wanted - self._pictures.keys():
            self.wanted.emit(sha256)

    def missed(self, sha256: str) -> None:
        """It did not come; whoever shows it next asks again."""
        self._wanted.discard(sha256)


class Face(QWidget):
    """A circle; beside it stands whose it is.

    Attributes:
        shown: the picture; None: the initials.
    """

    def __init__(
        self, name: str, of: Faces, sha256: str = "", side: int = SMALL, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFixedSize(side, side)
        self._name, self._of, self._sha256 = name, of, sha256
        self.shown: QImage | None = of.find(sha256)
        of.came.connect(self._came)

    def show_picture(self, content: bytes) -> None:
        """One that nobody has yet; without bytes the initials."""
        self._sha256 = ""
        picture = decoded(content) if content else QImage()
        self.shown = None if picture.isNull() else picture
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """In the screen's own pixels."""
        painter = QPainter(self)
        paint(painter, QRectF(self.rect()), self._name, self.shown)
        painter.end()

    def _came(self, sha256: str) -> None:
        if sha256 == self._sha256:
            self.shown = self._of.find(sha256)
            self.update()


def icon(name: str, picture: QImage | None) -> QIcon:
    """The same for a row of a list."""
    return QIcon(_Round(name, picture))


class _Round(QIconEngine):
    def __init__(self, name: str, picture: QImage | None) -> None:
        super().__init__()
        self._name, self._picture = name, picture

    def paint(self, painter: QPainter, rect: object, _mode: QIcon.Mode, _state: QIcon.State) -> None:
        paint(painter, QRectF(rect), self._name, self._picture)  # type: ignore[call-overload]  # a QRect

    def pixmap(self, size: QSize, _mode: QIcon.Mode, _state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        paint(painter, QRectF(0, 0, size.width(), size.height()), self._name, self._picture)
        painter.end()
        return drawn

    def clone(self) -> "_Round":
        return _Round(self._name, self._picture)


def paint(painter: QPainter, rect: QRectF, name: str, picture: QImage | None) -> None:
    """A circle in `rect`, which is square."""
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setPen(Qt.PenStyle.NoPen)
    if picture is None:
        now = theme.colours()
        painter.setBrush(QColor(now.accent))
        painter.drawEllipse(rect)
        painter.setPen(QColor(now.on_accent))
        font = painter.font()
        font.setPixelSize(max(1, round(rect.height() * 0.4)))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, faces.initials(name))
    else:
        ratio = painter.device().devicePixelRatioF()
        side = round(rect.width() * ratio)
        fitted = picture.scaled(
            side, side, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        painter.setBrush(QBrush(QPixmap.fromImage(fitted)))
        painter.setBrushOrigin(rect.topLeft())
        painter.drawEllipse(rect)
    painter.restore()


def decoded(content: bytes) -> QImage:
    """The picture; a null one for anything but a square JPEG as the relay draws them."""
    QLoggingCategory.setFilterRules("qt.gui.imageio*=false")
    buffer = QBuffer()
    buffer.setData(QByteArray(content[: faces.MAX_BYTES]))
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if (size.width(), size.height()) != (faces.SIDE_PX, faces.SIDE_PX):
        return QImage()
    return reader.read()
