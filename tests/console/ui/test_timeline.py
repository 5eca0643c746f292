"""The history as the technician sees it, whatever others called themselves."""

import random
from datetime import timedelta

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QTableWidget
from pytestqt.qtbot import QtBot

from console import language
from console.ui import words
from console.ui.figures_dialog import FiguresDialog
from console.ui.timeline import Timeline, _lay_out, _places, author, said
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


def shown(timeline: Timeline) -> tuple[QStyleOptionViewItem, list[QRect]]:
    timeline.grab()
    QApplication.processEvents()
    option = QStyleOptionViewItem()
    timeline.initViewItemOption(option)
    return option, [timeline.visualRect(timeline.model().index(row, 0)) for row in range(timeline.model().rowCount())]


WORDS = ("Donaudampfschifffahrtsgesellschaft", "und", "so", "weiter", "https://example.org/" + "a" * 80, "\n")


def lines(chance: random.Random, most: int) -> list[HistoryLine]:
    return [
        HistoryLine(
            number,
            NOW - timedelta(days=chance.randint(0, 300)),
            chance.choice((Actor.REQUESTER, Actor.STAFF)),
            "Jana " * chance.randint(1, 20),
            events.MessageAdded(" ".join(chance.choices(WORDS, k=chance.randint(1, 30)))),
        )
        for number in range(1, most + 1)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_lines_never_lie_over_each_other_however_the_window_is_drawn(qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.show()
    written = lines(chance, 30)
    for _ in range(60):
        if chance.random() < 0.6:
            timeline.resize(chance.randint(150, 900), chance.randint(100, 700))
        else:
            timeline.show_history(written[: chance.randint(0, 12)], other_ticket=chance.random() < 0.5)
        option, rects = shown(timeline)
        below = None
        for line, rect in zip(timeline.lines, rects, strict=True):
            body = _places(option, rect)[2]
            assert below is None or rect.top() == below + 1
            assert _lay_out(said(line), option.font, body.width()).boundingRect().height() <= body.height()
            below = rect.bottom()


@pytest.mark.parametrize("spoken", ["en", "de"])
def test_each_date_has_its_room(qtbot: QtBot, spoken: str) -> None:
    language.choose(spoken)
    timeline = Timeline()
    qtbot.addWidget(timeline)
    option, _ = shown(timeline)
    time, head, _body = _places(option, QRect(0, 0, 600, 40))
    widest = max(option.fontMetrics.horizontalAdvance(words.clock(NOW - timedelta(days=day))) for day in range(1, 400))
    assert time.left() + widest < head.left()
