"""What lies over the last picture while the line is interrupted: it dims it, and says what happens. Main thread."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from console.language import _
from console.ui import theme

_DIM = QColor(0, 0, 0, 170)


class Curtain(QWidget):
    """Covers all of its parent while it is drawn; lets nothing through to it but keys, which nobody sends on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setProperty("curtain", True)
        sentence = _("Line interrupted, coming back …")
        self.setAccessibleName(sentence)
        heading = QLabel(sentence, self)
        heading.setProperty("heading", True)
        more = QLabel(_("What the user allowed waits for up to a minute. Nothing you do is sent meanwhile."), self)
        for label in (heading, more):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setStyleSheet("color: white; background: transparent;")  # on dimmed pixels, whatever the palette
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(heading)
        column.addSpacing(theme.GRID)
        column.addWidget(more)
        column.addStretch(1)
        parent.installEventFilter(self)
        self.hide()

    def draw(self, *, closed: bool) -> None:
        """Over the picture, or away."""
        self.setGeometry(self._covered.rect())
        self.setVisible(closed)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stays as large as what it covers."""
        if event.type() is QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        QPainter(self).fillRect(self.rect(), _DIM)
