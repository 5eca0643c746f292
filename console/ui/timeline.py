"""A ticket's history as a list: when, who, what. Main thread; shows plain text, whoever wrote it.

A line that is added does not scroll the list away from what is being read; a reader at its end stays at its end.
"""

import functools
import math
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.language import _, chosen
from console.ui import happenings, theme, words
from console.ui.figures_dialog import FiguresDialog
from protocol.desk import events
from protocol.desk.events import Actor, Attachment
from protocol.envelope import HistoryLine

Index = QModelIndex | QPersistentModelIndex
_LINE_ROLE = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()
_DATES = tuple(datetime(2000, month, day, 22, 22) for month in range(1, 13) for day in range(20, 27))  # noqa: DTZ001 - only written
"""Every month with every day of the week, in as many digits as there are: one of them is the widest."""


class _History(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[HistoryLine, ...] = ()

    def show(self, lines: Sequence[HistoryLine]) -> None:
        known = len(self.lines)
        if self.lines == tuple(lines[:known]) and known:
            if len(lines) > known:
                self.beginInsertRows(_NOWHERE, known, len(lines) - 1)
                self.lines = tuple(lines)
                self.endInsertRows()
            return
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.lines[index.row()]
        if role == _LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{words.clock(line.at)} {' · '.join(author(line))}: {said(line)}"
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(line.event, events.SessionMeasured):
            return _("Enter or a double click shows the figures over the session's time")
        if role == Qt.ItemDataRole.ToolTipRole and any(file.sha256 for file in _files(line)):
            return _("Enter or a double click shows the files")
        return None


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: HistoryLine = index.data(_LINE_ROLE)
        now = theme.colours()
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(now.selected))
        time, head, body = _places(option, option.rect)
        painter.setPen(QColor(now.muted))
        painter.drawText(time, Qt.AlignmentFlag.AlignLeft, words.clock(line.at))
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(now.warning if _is_internal(line) else now.text))
        kind, name = author(line)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft, kind)
        painter.setFont(option.font)
        # A name is whatever somebody typed: behind the kind, in a place of its own, it cannot pass for another one.
        head.setLeft(head.left() + QFontMetrics(bold).horizontalAdvance(kind) + 2 * theme.GRID)
        name = option.fontMetrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0, head.width()))
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, name)
        painter.setPen(QColor(now.text if _is_written(line) else now.muted))
        _lay_out(said(line), option.font, body.width()).draw(painter, QPointF(body.topLeft()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        line: HistoryLine = index.data(_LINE_ROLE)
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else 400
        _time, _head, body = _places(option, QRect(0, 0, width, 0))
        metrics: QFontMetrics = option.fontMetrics
        text = _lay_out(said(line), option.font, body.width()).boundingRect()
        return QSize(width, metrics.lineSpacing() + math.ceil(text.height()) + theme.GRID + theme.GRID // 2)


def _lay_out(text: str, font: QFont, width: int) -> QTextLayout:
    """The lines of a text; words are broken only where they are longer than a line."""
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    wrap = QTextOption()
    wrap.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(wrap)
    layout.beginLayout()
    below = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, below))
        below += line.height()
    layout.endLayout()
    return layout


@functools.lru_cache(maxsize=8)
def _widest_date(font: str, language: str) -> int:
    """In pixels; of a font as `QFont.toString` writes it."""
    del language  # `clock` knows it
    drawn = QFont()
    drawn.fromString(font)
    metrics = QFontMetrics(drawn)
    return max(metrics.horizontalAdvance(words.clock(date)) for date in _DATES)


def _places(option: QStyleOptionViewItem, rect: QRect) -> tuple[QRect, QRect, QRect]:
    metrics: QFontMetrics = option.fontMetrics
    left = rect.left() + theme.GRID
    time_width = _widest_date(option.font.toString(), chosen())
    x, width = left + time_width + theme.GRID, rect.width() - time_width - 3 * theme.GRID
    top = rect.top() + theme.GRID // 2
    below = top + metrics.lineSpacing() + 2
    return (
        QRect(left, top, time_width, metrics.lineSpacing()),
        QRect(x, top, width, metrics.lineSpacing()),
        QRect(x, below, width, max(0, rect.bottom() - below)),
    )


class Timeline(QListView):
    """The history of the ticket that is open.

    Signals:
        files_wanted: the attachments of a line, to be looked at.
    """

    files_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("History"))
        self._history = _History()
        self._follows = True
        self.setModel(self._history)
        self.setItemDelegate(_Delegate(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.activated.connect(self._open)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._stay_at_the_end)

    @property
    def lines(self) -> tuple[HistoryLine, ...]:
        """What is shown, oldest first."""
        return self._history.lines

    def show_history(self, lines: Sequence[HistoryLine], *, other_ticket: bool) -> None:
        """Shows these lines; a ticket just opened is shown at its end."""
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        self._history.show(lines)
        if other_ticket or at_end:
            self._follows = True
            self.scrollToBottom()
        self.executeDelayedItemsLayout()  # of a scroll bar that has come: before anybody moves it

    def show_events(self, numbers: tuple[int, ...]) -> None:
        """Goes to the last of these events, marks it and takes the keyboard there (promise 23)."""
        rows = [row for row, line in enumerate(self._history.lines) if line.number in numbers]
        if rows:
            self._follows = False
            self.setCurrentIndex(self._history.index(rows[-1]))
            self.scrollTo(self._history.index(rows[-1]), QAbstractItemView.ScrollHint.PositionAtCenter)
            self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lays the lines out anew before they are drawn in another width.

        `Adjust` does so a tenth of a second later, and not at all when it is the list's own layout that brings the
        scroll bar: lines then lay over each other, for as long as nothing else happened.
        """
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def _open(self, index: QModelIndex) -> None:
        """What a line has besides its sentence: Enter, or a double click."""
        line: HistoryLine = index.data(_LINE_ROLE)
        if isinstance(line.event, events.SessionMeasured):
            FiguresDialog(line.event.samples, self.window()).open()
        elif kept := tuple(file for file in _files(line) if file.sha256):
            self.files_wanted.emit(kept)

    def _scrolled(self, value: int) -> None:
        self._follows = value >= self.verticalScrollBar().maximum()

    def _stay_at_the_end(self, _least: int, most: int) -> None:
        # A notice above that comes or goes changes the room there is.
        if self._follows:
            self.verticalScrollBar().setValue(most)


def author(line: HistoryLine) -> tuple[str, str]:
    """Who did it: what kind of party, and whether only staff sees it; and the name, on one line."""
    kind = {Actor.REQUESTER: _("user"), Actor.STAFF: _("technician"), Actor.DESK: _("desk"), Actor.GUEST: _("guest")}[
        line.actor
    ]
    kind = " · ".join((kind, _("internal"))) if _is_internal(line) else kind
    return kind, words.one_line(line.actor_name)


def said(line: HistoryLine) -> str:
    """What happened, and below it the files that came with it, by name and size."""
    return "\n".join(filter(None, (happenings.happened(line), *map(_file, _files(line)))))


def _files(line: HistoryLine) -> tuple[Attachment, ...]:
    return line.event.attachments if isinstance(line.event, events.MessageAdded | events.Opened) else ()


def _file(file: Attachment) -> str:
    text = _("File: {name} ({size})") if file.sha256 else _("File that was not kept: {name} ({size})")
    size = QLocale().formattedDataSize(file.size_bytes, 0, QLocale.DataSizeFormat.DataSizeSIFormat)
    return text.format(name=words.one_line(file.name), size=size)


def _is_internal(line: HistoryLine) -> bool:
    return isinstance(line.event, events.MessageAdded) and line.event.internal


def _is_written(line: HistoryLine) -> bool:
    written = (
        events.MessageAdded,
        events.Resolved,
        events.SessionNoted,
        events.NotSolved,
        events.QuestionAsked,
        events.QuestionAnswered,
        events.ReadBack,
        events.ReadBackAnswered,
        events.InstructionGiven,
        events.Rated,
    )
    return isinstance(line.event, written)
