"""Joins pictures of the staff to the relay: fetched once by hash, set from the dialog. Main thread.

Distrusts the relay: a picture counts only when it is what its hash says.
"""

import hashlib
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from console.requests import Answer, Ask
from console.ui.face_dialog import FaceDialog
from console.ui.faces import Faces
from protocol import envelope
from protocol.envelope import Colleague


class FaceDesk(QObject):
    """What is wanted of the relay about pictures."""

    def __init__(self, ask: Ask, faces: Faces) -> None:
        super().__init__(faces)
        self._ask, self._faces = ask, faces
        faces.wanted.connect(self._fetch)

    def change(self, whose: Colleague, parent: QWidget, done: Callable[[], None]) -> None:
        """The dialog; `done` once another one holds."""
        profile = whose.profile
        dialog = FaceDialog(profile.name, whose.face, self._faces, parent)

        def build(ref: int) -> envelope.FromConsole:
            return envelope.SetFace(ref, profile.identifier, dialog.picture or b"")

        def kept(_answer: Answer) -> None:
            dialog.succeed()
            done()

        dialog.submitted.connect(lambda: self._ask(build, kept, dialog.fail, what=dialog.windowTitle()))
        dialog.open()

    def ask_again(self) -> None:
        """The line is back."""
        self._faces.ask_again()

    def _fetch(self, sha256: str) -> None:
        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.FaceFound) and hashlib.sha256(answer.picture).hexdigest() == sha256:
                self._faces.take(sha256, answer.picture)

        def failed(_sentence: str) -> None:
            self._faces.missed(sha256)

        self._ask(lambda ref: envelope.GetFace(ref, sha256), came, failed, reads=True)
