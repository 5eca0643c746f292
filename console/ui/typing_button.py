"""The button that says how keys go, by symbol or by place, and lets one choose. Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from console.language import _, mark
from console.typing_mode import Typing, TypingMode
from console.ui import shortcuts, theme, words

_CHOICES = {
    TypingMode.AUTOMATIC: mark("Automatic: by symbol where the two layouts differ"),
    TypingMode.SYMBOLS: mark("By symbol: what your keyboard shows, input methods too"),
    TypingMode.PLACES: mark("By place: as if you sat at the user's keyboard"),
}


class TypingButton(QPushButton):
    """A button with a menu.

    Signals:
        chosen: a `TypingMode`.

    Attributes:
        says: its text, where there is room for one.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(theme.icon("keyboard"), "", parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the helped screen
        menu = QMenu(self)
        menu.setAccessibleName(_("How keys go"))
        group = QActionGroup(menu)
        self._actions: dict[TypingMode, QAction] = {}
        for mode, text in _CHOICES.items():
            action = QAction(_(text), menu)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked, mode=mode: self.chosen.emit(mode))
            group.addAction(action)
            menu.addAction(action)
            self._actions[mode] = action
        self.setMenu(menu)
        self._typing = Typing()
        self.show_typing(self._typing)

    def show_typing(self, typing: Typing) -> None:
        """How keys go now."""
        self._typing = typing
        text = _("By symbol") if typing.by_symbol else _("By place")
        self.says = text
        self.setText(text)
        self.setAccessibleName(_("Keys: {how}").format(how=text))
        self.setToolTip(f"{words.typing(typing)}\n{words.tip(shortcuts.TYPING)}")
        self._actions[typing.mode].setChecked(True)

    def choose_next(self) -> None:
        """The shortcut."""
        self.chosen.emit(self._typing.next_mode())
