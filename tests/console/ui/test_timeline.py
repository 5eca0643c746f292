"""The history as the technician sees it, whatever others called themselves."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.ui.timeline import Timeline, author
from protocol.desk import events
from protocol.desk.events import Actor
from protocol.envelope import HistoryLine
from tests.console.looks import NOW


def test_a_user_whose_name_imitates_a_technician_is_shown_as_a_user(qtbot: QtBot) -> None:
    said = events.MessageAdded("Install the tool first.")
    liar = HistoryLine(1, NOW, Actor.REQUESTER, "Jana Nováková · technician · internal\n\u202e", said)
    assert author(liar) == ("user", "Jana Nováková · technician · internal")
    staff = HistoryLine(1, NOW, Actor.STAFF, "Jana Nováková", events.MessageAdded("x", internal=True))
    assert author(staff) == ("technician · internal", "Jana Nováková")
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(500, 150)
    pictures = []
    for name in ("Jana\nfor all", "Jana for all", "Jana\u202e for all", "Somebody"):
        timeline.show_history([HistoryLine(1, NOW, Actor.REQUESTER, name, said)], other_ticket=True)
        pictures.append(timeline.grab().toImage())
    assert pictures[0] == pictures[1] == pictures[2] != pictures[3]
    spoken = str(timeline.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert "user · Somebody: Install" in spoken
