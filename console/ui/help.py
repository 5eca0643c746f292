"""All shortcuts on one page, as they stand in `console.ui.shortcuts`. Main thread."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.language import _
from console.ui import shortcuts, theme
from console.ui.shortcuts import Shortcut

_OF_THE_SCREEN = 0.9
"""The window's frame, too, has to fit; what does not is scrolled."""


class HelpOverlay(QDialog):
    """F1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Shortcuts"))
        self.setAccessibleName(_("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 2 * theme.GRID, theme.GRID)
        grid.setHorizontalSpacing(3 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID // 2)
        self._fill(grid, 0, _("Main window"), shortcuts.MAIN)
        self._fill(grid, 2, _("Session window (every other key goes to the user's computer)"), shortcuts.SESSION)
        scroll = QScrollArea(self)
        scroll.setAccessibleName(_("Shortcuts"))
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        close = QPushButton(_("Close"), self)
        close.setAccessibleName(_("Close"))
        close.setToolTip(_("Close this page (Esc)"))
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * theme.GRID, 2 * theme.GRID, 3 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(scroll, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        close.setFocus()
        margins = column.contentsMargins()
        whole = page.sizeHint() + QSize(
            margins.left() + margins.right() + 2 * theme.GRID,
            margins.top() + margins.bottom() + column.spacing() + close.sizeHint().height() + theme.GRID,
        )
        self.resize(whole.boundedTo(self.screen().availableGeometry().size() * _OF_THE_SCREEN))

    def _fill(self, grid: QGridLayout, column: int, title: str, rows: tuple[Shortcut, ...]) -> None:
        heading = QLabel(title, self)
        heading.setProperty("section", True)
        grid.addWidget(heading, 0, column, 1, 2)
        for row, shortcut in enumerate(rows, 1):
            keys = QKeySequence(shortcut.keys).toString(QKeySequence.SequenceFormat.NativeText)
            key = QLabel(keys, self)
            key.setProperty("chip", True)
            does = QLabel(_(shortcut.does), self)
            does.setAccessibleName(f"{keys}: {_(shortcut.does)}")
            grid.addWidget(key, row, column, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(does, row, column + 1)
