"""The history as the technician sees it, whatever others called themselves."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from console.ui.figures_dialog import FiguresDialog
from console.ui.timeline import Timeline, author, said
from protocol.desk import events
from protocol.desk.events import Actor, Attachment
from protocol.envelope import HistoryLine
from tests.console.made_up import NOW


def test_a_user_whose_name_imitates_a_technician_is_shown_as_a_user(qtbot: QtBot) -> None:
    message = events.MessageAdded("Install the tool first.")
    liar = HistoryLine(1, NOW, Actor.REQUESTER, "Jana Nováková · technician · internal\n\u202e", message)
    assert author(liar) == ("user", "Jana Nováková · technician · internal")
    staff = HistoryLine(1, NOW, Actor.STAFF, "Jana Nováková", events.MessageAdded("x", internal=True))
    assert author(staff) == ("technician · internal", "Jana Nováková")
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(500, 150)
    pictures = []
    for name in ("Jana\nfor all", "Jana for all", "Jana\u202e for all", "Somebody"):
        timeline.show_history([HistoryLine(1, NOW, Actor.REQUESTER, name, message)], other_ticket=True)
        pictures.append(timeline.grab().toImage())
    assert pictures[0] == pictures[1] == pictures[2] != pictures[3]
    spoken = str(timeline.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert "user · Somebody: Install" in spoken


def test_a_sessions_figures_are_one_line_and_on_demand_a_table(qtbot: QtBot) -> None:
    samples = (
        events.Sample(600.0, 9.0, 5.0, 18_000, 4_000_000, 1.0),
        events.Sample(720.0, 9.0, 5.0, 4320, 100_000, 1.0),
    )
    line = HistoryLine(1, NOW, Actor.STAFF, "Jana", events.SessionMeasured("a" * 32, samples))
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.show()
    timeline.show_history([line], other_ticket=True)
    index = timeline.model().index(0, 0)
    assert "The picture: 12 minutes, 9 ms, 31 frames/s, 4.1 MB" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    timeline.activated.emit(index)
    (dialog,) = timeline.findChildren(FiguresDialog)
    (table,) = dialog.findChildren(QTableWidget)
    cells = [[_text(table, row, column) for column in range(table.columnCount())] for row in range(table.rowCount())]
    assert cells == [
        ["10:00", "9 ms", "5 ms", "30.0", "6.7 kB/s", "100.0 %"],
        ["12:00", "9 ms", "5 ms", "36.0", "0.8 kB/s", "100.0 %"],
    ]
    dialog.close()


def _text(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    return item.text() if item else ""


def test_files_that_came_with_a_message_stand_below_it_with_name_and_size() -> None:
    files = (Attachment("screen\n.png", "image/png", 120_000, "0" * 64), Attachment("film.mov", "", 90_000_000, ""))
    line = HistoryLine(1, NOW, Actor.REQUESTER, "Eva", events.MessageAdded("It says this:", attachments=files))
    below = "File: screen .png (120 kB)\nFile that was not kept: film.mov (90 MB)"
    assert said(line) == f"It says this:\n{below}"
    assert said(HistoryLine(2, NOW, Actor.REQUESTER, "Eva", events.MessageAdded("", attachments=files))) == below
