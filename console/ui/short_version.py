"""The short version of a ticket: a line for each thing that matters, and each leads to the events behind it (P23).

Main thread; shows plain text, whoever wrote it.
"""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from console.language import _, mark
from console.ui import theme, words
from console.ui.fact_names import TOPICS, make_grid
from protocol.desk.terms import HoldReason, SummaryTopic
from protocol.envelope import SummaryLine

VERDICTS = {"accepted": mark("solved"), "cancelled": mark("not needed any more"), "not_solved": mark("not solved")}


class ShortVersion(QWidget):
    """The lines; a click, or Enter, on one shows where it comes from.

    Signals:
        events_wanted: the numbers of the events behind a line.
    """

    events_wanted = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("In short"))
        self._lines: tuple[SummaryLine, ...] = ()
        self._grid = make_grid(self)
        self.setLayout(self._grid)

    def show_lines(self, lines: Sequence[SummaryLine]) -> None:
        """Shows these; the same ones again change nothing."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, line in enumerate(lines):
            name = QLabel(_(TOPICS[line.topic]), self)
            name.setProperty("muted", True)
            text = QLabel(said(line), self)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            text.setSizePolicy(policy)
            text.setAccessibleName(f"{name.text()}: {text.text()}")
            source = QPushButton(theme.icon("arrow-turn-down"), "", self)
            source.setFlat(True)
            source.setFixedHeight(text.fontMetrics().lineSpacing() + 2)
            source.setAccessibleName(_("Where “{topic}” comes from").format(topic=name.text()))
            source.setToolTip(_("Shows in the history where this comes from"))
            source.clicked.connect(lambda _checked=False, numbers=line.events: self.events_wanted.emit(numbers))
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(source, row, 2, Qt.AlignmentFlag.AlignTop)


def said(line: SummaryLine) -> str:  # noqa: PLR0911 - one line for each topic
    """A line in words."""
    match line.topic:
        case SummaryTopic.URGENCY:
            return f"P{line.text}"
        case SummaryTopic.DONE:
            return words.minutes(60 * int(line.text) or 1)  # the line is there: something was worked
        case SummaryTopic.WAITING:
            return _(words.HOLDS[HoldReason(line.text)]) + _until(line.at)
        case SummaryTopic.VERDICT:
            return _(VERDICTS[line.text])
        case SummaryTopic.ESTIMATE:
            return words.NOTHING if line.at is None else words.clock(line.at)
        case SummaryTopic.NEXT_STEP:
            return words.step(line.text) + _until(line.at)
        case _:
            return line.text


def _until(at: datetime | None) -> str:
    return "" if at is None else " " + _("(by {due})").format(due=words.clock(at))
