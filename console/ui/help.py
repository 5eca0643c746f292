"""All shortcuts on one page, as they stand in `console.ui.shortcuts`. Main thread."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.close_button import close_button
from console.ui.shortcuts import Shortcut

_OF_THE_SCREEN = 0.9
"""The window's frame, too, has to fit; what does not is scrolled."""
_WIDTH = 120 * theme.GRID


class HelpOverlay(QDialog):
    """F1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Shortcuts"))
        self.setAccessibleName(_("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page = QWidget()
        halves = QHBoxLayout(page)
        halves.setContentsMargins(0, 0, 2 * theme.GRID, theme.GRID)
        halves.setSpacing(4 * theme.GRID)
        left, right = self._half(halves), self._half(halves)
        half = (len(shortcuts.MAIN) + len(shortcuts.SESSION) + 1) // 2
        self._fill(left, _("Main window"), shortcuts.MAIN[:half])
        self._fill(right, "", shortcuts.MAIN[half:])
        self._fill(right, _("Session window (every other key goes to the user's computer)"), shortcuts.SESSION)
        for grid in (left, right):
            grid.setRowStretch(grid.rowCount(), 1)
        scroll = QScrollArea(self)
        scroll.setAccessibleName(_("Shortcuts"))
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        close = close_button(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * theme.GRID, 2 * theme.GRID, 3 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(scroll, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        close.setFocus()
        margins = column.contentsMargins()
        width = _WIDTH - margins.left() - margins.right() - 2 * theme.GRID
        height = page.heightForWidth(width)
        around = margins.top() + margins.bottom() + column.spacing() + close.sizeHint().height() + theme.GRID
        whole = QSize(_WIDTH, height + around)
        self.resize(whole.boundedTo(self.screen().availableGeometry().size() * _OF_THE_SCREEN))

    @staticmethod
    def _half(halves: QHBoxLayout) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID // 2)
        grid.setColumnStretch(1, 1)
        halves.addLayout(grid, 1)
        return grid

    def _fill(self, grid: QGridLayout, title: str, rows: tuple[Shortcut, ...]) -> None:
        if title:
            if grid.count():  # apart from what stands above
                grid.setRowMinimumHeight(grid.rowCount(), theme.GRID)
            heading = QLabel(title, self)
            heading.setProperty("section", True)
            heading.setWordWrap(True)
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        for row, shortcut in enumerate(rows, grid.rowCount()):
            keys = words.keys(shortcut)
            key = QLabel(keys, self)
            key.setProperty("chip", True)
            does = QLabel(_(shortcut.does), self)
            does.setWordWrap(True)
            does.setAccessibleName(f"{keys}: {_(shortcut.does)}")
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(does, row, 1)
