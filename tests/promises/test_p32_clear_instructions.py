"""P32: clear instructions, no expertise demanded: numbered steps in the agent's window, with "do it for me"."""

from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from tests.agent.desk import desk_and_relay

STEPS = ("Open the lid.", "Take the paper out.", "Close the lid.")


def answers(relay: Any, console: Any, number: int) -> list[Any]:
    read = relay.play(console.ask(envelope.ReadTicket, number))
    return [line.event for line in read.history if isinstance(line.event, events.InstructionAnswered)]


def test_p32_steps_come_numbered_and_whoever_gets_stuck_has_it_done_for_him(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.GiveInstruction, number, "a" * 32, STEPS))
        card = desk.window.request.asked
        desk.until(card.isVisible)
        assert [tick.accessibleName() for tick in card.ticks] == [
            "1. Open the lid.",
            "2. Take the paper out.",
            "3. Close the lid.",
        ]
        assert "Jana Nováková asks you to do this, one step after the other:" in desk.says()
        card.ticks[0].click()
        card.no.click()
        desk.until(lambda: "You asked us to do it for you, from step 2 on." in desk.says())
        desk.until(lambda: not desk.window.unsent)
        assert answers(relay, jana, number) == [events.InstructionAnswered("a" * 32, done=False, step=2)]
        assert not card.isVisible()


def test_p32_or_says_that_it_is_done(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.GiveInstruction, number, "a" * 32, STEPS))
        desk.until(desk.window.request.asked.isVisible)
        desk.window.request.asked.yes.click()
        desk.until(lambda: "You did the steps." in desk.says())
        desk.until(lambda: not desk.window.unsent)
        assert answers(relay, jana, number) == [events.InstructionAnswered("a" * 32, done=True)]
