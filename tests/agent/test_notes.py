"""What the user hears of beside the tray while the window is closed."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol import envelope
from tests.agent.desk import desk_and_relay


def test_a_word_of_the_technicians_is_told_while_nobody_looks_and_only_then(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        desk.until(lambda: "Jana Nováková helps you" in desk.says())
        relay.play(jana.ask(envelope.AddMessage, number, "Seen?"))
        desk.until(lambda: "Jana Nováková wrote: Seen?" in desk.says())
        before = list(desk.notes)
        desk.window.close()
        relay.play(jana.ask(envelope.AskRequester, number, "a" * 32, "Which <b>printer</b>?"))
        desk.until(lambda: len(desk.notes) > len(before))
        assert desk.notes == [*before, f"Request {number}: Jana Nováková asked: Which <b>printer</b>?"]
