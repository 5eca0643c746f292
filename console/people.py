"""Joins the windows about people to the relay: calls, hand-over, absence, offers, appointments, prices. Main thread."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog
from shiboken6 import isValid

from console.faces import FaceDesk
from console.language import _
from console.requests import Answer, Ask, Build
from console.ui.agreed import AppointmentDialog, QuoteDialog, WeekDialog
from console.ui.hand_over import AbsenceDialog, HandOverDialog, TextDialog
from console.ui.intake import IntakeDialog
from console.ui.main_window import MainWindow
from console.ui.request_dialog import RequestDialog
from console.ui.staff_page import StaffDialog
from protocol import envelope
from protocol.envelope import TicketView

_ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class PeopleDesk(QObject):
    """What the technician does with people rather than machines."""

    def __init__(self, ask: Ask, show_ticket: Callable[[Answer], None], window: MainWindow) -> None:
        super().__init__(window)
        self._ask, self._show_ticket, self._window = ask, show_ticket, window
        self.me = ""
        self.faces = FaceDesk(ask, window.ticket.people.faces)
        window.bar.call.connect(self.take_call)
        window.bar.week.connect(self.show_week)
        window.bar.staff.connect(self.show_staff)
        window.offer.left.connect(self._leave_offer)
        window.ticket.people.opened.connect(self.open_ticket)
        for wanted, act in (
            (window.ticket.hand_over, self._hand_over),
            (window.ticket.appointment, self._appointment),
            (window.ticket.quote, self._quote),
            (window.ticket.complaint, self._complain),
        ):
            wanted.connect(lambda act=act: self._on_ticket(act))

    # --- what the relay says
    def read(self, number: int) -> None:
        """Everybody around the ticket that is open."""

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.People) and answer.ticket == self._window.ticket.number:
                view = self._window.ticket.view
                self._window.ticket.people.show_people(_without_ref(answer), view.requester if view else "")

        self._ask(lambda ref: envelope.ReadPeople(ref, number), came, lambda _sentence: None, reads=True)

    def offered(self, view: TicketView) -> None:
        """A ticket that has waited longest."""
        self._window.offer.show_offer(view)

    # --- what the windows want
    def open_ticket(self, number: int) -> None:
        """Goes to a ticket, in the queue or out of it."""
        if self._window.model.find(number) is not None:
            self._window.queue.select(number)
        if self._window.ticket.number == number:
            return

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.Ticket):
                self._window.ticket.show_view(answer.ticket)
                self._show_ticket(answer)
                self.read(number)

        self._ask(lambda ref: envelope.ReadTicket(ref, number), came, self._say, reads=True)

    def take_call(self) -> None:
        """The window for a call."""
        dialog = IntakeDialog(self._window)

        def search(text: str) -> None:
            def came(answer: Answer) -> None:
                if isinstance(answer, envelope.Callers) and dialog.who.text().strip() == text:
                    dialog.show_callers(answer)

            def failed(_sentence: str) -> None:
                dialog.show_unasked(text)

            self._ask(lambda ref: envelope.FindCaller(ref, text), came, failed, reads=True)

        def made(answer: Answer) -> None:
            dialog.succeed()
            if isinstance(answer, envelope.Ticket):
                self._window.model.put(answer.ticket)
                self.open_ticket(answer.ticket.number)

        dialog.searched.connect(search)
        dialog.submitted.connect(lambda: self._ask(dialog.message, made, dialog.fail, what=dialog.windowTitle()))
        dialog.open()

    def show_week(self) -> None:
        """The appointments."""
        dialog = WeekDialog(self._window)

        def ask(begin: object, end: object) -> None:
            def came(answer: Answer) -> None:
                if isinstance(answer, envelope.Appointments):
                    dialog.show_lines(answer.appointments)

            self._ask(lambda ref: envelope.ListAppointments(ref, begin, end), came, self._say, reads=True)  # type: ignore[arg-type]  # through a signal

        dialog.wanted.connect(ask)
        dialog.opened.connect(self.open_ticket)
        dialog.open()
        dialog.ask()

    def show_staff(self) -> None:
        """Who is there, and the way to be away."""
        dialog = StaffDialog(self._window, self.me, self._window.ticket.people.faces)

        def refresh() -> None:
            self._with_staff(dialog, dialog.show_list)

        def changed() -> None:
            refresh()
            if number := self._window.ticket.number:  # he may be its contact
                self.read(number)

        def absent(who: str) -> None:
            asking = AbsenceDialog(dialog.staff, who or self.me, dialog)
            key = secrets.token_hex(16)

            def build(ref: int) -> envelope.FromConsole:
                return envelope.SetAbsence(ref, key, asking.who, *asking.span, asking.reason)

            def done(answer: Answer) -> None:
                asking.succeed()
                if isinstance(answer, envelope.Absent) and answer.moved:
                    self._say(_moved(answer))
                refresh()

            asking.submitted.connect(lambda: self._ask(build, done, asking.fail, what=asking.windowTitle()))
            asking.open()

        def back(absence: str) -> None:
            def build(ref: int) -> envelope.FromConsole:
                return envelope.EndAbsence(ref, absence)

            def failed(sentence: str) -> None:
                self._say(sentence)
                refresh()

            self._ask(build, lambda _answer: refresh(), failed, what=_("The absence"))

        dialog.absence.connect(absent)
        dialog.taken_back.connect(back)
        dialog.picture.connect(lambda whose: self.faces.change(whose, dialog, changed))
        dialog.open()
        refresh()

    # --- on the ticket that is open
    def _on_ticket(self, act: Callable[[TicketView], None]) -> None:
        view = self._window.ticket.view
        if view is not None:
            act(view)

    def _hand_over(self, view: TicketView) -> None:
        dialog = HandOverDialog(view, self._window, self._window.ticket.people.faces)

        def build(ref: int) -> envelope.FromConsole:
            return envelope.HandOver(ref, view.number, dialog.to, *dialog.card, dialog.skill, dialog.reason)

        self._submits(dialog, build)
        dialog.open()
        self._with_staff(dialog, lambda listed: dialog.show_staff(listed.staff))

    def _appointment(self, view: TicketView) -> None:
        def show(known: tuple[envelope.AppointmentLine, ...]) -> None:
            dialog = AppointmentDialog(view, known, self._window)

            def build(ref: int) -> envelope.FromConsole:
                if dialog.outcome is not None:
                    return envelope.EndAppointment(ref, view.number, dialog.appointment, dialog.outcome, dialog.text)
                return envelope.MakeAppointment(ref, view.number, dialog.appointment, *dialog.span, dialog.text)

            self._submits(dialog, build)
            dialog.open()

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.Appointments):
                show(tuple(line for line in answer.appointments if line.ticket == view.number))

        self._ask(lambda ref: envelope.ListAppointments(ref, *_ALWAYS), came, self._say, reads=True)

    def _quote(self, view: TicketView) -> None:
        dialog = QuoteDialog(view, self._window)

        def plan(minutes: int) -> None:
            def came(answer: Answer) -> None:
                if isinstance(answer, envelope.Plan):
                    dialog.show_plan(answer)

            self._ask(lambda ref: envelope.PlanFaster(ref, view.number, minutes), came, dialog.fail, reads=True)

        def build(ref: int) -> envelope.FromConsole:
            return envelope.MakeQuote(
                ref, view.number, dialog.quote, dialog.text, *dialog.price, dialog.valid_until, dialog.within_min
            )

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.People):
                dialog.show_who_accepts(answer.yes_by)

        self._ask(lambda ref: envelope.ReadPeople(ref, view.number), came, dialog.fail, reads=True)
        dialog.planned.connect(plan)
        self._submits(dialog, build)
        dialog.open()

    def _complain(self, view: TicketView) -> None:
        dialog = TextDialog(
            _("Complaint about ticket {number}").format(number=view.number),
            _("It goes to the lead, past everybody who handled this ticket."),
            _("Complaint"),
            _("Write it down"),
            self._window,
        )
        request = secrets.token_hex(16)
        self._submits(dialog, lambda ref: envelope.Complain(ref, request, view.number, dialog.text))
        dialog.open()

    def _leave_offer(self, number: int) -> None:
        dialog = TextDialog(
            _("Leave ticket {number} to others").format(number=number),
            _("It is offered to whoever is free next."),
            _("Reason"),
            _("Leave it"),
            self._window,
        )

        def done(_answer: Answer) -> None:
            dialog.succeed()
            if self._window.offer.number == number:
                self._window.offer.withdraw()

        def build(ref: int) -> envelope.FromConsole:
            return envelope.DeclineOffer(ref, number, dialog.text)

        dialog.submitted.connect(lambda: self._ask(build, done, dialog.fail, what=dialog.windowTitle()))
        dialog.open()

    # --- inside
    def _submits(self, dialog: RequestDialog, build: Build) -> None:
        def done(answer: Answer) -> None:
            dialog.succeed()
            self._show_ticket(answer)

        dialog.submitted.connect(lambda: self._ask(build, done, dialog.fail, what=dialog.windowTitle()))

    def _with_staff(self, dialog: QDialog, use: Callable[[envelope.StaffList], None]) -> None:
        """For a dialog, unless it is closed by then."""

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.StaffList) and isValid(dialog):
                use(answer)

        self._ask(envelope.ListStaff, came, self._say, reads=True)

    def _say(self, sentence: str) -> None:
        self._window.notice.say(sentence)


def _moved(answer: envelope.Absent) -> str:
    moves = ", ".join(f"{number} → {staff.name}" for number, staff in answer.moved)
    return _("Handed over: {moves}.").format(moves=moves)


def _without_ref(people: envelope.People) -> envelope.People:
    """So that the same people are the same, whatever they answer to."""
    return msgspec.structs.replace(people, ref=0)
