"""Somebody's picture, as users see it beside the name: chosen, looked at, and only then sent (P4). Main thread."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.language import _
from console.ui import theme, words
from console.ui.faces import LARGE, Face, Faces
from console.ui.portrait import FORMATS, NoPicture, portrait
from console.ui.request_dialog import RequestDialog


class FaceDialog(RequestDialog):
    """What is there now, and what is to be.

    Attributes:
        picture: what is to be sent; empty: there is to be none any more; None: nothing was chosen yet.
    """

    def __init__(self, name: str, sha256: str, faces: Faces, parent: QWidget | None = None) -> None:
        name = words.one_line(name)
        super().__init__(
            _("Picture of {name}").format(name=name),
            _("Users see it beside the name, in their window and on their page. It is cut square in its middle."),
            _("Use it"),
            parent,
        )
        self.picture: bytes | None = None
        self.face = Face(name, faces, sha256, LARGE, self)
        self.face.setAccessibleName(_("Picture of {name}").format(name=name))
        choose = QPushButton(theme.icon("image"), _("&Choose a file …"), self)
        choose.setAccessibleName(_("Choose a file"))
        choose.setToolTip(_("A photograph on this computer; nothing but its picture is sent"))
        choose.clicked.connect(self._ask_for_file)
        self._none = QPushButton(theme.icon("user"), _("&None any more"), self)
        self._none.setAccessibleName(_("None any more"))
        self._none.setToolTip(_("Users see the initials again"))
        self._none.setEnabled(bool(sha256))
        self._none.clicked.connect(self._take_away)
        for button in (choose, self._none):
            button.setAutoDefault(False)
        ways = QVBoxLayout()
        ways.addStretch(1)
        ways.addWidget(choose)
        ways.addWidget(self._none)
        ways.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self.face)
        row.addLayout(ways)
        row.addStretch(1)
        self.form.addRow(row)

    def choose(self, path: Path) -> None:
        """This file; what is wrong with it is said here."""
        try:
            self.picture = portrait(path)
        except NoPicture as error:
            self.fail(str(error))
            return
        self.face.show_picture(self.picture)
        self._notice.say("")
        self._none.setEnabled(True)
        self._go.setFocus()

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        return _("Choose a file first.") if self.picture is None else ""

    def _take_away(self) -> None:
        self.picture = b""
        self.face.show_picture(b"")
        self._notice.say("")
        self._go.setFocus()

    def _ask_for_file(self) -> None:
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        dialog = QFileDialog(self, _("Which picture?"), pictures or str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        kinds = " ".join(f"*.{kind}" for kind in FORMATS)
        dialog.setNameFilters([_("Pictures ({kinds})").format(kinds=kinds)])
        dialog.fileSelected.connect(lambda path: self.choose(Path(path)))
        dialog.open()
