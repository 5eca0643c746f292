"""A program that keeps a part of its window moving and answers each key in another: `python -m … film|scroll|still`.

`film` is a picture of waves and grain that pans, 960x540, and others that move over it; `scroll` a page of text, a line
a picture; 40 pictures a second. Each key turns a small square black or white.
"""

import sys

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QFont, QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

WHERE = QRect(480, 260, 960, 540)
ANSWER = QRect(200, 300, 24, 20)
"""Where a key's answer is seen."""
_PAUSE_MS = 25
_LINE, _LINES = 20, 400


class BusyScreen(QWidget):
    """The window."""

    def __init__(self, work: str) -> None:
        super().__init__()
        self.setWindowTitle("Busy screen")
        self._sheet = _photo() if work == "film" else _page()
        self._film = work == "film"
        self._at = self._keys = 0
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._turn)
        if work != "still":
            self._clock.start(_PAUSE_MS)

    def _turn(self) -> None:
        self._at += 1
        self.update(WHERE)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Answers at once."""
        self._keys += 1
        self.update(ANSWER)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draws what is asked for."""
        painter = QPainter(self)
        if event.rect().intersects(ANSWER):
            painter.fillRect(ANSWER, Qt.GlobalColor.black if self._keys % 2 else Qt.GlobalColor.white)
        if event.rect().intersects(WHERE):
            if self._film:
                self._draw_film(painter)
            else:
                first = _LINE * self._at % (_LINE * _LINES - WHERE.height())
                painter.drawImage(WHERE.topLeft(), self._sheet, QRect(QPoint(0, first), WHERE.size()))

    def _draw_film(self, painter: QPainter) -> None:
        at = self._at
        painter.drawImage(WHERE.topLeft(), self._sheet, QRect(QPoint(3 * at % 300, 2 * at % 200), WHERE.size()))
        for number in range(4):
            across, down = (7 * at + 190 * number) % 640, (5 * at + 130 * number) % 360
            part = QRect(300 - 2 * at % 280, 60 * number + at % 40, 300, 170)
            painter.drawImage(WHERE.topLeft() + QPoint(across, down), self._sheet, part)


def _photo() -> QImage:
    dice = np.random.default_rng(1)
    x, y = np.meshgrid(np.arange(WHERE.width() + 300), np.arange(WHERE.height() + 200))
    waves = np.zeros((*x.shape, 3))
    for _ in range(12):
        across, down, phase = dice.uniform(-0.06, 0.06), dice.uniform(-0.06, 0.06), dice.uniform(0, 6.28)
        waves += np.sin(x * across + y * down + phase)[..., None] * dice.uniform(0, 30, 3)
    pixels = np.full((*x.shape, 4), 255, np.uint8)
    pixels[..., :3] = np.clip(waves + dice.normal(0, 4, (*x.shape, 1)) + 127, 0, 255)
    return QImage(pixels.data, x.shape[1], x.shape[0], QImage.Format.Format_RGB32).copy()


def _page() -> QImage:
    dice = np.random.default_rng(1)
    words = (__doc__ or "").split()
    page = QImage(WHERE.width(), _LINE * _LINES, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    font = QFont("Liberation Sans")
    font.setPixelSize(14)
    painter.setFont(font)
    for line in range(_LINES):
        text = " ".join(words[number] for number in dice.integers(0, len(words), dice.integers(4, 17)))
        painter.drawText(8, _LINE * line + 15, text)
    painter.end()
    return page


def main() -> int:
    """Fills the display."""
    app = QApplication([])
    window = BusyScreen(sys.argv[1])
    window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    window.showFullScreen()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
