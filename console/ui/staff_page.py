"""Who is there, what everybody has to do, and how long somebody new waits (promises 3, 42, 45). Main thread."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.language import _, plural
from console.ui import theme, words
from console.ui.close_button import close_button
from console.ui.faces import SMALL, Faces, icon
from console.ui.table import fill, make_table
from protocol.envelope import AbsenceLine, Colleague, StaffList


class StaffDialog(QDialog):
    """The desk's people.

    Signals:
        absence: somebody is to be marked absent: identifier of the row that is chosen, or empty.
        taken_back: an absence is over early, or will not be: its number.
        picture: a `Colleague`, who is to have another picture.
    """

    absence = Signal(str)
    taken_back = Signal(str)
    picture = Signal(object)

    def __init__(self, parent: QWidget | None = None, me: str = "", faces: Faces | None = None) -> None:
        """`me`: identifier of whoever looks at it."""
        super().__init__(parent)
        self._me, self._faces = me, faces or Faces(self)
        self._faces.came.connect(self._show_faces)
        self.setWindowTitle(_("Who is there"))
        self.setAccessibleName(_("Who is there"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        most = self.screen().availableGeometry().size() * 0.95
        self.resize(QSize(132 * theme.GRID, 56 * theme.GRID).boundedTo(most))
        self.staff: tuple[Colleague, ...] = ()
        self._waiting = QLabel(self)
        self._waiting.setProperty("heading", True)
        self._waiting.setWordWrap(True)
        self._forecasts = QLabel(self)
        self._forecasts.setProperty("muted", True)
        self._forecasts.setWordWrap(True)
        headings = (_("Name"), _("Title"), _("Phone"), _("Presence"), _("Open"), _("Work"), _("Skills"))
        self._table = make_table(_("Staff"), headings, self)
        self._table.setIconSize(QSize(SMALL, SMALL))
        away = self._button("user-clock", _("&Absence …"), _("Absence"))
        away.setToolTip(_("Somebody is away: every open ticket of his goes to somebody who is there"))
        away.clicked.connect(lambda: self.absence.emit(self._chosen))
        self._picture = self._button("image", _("&Picture …"), _("Picture"))
        self._picture.setToolTip(_("The picture that users see beside the name: your own; a lead changes everybody's"))
        self._picture.clicked.connect(self._want_picture)
        self._picture.setEnabled(False)
        self._table.itemSelectionChanged.connect(self._show_may)
        self._absences: tuple[AbsenceLine, ...] = ()
        self._away = make_table(_("Absences"), (_("Name"), _("From"), _("Until")), self)
        self._away.itemSelectionChanged.connect(self._show_back)
        self._away.currentCellChanged.connect(self._show_back)
        self._back = self._button("rotate-left", _("&Take back"), _("Take the absence back"))
        self._back.setToolTip(_("What has begun ends now, what is planned is struck; tickets stay where they are"))
        self._back.clicked.connect(self._take_back)
        close = close_button(self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._picture)
        buttons.addWidget(away)
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self._waiting)
        column.addWidget(self._forecasts)
        column.addWidget(self._table, 3)
        column.addWidget(self._away, 1)
        column.addLayout(buttons)
        self._table.setFocus()

    def show_list(self, listed: StaffList) -> None:
        """What the relay says."""
        self.staff = listed.staff
        self._waiting.setText(_waiting(listed))
        self._waiting.setAccessibleName(self._waiting.text())
        self._forecasts.setText(_forecasts(listed))
        self._forecasts.setVisible(bool(listed.forecasts.count))
        fill(self._table, [_row(colleague) for colleague in listed.staff])
        self._show_faces()
        self._show_may()
        names = {colleague.profile.identifier: colleague.profile.name for colleague in listed.staff}
        self._absences = listed.absences
        rows = [
            (words.one_line(names.get(one.staff, one.staff)), words.clock(one.begin), words.clock(one.end))
            for one in listed.absences
        ]
        fill(self._away, rows)
        self._away.setVisible(bool(rows))
        self._back.setVisible(bool(rows))
        self._show_back()

    def _button(self, sign: str, text: str, name: str) -> QPushButton:
        button = QPushButton(theme.icon(sign), text, self)
        button.setAccessibleName(name)
        return button

    def _show_faces(self) -> None:
        for row, colleague in enumerate(self.staff):
            if (item := self._table.item(row, 0)) is not None:
                item.setIcon(icon(words.one_line(colleague.profile.name), self._faces.find(colleague.face)))

    @property
    def _whose(self) -> Colleague | None:
        """Whose picture it is about: the row's, else one's own."""
        wanted = self._chosen or self._me
        return next((one for one in self.staff if one.profile.identifier == wanted), None)

    def _show_may(self) -> None:
        leads = any(one.profile.lead for one in self.staff if one.profile.identifier == self._me)
        whose = self._whose
        self._picture.setEnabled(whose is not None and (leads or whose.profile.identifier == self._me))

    def _want_picture(self) -> None:
        if (whose := self._whose) is not None:
            self.picture.emit(whose)

    def _take_back(self) -> None:
        row = self._absence_row
        if 0 <= row < len(self._absences):
            self._back.setEnabled(False)
            self.taken_back.emit(self._absences[row].absence)

    def _show_back(self) -> None:
        self._back.setEnabled(0 <= self._absence_row < len(self._absences))

    @property
    def _absence_row(self) -> int:
        """Which is chosen: a screen reader selects without going there; -1: none."""
        selected = self._away.selectionModel().selectedRows()
        return selected[0].row() if selected else self._away.currentRow()

    @property
    def _chosen(self) -> str:
        row = self._table.currentRow()
        return self.staff[row].profile.identifier if 0 <= row < len(self.staff) else ""


def _waiting(listed: StaffList) -> str:
    waiting = plural("{count} waiting.", "{count} waiting.", listed.waiting).format(count=listed.waiting)
    if listed.on_call:
        names = " → ".join(words.one_line(name) for name in listed.on_call)
        waiting = _("On call: {names}.").format(names=names) + " " + waiting
    if listed.wait_min is None:
        return waiting + " " + _("Nobody is there.")
    if listed.wait_min == 0:
        return waiting + " " + _("Whoever comes now is helped at once.")
    return waiting + " " + _("Whoever comes now waits about {time}.").format(time=words.wait(listed.wait_min))


def _forecasts(listed: StaffList) -> str:
    record = listed.forecasts
    return plural(
        "Of {count} ticket so far: {forecast} min expected, {actual} min in fact, {error} min off.",
        "Of the last {count} tickets: {forecast} min expected, {actual} min in fact, {error} min off on average.",
        record.count,
    ).format(
        count=record.count,
        forecast=words.decimal(record.forecast_min),
        actual=words.decimal(record.actual_min),
        error=words.decimal(record.error_min),
    )


def _presence(colleague: Colleague) -> str:
    if colleague.away_until is not None:
        return _("away until {when}").format(when=words.clock(colleague.away_until))
    if not colleague.online:
        return _("not signed in")
    return _("at work") if colleague.begun else _("free")


def _row(colleague: Colleague) -> tuple[str, ...]:
    profile = colleague.profile
    return (
        profile.name + (" · " + _("lead") if profile.lead else ""),
        profile.title,
        profile.phone,
        _presence(colleague),
        str(colleague.open),
        words.minutes(60 * colleague.work_min) if colleague.work_min else words.NOTHING,
        ", ".join(f"{skill} {level}" for skill, level in profile.skills.items()),
    )
