"""P40: complaints are welcome and go past the person concerned: from the user's window to the lead."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol.desk.terms import TicketKind
from tests.agent.desk import desk_and_relay
from tests.relay.peopled import peopled


def test_p40_a_complaint_from_the_users_window_becomes_a_ticket_of_the_leads(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot, house=peopled) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        card = desk.window.request.complaint
        desk.until(card.isVisible)
        card.want.click()
        assert not card.send.isEnabled()  # an empty one says nothing
        card.text.setPlainText("Nobody listened to me")
        card.send.click()
        desk.until(lambda: any(t.kind is TicketKind.COMPLAINT for t in desk.window._tickets.values()))
        desk.until(lambda: not desk.window.unsent)
        (complaint,) = [t for t in desk.window._tickets.values() if t.kind is TicketKind.COMPLAINT]
        assert (complaint.problem, complaint.number != number) == ("Nobody listened to me", True)
        desk.until(lambda: desk.window._tickets[complaint.number].owner is not None)
        owner = desk.window._tickets[complaint.number].owner
        assert owner is not None
        assert owner.name == "Olga Malá"  # who leads, not Jana
        assert desk.agent._clerk._own.by_number(complaint.number) is not None
        desk.window.show_ticket(complaint.number)
        desk.until(lambda: desk.window.request.number == complaint.number)
        assert not card.isVisible()  # about a complaint there is none
