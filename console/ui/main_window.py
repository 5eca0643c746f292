"""The main window: first start, or queue and ticket, with the connection's state below. Main thread."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from console.events import LinkState
from console.language import _
from console.ui import deeds, shortcuts, theme, words
from console.ui.desk_bar import DeskBar
from console.ui.elided_label import ElidedLabel
from console.ui.enrol_page import EnrolPage
from console.ui.help import HelpOverlay
from console.ui.notice import NoticeBar
from console.ui.offer_bar import OfferBar
from console.ui.page_bar import PageBar
from console.ui.queue_model import QueueModel
from console.ui.queue_pane import QueuePane
from console.ui.shortcuts import Shortcut
from console.ui.sign import Sign
from console.ui.theme import Tone
from console.ui.ticket_pane import TicketPane
from protocol.trust import Party

_NARROW = 150 * theme.GRID
"""Pixels; in less, signs on the ticket's buttons would take the queue's room."""
_LINK_ICONS: dict[LinkState, tuple[str, Tone]] = {
    LinkState.CONNECTING: ("rotate", "warning"),
    LinkState.ONLINE: ("circle-check", "good"),
    LinkState.WAITING: ("plug-circle-xmark", "warning"),
    LinkState.REFUSED: ("ban", "danger"),
}


class MainWindow(QMainWindow):
    """Everything but sessions.

    Signals:
        closed: the window was closed: the console ends.
        close_held: it was to be closed, but `held` said that this has to be asked first.

    Attributes:
        held: whether to ask before closing.
    """

    closed = Signal()
    close_held = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.held: Callable[[], bool] = lambda: False
        self.setWindowTitle(_("athand console"))
        self.setAccessibleName(_("athand console"))
        self.setWindowIcon(theme.icon("headset", "accent"))
        self.resize(QSize(1440, 900).boundedTo(self.screen().availableGeometry().size() * 0.95))
        self.model = QueueModel()
        self.queue = QueuePane(self.model, self)
        self.ticket = TicketPane(self)
        self.enrol = EnrolPage(self)
        self.notice = NoticeBar(self)
        self.bar = DeskBar(self)
        self.offer = OfferBar(self)
        self.page = PageBar(self)
        self._pages = QStackedWidget(self)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.queue)
        split.addWidget(self.ticket)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([864, 576])
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        desk = QWidget(self)
        column = QVBoxLayout(desk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.notice)
        column.addWidget(self.page)
        column.addWidget(self.offer)
        column.addWidget(split, 1)
        self._pages.addWidget(self.enrol)
        self._pages.addWidget(desk)
        self.setCentralWidget(self._pages)
        self._make_status_bar()
        self._bind()
        self.enrol.show_starting()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the words of the ticket's buttons are enough."""
        self.ticket.show_signs(self.width() >= _NARROW)
        super().resizeEvent(event)

    def _make_status_bar(self) -> None:
        """The line and who is signed in."""
        self._link_icon = Sign(*_LINK_ICONS[LinkState.CONNECTING], self)
        self._link_icon.hide()  # until there is something to say of the line
        self._link = ElidedLabel("", self)
        self._me = QLabel(self)
        self._me.setTextFormat(Qt.TextFormat.PlainText)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self._link_icon)
        bar.addWidget(self._link, 1)
        help_hint = QLabel(_("F1: shortcuts"), self)
        self._me.setContentsMargins(0, 0, 2 * theme.GRID, 0)
        bar.addPermanentWidget(self._me)
        bar.addPermanentWidget(help_hint)
        bar.setContentsMargins(theme.GRID, 0, theme.GRID, 0)

    def show_desk(self, me: Party) -> None:
        """Enrolled: from now on, queue and ticket."""
        self._me.setText(f"{me.name}, {me.title} · {me.organisation}")
        self._me.setAccessibleName(self._me.text())
        self._pages.setCurrentIndex(1)
        self.queue.table.setFocus()

    def show_first_start(self) -> None:
        """Not enrolled, or not any more."""
        self._pages.setCurrentIndex(0)

    def show_link(self, state: LinkState, sentence: str) -> None:
        """The connection's state, below; what a person has to act upon, above."""
        texts = {
            LinkState.CONNECTING: _("Connecting …"),
            LinkState.ONLINE: _("Connected"),
            LinkState.WAITING: _("No connection; trying again by itself."),
            LinkState.REFUSED: _("The server does not let you in."),
        }
        self._link_icon.show_icon(*_LINK_ICONS[state])
        self._link.say(f"{texts[state]} {sentence}".rstrip())
        self._link_icon.show()
        self.queue.show_connection(online=state is LinkState.ONLINE)
        if state is LinkState.REFUSED:
            told_whom = any(word in sentence for word in ("administrator", "Administrator", "operator"))
            self.notice.say(sentence if told_whom else f"{sentence} {_('Please ask your administrator.')}".strip())

    def show_certificate_ending(self, ends_at: datetime) -> None:
        """Said once an hour at most, for the last two weeks."""
        sentence = _("Your certificate ends on {day}; please ask your administrator to approve the next one.")
        self.notice.say(sentence.format(day=words.day(ends_at)))

    def come_up(self) -> None:
        """In front of the others, even if it was minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        if self.held():
            event.ignore()
            self.close_held.emit()
            return
        super().closeEvent(event)
        self.closed.emit()

    def _bind(self) -> None:
        self._on(shortcuts.HELP, self._help)
        self._on(shortcuts.QUEUE, self.queue.table.setFocus)
        self._on(shortcuts.FILTER, self.queue.filter.setFocus)
        self._on(shortcuts.SORT_AGAIN, self.model.sort_again)
        self._on(shortcuts.TICKET, self.ticket.timeline.setFocus)
        self._on(shortcuts.MESSAGE, self.ticket.composer.field.setFocus)
        self._on(shortcuts.ATTACH, self.ticket.composer.choose_files)
        self._on(shortcuts.TAKE, self.ticket.want_take)
        self._on(shortcuts.CONNECT, self.ticket.want_connect)
        self._on(shortcuts.NEXT_STEP, self.ticket.want_next_step)
        self._on(shortcuts.RESOLVE, self.ticket.want_resolve)
        self._on(shortcuts.SEARCH, self.queue.search.emit)
        self._on(shortcuts.HOLD, self.ticket.want_hold)
        self._on(shortcuts.ESTIMATE, self.ticket.want_estimate)
        self._on(shortcuts.TIME, self.ticket.want_time)
        self._on(shortcuts.TAGS, self.ticket.want_tags)
        self._on(shortcuts.MERGE, self.ticket.want_merge)
        self._on(shortcuts.LINK, self.ticket.want_link)
        self._on(shortcuts.HAND_OVER, self.ticket.want_hand_over)
        self._on(shortcuts.APPOINTMENT, self.ticket.want_appointment)
        self._on(shortcuts.QUOTE, self.ticket.want_quote)
        self._on(shortcuts.COMPLAINT, self.ticket.want_complaint)
        for deed, item in deeds.ITEMS.items():
            self._on(item.shortcut, lambda deed=deed: self.ticket.deeds.want(deed))
        self._on(shortcuts.INSERT, self.ticket.articles.want_insert)
        self._on(shortcuts.CALL, self.bar.call.emit)
        self._on(shortcuts.WEEK, self.bar.week.emit)
        self._on(shortcuts.STAFF, self.bar.staff.emit)
        self._on(shortcuts.TAKE_OFFER, self.offer.want_take)
        self._on(shortcuts.LEAVE_OFFER, self.offer.want_leave)
        self._on(shortcuts.ACKNOWLEDGE, self.page.want_acknowledge)
        self._on(shortcuts.MACHINES, self.bar.machines.emit)
        self._on(shortcuts.CLOSE_NOTICE, self.notice.hide)
        self._on(shortcuts.QUIT, self.close)

    def _on(self, shortcut: Shortcut, act: object) -> None:
        QShortcut(QKeySequence(shortcut.keys), self).activated.connect(act)

    def _help(self) -> None:
        HelpOverlay(QApplication.activeWindow() or self).open()
