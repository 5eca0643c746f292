"""Who somebody is, in a circle: his picture, or his initials while there is none (P4). Main thread.

Guarantees: nothing but a small JPEG is decoded, whatever the bytes are; what cannot be shown leaves the initials, in
silence. Distrusts every byte of a picture: it is the relay's word, as are the initials' letters.
"""

from PySide6.QtCore import QBuffer, QByteArray, QLoggingCategory, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy

from agent.ui.parts import Text
from agent.ui.theme import GRID
from protocol import faces

KEPT = 64
"""Pictures in memory; the oldest goes first."""
SIDE = 7 * GRID
_QUIET = "qt.gui.imageio*=false"
"""A damaged picture is nothing that whoever reads the log could mend."""


class Faces(QObject):
    """The pictures that came, by hash.

    Signals: `wanted(str)`: one that is to be fetched, each once; `came(str)`: it is here.
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


class Face(Text):
    """A circle; beside it stands whose it is.

    Attributes:
        shown: the picture; None: the initials.
    """

    def __init__(self, name: str, sha256: str = "", of: Faces | None = None) -> None:
        super().__init__(faces.initials(name), size="lead", tone="round", wrap=False)
        self.setFixedSize(SIDE, SIDE)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._sha256, self._of = sha256, of
        self.shown: QImage | None = None
        if of is not None:
            of.came.connect(self._show)
            self._show(sha256)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The picture, cut round, in the screen's own pixels; else the letters."""
        if self.shown is None:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush(self.shown))
        painter.drawEllipse(QRectF(self.rect()))
        painter.end()

    def _show(self, sha256: str) -> None:
        if sha256 == self._sha256 and self._of is not None:
            self.shown = self._of.find(sha256)
            self.update()

    def _brush(self, picture: QImage) -> QBrush:
        """A clip's edge would be jagged, a brush's is not."""
        ratio = self.devicePixelRatioF()
        side = round(SIDE * ratio)
        fitted = picture.scaled(
            side, side, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        return QBrush(QPixmap.fromImage(fitted))


def decoded(content: bytes) -> QImage:
    """The picture; a null one for anything but a square JPEG as the relay draws them."""
    QLoggingCategory.setFilterRules(_QUIET)
    buffer = QBuffer()
    buffer.setData(QByteArray(content[: faces.MAX_BYTES]))
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if (size.width(), size.height()) != (faces.SIDE_PX, faces.SIDE_PX):
        return QImage()
    return reader.read()
