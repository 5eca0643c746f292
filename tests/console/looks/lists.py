"""The windows about the whole desk: machines, people, appointments, search, calls, shortcuts."""

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from console.ui.agreed import WeekDialog
from console.ui.hand_over import AbsenceDialog
from console.ui.help import HelpOverlay
from console.ui.intake import IntakeDialog
from console.ui.machines_page import MachinesDialog
from console.ui.search_dialog import SearchDialog
from console.ui.staff_page import StaffDialog
from protocol.desk.events import User
from protocol.envelope import (
    AbsenceLine,
    Caller,
    Callers,
    Forecasts,
    StaffList,
    Tickets,
)
from tests.console.looks.desk import dress
from tests.console.made_up import APPOINTMENTS, COLLEAGUES, FAULTS, NOW, PEOPLE, QUEUE, faces


def machines() -> MachinesDialog:
    """What is wrong with machines."""
    dress()
    dialog = MachinesDialog()
    dialog.show_faults(FAULTS)
    return dialog


def staff() -> QWidget:
    """Who is there."""
    dress()
    dialog = StaffDialog(None, "tina", faces())
    away = tuple(
        AbsenceLine(f"{day:032}", who.profile.identifier, NOW + timedelta(days=day), NOW + timedelta(days=day + 5))
        for day, who in enumerate(COLLEAGUES[:2])
    )
    dialog.show_list(StaffList(0, COLLEAGUES, 4, 35, Forecasts(120, 22.5, 19.8, 7.4), absences=away))
    return dialog


def week() -> QWidget:
    """The appointments."""
    dress()
    dialog = WeekDialog()
    dialog.show_lines(APPOINTMENTS)
    return dialog


def absence() -> QWidget:
    """The dialog."""
    dress()
    return AbsenceDialog(COLLEAGUES, "tina")


def search() -> QWidget:
    """Everything there ever was."""
    dress()
    dialog = SearchDialog("tina")
    dialog.field.setText("excel")
    dialog.show_found(Tickets(1, QUEUE, 101))
    return dialog


def intake() -> QWidget:
    """A call, recognised."""
    dress()
    dialog = IntakeDialog()
    dialog.who.setText("+49 30 1234567")
    user = User("eva", "Eva Beispiel", "firma", ("eva@firma.example",), ("+49301234567",))
    dialog.show_callers(Callers(0, True, (Caller(user, "Firma GmbH", PEOPLE.machines, PEOPLE.others[:1]),)))
    dialog.problem.setPlainText("Excel says my file is locked")
    return dialog


def shortcuts() -> QWidget:
    """F1."""
    dress()
    return HelpOverlay()
