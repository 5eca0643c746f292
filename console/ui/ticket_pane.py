"""The right half of the main window: one ticket whole. Main thread; shows plain text, whoever wrote it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.language import _
from console.ui import shortcuts, theme, ticket_facts, words
from console.ui.composer import Composer
from console.ui.deeds import DeedMenu
from console.ui.fact_names import make_grid
from console.ui.known_articles import KnownArticles
from console.ui.people_card import PeopleCard
from console.ui.short_version import ShortVersion
from console.ui.shortcuts import Shortcut
from console.ui.timeline import Timeline
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.diagnostics import DiagnosticField
from protocol.envelope import Ticket, TicketView


class TicketPane(QStackedWidget):
    """Header, actions, problem, diagnostics, history, composer.

    Signals:
        take, connect_to, next_step, resolve, hand_over, appointment, quote, complaint, hold, resume, estimate, merge,
            unmerge, link, tags, time: the technician wants that, for the ticket that is open.
        shown: (ticket) it is there whole.

    Attributes:
        me: who is signed in; his own ticket cannot be taken once more.
    """

    shown = Signal(int)

    take = Signal()
    connect_to = Signal()
    next_step = Signal()
    resolve = Signal()
    hand_over = Signal()
    appointment = Signal()
    quote = Signal()
    complaint = Signal()
    hold = Signal()
    resume = Signal()
    estimate = Signal()
    merge = Signal()
    unmerge = Signal()
    link = Signal()
    tags = Signal()
    time = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = 0
        self.me = ""
        self._view: TicketView | None = None
        self.setAccessibleName(_("Ticket"))
        nothing = QLabel(_("Choose a ticket in the queue."), self)
        nothing.setProperty("muted", True)
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.addWidget(nothing)
        page = QWidget(self)
        self._title = _label("heading", wraps=True)
        self._title.setAccessibleName(_("Problem"))
        self._facts = _label("muted", wraps=True)
        self._state = _label("chip")
        self._state.setAccessibleName(_("State"))
        self._step = _label("", wraps=True)
        self._problem = _label("", wraps=True)
        self._problem.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.timeline = Timeline(page)
        self.short = ShortVersion(page)
        self.short.events_wanted.connect(self.timeline.show_events)
        self.people = PeopleCard(page)
        self.articles = KnownArticles(page)
        self.composer = Composer(page)
        self.articles.inserted.connect(self.composer.insert)
        self._diagnostics = QWidget(page)
        self._diagnostics.setAccessibleName(_("Diagnostics"))
        self._fields = make_grid(self._diagnostics)
        self._diagnostics.setLayout(self._fields)
        self._shown_fields: tuple[DiagnosticField, ...] = ()
        self._build(page)
        self.addWidget(page)

    @property
    def view(self) -> TicketView | None:
        """The ticket that is open, as it is known now."""
        return self._view

    @property
    def in_the_way(self) -> str:
        """Who has a session on the ticket that is ours by now; empty: nobody."""
        view = self._view
        if view is None or view.session is None or view.owner is None:
            return ""
        is_ours = view.owner.identifier == self.me != view.session.staff.identifier
        return words.one_line(view.session.staff.name) if is_ours else ""

    def show_signs(self, shown: bool) -> None:
        """Whether the buttons have their signs; without, the queue beside them keeps its room in a narrow window."""
        for button, sign in self._signs.items():
            button.setIcon(sign if shown else QIcon())

    def want_take(self) -> None:
        """As if its button had been pressed; nothing if that is not possible now. So do the next three."""
        self._take.click()

    def want_connect(self) -> None:
        """See `want_take`."""
        self._connect.click()

    def want_next_step(self) -> None:
        """See `want_take`."""
        self._next.click()

    def want_resolve(self) -> None:
        """See `want_take`."""
        self._resolve.click()

    def want_hand_over(self) -> None:
        """See `want_take`."""
        self._hand_over.trigger()

    def want_appointment(self) -> None:
        """See `want_take`."""
        self._appointment.trigger()

    def want_quote(self) -> None:
        """See `want_take`."""
        self._quote.trigger()

    def want_hold(self) -> None:
        """See `want_take`."""
        self._hold.trigger()

    def want_estimate(self) -> None:
        """See `want_take`."""
        self._estimate.trigger()

    def want_time(self) -> None:
        """See `want_take`."""
        self._time.trigger()

    def want_tags(self) -> None:
        """See `want_take`."""
        self._tags.trigger()

    def want_merge(self) -> None:
        """See `want_take`."""
        self._merge.trigger()

    def want_link(self) -> None:
        """See `want_take`."""
        self._link.trigger()

    def want_complaint(self) -> None:
        """See `want_take`."""
        self._complaint.trigger()

    def clear(self) -> None:
        """No ticket is open."""
        self.number, self._view = 0, None
        self.composer.open_ticket(0)
        self.setCurrentIndex(0)

    def show_view(self, view: TicketView) -> None:
        """What the queue knows of a ticket; the rest follows with `show_ticket`."""
        other = view.number != self.number
        if not other and self._view is not None and self._view.revision > view.revision:
            return
        self.number, self._view = view.number, view
        self._title.setText(f"{view.number} · {words.first_line(view.problem)}")
        self._title.setAccessibleName(self._title.text())
        self._facts.setText(ticket_facts.facts(view))
        self._state.setText(f"{words.priority(view)} · {_(words.STATES[view.state])}")
        self._state.setAccessibleName(self._state.text())
        self._step.setText(ticket_facts.step(view))
        self._step.setVisible(bool(self._step.text()))
        in_full = view.problem.strip()
        self._problem.setText(in_full)
        self._problem.setVisible(in_full != words.first_line(in_full))
        self._enable(view)
        if other:
            self._show_diagnostics(())
            self.people.clear()
            self.articles.clear()
            self.short.show_lines(())
            self.timeline.show_history((), other_ticket=True)
            self.composer.open_ticket(view.number)
        self.setCurrentIndex(1)

    def show_ticket(self, ticket: Ticket) -> None:
        """The ticket whole."""
        if ticket.ticket.number != self.number:
            return
        self.show_view(ticket.ticket)
        self._show_diagnostics(ticket.diagnostics)
        self.short.show_lines(ticket.summary)
        self.timeline.show_history(ticket.history, other_ticket=False)
        self.shown.emit(self.number)

    def _build(self, page: QWidget) -> None:
        self._take = _button("hand", _("Take"), shortcuts.TAKE, self.take)
        self._connect = _button("display", _("Connect"), shortcuts.CONNECT, self.connect_to)
        self._connect.setProperty("primary", True)
        self._connect.setIcon(theme.icon("display", "on_accent"))
        self._next = _button("forward-step", _("Next step"), shortcuts.NEXT_STEP, self.next_step)
        self._resolve = _button("check", _("Solution"), shortcuts.RESOLVE, self.resolve)
        self._signs = {button: button.icon() for button in (self._take, self._connect, self._next, self._resolve)}
        actions = QHBoxLayout()
        actions.setSpacing(theme.GRID)
        for button in (self._take, self._connect, self._next, self._resolve, self._make_more(page)):
            actions.addWidget(button)
        actions.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        history = QFrame(page)
        history.setProperty("card", True)
        inside = QVBoxLayout(history)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.timeline)
        split = QSplitter(Qt.Orientation.Vertical, page)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GRID)
        split.setStyleSheet("QSplitter::handle { background: transparent; }")
        split.addWidget(self._make_facts(page))
        split.addWidget(history)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([32 * theme.GRID, 48 * theme.GRID])
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(head)
        column.addWidget(self._facts)
        column.addLayout(actions)
        column.addWidget(self._step)
        column.addWidget(split, 1)
        column.addWidget(self.composer)

    def _make_facts(self, page: QWidget) -> QScrollArea:
        """What is known, above the history."""
        scroll = QScrollArea(page)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        facts = QWidget()
        about = QVBoxLayout(facts)
        about.setContentsMargins(0, 0, theme.GRID, 0)
        about.setSpacing(theme.GRID)
        about.addWidget(self.short)
        about.addWidget(self._problem)
        about.addWidget(self.articles)
        about.addWidget(self.people)
        about.addWidget(_section(_("What the computer says")))
        about.addWidget(self._diagnostics)
        about.addStretch(1)
        scroll.setWidget(facts)
        return scroll

    def _make_more(self, page: QWidget) -> QPushButton:
        """What is wanted less often, in a menu; each has its shortcut."""
        button = QPushButton(_("More"), page)
        button.setAccessibleName(_("More"))
        button.setToolTip(_("On hold, estimate, time, tags, merge, link, hand over, appointment, price, complaint"))
        menu = QMenu(button)
        menu.setAccessibleName(_("More"))
        self._hold, self._estimate, self._time, self._tags, self._merge, self._link = (
            _action(menu, icon, text, shortcut, wanted)
            for icon, text, shortcut, wanted in (
                ("pause", _("On hold …"), shortcuts.HOLD, self._hold_or_resume),
                ("hourglass-half", _("Estimate …"), shortcuts.ESTIMATE, self.estimate),
                ("stopwatch", _("Time …"), shortcuts.TIME, self.time),
                ("tags", _("Tags …"), shortcuts.TAGS, self.tags),
                ("code-merge", _("Merge …"), shortcuts.MERGE, self._merge_or_undo),
                ("link", _("Link …"), shortcuts.LINK, self.link),
            )
        )
        menu.addSeparator()
        self._hand_over, self._appointment, self._quote, self._complaint = (
            _action(menu, icon, text, shortcut, wanted)
            for icon, text, shortcut, wanted in (
                ("people-arrows", _("Hand over …"), shortcuts.HAND_OVER, self.hand_over),
                ("calendar-day", _("Appointment …"), shortcuts.APPOINTMENT, self.appointment),
                ("coins", _("Price …"), shortcuts.QUOTE, self.quote),
                ("comment-dots", _("Complaint …"), shortcuts.COMPLAINT, self.complaint),
            )
        )
        self.deeds = DeedMenu(menu)
        button.setMenu(menu)
        return button

    def _hold_or_resume(self) -> None:
        held = self._view is not None and self._view.state is TicketState.ON_HOLD
        (self.resume if held else self.hold).emit()

    def _merge_or_undo(self) -> None:
        merged = self._view is not None and self._view.merged_into
        (self.unmerge if merged else self.merge).emit()

    def _enable(self, view: TicketView) -> None:
        is_open = view.state in OPEN_STATES
        taken = view.state in (TicketState.IN_PROGRESS, TicketState.ON_HOLD)
        mine = taken and view.owner is not None and view.owner.identifier == self.me
        self._take.setEnabled(is_open and not mine)
        is_free = view.running is None or bool(self.in_the_way)
        self._connect.setEnabled(taken and is_free and view.online)
        self._next.setEnabled(is_open)
        self._resolve.setEnabled(view.state is TicketState.IN_PROGRESS)
        self.deeds.enable(view)
        self._hold.setEnabled(taken)
        held = view.state is TicketState.ON_HOLD
        self._hold.setText((_("Go on") if held else _("On hold …")) + f"\t{words.keys(shortcuts.HOLD)}")
        undo = bool(view.merged_into)
        self._merge.setEnabled(is_open)
        self._merge.setText((_("Undo the merge") if undo else _("Merge …")) + f"\t{words.keys(shortcuts.MERGE)}")
        for action in (self._hand_over, self._appointment, self._quote, self._estimate):
            action.setEnabled(is_open)
        hint = shortcuts.CONNECT.keys
        if not taken:
            hint = _("take the ticket first")
        elif not is_free:
            hint = ticket_facts.session(view.session) if view.session else _("a session is running")
        elif not view.online:
            hint = _("the user's computer is not reachable")
        self._connect.setToolTip(f"{_(shortcuts.CONNECT.does)} ({hint})")

    def _show_diagnostics(self, fields: tuple[DiagnosticField, ...]) -> None:
        if fields == self._shown_fields and self._fields.count():
            return
        self._shown_fields = fields
        while (item := self._fields.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if not fields:
            self._fields.addWidget(_label("muted", _("Nothing was sent.")), 0, 0, 1, 2)
        for row, field in enumerate(fields):
            self._fields.addWidget(_label("muted", field.label), row, 0, Qt.AlignmentFlag.AlignTop)
            value = _label("", field.value, wraps=True)
            value.setAccessibleName(f"{field.label}: {field.value}")
            self._fields.addWidget(value, row, 1)


def _label(kind: str, text: str = "", *, wraps: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    if wraps:
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        label.setSizePolicy(policy)
    if kind:
        label.setProperty(kind, True)
    return label


def _section(text: str) -> QLabel:
    return _label("section", text)


def _button(icon: str, text: str, shortcut: Shortcut, wanted: object) -> QPushButton:
    button = QPushButton(theme.icon(icon), text)
    button.setAccessibleName(text)
    button.setToolTip(words.tip(shortcut))
    button.clicked.connect(wanted)
    return button


def _action(menu: QMenu, icon: str, text: str, shortcut: Shortcut, wanted: object) -> QAction:
    action = menu.addAction(theme.icon(icon), f"{text}\t{words.keys(shortcut)}")
    action.setToolTip(_(shortcut.does))
    action.triggered.connect(wanted)
    return action
