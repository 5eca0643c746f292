"""What a technician does to a ticket now and then: the lower part of the menu “More”. Main thread."""

import dataclasses
import enum
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from console.language import _, mark
from console.ui import shortcuts, theme
from console.ui.shortcuts import Shortcut
from protocol.desk.states import OPEN_STATES
from protocol.envelope import TicketView


class Deed(enum.Enum):
    """One of them."""

    ARTICLE = enum.auto()


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """How it stands in the menu, and on which tickets it can be done."""

    icon: str
    text: str
    shortcut: Shortcut
    possible: Callable[[TicketView], bool]


def _always(_view: TicketView) -> bool:
    return True


def _open(view: TicketView) -> bool:
    return view.state in OPEN_STATES


ITEMS = {
    Deed.ARTICLE: Item("book", mark("Make an article …"), shortcuts.ARTICLE, _always),
}


class DeedMenu(QObject):
    """Their actions, added to a menu.

    Signals:
        wanted: (deed) the technician wants that, for the ticket that is open.
    """

    wanted = Signal(object)

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._actions: dict[Deed, QAction] = {}
        menu.addSeparator()
        for deed, item in ITEMS.items():
            action = menu.addAction(theme.icon(item.icon), f"{_(item.text)}\t{item.shortcut.keys}")
            action.setToolTip(_(item.shortcut.does))
            action.setEnabled(False)
            action.triggered.connect(lambda _checked=False, deed=deed: self.wanted.emit(deed))
            self._actions[deed] = action

    def enable(self, view: TicketView) -> None:
        """Offers what can be done to this ticket."""
        for deed, action in self._actions.items():
            action.setEnabled(ITEMS[deed].possible(view))

    def want(self, deed: Deed) -> None:
        """As if it had been chosen; nothing if that is not possible now."""
        self._actions[deed].trigger()
