"""The whole console in this process, beside a real relay in a thread of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from console import language
from console.app import Console
from console.ui import theme
from tests.agent.desk import RelayThread
from tests.console.net.stand import enrolled
from tests.relay.rig import House

W = TypeVar("W", bound=QWidget)
WAIT_MS = 10_000


class ConsoleDesk:
    """The console as its technician, Jana, sees it."""

    def __init__(self, console: Console, qtbot: QtBot) -> None:
        self.console, self.window, self._qtbot = console, console.window, qtbot

    def until(self, true: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(true()), timeout=WAIT_MS)

    def open(self, number: int) -> None:
        self.until(lambda: self.window.model.find(number) is not None)
        self.window.queue.select(number)
        self.until(lambda: self.window.ticket.number == number and len(self.window.ticket.timeline.lines) > 0)

    def dialog(self, kind: type[W]) -> W:
        found: list[W] = []

        def there() -> bool:
            found[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
            return bool(found)

        self.until(there)
        return found[0]

    def closes(self, dialog: QWidget) -> None:
        """Wait until it is closed, whether or not Qt has deleted it by then."""
        self.until(lambda: not isValid(dialog) or not dialog.isVisible())

    def history(self) -> str:
        model = self.window.ticket.timeline.model()
        rows = (model.index(row, 0) for row in range(model.rowCount()))
        return "\n".join(model.data(index, Qt.ItemDataRole.DisplayRole) for index in rows)


@contextmanager
def console_and_relay(
    directory: Path, qtbot: QtBot, qapp: QApplication, house: Callable[[Path], House] = House
) -> Iterator[tuple[ConsoleDesk, RelayThread]]:
    language.choose("en")
    theme.apply(qapp)
    built = house(directory / "relay")
    with RelayThread(built) as relay:
        enrolled(built.ours, directory / "state")
        console = Console(directory / "state", relay=f"ws://127.0.0.1:{relay.relay.port}")
        qtbot.addWidget(console.window)
        console.start(None)
        try:
            yield ConsoleDesk(console, qtbot), relay
        finally:
            console.leave_now()
