"""Joins the dialogs of the lower part of the menu “More” to the relay. Main thread."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from console.language import _
from console.requests import Answer, Ask
from console.ui.deeds import Deed
from console.ui.judging_dialogs import JudgeDialog, KindDialog, LossDialog, PriorityDialog
from console.ui.main_window import MainWindow
from console.ui.record_dialogs import CorrectDialog, ProofDialog, UnlinkDialog
from console.ui.talk_dialogs import AskDialog, DropDialog, StepsDialog, UnderstoodDialog
from console.ui.whose_dialogs import LinksDialog, RequesterDialog
from protocol import envelope

FORMS: dict[Deed, Any] = {
    Deed.ASK: AskDialog,
    Deed.DROP: DropDialog,
    Deed.UNDERSTOOD: UnderstoodDialog,
    Deed.STEPS: StepsDialog,
    Deed.JUDGE: JudgeDialog,
    Deed.PRIORITY: PriorityDialog,
    Deed.LOSS: LossDialog,
    Deed.KIND: KindDialog,
    Deed.PROOF: ProofDialog,
    Deed.CORRECT: CorrectDialog,
    Deed.UNLINK: UnlinkDialog,
    Deed.REQUESTER: RequesterDialog,
    Deed.LINKS: LinksDialog,
}
"""Each is made of the ticket, its history and a parent, and makes its request with `message`."""


class Deeds(QObject):
    """What is done to a ticket now and then."""

    def __init__(self, ask: Ask, show_ticket: Callable[[Answer], None], window: MainWindow) -> None:
        super().__init__(window)
        self._ask, self._show_ticket, self._window = ask, show_ticket, window
        window.ticket.deeds.wanted.connect(self._do)

    def _do(self, deed: Deed) -> None:
        view = self._window.ticket.view
        if view is not None and deed is Deed.RUN_PROOFS:
            what = _("The checks of ticket {number}").format(number=view.number)
            number = view.number
            self._ask(lambda ref: envelope.RunProofs(ref, number), self._show_ticket, self._say, what=what)
        if view is None or deed not in FORMS:
            return
        dialog = FORMS[deed](view, self._window.ticket.timeline.lines, self._window)

        def done(answer: Answer) -> None:
            dialog.succeed()
            self._show_ticket(answer)

        dialog.submitted.connect(lambda: self._ask(dialog.message, done, dialog.fail, what=dialog.windowTitle()))
        dialog.open()

    def _say(self, sentence: str) -> None:
        self._window.notice.say(sentence)
