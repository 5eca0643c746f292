"""What is agreed with a requester: appointments and prices, and the week they stand in. Main thread."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.language import _
from console.ui import theme, words
from console.ui.close_button import close_button
from console.ui.dialogs import TextField
from console.ui.number_field import NumberField, PriceField
from console.ui.request_dialog import RequestDialog
from console.ui.when import WhenField, next_quarter
from protocol.desk.events import AppointmentOutcome
from protocol.envelope import AppointmentLine, Plan, TicketView


class AppointmentDialog(RequestDialog):
    """A time agreed: new, moved, or over."""

    def __init__(
        self, ticket: TicketView, known: Sequence[AppointmentLine] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(
            _("Appointment for ticket {number}").format(number=ticket.number),
            _("The user is told, and told before it if it cannot be kept."),
            _("Save"),
            parent,
        )
        self._known = tuple(known)
        self._new = secrets.token_hex(16)
        self._which = QComboBox(self)
        self._which.setAccessibleName(_("Which"))
        self._which.setToolTip(_("A new one, or one that is moved or over"))
        self._which.addItem(_("a new one"))
        for line in self._known:
            self._which.addItem(f"{words.clock(line.begin)} · {words.one_line(line.text)[:40]}")
        self._what = QComboBox(self)
        self._what.setAccessibleName(_("What"))
        self._what.setToolTip(_("Make or move it, or say what became of it"))
        for outcome, name in (
            (None, _("takes place")),
            *((outcome, _(said)) for outcome, said in words.OUTCOMES.items()),
        ):
            self._what.addItem(name, None if outcome is None else outcome.value)
        self._begin = WhenField(_("Begin"), _("When it begins"), next_quarter(timedelta(hours=1)), self)
        self._minutes = NumberField(self)
        self._minutes.setAccessibleName(_("Minutes"))
        self._minutes.setToolTip(_("How long it takes"))
        self._minutes.setRange(5, 7 * 24 * 60)
        self._minutes.setValue(30)
        self._text = QLineEdit(self)
        self._text.setAccessibleName(_("About"))
        self._text.setToolTip(_("What it is for, and where"))
        self._text.setMaxLength(400)
        self.form.addRow(_("&Which"), self._which)
        self.form.addRow(_("W&hat"), self._what)
        self.form.addRow(_("&Begin"), self._begin)
        self.form.addRow(_("&Minutes"), self._minutes)
        self.form.addRow(_("&About"), self._text)
        self._which.currentIndexChanged.connect(self._show)
        self._what.currentIndexChanged.connect(self._enable)
        if self._known:
            self._which.setCurrentIndex(1)
        self._show()
        self._begin.setFocus()

    @property
    def appointment(self) -> str:
        """Its number."""
        line = self._chosen
        return line.appointment if line else self._new

    @property
    def outcome(self) -> AppointmentOutcome | None:
        """What became of it; None: it takes place."""
        value = self._what.currentData()
        return AppointmentOutcome(value) if value and self._chosen else None

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Aware UTC."""
        begin = self._begin.moment
        return begin, begin + timedelta(minutes=self._minutes.value())

    @property
    def text(self) -> str:
        """What it is for."""
        return self._text.text().strip()

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        if self.outcome is None and self._begin.moment < datetime.now(UTC):
            return _("Please choose a time that is still ahead.")
        return "" if self.text or self.outcome else _("Please say what it is for.")

    @property
    def _chosen(self) -> AppointmentLine | None:
        index = self._which.currentIndex() - 1
        return self._known[index] if 0 <= index < len(self._known) else None

    def _show(self) -> None:
        line = self._chosen
        if line is not None:
            self._begin.set_moment(line.begin)
            self._minutes.setValue(max(5, round((line.end - line.begin).total_seconds() / 60)))
            self._text.setText(line.text)
        self._enable()

    def _enable(self) -> None:
        self._what.setEnabled(self._chosen is not None)
        for field in (self._begin, self._minutes):
            field.setEnabled(self.outcome is None)


class QuoteDialog(RequestDialog):
    """A price agreed first: for what the contract does not hold, or for going first.

    Signals:
        planned: minutes within which it is to be done; answer with `show_plan`.
    """

    planned = Signal(int)

    def __init__(self, ticket: TicketView, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Price for ticket {number}").format(number=ticket.number),
            _("Nothing happens before the customer has said yes."),
            _("Ask the customer"),
            parent,
        )
        self.quote = secrets.token_hex(16)
        self._text = TextField(
            _("For what"), lines=2, tip=_("What the customer pays for, in words the customer reads"), parent=self
        )
        self._price = PriceField(self)
        self._price.setAccessibleName(_("Price"))
        self._price.setToolTip(_("For all of it"))
        self._price.setRange(0, 10_000_000)
        self._price.setDecimals(2)
        self._currency = QLineEdit("EUR", self)
        self._currency.setAccessibleName(_("Currency"))
        self._currency.setToolTip(_("Three letters, such as EUR"))
        self._currency.setMaxLength(3)
        self._currency.setMaximumWidth(8 * theme.GRID)
        self._valid = WhenField(
            _("Valid until"), _("Until when the answer counts"), next_quarter(timedelta(days=2)), self
        )
        self._faster = QCheckBox(_("&Goes first, done within"), self)
        self._faster.setAccessibleName(_("Goes first"))
        self._faster.setToolTip(_("Whoever has to wait longer for it is told his new time"))
        self._within = NumberField(self)
        self._within.setAccessibleName(_("Within minutes"))
        self._within.setToolTip(_("Minutes of the contract's hours, from the yes on"))
        self._within.setRange(5, 10_000)
        self._within.setSuffix(" " + _("min"))
        self._within.setValue(60)
        self._within.setEnabled(False)
        self._plan = QLabel(self)
        self._plan.setTextFormat(Qt.TextFormat.PlainText)
        self._plan.setWordWrap(True)
        self._plan.setMinimumHeight(4 * self._plan.fontMetrics().lineSpacing())
        self._plan.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._accepts = QLabel(self)
        self._accepts.setTextFormat(Qt.TextFormat.PlainText)
        self._accepts.setWordWrap(True)
        self._accepts.hide()
        price = _side_by_side(self._price, self._currency)
        faster = _side_by_side(self._faster, self._within)
        self.form.addRow(_("&For what"), self._text)
        self.form.addRow(_("&Price"), price)
        self.form.addRow(_("&Valid until"), self._valid)
        self.form.addRow("", faster)
        self.form.addRow(self._plan)
        self.form.addRow(self._accepts)
        self._faster.toggled.connect(self._ask_plan)
        self._within.editingFinished.connect(self._ask_plan)
        self._text.setFocus()

    def show_plan(self, plan: Plan) -> None:
        """Whom it costs time."""
        lines = [_("Done by {when}.").format(when=words.clock(plan.done_by))]
        if plan.moves:
            lines.append(_("Who has to wait longer, and until when:"))
        lines += [
            _("Ticket {number}, {requester}: {before} → {after}").format(
                number=move.ticket,
                requester=words.one_line(move.requester),
                before=words.clock(move.before),
                after=words.clock(move.after),
            )
            for move in plan.moves
        ]
        if not plan.moves:
            lines.append(_("Nobody has to wait longer."))
        self._plan.setText("\n".join(lines))
        self._plan.setAccessibleName(self._plan.text())

    def show_who_accepts(self, yes_by: tuple[str, ...] | None) -> None:
        """Who says yes in the requester's place; empty: nobody is named; None: he may himself (promise 11)."""
        if yes_by is None:
            return
        names = ", ".join(words.one_line(name) for name in yes_by)
        who = _("The requester may not accept a price; this customer has named: {names}.").format(names=names)
        nobody = _("Nobody of this customer may accept a price yet; ask your administrator to name somebody first.")
        self._accepts.setText(who if yes_by else nobody)
        self._accepts.setAccessibleName(self._accepts.text())
        self._accepts.show()

    @property
    def text(self) -> str:
        """What the price is for."""
        return self._text.text

    @property
    def price(self) -> tuple[int, str]:
        """Cents and currency."""
        return round(self._price.value() * 100), self._currency.text().strip().upper()

    @property
    def valid_until(self) -> datetime:
        """Aware UTC."""
        return self._valid.moment

    @property
    def within_min(self) -> int | None:
        """None: it is not about speed."""
        return self._within.value() if self._faster.isChecked() else None

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        if not self.text:
            return _("Please say what the price is for.")
        if not self.price[0]:
            return _("Please write the price; what costs nothing needs no yes.")
        currency = self.price[1]
        ok = len(currency) == 3 and currency.isascii() and currency.isalpha()  # noqa: PLR2004 - ISO 4217
        return "" if ok else _("Please write the currency with three letters, such as EUR.")

    def _ask_plan(self) -> None:
        self._within.setEnabled(self._faster.isChecked())
        if self._faster.isChecked():
            self.planned.emit(self._within.value())
        else:
            self._plan.clear()


def _side_by_side(first: QWidget, second: QWidget) -> QWidget:
    """Two fields in one row; its letter leads to the first."""
    both = QWidget()
    both.setFocusProxy(first)
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GRID)
    row.addWidget(first, 1)
    row.addWidget(second, 1)
    return both


class WeekDialog(QDialog):
    """The week's appointments, day by day.

    Signals:
        wanted: (first instant, last instant); answer with `show_lines`.
        opened: number of the ticket whose appointment was chosen.
    """

    wanted = Signal(object, object)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Appointments"))
        self.setAccessibleName(_("Appointments"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(80 * theme.GRID, 60 * theme.GRID)
        today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        self._monday = today - timedelta(days=today.weekday())
        self._title = QLabel(self)
        self._title.setProperty("heading", True)
        self._list = QListWidget(self)
        self._list.setAccessibleName(_("Appointments"))
        self._list.setToolTip(_("Enter opens the ticket"))
        self._list.setSpacing(theme.GRID // 4)
        self._list.itemActivated.connect(self._open)
        before = QPushButton(theme.icon("chevron-left"), "", self)
        before.setAccessibleName(_("The week before"))
        before.setToolTip(_("The week before"))
        before.clicked.connect(lambda: self._go(-7))
        after = QPushButton(theme.icon("chevron-right"), "", self)
        after.setAccessibleName(_("The week after"))
        after.setToolTip(_("The week after"))
        after.clicked.connect(lambda: self._go(7))
        close = close_button(self)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(before)
        head.addWidget(after)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(head)
        column.addWidget(self._list, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self._list.setFocus()
        self._show_title()

    def ask(self) -> None:
        """Asks for the week that is shown."""
        self.wanted.emit(self._monday.astimezone(UTC), (self._monday + timedelta(days=7)).astimezone(UTC))

    def show_lines(self, lines: Sequence[AppointmentLine]) -> None:
        """What the relay says stands in this week, and what before it nobody has ended."""
        self._list.clear()
        day = None
        for line in lines:
            begin, end = line.begin.astimezone(), line.end.astimezone()
            if begin.date() != day:
                day = begin.date()
                heading = QListWidgetItem(words.day(line.begin))
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self._list.addItem(heading)
            parts = (f"{begin:%H:%M}-{end:%H:%M}", str(line.ticket), line.requester, line.text, line.owner)
            item = QListWidgetItem("    " + " · ".join(words.one_line(part) for part in parts if part))
            item.setData(Qt.ItemDataRole.UserRole, line.ticket)
            item.setToolTip(words.one_line(line.title))
            self._list.addItem(item)
        if not lines:
            nothing = QListWidgetItem(_("Nothing is agreed for this week."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(nothing)

    def _go(self, days: int) -> None:
        self._monday += timedelta(days=days)
        self._show_title()
        self.ask()

    def _show_title(self) -> None:
        sunday = self._monday + timedelta(days=6)
        self._title.setText(f"{words.day(self._monday)} – {words.day(sunday)}")  # noqa: RUF001 - from to
        self._title.setAccessibleName(self._title.text())

    def _open(self, item: QListWidgetItem) -> None:
        number = item.data(Qt.ItemDataRole.UserRole)
        if number:
            self.accept()
            self.opened.emit(int(number))
