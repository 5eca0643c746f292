"""An icon that stands alone, in a colour of the theme; it follows from light to dark. Main thread."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from console.ui import theme
from console.ui.theme import Tone

SMALL = 2 * theme.GRID


class Sign(QLabel):
    """One of them, `size` logical pixels wide and high."""

    def __init__(self, name: str, tone: Tone, parent: QWidget | None = None, *, size: int = SMALL) -> None:
        super().__init__(parent)
        self._size = size
        self.show_icon(name, tone)

    def show_icon(self, name: str, tone: Tone) -> None:
        """Another one."""
        self._name, self._tone = name, tone
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The theme changed."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        self.setPixmap(theme.icon(self._name, self._tone).pixmap(self._size, self._size))
