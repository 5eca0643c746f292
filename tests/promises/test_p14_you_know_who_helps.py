"""P14: whoever takes a request over is introduced to the user, with name, title and phone."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol import envelope
from tests.agent.desk import desk_and_relay
from tests.relay.peopled import CARD, peopled


def test_p14_the_new_handler_is_introduced_with_name_title_and_phone(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        desk.until(lambda: "Jana Nováková helps you" in desk.says())
        assert "Support engineer" in desk.says()
        assert "+420 123 456" in desk.says()
        jana_is = "Jana Nováková, Support engineer, +420 123 456"
        assert desk.notes == [f"Request {number}: According to the help desk: {jana_is} takes care of it now."]


def test_p14_and_so_is_whoever_comes_after(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot, house=peopled) as (desk, relay):
        desk.connected()
        number = desk.asks()
        desk.until(lambda: "Jana Nováková helps you" in desk.says())
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        handed = relay.play(jana.ask(envelope.HandOver, number, "petr", **CARD))
        assert isinstance(handed, envelope.Ticket), handed
        desk.until(lambda: "Petr Dvořák helps you" in desk.says())
        assert "Petr Dvořák, Support engineer, +420 123 456 takes care" in desk.notes[-1]
        jana_took, petr_took = (
            f"{name}, Support engineer, +420 123 456 takes care of it." for name in ("Jana Nováková", "Petr Dvořák")
        )
        desk.until(lambda: jana_took in desk.says() and petr_took in desk.says())  # the history stays


def test_p14_a_change_without_a_new_handler_introduces_nobody(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.SetNextStep, number, "I bring a fire extinguisher"))
        desk.until(lambda: "Next: I bring a fire extinguisher" in desk.says())
        assert len(desk.notes) == 1
