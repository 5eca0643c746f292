"""A photograph made into the small square that is sent to the relay. Main thread. Distrusts the file.

Guarantees: what comes out is a JPEG of faces.SIDE_PX on a side and faces.MAX_BYTES at most, and holds nothing of the
file but pixels of its middle: neither where it was taken nor with what.
"""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLoggingCategory, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

from console.language import _
from protocol import faces

FORMATS = ("jpg", "jpeg", "png", "webp", "bmp", "gif")
_MOST_BYTES = 64 * 1024 * 1024
_MOST_PIXELS = 30_000_000
"""With 16 bits for each colour this still is what Qt gives to one picture."""
_MOST_JPEG_PIXELS = 250_000_000
"""Of a JPEG only as much is decoded as is needed."""
_MOST_SIDE = 30_000
_QUALITIES = (90, 80, 65, 45, 25)


class NoPicture(Exception):  # noqa: N818 - what it is
    """str() is a sentence for whoever chose the file."""


def portrait(path: Path) -> bytes:
    """The file's picture, as it is sent. Raises NoPicture."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise NoPicture(_("This file cannot be read: {why}.").format(why=error.strerror or error)) from error
    if len(content) > _MOST_BYTES:
        raise NoPicture(_("This picture is too large; please choose a smaller one."))
    return _encoded(_square(_read(content)))


def _read(content: bytes) -> QImage:
    QLoggingCategory.setFilterRules("qt.gui.imageio*=false")  # what is wrong with it is said to whoever chose it
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    kind = bytes(reader.format().data()).decode("ascii", "replace")
    size = reader.size()
    if kind not in FORMATS or size.isEmpty():
        raise NoPicture(_("This is no picture that can be shown; please choose a JPEG or PNG."))
    most = _MOST_JPEG_PIXELS if kind in {"jpg", "jpeg"} else _MOST_PIXELS
    if max(size.width(), size.height()) > _MOST_SIDE or size.width() * size.height() > most:
        raise NoPicture(_("This picture is too large; please choose a smaller one."))
    side = 2 * faces.SIDE_PX
    if min(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    picture = reader.read()
    if picture.isNull():
        raise NoPicture(_("This picture is damaged; please choose another one."))
    return picture


def _square(picture: QImage) -> QImage:
    """Its middle, on white where it is transparent."""
    side = min(picture.width(), picture.height())
    middle = QRect((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)
    drawn = QImage(faces.SIDE_PX, faces.SIDE_PX, QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    small = picture.copy(middle).scaled(
        drawn.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    painter = QPainter(drawn)
    painter.drawImage(0, 0, small)
    painter.end()
    return drawn


def _encoded(drawn: QImage) -> bytes:
    for quality in _QUALITIES:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        drawn.save(buffer, "JPEG", quality)  # type: ignore[call-overload]  # its stubs know bytes alone
        if 0 < buffer.size() <= faces.MAX_BYTES:
            return bytes(buffer.data().data())
    raise NoPicture(_("This picture has too much in it to be made small; please choose another one."))
