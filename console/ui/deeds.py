"""What a technician does to a ticket now and then: the lower part of the menu “More”. Main thread."""

import dataclasses
import enum
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from console.language import _, mark
from console.ui import shortcuts, theme, words
from console.ui.shortcuts import Shortcut
from protocol.desk.states import OPEN_STATES
from protocol.envelope import TicketView


class Deed(enum.Enum):
    """One of them."""

    ASK = enum.auto()
    DROP = enum.auto()
    UNDERSTOOD = enum.auto()
    STEPS = enum.auto()
    JUDGE = enum.auto()
    PRIORITY = enum.auto()
    LOSS = enum.auto()
    KIND = enum.auto()
    PROOF = enum.auto()
    RUN_PROOFS = enum.auto()
    CORRECT = enum.auto()
    UNLINK = enum.auto()
    ARTICLE = enum.auto()
    REQUESTER = enum.auto()
    LINKS = enum.auto()


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """How it stands in the menu, and on which tickets it can be done; `group`: the submenu it stands in."""

    icon: str
    text: str
    shortcut: Shortcut
    possible: Callable[[TicketView], bool]
    group: str = ""


def _always(_view: TicketView) -> bool:
    return True


def _open(view: TicketView) -> bool:
    return view.state in OPEN_STATES


TALK, WEIGH, PROVE = mark("Ask and explain"), mark("Judge"), mark("Prove")

ITEMS = {
    Deed.ASK: Item("circle-question", mark("Ask the user …"), shortcuts.ASK, _open, TALK),
    Deed.DROP: Item("eraser", mark("Drop a question …"), shortcuts.DROP, _open, TALK),
    Deed.UNDERSTOOD: Item("ear-listen", mark("What was understood …"), shortcuts.UNDERSTOOD, _open, TALK),
    Deed.STEPS: Item("list-ol", mark("Steps …"), shortcuts.STEPS, _open, TALK),
    Deed.JUDGE: Item("scale-balanced", mark("Judge anew …"), shortcuts.JUDGE, _open, WEIGH),
    Deed.PRIORITY: Item("arrow-up-wide-short", mark("Priority by hand …"), shortcuts.PRIORITY, _open, WEIGH),
    Deed.LOSS: Item("money-bill-wave", mark("Loss an hour …"), shortcuts.LOSS, _open, WEIGH),
    Deed.KIND: Item("shapes", mark("Kind …"), shortcuts.KIND, _open, WEIGH),
    Deed.PROOF: Item("clipboard-check", mark("Keep a check …"), shortcuts.PROOF, _open, PROVE),
    Deed.RUN_PROOFS: Item("rotate-right", mark("Run the kept checks"), shortcuts.RUN_PROOFS, _always, PROVE),
    Deed.CORRECT: Item("pen", mark("Correct time …"), shortcuts.CORRECT, _always),
    Deed.UNLINK: Item("link-slash", mark("Unlink …"), shortcuts.UNLINK, _always),
    Deed.REQUESTER: Item("user-pen", mark("Requester …"), shortcuts.REQUESTER, _always),
    Deed.LINKS: Item("ban", mark("End the page's links …"), shortcuts.LINKS, _always),
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
        groups: dict[str, QMenu] = {"": menu}
        for deed, item in ITEMS.items():
            if item.group not in groups:
                groups[item.group] = menu.addMenu(_(item.group))
                groups[item.group].setAccessibleName(_(item.group))
            action = groups[item.group].addAction(theme.icon(item.icon), f"{_(item.text)}\t{words.keys(item.shortcut)}")
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
