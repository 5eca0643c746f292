"""A stranger's picture, made small enough to look at. Main thread. Distrusts every byte of it.

Guarantees: only the formats named are decoded, whatever the file is called, and no more pixels than a screen can show.
"""

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap

from protocol.files import PICTURES, ending

_MAX_SIDE = 16384
_MAX_PIXELS = 64 * 1024 * 1024
_FORMATS = {"png": b"png", "jpg": b"jpeg", "jpeg": b"jpeg"}


def is_picture(name: str) -> bool:
    """By its name; whether it is one shows when it is decoded."""
    return ending(name) in PICTURES


def preview(name: str, content: bytes, most: QSize) -> QPixmap | None:
    """The picture within `most`, never enlarged; None: it is none, or larger than any screen."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    reader = QImageReader(buffer, QByteArray(_FORMATS.get(ending(name), b"png")))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > _MAX_SIDE or size.width() * size.height() > _MAX_PIXELS:
        return None
    if size.width() > most.width() or size.height() > most.height():
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else QPixmap.fromImage(image)
