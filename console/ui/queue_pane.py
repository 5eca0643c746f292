"""The left half of the main window: filter and queue. Main thread."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.queue_model import PARTS, Column, Part, QueueModel

_AGES_MS = 10_000
_GIVE_WAY = (Column.WAITING, Column.OWNER)
"""Not shown where the problem would have no room; the open ticket says both."""
_GIVE_WAY_TO_PROMISES = (Column.STATE, Column.REQUESTER)
"""Not shown where even then what is late would be cut."""
_NAME_CHARS = 12
"""What is left of the longest name in a narrow window."""
_PROBLEM_CHARS = 24


class QueuePane(QWidget):
    """The queue; arrows move, Enter opens.

    Signals:
        selected: another ticket's number, or 0 for none.
        opened: Enter or a double click on a ticket's number.
        search: everything there ever was is to be searched.
    """

    selected = Signal(int)
    opened = Signal(int)
    search = Signal()

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._online = True
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText(_("Filter: number, name, word …"))
        self.filter.setAccessibleName(_("Filter"))
        keys = words.keys(shortcuts.FILTER)
        self.filter.setToolTip(_("Shows the tickets that have all of these words ({keys})").format(keys=keys))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(model.set_filter)
        self.filter.installEventFilter(self)
        self._stale = QPushButton(theme.icon("arrow-down-wide-short"), _("Sort again"), self)
        self._stale.setAccessibleName(_("Sort again"))
        self._stale.setToolTip(_("Something is new or has changed; the rows stay where they are until you sort (F5)"))
        self._stale.clicked.connect(model.sort_again)
        self._stale.hide()
        model.order_stale.connect(self._stale.setVisible)
        top = self._make_top()
        self.table = self._make_table()
        self._empty = QLabel(self.table.viewport())
        self._empty.setProperty("muted", True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        over = QVBoxLayout(self.table.viewport())
        over.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID, theme.GRID, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        for changed in (model.rowsInserted, model.rowsRemoved, model.layoutChanged, model.modelReset):
            changed.connect(self._show_emptiness)
            changed.connect(self._fit_columns)
        model.dataChanged.connect(self._widen_columns)
        self.table.viewport().installEventFilter(self)
        self._show_emptiness()
        ages = QTimer(self)
        ages.timeout.connect(model.refresh_ages)
        ages.start(_AGES_MS)

    def show_connection(self, *, online: bool) -> None:
        """Whether an empty queue means that there are no tickets."""
        self._online = online
        self._show_emptiness()

    @property
    def current(self) -> int:
        """The selected ticket's number, or 0."""
        rows = self.table.selectionModel().selectedRows()
        return self._model.ticket(rows[0].row()).number if rows else 0

    def select(self, number: int) -> None:
        """Goes to a ticket, if it is shown."""
        row = self._model.row_of(number)
        if row >= 0:
            self.table.selectionModel().setCurrentIndex(
                self._model.index(row, Column.NUMBER),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """From the filter, the down arrow and Enter lead into the queue; in another width, columns fit anew."""
        if watched is self.table.viewport() and event.type() is QEvent.Type.Resize:
            self._fit_columns()
        if (
            watched is self.filter
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self.table.setFocus()
            if not self.current and self._model.rowCount():
                self.select(self._model.ticket(0).number)
            return True
        return super().eventFilter(watched, event)

    def _make_top(self) -> QHBoxLayout:
        self.view = QComboBox(self)
        self.view.setAccessibleName(_("Show"))
        self.view.setToolTip(_("Which tickets of the queue are shown"))
        for part, text in PARTS.items():
            self.view.addItem(_(text), part)
        self.view.currentIndexChanged.connect(lambda: self._model.set_part(Part(self.view.currentData())))
        find = QPushButton(theme.icon("magnifying-glass"), _("Search"), self)
        find.setAccessibleName(_("Search all tickets"))
        find.setToolTip(words.tip(shortcuts.SEARCH))
        find.clicked.connect(self.search)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, theme.GRID, 0)
        top.addWidget(self.filter, 1)
        top.addWidget(self.view)
        top.addWidget(find)
        top.addWidget(self._stale)
        return top

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self._model)
        table.setAccessibleName(_("Queue"))
        table.setToolTip("")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(4 * theme.GRID)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicator(Column.PRIORITY, Qt.SortOrder.AscendingOrder)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sortIndicatorChanged.connect(self._model.sort)
        header.setMinimumSectionSize(theme.GRID)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.PROBLEM, QHeaderView.ResizeMode.Stretch)
        # What is selected counts, not what is current: a screen reader selects without moving the keyboard's place.
        table.selectionModel().selectionChanged.connect(lambda: self.selected.emit(self.current))
        table.activated.connect(lambda index: self.opened.emit(self._model.ticket(index.row()).number))
        return table

    def _fit_columns(self) -> None:
        """Each as wide as what it says; the problem has the rest, and is the widest: others give way to it."""
        em = self.table.fontMetrics().averageCharWidth()
        columns: list[Column] = [column for column in Column if column is not Column.PROBLEM]
        widths = {column: self._needs(column) for column in columns}
        wanted = max(max(widths.values()) + 1, _PROBLEM_CHARS * em)
        room = self.table.viewport().width() - wanted
        promises = not self._says_nothing(Column.CLOCK)
        if promises:
            self.table.setColumnHidden(Column.CLOCK, False)
        for column in _GIVE_WAY if promises else (*_GIVE_WAY, Column.CLOCK):
            hidden = sum(widths.values()) > room
            self.table.setColumnHidden(column, hidden)
            if hidden:
                del widths[column]
        spare = max(widths[Column.REQUESTER] - _NAME_CHARS * em, 0)
        for column in _GIVE_WAY_TO_PROMISES:
            hidden = promises and sum(widths.values()) - spare > room
            self.table.setColumnHidden(column, hidden)
            if hidden:
                del widths[column]
                spare = spare if Column.REQUESTER in widths else 0
        if Column.REQUESTER in widths:
            widths[Column.REQUESTER] -= min(max(sum(widths.values()) - room, 0), spare)
        for column, width in widths.items():
            self.table.setColumnWidth(column, width)

    def _says_nothing(self, column: Column) -> bool:
        return not any(
            self._model.index(row, column).data(Qt.ItemDataRole.DisplayRole) for row in range(self._model.rowCount())
        )

    def _widen_columns(self) -> None:
        """For what has changed; nothing becomes narrower by itself."""
        if self.table.isColumnHidden(Column.CLOCK) and not self._says_nothing(Column.CLOCK):
            self._fit_columns()
        for column in set(Column) - {Column.PROBLEM, Column.REQUESTER}:
            if not self.table.isColumnHidden(column) and self._needs(column) > self.table.columnWidth(column):
                self.table.setColumnWidth(column, self._needs(column))

    def _needs(self, column: Column) -> int:
        header = self.table.horizontalHeader()
        if column == header.sortIndicatorSection():
            return max(self.table.sizeHintForColumn(column), header.sectionSizeHint(column))
        title = header.fontMetrics().horizontalAdvance(str(self._model.headerData(column, Qt.Orientation.Horizontal)))
        return max(self.table.sizeHintForColumn(column), title + 2 * theme.GRID)

    def _show_emptiness(self) -> None:
        empty = self._model.rowCount() == 0
        self._empty.setVisible(empty)
        text = (
            _("Nothing fits the filter.")
            if self.filter.text()
            else _("No tickets. Whoever asks for help appears here.")
        )
        if not self._online:
            text = _("There is no connection to the server; whether there are tickets is not known.")
        self._empty.setText(text)
