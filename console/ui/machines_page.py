"""What is wrong with machines now, and what goes wrong again and again (promises 34, 36, 12). Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from console.language import _
from console.ui import theme, words
from console.ui.close_button import close_button
from console.ui.table import fill, make_table
from protocol.envelope import ClusterView, Faults, FaultView


class MachinesDialog(QDialog):
    """Open faults above, equal ones below.

    Signals:
        opened: a ticket's number: it is to be shown.
        cause: a fingerprint: somebody looks for what is behind it.
    """

    opened = Signal(int)
    cause = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Machines"))
        self.setAccessibleName(_("Machines"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(112 * theme.GRID, 72 * theme.GRID)
        self._faults: tuple[FaultView, ...] = ()
        self._clusters: tuple[ClusterView, ...] = ()
        self._open = self._table(
            _("Faults now"), (_("Since"), _("Machine"), _("Check"), _("Of"), _("Value"), _("Customer"), _("Ticket"))
        )
        self._often = self._table(
            _("Again and again"), (_("Times"), _("Machines"), _("What"), _("First"), _("Last"), _("Problem"))
        )
        self._none = QLabel(_("Nothing is wrong with any machine that is watched."), self)
        self._none.setProperty("muted", True)
        self._show = self._button("ticket", _("Show &ticket"), _("Opens the ticket of the chosen fault or problem"))
        self._show.clicked.connect(self._show_ticket)
        self._look = self._button(
            "magnifying-glass", _("&Look for the cause"), _("Opens a problem for what happens again and again")
        )
        self._look.clicked.connect(self._look_for_cause)
        close = close_button(self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._show)
        buttons.addWidget(self._look)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        for heading, table in ((_("Faults now"), self._open), (_("Again and again"), self._often)):
            label = QLabel(heading, self)
            label.setProperty("heading", True)
            column.addWidget(label)
            if table is self._open:
                column.addWidget(self._none)
            column.addWidget(table, 1)
        column.addLayout(buttons)
        self._enable()
        self._open.setFocus()

    def show_faults(self, faults: Faults) -> None:
        """What the relay says."""
        self._faults, self._clusters = faults.open, faults.clusters
        self._none.setVisible(not faults.open)
        fill(self._open, [_fault_row(fault) for fault in faults.open])
        fill(self._often, [_cluster_row(cluster) for cluster in faults.clusters])
        self._enable()

    def _enable(self) -> None:
        fault, cluster = self._chosen
        self._show.setEnabled(bool((fault and fault.ticket) or (cluster and cluster.problem)))
        self._look.setEnabled(cluster is not None and cluster.problem == 0)

    @property
    def _chosen(self) -> tuple[FaultView | None, ClusterView | None]:
        """The row of the table that was last worked in."""
        fault, cluster = self._open.currentRow(), self._often.currentRow()
        if self._often.hasFocus() and 0 <= cluster < len(self._clusters):
            return None, self._clusters[cluster]
        if 0 <= fault < len(self._faults) and not self._often.selectedItems():
            return self._faults[fault], None
        return None, self._clusters[cluster] if 0 <= cluster < len(self._clusters) else None

    def _show_ticket(self) -> None:
        fault, cluster = self._chosen
        number = fault.ticket if fault else (cluster.problem or 0) if cluster else 0
        if number:
            self.opened.emit(number)
            self.accept()

    def _look_for_cause(self) -> None:
        _fault, cluster = self._chosen
        if cluster is not None:
            self.cause.emit(cluster.fingerprint)

    def _button(self, icon: str, text: str, does: str) -> QPushButton:
        button = QPushButton(theme.icon(icon), text, self)
        button.setAccessibleName(text.replace("&", ""))
        button.setToolTip(does)
        return button

    def _table(self, name: str, headings: tuple[str, ...]) -> QTableWidget:
        table = make_table(name, headings, self)
        table.itemSelectionChanged.connect(lambda: self._selected(table))
        return table

    def _selected(self, table: QTableWidget) -> None:
        """One row is chosen in both tables together."""
        other = self._often if table is self._open else self._open
        if table.selectedItems() and other.selectedItems():
            other.clearSelection()
        self._enable()


def _fault_row(fault: FaultView) -> tuple[str, ...]:
    ticket = str(fault.ticket) if fault.ticket else words.NOTHING
    label = fault.device_label or fault.device
    return words.clock(fault.since), label, _check(fault.check), fault.target, fault.value, fault.customer, ticket


def _check(name: str) -> str:
    return _(words.CHECKS[name]) if name in words.CHECKS else name


def _what(cluster: ClusterView) -> str:
    """The fingerprint, with the check in words: the rest says what of the machine it is."""
    return _check(cluster.check) + cluster.fingerprint.removeprefix(cluster.check)


def _cluster_row(cluster: ClusterView) -> tuple[str, ...]:
    # None: too few to ask why; 0: asked, and nobody looks for the cause yet.
    known = {None: words.NOTHING, 0: _("proposed")}
    problem = known.get(cluster.problem, str(cluster.problem))
    first, last = words.clock(cluster.first), words.clock(cluster.last)
    return str(cluster.count), str(cluster.devices), _what(cluster), first, last, problem
