"""P33: what was understood is read back to the user, and an unanswered question blocks the solution."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk.states import TicketState
from tests.agent.desk import desk_and_relay


def test_p33_questions_are_answered_one_at_a_time_and_until_then_nothing_is_solved(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.AskRequester, number, "a" * 32, "Which printer?"))
        relay.play(jana.ask(envelope.SayUnderstood, number, "You want to print in blue."))
        refused = relay.play(jana.ask(envelope.ResolveTicket, number, "Put it out"))
        assert isinstance(refused, envelope.RequestRefused)
        card = desk.window.request.asked
        desk.until(lambda: "Which printer?" in desk.says() and "After that, there is 1 more thing." in desk.says())
        assert not card.yes.isEnabled()  # an empty answer is none
        card.answer.setPlainText("The one in the kitchen")
        card.yes.click()
        desk.until(lambda: "Jana Nováková understood it like this. Is that right?" in desk.says())
        card.answer.setPlainText("In red")
        card.no.click()
        desk.until(lambda: "You said that we did not quite understand you. In red" in desk.says())
        desk.until(lambda: not desk.window.unsent)
        resolved = relay.play(jana.ask(envelope.ResolveTicket, number, "Put it out"))
        assert isinstance(resolved, envelope.Ticket)
        assert resolved.ticket.state is TicketState.RESOLVED
        desk.until(desk.window.request.verdict.isVisible)
        assert not card.isVisible()
