"""A word in passing, on top of what it is about: whole, in as many lines as it takes, and soon gone. Main thread.

It lies over the lower rim of what it covers, since the bar above has no room for a sentence, and a line more there
would move the picture; not over the upper one, where the user's banner is, and what lies beneath it. It takes no mouse
and no key. Distrusts what it is to say: shows plain text.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from console.ui import theme

_STAYS_MS = 4000
_WIDEST = 64 * theme.GRID
"""A longer line is hard to read."""


class Hint(QFrame):
    """Hidden until there is something to say; follows the size and place of what it covers, a sibling of it."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over.parentWidget())
        self.setProperty("hint", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        column.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_STAYS_MS)
        self._timer.timeout.connect(self.hide)
        self._over = over
        over.installEventFilter(self)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is being said, or "" while hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(self, sentence: str) -> None:
        """Shows a sentence for a while, in place of the one before; "" hides it."""
        self._timer.stop()
        self._text.setText(sentence)
        self._text.setAccessibleName(sentence)
        self.setVisible(bool(sentence))
        if sentence:
            self._lay_out()
            self.raise_()
            self._timer.start()
            QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follows what it covers."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move} and not self.isHidden():
            self._lay_out()
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self.ensurePolished()
        self._text.ensurePolished()
        margins = self._column.contentsMargins()
        beside = margins.left() + margins.right() + 2 * self.frameWidth()
        area = self._over.geometry()
        whole = (
            self._text.fontMetrics().horizontalAdvance(self._text.text()) + 2 * theme.GRID
        )  # and what rounding takes
        width = min(whole + beside, _WIDEST, area.width() - 4 * theme.GRID)
        height = min(self._column.totalHeightForWidth(width), area.height() - 2 * theme.GRID)
        self.setGeometry(area.center().x() - width // 2, area.bottom() + 1 - theme.GRID - height, width, height)
