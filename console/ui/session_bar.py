"""The one line above the helped screen: who, what is allowed, how long, how fast, and buttons. Main thread."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from console.language import _
from console.typing_mode import Typing
from console.ui import shortcuts, theme, words
from console.ui.elided_label import ElidedLabel
from console.ui.monitor_button import MonitorButton
from console.ui.shortcuts import Shortcut
from console.ui.theme import Tone
from console.ui.typing_button import TypingButton
from protocol.scopes import Scope

_RUNS_OUT_S = 180.0
"""From here on more time can be asked for; earlier it would only press the user."""
HEIGHT = 5 * theme.GRID
"""Of the bar; a 1080p screen shown 1:1 shall still fit a 1200 lines display with title bar and panel."""
_NAME_ROOM = 20 * theme.GRID
_SIGN = 7 * theme.GRID
"""Pixels of a button without its text."""
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class SessionBar(QFrame):
    """A line of facts and buttons.

    Signals:
        control: view only or control.
        ask_for_control: not allowed yet: the user is to be asked.
        ask_for_time: the time runs out: the user is to be asked.
        typing_chosen: a `TypingMode`.
        figures: whether to show how the picture travels.
        fit: fitted or 1:1.
        full_screen: all of the display, or a window.
        end: the session.
    """

    control = Signal(bool)
    ask_for_control = Signal()
    ask_for_time = Signal()
    typing_chosen = Signal(object)
    figures = Signal(bool)
    fit = Signal(bool)
    full_screen = Signal(bool)
    end = Signal()

    def __init__(self, who: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setFixedHeight(HEIGHT)
        self._who = ElidedLabel(who, self)
        self._scopes = _label("", self)
        self._scopes.setProperty("chip", True)
        self._scopes.setToolTip(_("What the user allowed"))
        self._left = _label("", self)
        self._left.setToolTip(_("Time left of what the user agreed to"))
        self._line = _button("gauge-high", _("Time to the server and back"), shortcuts.FIGURES, checkable=True)
        self._line.setText("")
        self._line.toggled.connect(self.figures)
        self._remark = ElidedLabel("", self)
        self._remark.setProperty("muted", True)
        self._control = _button("computer-mouse", _("Control"), shortcuts.CONTROL, checkable=True)
        self._control.toggled.connect(self.control)
        self._ask = _button("hand", _("Ask for control"), shortcuts.CONTROL)
        self._ask.clicked.connect(self.ask_for_control)
        self._more = _button("clock", _("More time"), shortcuts.MORE_TIME)
        self._more.clicked.connect(self.ask_for_time)
        self._typing = TypingButton(self)
        self._typing.chosen.connect(self.typing_chosen)
        self.monitors = MonitorButton(self)
        self._fit = _button("expand", _("Fit"), shortcuts.FIT, checkable=True)
        self._fit.toggled.connect(self.fit)
        self._full = _button("maximize", _("Full screen"), shortcuts.FULL_SCREEN, checkable=True)
        self._full.toggled.connect(self.full_screen)
        self._end = _button("phone-slash", _("End"), shortcuts.END, tone="danger")
        self._end.setProperty("danger", True)
        self._end.clicked.connect(self.end)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 4, theme.GRID, 4)
        row.setSpacing(theme.GRID)
        row.addWidget(self._who, 1)
        row.addWidget(self._remark, 2)
        self._remark.hide()
        for widget in (
            self._scopes,
            self._left,
            self._line,
            self._control,
            self._ask,
            self._more,
            self._typing,
            self.monitors,
            self._fit,
            self._full,
            self._end,
        ):
            row.addWidget(widget)
        self._worded: dict[QPushButton, str] = {button: button.text() for button in (self._fit, self._full)}
        self._may_control = False
        self.show_scopes(frozenset())
        self._left.hide()
        self._line.hide()
        self._more.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """See `_share_room`."""
        super().resizeEvent(event)
        self._share_room()

    def event(self, event: QEvent) -> bool:
        """What is shown has changed: see `_share_room`."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._share_room()
        return super().event(event)

    def _share_room(self) -> None:
        """Who it is must be readable: in a narrow window some buttons have signs alone, and a long name is cut."""
        width = self._who.fontMetrics().horizontalAdvance
        says = {self._typing: self._typing.says, self.monitors: self.monitors.says} | self._worded
        says = {button: text for button, text in says.items() if not button.isHidden()}
        shown = [widget for widget in self.findChildren(QWidget, options=_DIRECT) if not widget.isHidden()]
        fixed = [widget for widget in shown if widget not in {*says, self._who, self._remark}]
        room = self.width() - sum(widget.sizeHint().width() for widget in fixed) - (len(shown) + 1) * theme.GRID
        room -= len(says) * _SIGN + width(self._remark.whole) + min(width(self._who.whole), _NAME_ROOM)
        for button, text in says.items():
            room -= width(text)
            wanted = text if room >= 0 else ""
            if button.text() != wanted:
                button.setText(wanted)

    def show_scopes(self, granted: frozenset[Scope]) -> None:
        """What is allowed now."""
        self._scopes.setText(words.scopes(granted))
        self._scopes.setAccessibleName(_("Allowed: {scopes}").format(scopes=words.scopes(granted)))
        self._scopes.setVisible(bool(granted))
        may = Scope.CONTROL in granted
        if may != self._may_control:  # else whoever chose only to view goes on viewing
            self._may_control = may
            self._control.setChecked(may)
        self._control.setVisible(may)
        self._typing.setVisible(may)
        self._ask.setVisible(bool(granted) and not may)
        self._ask.setEnabled(True)
        self._more.setEnabled(True)
        self._fit.setVisible(bool(granted))
        self._full.setVisible(bool(granted))

    @property
    def controls(self) -> bool:
        """Whether the technician may, and wants to, control."""
        return self._may_control and self._control.isChecked()

    def show_left(self, seconds: float) -> None:
        """The countdown."""
        self._left.setText(words.left(seconds))
        self._left.setAccessibleName(_("Time left: {time}").format(time=words.left(seconds)))
        self._left.show()
        self._more.setVisible(seconds <= _RUNS_OUT_S)

    def show_line(self, round_trip_ms: float | None) -> None:
        """How fast the line is; None: nobody knows."""
        self._line.setText(words.milliseconds(round_trip_ms))
        self._line.setAccessibleName(_("Time to the server and back: {time}").format(time=self._line.text()))
        self._line.show()

    def show_remark(self, text: str) -> None:
        """What is to be known all along, or ""."""
        self._remark.say(text)
        self._remark.setVisible(bool(text))

    def show_typing(self, typing: Typing) -> None:
        """How keys go now."""
        self._typing.show_typing(typing)

    def show_asking(self) -> None:
        """The user is being asked for more."""
        self._ask.setEnabled(False)
        self._more.setEnabled(False)

    def show_interrupted(self, cut: bool) -> None:
        """The line is cut, or there again: meanwhile nothing can be asked or done, but ended."""
        for button in (self._control, self._ask, self._more):
            button.setEnabled(not cut)

    def show_fitted(self, fitted: bool) -> None:
        """The view was fitted, or is 1:1 now."""
        self._fit.setChecked(fitted)

    def show_full_screen(self, full: bool) -> None:
        """The window fills the display, or does not."""
        self._full.setChecked(full)

    def show_over(self) -> None:
        """Nothing is left to do but to close."""
        for widget in (
            self._scopes,
            self._left,
            self._line,
            self._control,
            self._ask,
            self._more,
            self._typing,
            self.monitors,
            self._fit,
            self._full,
        ):
            widget.hide()
        self._end.hide()

    def press_control(self) -> None:
        """The shortcut: toggles, or asks."""
        if not self._control.isEnabled():
            return
        if self._control.isVisible():
            self._control.toggle()
        elif self._ask.isVisible():
            self._ask.click()

    def press_more_time(self) -> None:
        """The shortcut."""
        if self._more.isVisible() and self._more.isEnabled():
            self._more.click()

    def press_typing(self) -> None:
        """The shortcut."""
        if self._typing.isVisible():
            self._typing.choose_next()

    def press_figures(self) -> None:
        """The shortcut."""
        if self._line.isVisible():
            self._line.toggle()

    def press_fit(self) -> None:
        """The shortcut."""
        if self._fit.isVisible():
            self._fit.toggle()

    def press_full_screen(self) -> None:
        """The shortcut."""
        if self._full.isVisible():
            self._full.toggle()


def _label(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _button(icon: str, text: str, shortcut: Shortcut, *, checkable: bool = False, tone: Tone = "text") -> QPushButton:
    button = QPushButton(theme.icon(icon, tone), text)
    button.setCheckable(checkable)
    button.setAccessibleName(text)
    button.setToolTip(words.tip(shortcut))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the helped screen
    return button
