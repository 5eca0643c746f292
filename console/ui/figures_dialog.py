"""The figures of one session over its time, from the ticket's history. Main thread."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.language import _, mark
from console.ui import theme, words
from console.ui.close_button import close_button
from protocol.desk.events import Sample

_HEADS = (
    mark("Until"),
    mark("Change to shown"),
    mark("To the user and back"),
    mark("Pictures a second"),
    mark("Received"),
    mark("Exact"),
)


class FiguresDialog(QDialog):
    """A table, one row for each part of the session."""

    def __init__(self, samples: Sequence[Sample], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("How the picture travelled"))
        self.setAccessibleName(_("How the picture travelled"))
        table = QTableWidget(len(samples), len(_HEADS), self)
        table.setAccessibleName(_("How the picture travelled"))
        table.setHorizontalHeaderLabels([_(head) for head in _HEADS])
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        began_s = 0.0
        for row, sample in enumerate(samples):
            for column, text in enumerate(_row(sample, began_s)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, item)
            began_s = sample.at_s
        close = close_button(self)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column_of.setSpacing(2 * theme.GRID)
        column_of.addWidget(table, 1)
        column_of.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(max(100 * theme.GRID, header.length() + 8 * theme.GRID), 56 * theme.GRID)
        table.setFocus()


def _row(sample: Sample, began_s: float) -> tuple[str, ...]:
    lasted_s = max(0.1, sample.at_s - began_s)
    whole, seconds = divmod(round(sample.at_s), 60)
    return (
        f"{whole}:{seconds:02}",
        words.milliseconds(sample.latency_ms),
        words.milliseconds(sample.round_trip_ms),
        QLocale().toString(sample.frames / lasted_s, "f", 1),
        words.per_second(sample.received_bytes / lasted_s),
        words.percent(sample.exact),
    )
