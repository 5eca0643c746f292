"""P41: a rating for each resolution, given in the agent's window, and kept in the history."""

from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from tests.agent.desk import HelpedDesk, desk_and_relay


def rate(desk: HelpedDesk, stars: int, why: str) -> None:
    card = desk.window.request.rating
    desk.until(card.isVisible)
    card.stars[stars - 1].click()
    card.why.setPlainText(why)
    card.send.click()
    desk.until(lambda: not card.isVisible())
    desk.until(lambda: not desk.window.unsent)


def test_p41_the_user_gives_stars_once_and_the_history_keeps_them(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.ResolveTicket, number, "Put it out"))
        verdict = desk.window.request.verdict
        desk.until(verdict.isVisible)
        assert not desk.window.request.rating.isVisible()  # one thing at a time
        verdict.yes.click()
        rate(desk, 4, "Quick and friendly")
        desk.until(lambda: "You gave 4 stars of 5. Quick and friendly" in desk.says())
        read: Any = relay.play(jana.ask(envelope.ReadTicket, number))
        given = [line.event for line in read.history if isinstance(line.event, events.Rated)]
        assert given == [events.Rated(4, "Quick and friendly")]
        assert not desk.window.request.rating.isVisible()
