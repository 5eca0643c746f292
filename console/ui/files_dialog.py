"""The files that came with a message: a picture is shown, each is saved on request, and opened only after that.

Main thread. Distrusts names and contents: nothing is run, and only kinds that are read are opened at all.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QLocale, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console import downloads
from console.language import _
from console.ui import pictures, theme, words
from console.ui.close_button import close_button
from protocol.desk.events import Attachment
from protocol.files import OPENED, ending

_PREVIEW = QSize(72 * theme.GRID, 44 * theme.GRID)


class FilesDialog(QDialog):
    """One row for each file.

    Signals:
        wanted: an `Attachment` whose bytes are needed; answer with `show_content` or `fail`.
    """

    wanted = Signal(object)

    def __init__(self, files: Sequence[Attachment], folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Files"))
        self.setAccessibleName(_("Files"))
        self.setMinimumWidth(_PREVIEW.width())
        self._rows: dict[str, _Row] = {}
        self._waiting: set[str] = set()
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        for file in files:
            if file.sha256 and file.sha256 not in self._rows:
                self._rows[file.sha256] = row = _Row(file, folder, self._fetch, self)
                column.addWidget(row)
        close = close_button(self)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(close)
        column.addLayout(below)

    def begin(self) -> None:
        """Pictures are fetched at once, to be shown."""
        for row in self._rows.values():
            if pictures.is_picture(row.file.name):
                self._fetch(row.file)

    def show_content(self, file: Attachment, content: bytes) -> None:
        """Its bytes are here."""
        self._waiting.discard(file.sha256)
        self._rows[file.sha256].show_content(content)

    def fail(self, file: Attachment, sentence: str) -> None:
        """They are not."""
        self._waiting.discard(file.sha256)
        self._rows[file.sha256].say(sentence)

    def _fetch(self, file: Attachment) -> None:
        if file.sha256 not in self._waiting:
            self._waiting.add(file.sha256)
            self._rows[file.sha256].say(_("Being fetched …"))
            self.wanted.emit(file)


class _Row(QFrame):
    """One file."""

    def __init__(
        self, file: Attachment, folder: Path, fetch: Callable[[Attachment], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.file = file
        self._folder, self._fetch = folder, fetch
        self._content: bytes | None = None
        self._save_when_here = False
        self._path: Path | None = None
        name = words.one_line(file.name)
        size = QLocale().formattedDataSize(file.size_bytes, 0, QLocale.DataSizeFormat.DataSizeSIFormat)
        title = QLabel(f"{name} ({size})", self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        self._picture = QLabel(self)
        self._picture.setAccessibleName(_("Preview of {name}").format(name=name))
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.hide()
        self._said = QLabel(self)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setProperty("muted", True)
        self._said.setWordWrap(True)
        self._save = self._button("download", _("Save"), _("Saves it in the folder for downloads"), self._want)
        opens = ending(name) in OPENED
        self._open = self._button("up-right-from-square", _("Open it"), _("Opens the file that was saved"), self._show)
        self._open.setVisible(opens)
        self._open.setEnabled(False)
        self._where = self._button("folder-open", _("Folder"), _("Shows the folder it was saved in"), self._show_folder)
        self._where.setEnabled(False)
        line = QHBoxLayout()
        line.addWidget(title, 1)
        for button in (self._save, self._open, self._where):
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self._picture)
        column.addWidget(self._said)

    def say(self, sentence: str) -> None:
        """What is with it."""
        self._said.setText(sentence)
        self._said.setAccessibleName(sentence)
        self._save.setEnabled(True)

    def show_content(self, content: bytes) -> None:
        """Its bytes: shown if they are a picture, saved if that was asked for."""
        self._content = content
        self.say("")
        if pictures.is_picture(self.file.name) and self._picture.isHidden():
            shown = pictures.preview(self.file.name, content, _PREVIEW)
            if shown is None:
                self.say(_("This is no picture that can be shown here."))
            else:
                self._picture.setPixmap(shown)
                self._picture.show()
        if self._save_when_here:
            self._save_when_here = False
            self._write(content)

    def _want(self) -> None:
        self._save.setEnabled(False)
        if self._content is not None:
            self._write(self._content)
        else:
            self._save_when_here = True
            self._fetch(self.file)

    def _write(self, content: bytes) -> None:
        try:
            self._path = downloads.save(self.file.name, content, self._folder)
        except OSError as error:
            self.say(_("It cannot be saved: {why}.").format(why=error.strerror or error))
            return
        self.say(_("Saved as {path}").format(path=self._path))
        self._save.setEnabled(False)
        self._open.setEnabled(True)
        self._where.setEnabled(True)

    def _show(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _button(self, icon: str, text: str, tip: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(theme.icon(icon), text, self)
        button.setAccessibleName(f"{text}: {words.one_line(self.file.name)}")
        button.setToolTip(tip)
        button.clicked.connect(act)
        return button
