"""P11, P27: the user is asked for a yes to a price in his own window, and told when it goes first."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from tests.agent.desk import desk_and_relay
from tests.relay.peopled import history, peopled

OVER_WORD = "You agreed to the price."


def test_p11_p27_a_price_is_agreed_to_in_the_users_window_and_then_the_ticket_goes_first(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with desk_and_relay(tmp_path, qtbot, peopled) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        until = datetime.now(UTC) + timedelta(days=1)
        key = secrets.token_hex(16)
        relay.play(jana.ask(envelope.MakeQuote, number, key, "Done before noon", 8750, "EUR", until, 60))
        card = desk.window.request.asked
        desk.until(lambda: "Jana Nováková offers this for 87.50 EUR:" in desk.says())
        assert "Done before noon" in desk.says()
        assert card.yes.accessibleName() == "Yes, for 87.50 EUR"
        card.yes.click()
        desk.until(lambda: OVER_WORD in desk.says() and "It goes first now." in desk.says())
        assert not card.isVisible()
        read = relay.play(jana.ask(envelope.ReadTicket, number))
        assert history(read, events.QuoteAnswered)[0].user == "eva"
        (ahead,) = history(read, events.MovedAhead)
        assert timedelta(minutes=59) < ahead.done_by - datetime.now(UTC) <= timedelta(minutes=60)
        second = secrets.token_hex(16)
        relay.play(jana.ask(envelope.MakeQuote, number, second, "A new mouse", 1000, "EUR", until))
        desk.until(lambda: "offers this for 10.00 EUR:" in desk.says())
        card.no.click()
        desk.until(lambda: "You did not agree to the price." in desk.says())
