"""The button that says which of the user's screens are looked at, and lets one choose. Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from console.language import _
from console.monitors import Monitors
from console.ui import shortcuts, theme, words

_NAME_CHARS = 40


class MonitorButton(QPushButton):
    """A button with a menu; there only where there is something to choose.

    Signals:
        chosen: a monitor's name, or "" for all.

    Attributes:
        says: its text, where there is room for one.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(theme.icon("display"), "", parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the helped screen
        self._menu = QMenu(self)
        self._menu.setAccessibleName(_("The user's screens"))
        self._group = QActionGroup(self._menu)
        self.says = ""
        self.setMenu(self._menu)
        self.setToolTip(words.tip(shortcuts.MONITOR))
        self.hide()

    def show_monitors(self, monitors: Monitors) -> None:
        """What there is to choose from, and what was chosen."""
        self._menu.clear()
        for number, view in enumerate(monitors.views):
            action = QAction(_text(number, view.name), self._menu)
            action.setCheckable(True)
            action.setChecked(view == monitors.current)
            action.triggered.connect(lambda _checked, name=view.name: self.chosen.emit(name))
            self._group.addAction(action)
            self._menu.addAction(action)
        number = monitors.views.index(monitors.current)
        text = _("All screens") if not number else _("Screen {number}").format(number=number)
        self.says = text
        self.setText(text)
        self.setAccessibleName(_("Shown: {what}").format(what=text))
        self.setVisible(len(monitors.views) > 1)


def _text(number: int, name: str) -> str:
    if not number:
        return _("All screens")
    return (
        _("Screen {number} ({name})").format(number=number, name=words.one_line(name)[:_NAME_CHARS]).replace("&", "&&")
    )
