"""One file that came with a request: a picture is shown, it is saved on request, and opened only after that.

Distrusts name and content: nothing is run, and only kinds that are read are opened at all.
"""

from pathlib import Path

from PySide6.QtCore import QLocale, QSize, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from agent import downloads
from agent.ui import pictures, plain, theme
from agent.ui.parts import Button, Text, row
from agent.ui.theme import GRID
from agent.words import _
from protocol.desk.events import Attachment
from protocol.files import OPENED, ending

_PREVIEW = QSize(80 * GRID, 52 * GRID)


def described(file: Attachment) -> str:
    """Name and size, on one line."""
    size = plain.locale().formattedDataSize(file.size_bytes, 0, QLocale.DataSizeFormat.DataSizeSIFormat)
    return f"{plain.one_line(file.name, 80)} ({size})"


class FileDialog(QDialog):
    """Signals: `wanted(Attachment)` when its bytes are needed; answer with `show_content` or `say`."""

    wanted = Signal(object)

    def __init__(self, file: Attachment, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self._folder = folder
        self._content: bytes | None = None
        self._save_when_here = False
        self._path: Path | None = None
        name = plain.one_line(file.name, 80)
        self.setObjectName("window")
        self.setWindowTitle(name)
        self.setWindowIcon(theme.program_icon())
        self.picture = Text(wrap=False)
        self.picture.setAccessibleName(_("Picture: {name}").format(name=name))
        self.picture.hide()
        self.said = Text(tone="muted")
        self.save = Button(_("Save it"), _("Saves it in your folder for downloads"), kind="main")
        self.open_it = Button(_("Open it"), _("Opens what was saved"))
        self.where = Button(_("Show the folder"), _("Shows the folder it was saved in"))
        self.close_it = Button(_("Close"), _("Closes this; nothing is lost"), kind="flat")
        self.save.clicked.connect(self._want)
        self.open_it.clicked.connect(lambda: self._show(self._path))
        self.where.clicked.connect(lambda: self._show(self._folder))
        self.close_it.clicked.connect(self.accept)
        self.open_it.hide()
        self.where.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(Text(described(file), size="strong"))
        layout.addWidget(self.picture)
        layout.addWidget(self.said)
        layout.addLayout(row(self.close_it, 1, self.where, self.open_it, self.save, spacing=2 * GRID))
        self.setMinimumWidth(64 * GRID)

    def begin(self) -> None:
        """A picture is fetched at once, to be shown."""
        self.say(_("You can save it, and then open it."))
        if pictures.is_picture(self.file.name):
            self._fetch()

    def say(self, sentence: str) -> None:
        """What is with it."""
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
        self.save.setEnabled(True)

    def show_content(self, content: bytes) -> None:
        """Its bytes: shown if they are a picture, saved if that was asked for."""
        self._content = content
        self.say("")
        if pictures.is_picture(self.file.name) and self.picture.isHidden():
            shown = pictures.preview(self.file.name, content, _PREVIEW)
            if shown is None:
                self.say(_("This is no picture that can be shown here."))
            else:
                self.picture.setPixmap(shown)
                self.picture.show()
        if self._save_when_here:
            self._save_when_here = False
            self._write(content)

    def _fetch(self) -> None:
        self.say(_("It is being fetched …"))
        self.wanted.emit(self.file)

    def _want(self) -> None:
        if self._content is not None:
            self._write(self._content)
            return
        self._save_when_here = True
        self._fetch()
        self.save.setEnabled(False)

    def _write(self, content: bytes) -> None:
        try:
            self._path = downloads.save(self.file.name, content, self._folder)
        except OSError as error:
            self.say(_("It could not be stored on this computer: {why}").format(why=error.strerror or error))
            return
        self.say(_("Saved in your downloads as {name}.").format(name=self._path.name))
        self.save.hide()
        self.open_it.setVisible(ending(self._path.name) in OPENED)
        self.where.show()

    @staticmethod
    def _show(path: Path | None) -> None:
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
