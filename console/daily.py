"""Joins the dialogs of daily work to the relay: on hold, estimate, merge, link, tags, time, search. Main thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from console.language import _
from console.requests import Answer, Ask
from console.ui.desk_dialogs import EstimateDialog, HoldDialog, LinkDialog, MergeDialog, TagsDialog, TimeDialog
from console.ui.main_window import MainWindow
from console.ui.search_dialog import SearchDialog
from protocol import envelope

Form = HoldDialog | EstimateDialog | MergeDialog | LinkDialog | TagsDialog | TimeDialog


class DailyWork(QObject):
    """What the technician does to a ticket besides talking and sessions."""

    def __init__(
        self, ask: Ask, show_ticket: Callable[[Answer], None], open_ticket: Callable[[int], None], window: MainWindow
    ) -> None:
        super().__init__(window)
        self._ask, self._show_ticket, self._open_ticket, self._window = ask, show_ticket, open_ticket, window
        self.me = ""
        ticket = window.ticket
        for wanted, form in (
            (ticket.hold, HoldDialog),
            (ticket.estimate, EstimateDialog),
            (ticket.merge, MergeDialog),
            (ticket.link, LinkDialog),
            (ticket.tags, TagsDialog),
            (ticket.time, TimeDialog),
        ):
            wanted.connect(lambda form=form: self._ask_with(form))
        ticket.resume.connect(self._resume)
        ticket.unmerge.connect(self._unmerge)
        window.queue.search.connect(self.search)

    def search(self) -> None:
        """The window for searching everything."""
        dialog = SearchDialog(self.me, self._window)

        def look() -> None:
            asked = dialog.message(0)

            def came(answer: Answer) -> None:
                if isinstance(answer, envelope.Tickets) and dialog.message(0) == asked:
                    dialog.show_found(answer)

            self._ask(dialog.message, came, dialog.fail, reads=True)

        dialog.wanted.connect(look)
        dialog.opened.connect(self._open_ticket)
        dialog.open()
        look()

    def _ask_with(self, form: type[Form]) -> None:
        view = self._window.ticket.view
        if view is None:
            return
        dialog = form(view, self._window)

        def done(answer: Answer) -> None:
            dialog.succeed()
            self._show_ticket(answer)

        dialog.submitted.connect(lambda: self._ask(dialog.message, done, dialog.fail, what=dialog.windowTitle()))
        dialog.open()

    def _resume(self) -> None:
        view = self._window.ticket.view
        if view is not None:
            what = _("Taking up ticket {number}").format(number=view.number)
            self._ask(
                lambda ref: envelope.ResumeTicket(ref, view.number, view.revision),
                self._show_ticket,
                self._say,
                what=what,
            )

    def _unmerge(self) -> None:
        view = self._window.ticket.view
        if view is not None:
            what = _("Undoing the merge of ticket {number}").format(number=view.number)
            self._ask(lambda ref: envelope.UnmergeTicket(ref, view.number), self._show_ticket, self._say, what=what)

    def _say(self, sentence: str) -> None:
        self._window.notice.say(sentence)
