"""The banner: who sees the screen, what they may do, how long still, and Stop. One screen's; `banners` keeps them up.

Guarantees: no window manager closes, minimises or covers it (it bypasses it, X11's override redirect), and what is put
over it is put under it again within half a second. It can be moved along the upper edge, out of the way, never off it.
Distrusts Qt's word for what is on the screen: other programs, and hands that are not the user's, hide and cover windows
behind Qt's back. Where somebody can be asked who knows (`agent.ui.eye`), it asks; what cannot be shown again, or is
covered again and again, it says is lost.
"""

import math
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent, QScreen
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from agent.messages import SessionRunning
from agent.ui import plain
from agent.ui.eye import Eye, Rectangle, Sight
from agent.ui.parts import Button, Card, Sign, Text, column, row
from agent.ui.theme import GRID
from agent.words import _
from protocol.scopes import Scope

_LOST_AFTER = 2
"""So many times it is put back without effect; the next time is too often."""
_LOST_AFTER_OTHERS = 9
"""So many times it may be covered, if by other windows each time: so do menus, as a hand wanders along them."""
_COUNT_SECONDS_BELOW_S = 120
"""Before that minutes will do: a banner that ticks each second distracts, and is sent each second."""
_HANDS = frozenset(Scope) - {Scope.SEE}

ScreenKey = tuple[str, str]


class Banner(QWidget):
    """The strip on one screen. Signals: `stop_pressed()`, `view_only_pressed()`, `longer_pressed()`."""

    stop_pressed = Signal()
    view_only_pressed = Signal()
    longer_pressed = Signal()

    def __init__(self, screen: QScreen) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.X11BypassWindowManagerHint
            | Qt.WindowType.WindowDoesNotAcceptFocus,
        )
        self._screen = screen_key(screen)
        self._grabbed_at: QPoint | None = None
        self._moved_to = 0.5
        self._over = False
        self._home = QRect()
        self._patience = _Patience()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)  # it is never the active window
        self.setWindowTitle(_("Screen is being shared"))
        self.card = Card("banner")
        self.who = Text(size="strong", wrap=False)
        self.what = Text(size="small", wrap=False)
        self.view_only = Button(_("View only"), _("Takes back mouse and keyboard; looking stays allowed"))
        self.longer = Button(_("More time"), _("Asks how much longer it may go on, if you have the time"))
        self.stop = Button(_("Stop"), _("Ends it at once"), kind="stop")
        self.seen = Button(_("OK"), _("Closes this note"))
        self.seen.clicked.connect(self.hide)
        self.seen.hide()
        self.view_only.clicked.connect(self.view_only_pressed)
        self.longer.clicked.connect(self.longer_pressed)
        self.stop.clicked.connect(self.stop_pressed)
        self.sign = Sign("ph.eye-bold", "stop")
        self.over_sign = Sign("ph.eye-slash-bold")
        line = row(self.sign, self.over_sign, spacing=2 * GRID)
        line.addLayout(column(self.who, self.what, spacing=0))
        line.addSpacing(2 * GRID)
        line.addWidget(self.longer)
        line.addWidget(self.view_only)
        line.addWidget(self.stop)
        line.addWidget(self.seen)
        self.card.rows.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        self.card.rows.addLayout(line)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # else what was least before still is
        self._rows.addWidget(self.card)
        screen.geometryChanged.connect(self.place)

    def show_session(self, session: SessionRunning) -> None:
        """Who, what, how long."""
        name = plain.one_line(session.technician.name, 60)
        hands = session.scopes & _HANDS
        doing = _("{name} sees your screen").format(name=name)
        if Scope.CONTROL in hands:
            doing = _("{name} sees your screen and uses your mouse and keyboard").format(name=name)
        elif hands:
            doing = _("{name} sees your screen and may do more").format(name=name)
        if session.interrupted:
            doing = _("The line is interrupted")
        self.who.setText(doing)
        more = sorted(hands - {Scope.CONTROL}, key=list(Scope).index)
        self.setToolTip("\n".join(plain.scope(scope) for scope in more))
        self.view_only.setVisible(bool(hands))
        self.longer.setVisible(not session.interrupted)
        self.stop.show()
        self.seen.hide()
        self._look(over=False, seen=not session.interrupted)
        self.show_left(session)
        self.place()
        self.show()
        self.raise_()

    def show_left(self, session: SessionRunning) -> None:
        """The time left, and how else to stop; of an interrupted session, what comes of it."""
        if session.interrupted:
            name = plain.one_line(session.technician.name, 60)
            self._say_what(_("{name} sees nothing now, and may come back within a minute").format(name=name))
            return
        left_s = max(0, round((session.until - datetime.now(UTC)).total_seconds()))
        if left_s > _COUNT_SECONDS_BELOW_S:
            parts = [_("{minutes} min left").format(minutes=math.ceil(left_s / 60))]
        else:
            parts = [
                _("{minutes}:{seconds:02} left, then it ends by itself").format(
                    minutes=left_s // 60, seconds=left_s % 60
                )
            ]
        if session.monitors:
            parts.append(_("only one of your screens"))
        parts.append(plain.one_line(session.technician.title, 40))
        if session.hot_key:
            parts.append(_("{keys} stops it too").format(keys=hot_key_words(session.hot_key)))
        self._say_what("  ·  ".join(parts))

    def _say_what(self, sentence: str) -> None:
        if sentence != self.what.text():  # what moves on the screen is sent, and distracts
            self.what.setText(sentence)
            self.place()

    def show_end(self, sentence: str) -> None:
        """It is over, and why: at the lower edge, since it covers the heads of windows now for no good reason."""
        self.who.setText(_("Nobody sees your screen any more"))
        self.what.setText(sentence)
        self.longer.hide()
        self.view_only.hide()
        self.stop.hide()
        self.seen.show()
        self._look(over=True, seen=False)
        self.place()
        self.show()

    def _look(self, *, over: bool, seen: bool) -> None:
        self._over = over
        self.sign.setVisible(seen)
        self.over_sign.setVisible(not seen)
        self.card.setProperty("over", "true" if over else "false")
        self.card.style().unpolish(self.card)
        self.card.style().polish(self.card)

    @property
    def _area(self) -> QRect:
        """Where the screen is; asked anew each time, as Qt may take a screen from whoever holds it."""
        screens = {screen_key(screen): screen.geometry() for screen in QGuiApplication.screens()}
        return screens.get(self._screen) or next(iter(screens.values()), QRect(0, 0, 1, 1))

    def place(self) -> None:
        """To the upper edge, where the user left it; to the lower one once it is over."""
        self._fit()
        area = self._area
        room = max(0, area.width() - self.width())
        if self._over:
            below = self.screen().availableGeometry().bottom() + 1 - self.height() - GRID
            self.move(area.x() + room // 2, max(area.y(), below))
        else:
            self.move(area.x() + round(room * self._moved_to), area.y())
        self._home = self.geometry()

    @property
    def settled(self) -> bool:
        """Whether all of it was seen when it was looked after last."""
        return self._patience.untried

    def keep(self, eye: Eye | None, besides: frozenset[int] = frozenset()) -> bool:
        """Puts it back to where it can be seen, and over everything; False once that stays without effect.

        Args:
            eye: who knows what is on the screen; without one, Qt is believed.
            besides: the windows that may lie over it.
        """
        here = self.isVisible() and self.windowOpacity() == 1.0 and self.geometry() == self._home
        if not here:
            self.setWindowOpacity(1.0)
            self.place()
            self.show()
        if not eye:
            self.raise_()
            return self._patience.bears(Sight(here))
        window, scale = window_number(self), self.devicePixelRatio()
        wanted, screen = (_pixels(area, self._area.topLeft(), scale) for area in (self._home, self._area))
        sight = eye.look(window, wanted, screen, besides)
        if not sight.in_place:
            eye.put_back(window, wanted)
        elif sight.over:
            eye.lift(window)  # Qt would keep that to itself until something else happens
        return self._patience.bears(sight)

    def _fit(self) -> None:
        most = self._area.width()
        self._wrap(on=False)
        wanted = self.sizeHint()
        if wanted.width() > most:  # a small screen, or a large scale: two lines rather than half a name
            self._wrap(on=True)
            wanted = QSize(most, self._rows.totalHeightForWidth(most))
        self.resize(wanted)

    def _wrap(self, *, on: bool) -> None:
        for text in (self.who, self.what):
            text.setWordWrap(on)
        for rows in (self.card.rows, self._rows):  # now, not when the event loop comes by: they are measured next
            rows.invalidate()
            rows.activate()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Takes hold."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._grabbed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Along the edge only."""
        if self._grabbed_at is None:
            return
        area = self._area
        room = area.width() - self.width()
        x = event.globalPosition().toPoint().x() - self._grabbed_at.x() - area.x()
        self._moved_to = min(1.0, max(0.0, x / room)) if room > 0 else 0.0
        self.place()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Lets go."""
        del event
        self._grabbed_at = None


class _Patience:
    """Tells what lay over a banner for a moment from what keeps it out of sight."""

    def __init__(self) -> None:
        self._missed = 0
        self._stubborn: frozenset[int] = frozenset()

    @property
    def untried(self) -> bool:
        """Whether there is nothing to bear."""
        return not self._missed

    def bears(self, sight: Sight) -> bool:
        """Whether that may be yet, after what was seen before."""
        if sight.whole:
            self._missed = 0
            return True
        self._stubborn = self._stubborn & sight.over if self._missed else sight.over
        self._missed += 1
        fought = self._stubborn or not sight.in_place
        return self._missed <= (_LOST_AFTER if fought else _LOST_AFTER_OTHERS)


def window_number(shown: QWidget) -> int:
    """Of its window in the window system: a widget still tells the old one where Qt has made its window anew."""
    handle = shown.windowHandle()
    return int(handle.winId() if handle else shown.winId())


def _pixels(area: QRect, origin: QPoint, scale: float) -> Rectangle:
    """`area` in the screen's own pixels: Qt leaves a screen's `origin` as it is, and scales from there."""
    return Rectangle(
        origin.x() + round((area.x() - origin.x()) * scale),
        origin.y() + round((area.y() - origin.y()) * scale),
        round(area.width() * scale),
        round(area.height() * scale),
    )


def screen_key(screen: QScreen) -> ScreenKey:
    """What tells one screen from another: two monitors of one make differ in their serial numbers."""
    return screen.name(), screen.serialNumber()


def hot_key_words(hot_key: str) -> str:
    """A hot key as it is written on keyboards, such as Ctrl + Alt + End."""
    names = {
        "ctrl": _("Ctrl"),
        "alt": _("Alt"),
        "shift": _("Shift"),
        "super": _("Super"),
        "End": _("End"),
        "Home": _("Home"),
        "Insert": _("Insert"),
        "Delete": _("Delete"),
        "Prior": _("Page Up"),
        "Page_Up": _("Page Up"),
        "Next": _("Page Down"),
        "Page_Down": _("Page Down"),
        "Pause": _("Pause"),
        "Print": _("Print Screen"),
        "Escape": _("Esc"),
        "Return": _("Enter"),
        "BackSpace": _("Backspace"),
        "Tab": _("Tab"),
        "space": _("Space"),
    }
    return " + ".join(names.get(part, part[:1].upper() + part[1:]) for part in hot_key.split("+"))
