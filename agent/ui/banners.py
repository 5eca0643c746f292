"""The banners: one on every screen, all the time while somebody sees it. Qt's main thread.

Guarantees: each is looked after twice a second (see `banner`), though only every tenth time while nothing on the screen
is moved; a screen that comes has one at once, and what stays hidden is said to be lost. Once it is over a sentence
stands in their place, for a while.
"""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

from agent.messages import SessionRunning
from agent.ui.banner import Banner, ScreenKey, screen_key, window_number
from agent.ui.eye import Eye, open_eye

_RAISE_MS = 500
_UNMOVED_LOOKS = 10
"""To ask the server is the largest part of what a session at rest costs, so where nothing moves that is done less."""
_GOODBYE_MS = 12_000
"""How long the sentence stands that says it is over."""


class Banners(QWidget):
    """One banner on each screen, kept there. Never shown itself.

    Signals: as `Banner`, and `lost()`: one stays hidden; `windows_changed(frozenset[int])`: numbers of their
    windows on an X11 desktop, and of the words that say what a button on them does, so that whoever takes the picture
    looks beneath these, and beneath no others.
    """

    stop_pressed = Signal()
    view_only_pressed = Signal()
    longer_pressed = Signal()
    lost = Signal()
    windows_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._told: frozenset[int] = frozenset()
        self._session: SessionRunning | None = None
        self._banners: dict[ScreenKey, Banner] = {}
        self._eye: Eye | None = None
        self._to_skip = 0
        self._upkeep = QTimer(self)
        self._upkeep.setInterval(_RAISE_MS)
        self._upkeep.timeout.connect(self._keep_up)
        self._goodbye = QTimer(self)
        self._goodbye.setSingleShot(True)
        self._goodbye.timeout.connect(self._clear)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._screens_changed)
            app.screenRemoved.connect(self._screens_changed)

    @property
    def all(self) -> list[Banner]:
        """Those on the screens now."""
        return list(self._banners.values())

    def show_session(self, session: SessionRunning) -> None:
        """On every screen, until `show_end`."""
        self._goodbye.stop()
        if self._session is None:
            self._eye = open_eye()
        self._session = session
        self._screens_changed()
        for banner in self._banners.values():
            banner.show_session(session)
        self._upkeep.start()
        self._tell_windows()

    def show_end(self, sentence: str) -> None:
        """Says why it is over, for a while."""
        self._session = None
        self._upkeep.stop()
        self._tell_windows()
        if self._eye:
            self._eye.close()
            self._eye = None
        for banner in self._banners.values():
            banner.show_end(sentence)
        self._goodbye.start(_GOODBYE_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Words about a button come up over what the technician should see: that is told as soon as they are there."""
        if event.type() == QEvent.Type.ToolTip:
            QTimer.singleShot(0, self, self._tell_windows)
        return super().eventFilter(watched, event)

    def _keep_up(self) -> None:
        if not self._session:
            return
        for banner in self._banners.values():
            banner.show_left(self._session)
        if self._eye and self._eye.unmoved() and self._to_skip:
            self._to_skip -= 1
            return
        besides = self._besides()
        kept = [banner.keep(self._eye, besides) for banner in self._banners.values()]
        settled = all(banner.settled for banner in self._banners.values())
        self._to_skip = _UNMOVED_LOOKS - 1 if settled else 0
        self._tell_windows()  # Qt may have made one anew
        if not all(kept):
            self.lost.emit()

    def _tell_windows(self) -> None:
        x11 = self._session is not None and QGuiApplication.platformName() == "xcb"
        pointed_at = any(banner.underMouse() for banner in self._banners.values())
        shown = [*self._banners.values(), *(_words() if pointed_at else [])] if x11 else []
        windows = frozenset(window_number(one) for one in shown)
        if windows != self._told:
            self._told = windows
            self.windows_changed.emit(windows)

    def _besides(self) -> frozenset[int]:
        """What may lie over a banner: those of mirrored screens, and the words that say what a button does."""
        return frozenset(window_number(one) for one in (*_words(), *self._banners.values()))

    def _screens_changed(self, _screen: QScreen | None = None) -> None:
        screens = {screen_key(screen): screen for screen in QGuiApplication.screens()}
        for gone in self._banners.keys() - screens.keys():
            self._banners.pop(gone).deleteLater()
        if self._session is None:
            return
        for key, screen in screens.items():
            if key not in self._banners:
                banner = Banner(screen)
                banner.stop_pressed.connect(self.stop_pressed)
                banner.view_only_pressed.connect(self.view_only_pressed)
                banner.longer_pressed.connect(self.longer_pressed)
                for part in (banner, *banner.findChildren(QWidget)):
                    part.installEventFilter(self)
                self._banners[key] = banner
                banner.show_session(self._session)

    def _clear(self) -> None:
        for banner in self._banners.values():
            banner.hide()
            banner.deleteLater()
        self._banners.clear()


def _words() -> list[QWidget]:
    """Those that say what something under the pointer does, if any are shown."""
    return [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.inherits("QTipLabel")]
