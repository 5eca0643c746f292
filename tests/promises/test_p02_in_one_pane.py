"""P2: whoever takes over has user, machine, earlier tickets and sessions before him in one window, and asks nobody."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk.terms import EndReason
from tests.console.beside_relay import console_and_relay
from tests.relay.peopled import CARD, owned, peopled
from tests.relay.rig import given_consent, session_on


def test_p02_user_machine_tickets_sessions_and_the_card_stand_in_the_window_of_who_takes_over(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp, peopled) as (desk, relay):
        running = relay.relay
        eva, petr = relay.play(running.agent()), relay.play(running.console("petr"))
        before = relay.play(owned(eva, petr, "jana", problem="The paper was jammed"))
        session, _, _, number = relay.play(session_on(running, eva, petr))
        relay.play(eva.ask(envelope.ReportConsent, session, given_consent(eva, petr, session, number)))
        relay.play(petr.ask(envelope.ReportEnd, session, EndReason.TECHNICIAN_LEFT))
        relay.play(petr.hears(envelope.SessionOver))
        relay.play(petr.ask(envelope.AddSessionNote, session, "Looked at the printer settings."))
        handed = relay.play(petr.ask(envelope.HandOver, number, "jana", **CARD, reason="I go home"))
        assert isinstance(handed, envelope.Ticket), handed
        desk.open(number)
        people = desk.window.ticket.people
        desk.until(people.isVisible)
        facts = {label.accessibleName() for label in people.findChildren(QLabel)}
        assert {"Requester: Eva Králová", "Machines: Eva's laptop", "Customer: Firma s.r.o. · gold"} <= facts
        others = [button.accessibleName() for button in people.findChildren(QPushButton)]
        assert any(name.startswith(f"Ticket {before}: The paper was jammed") for name in others)
        history = desk.history()
        for told in (*CARD.values(), "Looked at the printer settings."):
            assert told in history, told
