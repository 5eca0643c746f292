"""What this program is, whom it belongs to, and how to stop everything."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from agent.ui import hours, plain, theme, watched
from agent.ui.parts import Button, Card, Text, empty, row
from agent.ui.theme import GRID, TARGET
from agent.words import _
from protocol.desk.events import Threshold
from protocol.envelope import About

_FRAME = 5 * GRID
"""Room that desktops take for a window's title."""


class AboutWindow(QWidget):
    """A few sentences."""

    def __init__(self, organisation: str, hot_key: str) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(_("About"))
        self.setWindowIcon(theme.program_icon())
        sign = Text(wrap=False)
        sign.setPixmap(theme.program_icon().pixmap(6 * GRID, 6 * GRID))
        close = Button(_("Close"), _("Closes this window"))
        close.clicked.connect(self.hide)
        said = QWidget()
        layout = QVBoxLayout(said)
        layout.setContentsMargins(0, 0, GRID, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(row(sign, Text("athand", size="title"), 1, spacing=2 * GRID))
        for sentence in (
            _("Help is at hand. This program brings you and {organisation} together.").format(
                organisation=organisation
            ),
            _("Nobody sees your screen unless you ask for help first and then say yes."),
            _(
                "While somebody does, a banner stands on top of the screen. Its Stop button ends it; so does {keys}."
            ).format(keys=hot_key),
            _("Version {version}.").format(version=_version())
            + " "
            + _("Free software under the GNU General Public License, version 3 or later."),
        ):
            layout.addWidget(Text(sentence))
        self.desk = Card()
        self.desk.hide()
        layout.addWidget(self.desk)
        self.watch = Card()
        self.watch.hide()
        layout.addWidget(self.watch)
        layout.addStretch(1)
        self._said = layout
        self._scrolled = QScrollArea()
        self._scrolled.setWidgetResizable(True)
        self._scrolled.setFrameShape(QFrame.Shape.NoFrame)
        self._scrolled.setWidget(said)
        self._scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scrolled.setAccessibleName(_("About"))
        around = QVBoxLayout(self)
        around.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        around.setSpacing(2 * GRID)
        around.addWidget(self._scrolled, 1)
        around.addLayout(row(1, close))
        self.setMinimumWidth(56 * GRID)
        close.setFocus()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """As tall as what it says, as far as the screen goes; the rest is scrolled to."""
        super().showEvent(event)
        self._said.activate()
        around = 8 * GRID + TARGET  # margins, and the button below
        width = self.minimumWidth() - 6 * GRID - self._scrolled.verticalScrollBar().sizeHint().width()
        said = self._said.totalHeightForWidth(width)
        screen = self.screen().availableGeometry().height() - _FRAME
        self.resize(self.minimumWidth(), min(said + around, screen))

    def show_desk(self, about: About) -> None:
        """The help desk's service hours and number, as it publishes them (P39)."""
        now = datetime.now(UTC)
        empty(self.desk.rows)
        if about.phone:
            self.desk.rows.addWidget(Text(_("By phone: {number}").format(number=plain.one_line(about.phone))))
        if about.calendar is not None:
            self.desk.rows.addWidget(Text(_("When we are here"), size="strong"))
            lines = [*hours.week(about.calendar, now), *hours.different(about.calendar, now)]
            self.desk.rows.addWidget(Text("\n".join(f"{days}: {open_then}" for days, open_then in lines)))
            zone = _("Times of {zone}").format(zone=about.calendar.in_force(now).time_zone)
            self.desk.rows.addWidget(Text(zone, tone="muted", size="small"))
        self.desk.setVisible(bool(about.phone or about.calendar))

    def show_watch(self, thresholds: Sequence[Threshold]) -> None:
        """What this computer tells the help desk without being asked; nothing is watched behind anybody's back."""
        empty(self.watch.rows)
        self.watch.rows.addWidget(Text(_("What this computer tells the help desk by itself"), size="strong"))
        self.watch.rows.addWidget(Text("\n".join(watched.sentences(thresholds))))
        only = _("Only that, with the drive's name, and when it is over; nothing of what you do or write.")
        self.watch.rows.addWidget(Text(only, tone="muted", size="small"))
        self.watch.setVisible(bool(thresholds))

    def come_up(self) -> None:
        """Shows it."""
        self.showNormal()
        self.raise_()
        self.activateWindow()


def _version() -> str:
    try:
        return metadata.version("athand")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        return "?"
