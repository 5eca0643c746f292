"""Two technicians at one ticket: whoever comes second is told by whom it was changed, and loses nothing he typed."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.dialogs import NextStepDialog
from protocol import envelope
from tests.console.beside_relay import console_and_relay
from tests.relay.peopled import owned, peopled


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
