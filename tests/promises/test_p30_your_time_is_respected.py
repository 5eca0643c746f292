"""P30: whose time it is decides: a question at a bad moment is put off, and whoever asked reads until when."""

from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from agent.messages import QuestionRaised
from agent.own_tickets import OwnTicket
from protocol import envelope
from protocol.desk import events
from tests.agent.asked import NOW, a_question
from tests.agent.desk import desk_and_relay


def test_p30_not_now_means_no_and_says_when_instead(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        desk.agent._take(QuestionRaised(a_question(own=OwnTicket("a" * 32, "It burns", NOW, 20, number))))
        dialog = desk.agent.sharing.dialog
        assert dialog is not None
        answers: list[Any] = []
        dialog.answered.connect(answers.append)
        dialog.not_now.menu().actions()[1].trigger()
        assert [answer.scopes for answer in answers] == [frozenset()]
        assert desk.agent.sharing.dialog is None
        desk.until(lambda: "You wrote: Not now, please. It suits me " in desk.says() and not desk.window.unsent)
        read: Any = relay.play(jana.ask(envelope.ReadTicket, number))
        said = [line.event.text for line in read.history if isinstance(line.event, events.MessageAdded)]
        assert said[-1].startswith("Not now, please. It suits me ")
