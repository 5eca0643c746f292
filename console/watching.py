"""Joins the windows about machines and calls to the relay. Main thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from console.requests import Answer, Ask
from console.ui.machines_page import MachinesDialog
from console.ui.main_window import MainWindow
from protocol import envelope
from protocol.envelope import TicketView


class WatchDesk(QObject):
    """What machines report, and for what this technician is called."""

    def __init__(
        self, ask: Ask, show_ticket: Callable[[Answer], None], open_ticket: Callable[[int], None], window: MainWindow
    ) -> None:
        """`show_ticket` shows an answer; `open_ticket` goes to a ticket by its number."""
        super().__init__(window)
        self._ask, self._show_ticket, self._open_ticket, self._window = ask, show_ticket, open_ticket, window
        self.me = ""
        window.bar.machines.connect(self.show_machines)
        window.page.acknowledged.connect(self._acknowledge)
        window.page.opened.connect(open_ticket)

    def follow(self, view: TicketView) -> None:
        """A ticket is as it is now."""
        self._window.page.follow(view, self.me)

    def show_machines(self) -> None:
        """Faults now, and what happens again and again."""
        dialog = MachinesDialog(self._window)

        def refresh() -> None:
            self._ask(envelope.ListFaults, came, self._say, reads=True)

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.Faults):
                dialog.show_faults(answer)

        def made(answer: Answer) -> None:
            dialog.accept()
            self._show_ticket(answer)

        def look(fingerprint: str) -> None:
            self._ask(lambda ref: envelope.OpenProblem(ref, fingerprint), made, self._say, what=dialog.windowTitle())

        dialog.opened.connect(self._open_ticket)
        dialog.cause.connect(look)
        dialog.open()
        refresh()

    def _acknowledge(self, number: int) -> None:
        def done(answer: Answer) -> None:
            if isinstance(answer, envelope.Ticket):
                self.follow(answer.ticket)
                self._window.model.put(answer.ticket)

        self._ask(lambda ref: envelope.AcknowledgePage(ref, number), done, self._say)

    def _say(self, sentence: str) -> None:
        self._window.notice.say(sentence)
