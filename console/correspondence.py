"""Joins the composer and the files of a ticket's history to the relay: what is written, sent along, and fetched.

Guarantees: a draft, with its files, stays until all of it was taken; what was taken is not sent twice. Main thread.
Distrusts the relay: a file counts only when it is what its hash says.
"""

import dataclasses
import mimetypes
import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from console import downloads
from console.language import _
from console.requests import Answer, Ask
from console.ui.files_dialog import FilesDialog
from console.ui.main_window import MainWindow
from protocol import envelope
from protocol.desk.events import Attachment
from protocol.envelope.files import PUT_BYTES
from protocol.files import MAX_SENT_BYTES, Arriving, FileBroken

_PAUSE_MS = 60
"""Between two parts, so that a long file stays below what the relay takes of one client, and others get their turn."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Sending:
    """A message of the composer's, with files."""

    ticket: int
    text: str
    internal: bool
    paths: tuple[Path, ...]


class Correspondence(QObject):
    """Messages and files."""

    def __init__(self, ask: Ask, show_ticket: Callable[[Answer], None], window: MainWindow) -> None:
        super().__init__(window)
        self._ask, self._show_ticket, self._window = ask, show_ticket, window
        self._composer = window.ticket.composer
        self._composer.submitted.connect(self._send)
        window.ticket.timeline.files_wanted.connect(self._show_files)

    # --- out
    def _send(self, number: int, text: str, internal: bool, paths: tuple[Path, ...]) -> None:
        if paths:
            self._send_files(_Sending(number, text, internal, paths))
            return

        def done(answer: Answer) -> None:
            self._composer.sent(number)
            self._show_ticket(answer)

        def failed(sentence: str) -> None:
            self._failed(number, sentence)

        what = _("Message on ticket {number}").format(number=number)
        self._ask(lambda ref: envelope.AddMessage(ref, number, text, internal), done, failed, what=what)

    def _send_files(self, message: _Sending) -> None:
        path = message.paths[0]
        try:
            content = downloads.read(path)
        except downloads.TooLarge:
            text = _("{file} is larger than {count} MB and cannot be sent here.")
            self._failed(message.ticket, text.format(file=path.name, count=MAX_SENT_BYTES // 2**20))
            return
        except OSError as error:
            text = _("{file} cannot be read: {why}.")
            self._failed(message.ticket, text.format(file=path.name, why=error.strerror))
            return
        mark, kind = secrets.token_hex(16), mimetypes.guess_type(path.name)[0] or ""

        def answered(answer: Answer) -> None:
            if isinstance(answer, envelope.PartTaken):
                at = answer.offset
                part = content[at : at + PUT_BYTES]
                QTimer.singleShot(_PAUSE_MS, self, lambda: ask(lambda ref: envelope.PutPart(ref, mark, at, part)))
                return
            self._show_ticket(answer)
            self._composer.file_sent(message.ticket, path)
            if message.paths[1:]:
                self._send_files(dataclasses.replace(message, text="", paths=message.paths[1:]))
            else:
                self._composer.sent(message.ticket)

        def ask(build: Callable[[int], envelope.FromConsole]) -> None:
            self._ask(build, answered, lambda sentence: self._failed(message.ticket, sentence), what=path.name)

        ask(
            lambda ref: envelope.BeginFile(
                ref, message.ticket, mark, path.name, kind, len(content), message.text, message.internal
            )
        )

    def _failed(self, number: int, sentence: str) -> None:
        self._composer.failed(number)
        self._window.notice.say(sentence)

    # --- in
    def _show_files(self, files: tuple[Attachment, ...]) -> None:
        number = self._window.ticket.number
        dialog = FilesDialog(files, downloads.folder(), self._window)
        dialog.wanted.connect(lambda file: self._fetch(number, file, dialog))
        dialog.open()
        dialog.begin()

    def _fetch(self, number: int, file: Attachment, dialog: FilesDialog) -> None:
        """Part by part, for as long as somebody waits for it."""
        arriving: list[Arriving] = []
        over: list[bool] = []
        dialog.finished.connect(lambda _result: over.append(True))

        def failed(sentence: str) -> None:
            if not over:
                dialog.fail(file, sentence)

        def came(answer: Answer) -> None:
            if over or not isinstance(answer, envelope.FilePart):
                return
            try:
                if not arriving:
                    arriving.append(Arriving(file.sha256, answer.size_bytes))
                arriving[0].take(answer.offset, answer.data)
                if arriving[0].whole:
                    dialog.show_content(file, arriving[0].content())
                    return
            except FileBroken as error:
                failed(_("The file cannot be used: {why}.").format(why=error))
                return
            QTimer.singleShot(_PAUSE_MS, self, lambda: ask(arriving[0].offset))

        def ask(offset: int) -> None:
            if not over:
                get = lambda ref: envelope.GetPart(ref, number, file.sha256, offset)  # noqa: E731 - one more name
                self._ask(get, came, failed, what=_("The file"))

        ask(0)
