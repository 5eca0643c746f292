"""P8: what would serve the customer better is accepted or declined in the window of a user who may order."""

from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, Threshold, User
from tests.agent.desk import RelayThread, desk_and_relay
from tests.relay.peopled import peopled
from tests.relay.rig import House

WATCHED = (
    events.ThresholdsSet((Threshold("disk.used_percent", limit=90, clear=85, for_s=0),)),
    events.MachineSet(Machine("desktop", "The plotter's PC", "eva")),
)


def _house(path: Path) -> House:
    return peopled(path, *WATCHED)


def _where_she_may_not_order(path: Path) -> House:
    return peopled(path, *WATCHED, events.UserSet(User("eva", "Eva", "firma")))


def _alerts(relay: RelayThread, *targets: str) -> None:
    """Three of each, from another machine of the same customer's."""
    other: Any = relay.play(relay.relay.agent("desktop"))
    for place, target in enumerate(targets):
        for number in range(3):
            fault = f"{place:016x}{number:016x}"
            relay.play(other.ask(envelope.ReportFault, fault, "disk.used_percent", target, "95 % used"))
            relay.play(other.ask(envelope.ReportRecovery, fault, "50 % used"))


def test_p08_each_recommendation_is_answered_once_in_the_users_window(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot, _house) as (desk, relay):
        desk.connected()
        _alerts(relay, "/", "/home")
        card = desk.window.requests.advice
        desk.window.show_requests()
        desk.until(card.isVisible)
        assert "The plotter's PC: disk.used_percent / was beyond its limit 3 times" in desk.says()
        assert "After that, there is 1 more thing." in desk.says()
        assert card.evidence.text().count("The plotter's PC: disk.used_percent /") == 3
        card.yes.click()
        desk.until(lambda: "disk.used_percent /home was beyond" in desk.says())
        card.no.click()
        desk.until(lambda: not card.isVisible())
        book = relay.play(relay.relay.relay._store.book())
        assert sorted(answer.accepted for answer in book.knowledge.answers.values()) == [False, True]


def test_p08_nobody_who_may_not_order_is_asked_or_heard(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot, _where_she_may_not_order) as (desk, relay):
        desk.connected()
        _alerts(relay, "/")
        desk.window.show_requests()
        desk.until(lambda: desk.window._about is not None)
        assert not desk.window.requests.advice.isVisible()
        book = relay.play(relay.relay.relay._store.book())
        (key,) = book.knowledge.recommendations
        other: Any = relay.play(relay.relay.agent("desktop"))
        refused: Any = relay.play(other.ask(envelope.AnswerAdvice, key, accepted=True))
        assert refused.sentence == "There is nothing to answer any more."
