"""The first start, as one page: open an invitation, wait for the administrator. Main thread."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from console.events import EnrolmentState
from console.language import _
from console.ui import theme
from console.ui.notice import NoticeBar
from console.ui.sign import Sign


class EnrolPage(QWidget):
    """The first start: what to do, and how far it is.

    Signals:
        chosen: the path of an invitation's file.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("First start"))
        self.notice = NoticeBar(self)
        picture = Sign("id-badge", "accent", self, size=8 * theme.GRID)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._heading = QLabel(self)
        self._heading.setProperty("heading", True)
        self._heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = QLabel(self)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedSize(30 * theme.GRID, theme.GRID // 2)
        self._busy.setAccessibleName(_("Working"))
        self._open = QPushButton(theme.icon("folder-open", "on_accent"), _("&Open invitation …"), self)
        self._open.setProperty("primary", True)
        self._open.setAccessibleName(_("Open invitation"))
        self._open.setToolTip(_("Choose the .invitation file your administrator sent you (Alt+O)"))
        self._open.clicked.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(self.notice)
        column.addStretch(2)
        column.addWidget(picture)
        column.addWidget(self._heading)
        column.addWidget(self._text)
        column.addWidget(self._busy, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        self.show_needed()

    def show_needed(self) -> None:
        """Nobody was ever approved here."""
        self._say(
            _("Welcome"),
            _("Your administrator sends you an invitation: a file that ends in .invitation. Open it to begin."),
            busy=False,
        )

    def show_starting(self) -> None:
        """Keyring and certificate are being read."""
        self._say(_("One moment …"), _("Your key is being fetched from this computer's keyring."), busy=True)

    def show_progress(self, state: EnrolmentState, sentence: str, key: str) -> None:
        """The enrolment went on."""
        if state is EnrolmentState.WAITING:
            self._say(
                _("Waiting for your administrator"),
                _("Your request has arrived. As soon as it is approved, this goes on by itself.")
                + "\n"
                + _("Your administrator may ask for your key: {key}").format(key=key),
                busy=True,
            )
        elif state is EnrolmentState.SENDING:
            self._say(_("Sending your request …"), sentence, busy=True)

    def show_failed(self, sentence: str) -> None:
        """It cannot go on like this."""
        self.show_needed()
        self.notice.say(sentence)

    def _say(self, heading: str, text: str, *, busy: bool) -> None:
        self._heading.setText(heading)
        self._heading.setAccessibleName(heading)
        self._text.setText(text)
        self._busy.setVisible(busy)
        self._open.setVisible(not busy)
        if busy:
            self.notice.say("")
        else:
            self._open.setFocus()

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Open invitation"), str(Path.home()))
        dialog.setNameFilters([_("Invitations (*.invitation)"), _("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.chosen)
        dialog.open()
