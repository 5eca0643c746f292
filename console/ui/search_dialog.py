"""Search over every ticket there ever was: words, a number, a name; filters beside it. Main thread."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.language import _
from console.ui import theme, words
from protocol import envelope
from protocol.desk.states import TicketState
from protocol.envelope import QueueSort, Tickets, TicketView

_TYPED_MS = 250
"""Nobody means what stands there between two letters."""
SHOWN = 100


class SearchDialog(QDialog):
    """A field, a list; arrows move, Enter opens.

    Signals:
        wanted: what is looked for has changed; see `message`.
        opened: a ticket's number.
    """

    wanted = Signal()
    opened = Signal(int)

    def __init__(self, me: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._me = me
        self.setWindowTitle(_("Search all tickets"))
        self.setAccessibleName(self.windowTitle())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(104 * theme.GRID, 72 * theme.GRID)
        self.field = QLineEdit(self)
        self.field.setMaxLength(200)
        self.field.setPlaceholderText(_("Words, a name, a computer, a file, a number …"))
        self.field.setAccessibleName(_("Search"))
        self.field.setToolTip(_("Finds tickets on which each of these words was said by anybody"))
        self.field.setClearButtonEnabled(True)
        self.field.installEventFilter(self)
        self.state = QComboBox(self)
        self.state.setAccessibleName(_("State"))
        self.state.setToolTip(_("Only tickets in this state"))
        self.state.addItem(_("every state"), "")
        for state, text in words.STATES.items():
            self.state.addItem(_(text), state.value)
        self.mine = QCheckBox(_("mine"), self)
        self.mine.setAccessibleName(_("Only mine"))
        self.mine.setToolTip(_("Only tickets that I own"))
        self._found = QLabel(self)
        self._found.setProperty("muted", True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(_("Found"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setUniformItemSizes(True)
        self.list.itemActivated.connect(self._open)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPED_MS)
        self._typing.timeout.connect(self.wanted)
        self.field.textChanged.connect(lambda _text: self._typing.start())
        self.state.currentIndexChanged.connect(lambda _row: self.wanted.emit())
        self.mine.toggled.connect(lambda _on: self.wanted.emit())
        top = QHBoxLayout()
        top.addWidget(self.field, 1)
        top.addWidget(self.state)
        top.addWidget(self.mine)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self._found)
        self.field.setFocus()

    def message(self, ref: int) -> envelope.ListQueue:
        """The request for what is looked for now."""
        state = self.state.currentData()
        return envelope.ListQueue(
            ref,
            everything=True,
            states=frozenset({TicketState(state)}) if state else frozenset(),
            owner=self._me if self.mine.isChecked() else None,
            text=self.field.text().strip(),
            sort=QueueSort.OPENED,
            descending=True,
            limit=SHOWN,
        )

    def show_found(self, found: Tickets) -> None:
        """What the relay found, the newest first."""
        self.list.clear()
        for ticket in found.tickets:
            item = QListWidgetItem(_line(ticket))
            item.setData(Qt.ItemDataRole.UserRole, ticket.number)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, item.text())
            self.list.addItem(item)
        if not found.tickets:
            self._found.setText(_("Nothing was found."))
        elif found.total > len(found.tickets):
            text = _("The newest {shown}; there are more, and one more word finds fewer.")
            self._found.setText(text.format(shown=len(found.tickets)))
        else:
            self._found.setText(_("Found: {total}").format(total=len(found.tickets)))

    def fail(self, sentence: str) -> None:
        """Why nothing was looked for."""
        self._found.setText(sentence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """From the field, the down arrow leads into the list, and Enter opens the first."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self.list.count():
                self.list.setFocus()
                self.list.setCurrentRow(0)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.list.count() and not self._typing.isActive():
                    self._open(self.list.item(max(0, self.list.currentRow())))
                return True
        return super().eventFilter(watched, event)

    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(int(item.data(Qt.ItemDataRole.UserRole)))
        self.accept()


def _line(ticket: TicketView) -> str:
    return "  ·  ".join(
        (
            str(ticket.number),
            words.first_line(ticket.shown_title),
            words.one_line(ticket.requester),
            _(words.STATES[ticket.state]),
            words.clock(ticket.opened_at),
        )
    )
