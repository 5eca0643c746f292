"""The windows of a technician's daily work: clocks, parts of the queue, search, short version, dialogs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.ui import live_clock
from console.ui.desk_dialogs import HoldDialog, MergeDialog, TagsDialog, TimeDialog
from console.ui.queue_model import Column, Part, QueueModel
from console.ui.search_dialog import SearchDialog
from console.ui.short_version import ShortVersion
from protocol.desk.clocks import ClockState
from protocol.desk.contract import Metric
from protocol.desk.events import WorkKind
from protocol.desk.overview import Flag
from protocol.desk.terms import HoldReason, SummaryTopic
from protocol.envelope import ClockView, SummaryLine, Tickets
from tests.console.made_up import NOW, QUEUE, fresh, ticket

ANSWER = ClockView(Metric.FIRST_RESPONSE, ClockState.RUNNING, NOW + timedelta(minutes=30), 1800, 3600, ticking=True)
SOLVE = ClockView(Metric.RESOLUTION, ClockState.RUNNING, NOW + timedelta(hours=5), 18000, 36000, ticking=True)


def shown(qtbot: QtBot, dialog: Any) -> Any:
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_a_clock_goes_on_between_two_messages_and_says_how_late_it_is() -> None:
    one = ticket(clocks=(SOLVE, ANSWER))
    assert live_clock.left(one, NOW).text == "answer in 30 min"
    assert live_clock.left(one, NOW + timedelta(minutes=20)).text == "answer in 10 min"
    late = live_clock.left(one, NOW + timedelta(minutes=37))
    assert (late.text, late.near) == ("answer: 7 min late", True)
    assert live_clock.left(ticket(clocks=(SOLVE,)), NOW).text == "solution in 5:00 h"
    kept = ClockView(Metric.FIRST_RESPONSE, ClockState.BREACHED, NOW - timedelta(hours=1), stopped=True)
    assert live_clock.left(ticket(clocks=(kept,)), NOW) == live_clock.NEVER


def test_a_clock_that_ticks_moves_no_row_and_the_column_sorts_by_it() -> None:
    model = QueueModel()
    model.replace_all((ticket(1, clocks=(SOLVE,)), ticket(2, clocks=(ANSWER,)), ticket(3)))
    before = [model.ticket(row).number for row in range(3)]
    model.now = lambda: NOW + timedelta(hours=6)
    model.refresh_ages()
    assert [model.ticket(row).number for row in range(3)] == before
    model.sort(Column.CLOCK)
    assert [model.ticket(row).number for row in range(3)] == [2, 1, 3]


def test_a_part_of_the_queue_shows_what_belongs_to_it() -> None:
    model = QueueModel()
    model.me = "tina"
    model.replace_all((ticket(1), fresh(2, "Nobody's", "Eva"), fresh(3, "Late", "Eva", flags=(Flag.BREACHED,))))
    for part, numbers in ((Part.MINE, {1}), (Part.NOBODYS, {2, 3}), (Part.LATE, {3}), (Part.ALL, {1, 2, 3})):
        model.set_part(part)
        assert {model.ticket(row).number for row in range(model.rowCount())} == numbers


def test_each_line_of_the_short_version_leads_to_its_events(qtbot: QtBot) -> None:
    short = shown(qtbot, ShortVersion())
    short.show_lines((SummaryLine(SummaryTopic.DONE, "12", (7, 9)), SummaryLine(SummaryTopic.ASKED, "<b>It</b>", (1,))))
    wanted: list[tuple[int, ...]] = []
    short.events_wanted.connect(wanted.append)
    for button in short.findChildren(QPushButton):
        button.click()
    assert wanted == [(7, 9), (1,)]


def test_time_is_entered_by_keyboard_alone_and_sent_again_under_the_same_number(qtbot: QtBot) -> None:
    dialog = shown(qtbot, TimeDialog(ticket()))
    QTest.keyClicks(dialog.focusWidget(), "12")
    assert dialog.what_is_missing()
    dialog._text.setPlainText("Talked it through")
    message = dialog.message(1)
    assert (message.end - message.begin, message.kind) == (timedelta(minutes=12), WorkKind.PHONE)
    assert message.end <= datetime.now(UTC)
    assert dialog.message(2).entry == message.entry


def test_what_a_dialog_asks_for_bears_the_revision_it_was_thought_of(qtbot: QtBot) -> None:
    held = shown(qtbot, HoldDialog(ticket(revision=7))).message(1)
    assert (held.reason, held.until, held.revision) == (HoldReason.USER, None, 7)
    merge = shown(qtbot, MergeDialog(ticket()))
    assert merge.what_is_missing()
    merge._into.setText("12")
    assert (merge.message(1).into, merge.what_is_missing()) == (12, "")
    tags = shown(qtbot, TagsDialog(ticket(tags=("old", "kept"))))
    tags._tags.setText("kept, New ,")
    assert (tags.message(1).added, tags.message(1).removed) == (("new",), ("old",))


def test_a_search_waits_for_the_last_letter_and_enter_opens_what_was_found(qtbot: QtBot) -> None:
    dialog = shown(qtbot, SearchDialog("tina"))
    with qtbot.waitSignal(dialog.wanted):
        QTest.keyClicks(dialog.field, "printer")
    assert (dialog.message(1).text, dialog.message(1).everything, dialog.message(1).owner) == ("printer", True, None)
    dialog.show_found(Tickets(1, QUEUE, len(QUEUE)))
    opened: list[int] = []
    dialog.opened.connect(opened.append)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert opened == [QUEUE[0].number]
