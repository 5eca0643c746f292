"""P11: a price on a colleague's request is decided on in the window of whoever may order."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine
from tests.agent.desk import desk_and_relay
from tests.relay.peopled import history, owned, peopled
from tests.relay.rig import House


def _house(path: Path) -> House:
    return peopled(path, events.MachineSet(Machine("desktop", "Adam's", "adam")))


@pytest.mark.parametrize("accepted", [True, False])
def test_p11_a_price_on_a_colleagues_request_is_answered_in_the_window_of_whoever_may_order(
    qtbot: QtBot, tmp_path: Path, accepted: bool
) -> None:
    with desk_and_relay(tmp_path, qtbot, _house) as (desk, relay):
        desk.connected()
        jana: Any = relay.play(relay.relay.console("jana"))
        adam: Any = relay.play(relay.relay.agent("desktop"))
        number = relay.play(owned(adam, jana, "jana", problem="The printer is on fire."))
        valid = datetime.now(UTC) + timedelta(days=1)
        key = secrets.token_hex(16)
        relay.play(jana.ask(envelope.MakeQuote, number, key, "A new printer", 12_900, "EUR", valid, None))
        card = desk.window.requests.offers
        desk.window.show_requests()
        desk.until(card.isVisible)
        assert "Adam Bílý has asked for help: The printer is on fire. It costs extra" in desk.says()
        assert "129.00 EUR. The price holds until tomorrow at" in desk.says()
        (card.yes if accepted else card.no).click()
        desk.until(lambda: not card.isVisible())
        read: Any = relay.play(jana.ask(envelope.ReadTicket, number))
        (answered,) = history(read, events.QuoteAnswered)
        assert (answered.accepted, answered.user) == (accepted, "eva")
