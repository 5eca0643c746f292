"""The files the user wants to send along: chosen, left out again, and read when the message goes out."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from agent.ui import plain
from agent.ui.parts import Button, empty
from agent.words import _


class Enclosing(QWidget):
    """What is chosen for one request; empty and hidden at first. Signals: `changed()`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._paths: dict[Path, None] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.add = Button(_("Add a file …"), _("Sends a picture or another file along"), kind="flat")
        self.add.clicked.connect(self.choose)
        self.hide()

    @property
    def paths(self) -> tuple[Path, ...]:
        """What is to go along, in this order."""
        return tuple(self._paths)

    def choose(self) -> None:
        """Asks which."""
        dialog = QFileDialog(self.window(), _("Which files would you like to send along?"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.put(Path(path) for path in paths))
        dialog.open()

    def put(self, paths: Iterable[Path]) -> None:
        """These as well; the same one once."""
        self._paths |= dict.fromkeys(paths)
        self._draw()

    def take_all(self) -> tuple[Path, ...]:
        """What was to go along is gone from here."""
        paths = self.paths
        self._paths.clear()
        self._draw()
        return paths

    def _leave_out(self, path: Path) -> None:
        self._paths.pop(path, None)
        self._draw()

    def _draw(self) -> None:
        empty(self._rows)
        for path in self._paths:
            words = _("Leave out {name}").format(name=plain.one_line(path.name, 60))
            drop = Button(words, _("Does not send this file"), kind="flat")
            drop.clicked.connect(lambda _checked=False, path=path: self._leave_out(path))
            self._rows.addWidget(drop, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(self._paths))
        self.changed.emit()
