"""Calls, hand-over, absence, offers, appointments and prices, through the real windows and a relay that answers."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from console import language
from console.ui import theme
from console.ui.agreed import AppointmentDialog, QuoteDialog, WeekDialog
from console.ui.article_dialog import ArticleDialog
from console.ui.dialogs import TakeDialog
from console.ui.hand_over import AbsenceDialog, HandOverDialog, TextDialog
from console.ui.intake import IntakeDialog
from console.ui.staff_page import StaffDialog
from protocol import envelope
from protocol.desk import events
from protocol.desk.events import AppointmentOutcome
from protocol.desk.states import TicketState
from protocol.desk.terms import SummaryTopic
from protocol.envelope import SummaryLine
from tests.console.looks.lists import intake as looks_of_a_call
from tests.console.made_up import APPOINTMENTS, COLLEAGUES, NOW, PEOPLE, TINA, fresh, ticket
from tests.console.net.stand import enrolled
from tests.console.relay import WITNESS, FakeRelay
from tests.console.test_app import Desk
from tests.looks.checks import LEAST_ROOM
from tests.parties import Parties

CALLER = envelope.Caller(PEOPLE.user, "Firma GmbH", PEOPLE.machines, PEOPLE.others[:1]) if PEOPLE.user else None
KNOWN_NUMBER = "+49 30 1234567"


class PeopledDesk(Desk):
    """The same, with a relay that knows people."""

    yes_by: tuple[str, ...] | None = None

    def _answer(self, message: envelope.FromConsole) -> envelope.ToClient | None:  # noqa: PLR0911 - one line for each
        ref = message.ref
        if type(message) in self.refuse:
            return super()._answer(message)
        match message:
            case envelope.ReadPeople():
                return msgspec.structs.replace(PEOPLE, ref=ref, ticket=message.ticket, yes_by=self.yes_by)
            case envelope.FindCaller(text=text):
                found = (CALLER,) if text == KNOWN_NUMBER and CALLER else ()
                return envelope.Callers(ref, bool(found), found)
            case envelope.TakeCall() | envelope.Complain():
                made = fresh(31, message.problem, "Eva Beispiel")
                return envelope.Ticket(ref, made, (), (), WITNESS)
            case envelope.ListStaff():
                return envelope.StaffList(ref, COLLEAGUES, 4, 35, envelope.Forecasts(120, 22.5, 19.8, 7.4))
            case envelope.SetAbsence():
                return envelope.Absent(ref, ((17, TINA),))
            case envelope.ListAppointments():
                return envelope.Appointments(ref, APPOINTMENTS)
            case envelope.PlanFaster():
                return envelope.Plan(ref, NOW, ())
            case envelope.DeclineOffer():
                return envelope.Done(ref)
        return super()._answer(message)

    def last(self, kind: type) -> envelope.FromConsole:
        self.until(lambda: self.heard(kind))
        return self.heard(kind)[-1]


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, parties: Parties, tmp_path: Path) -> Iterator[PeopledDesk]:
    language.choose("en")
    theme.apply(qapp)
    enrolled(parties, tmp_path)
    with FakeRelay(parties) as relay:
        desk = PeopledDesk(qtbot, relay, tmp_path)
        yield desk
        desk.console.leave_now()
        for window in QApplication.topLevelWidgets():
            window.close()


def test_p21_a_call_is_taken_by_keyboard_alone(desk: PeopledDesk) -> None:
    began = time.monotonic()
    QTest.keyClick(desk.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.find(IntakeDialog)
    QTest.keyClicks(dialog.who, KNOWN_NUMBER)
    desk.until(lambda: "Eva Beispiel · Firma GmbH" in dialog._found.text())
    QTest.keyClick(dialog.who, Qt.Key.Key_Return)
    QTest.keyClicks(dialog.problem, "Excel is locked")
    QTest.keyClick(dialog.problem, Qt.Key.Key_Tab)
    QTest.keyClicks(dialog.urgency, "h")
    QTest.keyClick(dialog.urgency, Qt.Key.Key_Return)
    desk.gone(IntakeDialog)
    call = desk.last(envelope.TakeCall)
    assert isinstance(call, envelope.TakeCall)
    assert (call.user, call.device, call.phone) == ("eva", "laptop", KNOWN_NUMBER)
    assert (call.problem, call.urgency) == ("Excel is locked", 1)
    desk.until(lambda: desk.window.ticket.number == 31)
    assert time.monotonic() - began < 30


def test_p21_whoever_types_faster_than_the_relay_answers_is_not_taken_for_a_stranger(desk: PeopledDesk) -> None:
    desk.window.bar.call.emit()
    dialog = desk.find(IntakeDialog)
    dialog.who.setText(KNOWN_NUMBER)
    dialog.problem.setPlainText("It smokes")
    QTest.keyClick(dialog.problem, Qt.Key.Key_Return)
    desk.gone(IntakeDialog)
    call = desk.last(envelope.TakeCall)
    assert isinstance(call, envelope.TakeCall)
    assert call.user == "eva"


def test_p21_a_caller_for_whom_the_register_could_not_be_asked_is_looked_for_again_and_no_stranger(
    qtbot: QtBot,
) -> None:
    dialog = IntakeDialog()
    qtbot.addWidget(dialog)
    searched: list[str] = []
    dialog.searched.connect(searched.append)
    dialog.who.setText(KNOWN_NUMBER)
    qtbot.waitUntil(lambda: searched == [KNOWN_NUMBER])
    dialog.show_unasked(KNOWN_NUMBER)
    assert dialog._found.text() == "The register cannot be asked at the moment."
    dialog.problem.setPlainText("It smokes")
    with qtbot.waitSignal(dialog.submitted):
        QTest.keyClick(dialog.problem, Qt.Key.Key_Return)
        assert searched == [KNOWN_NUMBER] * 2
        caller = envelope.Caller(events.User("eva", "Eva Beispiel"), "Firma GmbH", (), ())
        dialog.show_callers(envelope.Callers(0, certain=True, callers=(caller,)))
    call = dialog.message(1)
    assert isinstance(call, envelope.TakeCall)
    assert call.user == "eva"


def test_a_stranger_is_written_down_by_name_and_what_is_missing_is_said(desk: PeopledDesk) -> None:
    desk.window.bar.call.emit()
    dialog = desk.find(IntakeDialog)
    desk.press(dialog, "Make the ticket")
    assert "who calls" in dialog._notice.sentence
    dialog.who.setText("Bob")
    desk.press(dialog, "Make the ticket")
    assert "problem" in dialog._notice.sentence
    dialog.problem.setPlainText("Help")
    desk.press(dialog, "Make the ticket")
    desk.gone(IntakeDialog)
    call = desk.last(envelope.TakeCall)
    assert isinstance(call, envelope.TakeCall)
    assert (call.user, call.requester, call.phone) == ("", "Bob", "")


def test_p02_everybody_and_everything_around_a_ticket_stands_beside_it(desk: PeopledDesk) -> None:
    desk.open()
    desk.until(desk.window.ticket.people.isVisible)
    names = [w.accessibleName() for w in desk.window.ticket.people.findChildren(QPushButton)]
    assert names[0] == "Ticket 15: VPN drops, solved?"
    shown = [label.accessibleName() for label in desk.window.ticket.people.findChildren(type(desk.window._me))]
    assert "Contact: Tina Tech, +49 30 1234567" in shown
    assert "Deputy: Petr Malý, +49 30 7654321 (away)" in shown
    assert "Machines: EVA-LAPTOP, EVA-HOME (not reachable)" in shown


def test_whoever_is_not_in_the_register_is_named_all_the_same_and_has_the_desks_contract(desk: PeopledDesk) -> None:
    desk.open()
    card = desk.window.ticket.people
    desk.until(card.isVisible)
    card.show_people(msgspec.structs.replace(PEOPLE, user=None, customer="", contract="gold"), "Eva Novák")
    QTest.qWait(0)
    shown = [label.accessibleName() for label in card.findChildren(QLabel) if label.isVisible()]
    assert "Requester: Eva Novák (not in the register)" in shown
    assert "Contract: gold" in shown
    assert not [name for name in shown if name.startswith("Customer")]


def test_the_facts_of_a_ticket_stand_below_each_other_whichever_part_they_are_in(desk: PeopledDesk) -> None:
    desk.open()
    pane = desk.window.ticket
    desk.until(pane.people.isVisible)
    pane.short.show_lines((SummaryLine(SummaryTopic.ASKED, "Excel says my file is locked", (1,)),))
    QTest.qWait(0)
    begins = {
        label.mapTo(pane, QPoint()).x()
        for label in pane.findChildren(QLabel)
        if label.accessibleName().startswith(("Asked: ", "Requester: ", "Customer: "))
    }
    assert len(begins) == 1


def test_a_long_name_is_read_whole_in_the_field_of_whom_to_hand_over_to(qtbot: QtBot) -> None:
    name = "Maximiliane-Theodora von Hohenstein-Wittgenstein zu Sayn"
    known = {"network": 3, "office": 2, "macos": 1, "printing": 3, "databases": 2, "telephony": 1}
    one = COLLEAGUES[2]
    long = msgspec.structs.replace(one, profile=msgspec.structs.replace(one.profile, name=name, skills=known), open=0)
    dialog = HandOverDialog(ticket())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_staff((*COLLEAGUES, long))
    qtbot.waitUntil(lambda: dialog._to.width() > dialog._to.fontMetrics().horizontalAdvance(name))
    assert dialog._to.currentText().startswith(name)
    assert dialog._to.currentText() in dialog._to.toolTip()
    assert dialog.width() < LEAST_ROOM.width()


def test_p02_p13_a_ticket_is_handed_over_with_its_card_and_a_refusal_keeps_it(desk: PeopledDesk) -> None:
    desk.open()
    desk.refuse[envelope.HandOver] = "Petr Malý knows less of excel (0) than who has it now (3): say why all the same."
    QTest.keyClick(desk.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.find(HandOverDialog)
    desk.until(lambda: dialog.to)
    desk.press(dialog, "Hand over")
    assert "what was tried" in dialog._notice.sentence
    for name, text in (("Tried", "Restarted"), ("Known", "Only Eva"), ("Next step", "Ask Anna")):
        desk.write(dialog, name, text)
    dialog._to.setCurrentIndex(dialog._to.findData("petr"))
    dialog._skill.setCurrentIndex(dialog._skill.findData("excel"))
    desk.press(dialog, "Hand over")
    desk.until(lambda: "knows less" in dialog._notice.sentence)
    assert dialog.card == ("Restarted", "Only Eva", "Ask Anna")
    desk.refuse.clear()
    QTest.keyClicks(dialog._reason, "I leave")
    desk.press(dialog, "Hand over")
    desk.gone(HandOverDialog)
    sent = desk.last(envelope.HandOver)
    assert isinstance(sent, envelope.HandOver)
    assert (sent.to, sent.tried, sent.skill, sent.reason) == ("petr", "Restarted", "excel", "I leave")


def test_p03_p42_an_absence_is_set_from_who_is_there(desk: PeopledDesk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    page = desk.find(StaffDialog)
    desk.until(lambda: page._table.rowCount() == 3)
    assert page._waiting.text() == "4 waiting. Whoever comes now waits about 35 minutes."
    assert "22.5 min expected, 19.8 min in fact" in page._forecasts.text()
    page._table.selectRow(2)
    desk.press(page, "Absence")
    dialog = desk.find(AbsenceDialog)
    assert dialog.who == "ola"
    desk.press(dialog, "Set absence")
    desk.gone(AbsenceDialog)
    sent = desk.last(envelope.SetAbsence)
    assert isinstance(sent, envelope.SetAbsence)
    assert (sent.staff, sent.begin < sent.end) == ("ola", True)
    desk.until(lambda: desk.window.notice.sentence == "Handed over: 17 → Tina Tech.")


def test_p03_an_absence_chosen_without_a_click_can_be_taken_back(desk: PeopledDesk) -> None:
    page = StaffDialog(desk.window)
    end = NOW + timedelta(days=1)
    forecasts = envelope.Forecasts(0, 0.0, 0.0, 0.0)
    absences = (envelope.AbsenceLine("a" * 32, "ola", NOW, end), envelope.AbsenceLine("b" * 32, "petr", NOW, end))
    page.show_list(envelope.StaffList(1, COLLEAGUES, 4, 35, forecasts, (), absences))
    page.show()
    back: list[str] = []
    page.taken_back.connect(back.append)
    assert not page._back.isEnabled()
    model = page._away.selectionModel()
    rows = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    model.select(page._away.model().index(1, 0), rows)  # as a screen reader does: nothing becomes the current row
    assert page._back.isEnabled()
    page._back.click()
    assert back == ["b" * 32]


def test_names_are_not_cut_where_there_is_room_to_hand_over(desk: PeopledDesk) -> None:
    desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.find(HandOverDialog)
    desk.until(lambda: dialog.to)
    desk.until(lambda: {dialog._to.width(), dialog._skill.width()} == {dialog._reason.width()})


def test_an_article_without_its_problem_asks_for_it(desk: PeopledDesk) -> None:
    dialog = ArticleDialog(msgspec.structs.replace(fresh(17, "Page 2 fails", "Eva"), solution="Driver"), desk.window)
    assert dialog.what_is_missing() == ""
    dialog._problem.setPlainText(" ")
    assert dialog.what_is_missing() == "Please write what the problem is that it solves."


def test_p26_an_offer_is_taken_or_left_with_a_reason(desk: PeopledDesk) -> None:
    offered = envelope.WorkOffered(fresh(17, "The printer", "Jörg"))
    desk.relay.push(offered)
    desk.until(desk.window.offer.isVisible)
    desk.press(desk.window, "Leave it to others")
    dialog = desk.find(TextDialog)
    desk.press(dialog, "Leave it")
    assert "a few words" in dialog._notice.sentence
    desk.write(dialog, "Reason", "Plotters are not mine")
    desk.press(dialog, "Leave it")
    desk.gone(TextDialog)
    desk.until(lambda: not desk.window.offer.isVisible())
    sent = desk.last(envelope.DeclineOffer)
    assert isinstance(sent, envelope.DeclineOffer)
    assert (sent.ticket, sent.reason) == (17, "Plotters are not mine")
    desk.relay.push(offered)
    desk.until(desk.window.offer.isVisible)
    desk.relay.push(envelope.TicketChanged(ticket(17, state=TicketState.IN_PROGRESS, revision=9)))
    desk.until(lambda: not desk.window.offer.isVisible())


def test_p26_an_offer_goes_when_its_ticket_changes_hands(desk: PeopledDesk) -> None:
    offered = envelope.WorkOffered(fresh(17, "The printer", "Jörg"))
    desk.relay.push(offered)
    desk.until(desk.window.offer.isVisible)
    desk.relay.push(envelope.TicketChanged(msgspec.structs.replace(offered.ticket, owner=TINA, revision=99)))
    desk.until(lambda: not desk.window.offer.isVisible())


def test_p26_an_offer_is_taken_with_its_urgency_judged(desk: PeopledDesk) -> None:
    desk.relay.push(envelope.WorkOffered(fresh(17, "The printer", "Jörg")))
    desk.until(desk.window.offer.isVisible)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(desk.window, Qt.Key.Key_T, keys)
    desk.press(desk.find(TakeDialog), "Take it")
    desk.gone(TakeDialog)
    desk.last(envelope.TakeTicket)
    desk.until(lambda: not desk.window.offer.isVisible())


def test_p31_an_appointment_is_made_and_one_that_is_agreed_is_ended(desk: PeopledDesk) -> None:
    desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.find(AppointmentDialog)
    assert dialog.text == "Look at it together"
    dialog._what.setCurrentIndex(1)
    desk.press(dialog, "Save")
    desk.gone(AppointmentDialog)
    ended = desk.last(envelope.EndAppointment)
    assert isinstance(ended, envelope.EndAppointment)
    assert (ended.appointment, ended.outcome) == (f"{17:032x}", AppointmentOutcome.KEPT)
    desk.window.ticket.appointment.emit()
    dialog = desk.find(AppointmentDialog)
    dialog._which.setCurrentIndex(0)
    dialog._text.setText("On the phone")
    dialog._minutes.setValue(45)
    desk.press(dialog, "Save")
    desk.gone(AppointmentDialog)
    made = desk.last(envelope.MakeAppointment)
    assert isinstance(made, envelope.MakeAppointment)
    assert (made.end - made.begin).total_seconds() == 45 * 60
    assert made.appointment != f"{17:032x}"


def test_p31_the_week_leads_to_its_tickets(desk: PeopledDesk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    week = desk.find(WeekDialog)
    rows = week.findChild(QListWidget)
    assert rows is not None
    desk.until(lambda: rows.count() >= 4)
    desk.press(week, "The week after")
    desk.until(lambda: len(desk.heard(envelope.ListAppointments)) == 2)
    first = next(i for i in range(rows.count()) if "Look at it together" in rows.item(i).text())
    rows.itemActivated.emit(rows.item(first))
    desk.gone(WeekDialog)
    desk.until(lambda: desk.window.ticket.number == 17)


def test_p27_a_price_for_going_first_shows_whom_it_costs_time(desk: PeopledDesk) -> None:
    desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.find(QuoteDialog)
    desk.write(dialog, "For what", "Before the meeting")
    desk.press(dialog, "Ask the customer")
    assert "write the price" in dialog._notice.sentence  # 0.00 would be a gift that nobody meant
    dialog._price.setValue(87.5)
    dialog._faster.setChecked(True)
    desk.until(lambda: "Nobody has to wait longer." in dialog._plan.text())
    desk.press(dialog, "Ask the customer")
    desk.gone(QuoteDialog)
    made = desk.last(envelope.MakeQuote)
    assert isinstance(made, envelope.MakeQuote)
    assert (made.price_cents, made.currency, made.within_min) == (8750, "EUR", 60)


@pytest.mark.parametrize(
    ("yes_by", "said"), [((), "Nobody of this customer may accept"), (("Otto Chef",), "has named: Otto Chef.")]
)
def test_p11_whoever_names_a_price_is_told_if_the_requester_may_not_accept_it(
    desk: PeopledDesk, yes_by: tuple[str, ...], said: str
) -> None:
    desk.yes_by = yes_by
    desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.find(QuoteDialog)
    desk.until(lambda: said in dialog._accepts.text())


def test_p40_a_complaint_becomes_a_ticket_of_its_own(desk: PeopledDesk) -> None:
    desk.open()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(desk.window, Qt.Key.Key_C, keys)
    dialog = desk.find(TextDialog)
    desk.write(dialog, "Complaint", "Nobody called back")
    desk.press(dialog, "Write it down")
    desk.gone(TextDialog)
    sent = desk.last(envelope.Complain)
    assert isinstance(sent, envelope.Complain)
    assert (sent.ticket, sent.problem) == (17, "Nobody called back")
    desk.until(lambda: desk.window.ticket.number == 31)


def test_the_intake_moves_nothing_when_the_caller_is_found(qtbot: QtBot) -> None:
    dialog = looks_of_a_call()
    qtbot.addWidget(dialog)
    dialog.show()
    assert isinstance(dialog, IntakeDialog)
    before = dialog.problem.y()
    dialog.show_callers(envelope.Callers(0, certain=False, callers=()))
    assert dialog.problem.y() == before
