"""A bar within a window that says what went wrong, in one sentence. No window ever pops up for that. Main thread."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from console.language import _
from console.ui import theme
from console.ui.sign import Sign


class NoticeBar(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("notice", True)
        icon = Sign("triangle-exclamation", "warning", self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAccessibleName(_("Notice"))
        self._close = QPushButton(theme.icon("xmark"), "", self)
        self._close.setProperty("flat", True)
        self._close.setAccessibleName(_("Close notice"))
        self._close.setToolTip(_("Close this bar"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID // 2, theme.GRID // 2)
        row.addWidget(icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is being said, or "" while hidden."""
        return self._text.text() if not self.isHidden() else ""

    def take_back(self, sentences: set[str]) -> None:
        """Says no more what is one of these."""
        if self._text.text() in sentences:
            self.say("")

    def say(self, sentence: str) -> None:
        """Shows a sentence in place of the one before; "" hides the bar."""
        self.setVisible(bool(sentence))
        self._text.setText(sentence)
        self._text.setAccessibleName(sentence or _("Notice"))
        if sentence:
            QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))
