"""A file of a request's history, in a window of its own: one at a time, and only on the user's request. Main thread."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from agent import downloads, messages
from agent.ui.file_dialog import FileDialog
from protocol.desk.events import Attachment


class Viewing(QObject):
    """Signals: `wished(messages.Wish)`: a file is to be fetched."""

    wished = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: FileDialog | None = None

    def show_file(self, number: int, file: Attachment) -> None:
        """This one, of this ticket."""
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = dialog = FileDialog(file, downloads.folder(), self._window)
        dialog.wanted.connect(lambda wanted: self.wished.emit(messages.FetchFile(number, wanted)))
        dialog.open()
        dialog.begin()

    def take(self, happened: messages.FileFetched | messages.FileMissed) -> None:
        """It is here, or does not come."""
        if self.dialog is None or self.dialog.file != happened.file:
            return
        match happened:
            case messages.FileFetched(content=content):
                self.dialog.show_content(content)
            case messages.FileMissed(sentence=sentence):
                self.dialog.say(sentence)
