"""The queue of tickets as a table. Main thread; what users typed is shown as plain text.

Guarantees: nothing moves by itself. A ticket that changes changes in its place; a new one is put at the end; a closed
one stays, marked. Only the technician's own act (sort again, a click on a header, the filter) orders the rows anew.
"""

import enum
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon

from console.language import _, mark
from console.ui import live_clock, theme, words
from protocol.desk.overview import Flag
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.envelope import TicketView

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_NOWHERE = QModelIndex()


class Column(enum.IntEnum):
    """The table's columns, left to right."""

    ONLINE = 0
    NUMBER = 1
    PRIORITY = 2
    PROBLEM = 3
    REQUESTER = 4
    STATE = 5
    OWNER = 6
    WAITING = 7
    CLOCK = 8


HEADERS = {
    Column.ONLINE: "",
    Column.NUMBER: mark("No."),
    Column.PRIORITY: mark("Prio"),
    Column.PROBLEM: mark("Problem"),
    Column.REQUESTER: mark("Who"),
    Column.STATE: mark("State"),
    Column.OWNER: mark("Owner"),
    Column.WAITING: mark("Waiting"),
    Column.CLOCK: mark("Promised"),
}


class Part(enum.StrEnum):
    """A part of the queue."""

    ALL = "all"
    MINE = "mine"
    NOBODYS = "nobodys"
    LATE = "late"
    ON_HOLD = "on_hold"


PARTS = {
    Part.ALL: mark("all"),
    Part.MINE: mark("mine"),
    Part.NOBODYS: mark("without owner"),
    Part.LATE: mark("late, or soon"),
    Part.ON_HOLD: mark("on hold"),
}
_PRESSING = (Flag.BREACHED, Flag.WARNING, Flag.DATE_PASSED, Flag.ESTIMATE_PASSED, Flag.DATE_NEAR)

_UNJUDGED = 0
"""Sorts above P1: somebody has to judge it first (promise 25)."""

_SORT_KEYS: dict[Column, Callable[[TicketView], object]] = {
    Column.ONLINE: lambda ticket: not ticket.online,
    Column.NUMBER: lambda ticket: ticket.number,
    Column.PRIORITY: lambda ticket: (ticket.priority or _UNJUDGED, ticket.urgency),
    Column.PROBLEM: lambda ticket: ticket.problem.casefold(),
    Column.REQUESTER: lambda ticket: ticket.requester.casefold(),
    Column.STATE: lambda ticket: list(TicketState).index(ticket.state),
    Column.OWNER: lambda ticket: "" if ticket.owner is None else ticket.owner.name.casefold(),
    Column.WAITING: lambda ticket: ticket.asked_at,
    Column.CLOCK: lambda ticket: min(
        (clock.target_at.timestamp() for clock in ticket.clocks if clock.target_at and not clock.stopped),
        default=float("inf"),
    ),
}


class QueueModel(QAbstractTableModel):
    """All tickets the desk told us of, and the rows that pass the filter.

    Signals:
        order_stale: whether sorting again would change anything.
    """

    order_stale = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._tickets: dict[int, TicketView] = {}
        self._rows: list[int] = []
        self._filter, self._part = "", Part.ALL
        self.me = ""
        self._column, self._order = Column.PRIORITY, Qt.SortOrder.AscendingOrder
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def ticket(self, row: int) -> TicketView:
        """The ticket in a row."""
        return self._tickets[self._rows[row]]

    def find(self, number: int) -> TicketView | None:
        """The ticket of that number, shown or not."""
        return self._tickets.get(number)

    def row_of(self, number: int) -> int:
        """Its row, or -1."""
        return self._rows.index(number) if number in self._rows else -1

    def replace_all(self, tickets: Iterable[TicketView]) -> None:
        """A whole list came: what is known changes in its place, what is not in it was closed meanwhile."""
        first = not self._tickets
        known = set(self._tickets)
        for ticket in tickets:
            known.discard(ticket.number)
            self.put(ticket)
        for number in known:
            ticket = self._tickets[number]
            if ticket.state in OPEN_STATES or ticket.state is TicketState.RESOLVED:
                if (row := self.row_of(number)) >= 0:  # its end was missed while the line was cut
                    self.beginRemoveRows(_NOWHERE, row, row)
                    self._rows.pop(row)
                    self.endRemoveRows()
                del self._tickets[number]
        if first:
            self.sort_again()

    def put(self, ticket: TicketView) -> None:
        """One ticket is new or has changed. An older revision than the one known is dropped."""
        known = self._tickets.get(ticket.number)
        if known is not None and known.revision > ticket.revision:
            return
        self._tickets[ticket.number] = ticket
        row = self.row_of(ticket.number)
        if row >= 0:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
        elif known is None and _is_shown(ticket) and self._passes(ticket):  # a closed one was found by searching
            at = len(self._rows)
            self.beginInsertRows(_NOWHERE, at, at)
            self._rows.append(ticket.number)
            self.endInsertRows()
        self.order_stale.emit(self._rows != self._sorted())

    def set_filter(self, text: str) -> None:
        """Shows the tickets that have all of these words somewhere."""
        self._filter = text
        self.sort_again()

    def set_part(self, part: Part) -> None:
        """Shows this part of the queue."""
        self._part = part
        self.sort_again()

    def sort_again(self) -> None:
        """Orders the rows anew and drops what is closed: the technician asked for it."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        numbers = [self._rows[index.row()] for index in before]
        self._tickets = {n: t for n, t in self._tickets.items() if _is_shown(t)}
        self._rows = self._sorted()
        after = [
            self.index(row, index.column()) if (row := self.row_of(number)) >= 0 else QModelIndex()
            for index, number in zip(before, numbers, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.order_stale.emit(False)

    def refresh_ages(self) -> None:
        """Time went on: waiting times and clocks are painted again; no row moves."""
        if self._rows:
            self.dataChanged.emit(self.index(0, Column.WAITING), self.index(len(self._rows) - 1, Column.CLOCK))

    # Qt's own names follow.
    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """See Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """See Qt."""
        return 0 if parent.isValid() else len(Column)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """See Qt; called by a click on a header."""
        self._column, self._order = Column(column), order
        self.sort_again()

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> object:
        """See Qt."""
        if orientation is Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            text = HEADERS[Column(section)]
            return _(text) if text else ""
        if orientation is Qt.Orientation.Horizontal and role == _ROLE.AccessibleTextRole and section == Column.ONLINE:
            return _("Reachable")
        return None

    def data(  # noqa: PLR0911 - one line for each role
        self, index: Index, role: int = _ROLE.DisplayRole
    ) -> object:
        """See Qt."""
        ticket, column = self.ticket(index.row()), Column(index.column())
        match role:
            case _ROLE.DisplayRole:
                return self._text(ticket, column)
            case _ROLE.AccessibleTextRole:
                return self._spoken(ticket, column)
            case _ROLE.ToolTipRole:
                return _tip(ticket, column)
            case _ROLE.DecorationRole if column is Column.ONLINE:
                return _dot(ticket.online)
            case _ROLE.ForegroundRole:
                return _colour(ticket, column, self.now())
            case _ROLE.FontRole if column is Column.PRIORITY:
                font = QFont()
                font.setBold(True)
                return font
            case _ROLE.TextAlignmentRole if column in (Column.NUMBER, Column.WAITING):
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, ticket: TicketView, column: Column) -> str:  # noqa: PLR0911 - one line for each column
        match column:
            case Column.ONLINE:
                return ""
            case Column.NUMBER:
                return str(ticket.number)
            case Column.PRIORITY:
                return words.priority(ticket)
            case Column.PROBLEM:
                return words.first_line(ticket.problem)
            case Column.REQUESTER:
                return words.one_line(ticket.requester)
            case Column.STATE:
                return _(words.STATES[ticket.state])
            case Column.OWNER:
                return words.NOTHING if ticket.owner is None else ticket.owner.name
            case Column.WAITING:
                return words.since(ticket.asked_at, self.now()) if ticket.state in OPEN_STATES else words.NOTHING
            case Column.CLOCK:
                return live_clock.left(ticket, self.now()).text

    def _spoken(self, ticket: TicketView, column: Column) -> str:
        if column is Column.ONLINE:
            return _("reachable") if ticket.online else _("not reachable")
        if column is Column.PRIORITY and ticket.priority is None:
            return _("not judged yet; urgency for the user: {urgency}").format(urgency=words.level(ticket.urgency))
        return self._text(ticket, column)

    def _in_part(self, ticket: TicketView) -> bool:
        match self._part:
            case Part.ALL:
                return True
            case Part.MINE:
                return ticket.owner is not None and ticket.owner.identifier == self.me
            case Part.NOBODYS:
                return ticket.owner is None
            case Part.LATE:
                return any(flag in _PRESSING for flag in ticket.flags)
            case Part.ON_HOLD:
                return ticket.state is TicketState.ON_HOLD

    def _passes(self, ticket: TicketView) -> bool:
        if not self._in_part(ticket):
            return False
        owner = "" if ticket.owner is None else ticket.owner.name
        everything = " ".join(
            (
                str(ticket.number),
                ticket.problem,
                ticket.requester,
                ticket.device_label,
                ticket.customer_name,
                *ticket.tags,
                owner,
                words.priority(ticket),
                _(words.STATES[ticket.state]),
            )
        ).casefold()
        return all(word in everything for word in self._filter.casefold().split())

    def _sorted(self) -> list[int]:
        shown = [ticket for ticket in self._tickets.values() if _is_shown(ticket) and self._passes(ticket)]
        shown.sort(key=lambda ticket: ticket.asked_at)
        key = _SORT_KEYS[self._column]
        shown.sort(key=key, reverse=self._order is Qt.SortOrder.DescendingOrder)  # type: ignore[arg-type]
        return [ticket.number for ticket in shown]


def _is_shown(ticket: TicketView) -> bool:
    return ticket.state not in (TicketState.CLOSED, TicketState.CANCELLED) and not ticket.merged_into


def _tip(ticket: TicketView, column: Column) -> str | None:
    match column:
        case Column.ONLINE:
            return _("Reachable now") if ticket.online else _("Not reachable now")
        case Column.PRIORITY:
            return _("Urgency for the user: {urgency}").format(urgency=words.level(ticket.urgency))
        case Column.REQUESTER:
            return None
        case Column.WAITING:
            return _("Asked {when}").format(when=words.clock(ticket.asked_at))
    return None


def _dot(online: bool) -> QIcon:
    return theme.icon("circle", "good") if online else theme.icon("circle-notch", "muted")


def _colour(ticket: TicketView, column: Column, at: datetime) -> QColor | None:
    now = theme.colours()
    if not _is_shown(ticket):
        return QColor(now.muted)
    if column is Column.CLOCK:
        clock = live_clock.left(ticket, at)
        return QColor(now.danger if clock.seconds < 0 else now.warning if clock.near else now.muted)
    if column is Column.PRIORITY and ticket.priority in (1, 2):
        return QColor(now.danger)
    if column is Column.PRIORITY and ticket.priority is None:
        return QColor(now.warning)
    if column in (Column.WAITING, Column.OWNER, Column.NUMBER):
        return QColor(now.muted)
    return None
