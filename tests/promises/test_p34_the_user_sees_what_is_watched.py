"""P34: whoever uses a machine reads in the window "About" what it tells the help desk by itself."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.ui import watched
from protocol.desk import events
from protocol.desk.events import Threshold
from tests.agent.desk import HelpedDesk, desk_and_relay
from tests.relay.peopled import peopled

DISK = Threshold("disk.used_percent", limit=90, clear=85, ticket=True)
MEMORY = Threshold("memory.available_mb", limit=500, clear=600, above=False)


def about(desk: HelpedDesk) -> str:
    return "\n".join(label.text() for label in desk.agent.about.watch.findChildren(QLabel))


def test_p34_the_user_sees_from_when_on_the_help_desk_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    watching = events.ThresholdsSet((DISK, MEMORY))
    with desk_and_relay(tmp_path, qtbot, house=lambda path: peopled(path, watching)) as (desk, _relay):
        assert not desk.agent.about.watch.isVisibleTo(desk.agent.about)
        desk.connected()
        desk.until(lambda: "A drive is more than 90\u00a0% full." in about(desk))
        assert "Less than 500\u00a0MB of memory is left." in about(desk)
        assert "nothing of what you do or write" in about(desk)
        assert desk.agent.about.watch.isVisibleTo(desk.agent.about)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Threshold("cpu.percent", 95, 80), "The processor is more than 95\u00a0% busy."),
        (Threshold("battery.percent", 20, 30, above=False), "The battery has less than 20\u00a0%."),
        (Threshold("fan.rpm", 0.5, 1, above=False), "fan.rpm is below 0.5."),
        (Threshold("disk.free_mb", 9, 9), "disk.free_mb is above 9\u00a0MB."),
    ],
)
def test_each_figure_has_a_sentence_and_one_that_a_newer_desk_knows_its_name(one: Threshold, said: str) -> None:
    assert watched.sentences([one]) == [said]
