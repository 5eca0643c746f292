"""Two technicians at one ticket: whoever comes second is told by whom it was changed, and loses nothing he typed."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.dialogs import ConnectDialog, NextStepDialog
from console.ui.session_window import SessionWindow
from protocol import envelope
from protocol.desk.events import EndReason
from tests.console.beside_relay import console_and_relay
from tests.relay.peopled import CARD, owned, peopled
from tests.relay.rig import given_consent, session_on


def test_both_see_what_the_other_did_and_what_was_typed_goes_out_with_the_second_press(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp, peopled) as (desk, relay):
        eva: Any = relay.play(relay.relay.agent())
        petr: Any = relay.play(relay.relay.console("petr"))
        number = relay.play(owned(eva, petr, "jana"))
        desk.open(number)
        desk.window.ticket.next_step.emit()
        dialog = desk.dialog(NextStepDialog)
        dialog._step.setPlainText("I come by at noon")
        relay.play(petr.ask(envelope.SetNextStep, number, "I order a new drum"))
        desk.until(lambda: "I order a new drum" in desk.history())
        dialog._go.click()
        desk.until(lambda: dialog._notice.sentence)
        assert dialog._notice.sentence.startswith("Petr Dvořák has changed this ticket in the meantime")
        assert relay.play(petr.ask(envelope.ReadTicket, number)).ticket.next_step == "I order a new drum"
        assert dialog.next_step == "I come by at noon"
        dialog._go.click()  # she has looked, and means it
        relay.play(petr.hears(envelope.TicketChanged, lambda said: said.ticket.next_step == "I come by at noon"))
        desk.until(lambda: "I come by at noon" in desk.history())
        assert "I order a new drum" in desk.history(), "and his word stays in the history"


def test_whoever_gets_a_ticket_with_a_session_on_it_sees_whose_it_is_and_may_take_its_place(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp, peopled) as (desk, relay):
        eva: Any = relay.play(relay.relay.agent())
        petr: Any = relay.play(relay.relay.console("petr"))
        session, *_, number = relay.play(session_on(relay.relay, eva, petr))
        relay.play(eva.ask(envelope.ReportConsent, session, given_consent(eva, petr, session, number)))
        desk.open(number)
        pane = desk.window.ticket
        desk.until(lambda: "Petr Dvořák has had a session since" in pane._facts.text())
        assert not pane._connect.isEnabled(), "his ticket, his session"
        assert "Petr Dvořák has had a session since" in pane._connect.toolTip()
        relay.play(petr.ask(envelope.HandOver, number, "jana", **CARD))
        desk.until(pane._connect.isEnabled)
        pane.connect_to.emit()
        dialog = desk.dialog(ConnectDialog)
        assert dialog._lead.text().startswith("Petr Dvořák still has a session on this ticket. It ends when you ask")
        dialog._go.click()
        over = relay.play(petr.hears(envelope.SessionOver))
        assert (over.session, over.reason) == (session, EndReason.HANDED_OVER)
        desk.dialog(SessionWindow)
        desk.until(lambda: "asks to see the screen" in pane._facts.text())
        desk.until(lambda: "The ticket's new owner took over." in desk.history())
        assert not pane._connect.isEnabled(), "one at a time"
