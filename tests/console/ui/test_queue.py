from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from console.ui import words
from console.ui.queue_model import Column, QueueModel
from console.ui.queue_pane import QueuePane
from protocol.desk.states import TicketState
from protocol.envelope import TicketView
from tests.console.looks.desk import promised
from tests.console.made_up import NOW, QUEUE, fresh, ticket


def numbers(model: QueueModel) -> list[int]:
    return [model.ticket(row).number for row in range(model.rowCount())]


def shown_pane(qtbot: QtBot, tickets: tuple[TicketView, ...] = QUEUE) -> QueuePane:
    model = QueueModel()
    model.replace_all(tickets)
    pane = QueuePane(model)
    model.setParent(pane)
    qtbot.addWidget(pane)
    pane.resize(900, 300)
    pane.show()
    return pane


def test_unjudged_tickets_come_first_then_the_most_urgent_then_the_oldest() -> None:
    model = QueueModel()
    model.replace_all(QUEUE)
    assert numbers(model) == [21, 22, 15, 17, 12, 9]


def test_what_changes_or_comes_moves_no_row() -> None:
    model = QueueModel()
    model.replace_all(QUEUE)
    before = numbers(model)
    model.put(ticket(12, revision=9, priority=1))
    model.put(fresh(30, "New and very urgent", "Zoë"))
    model.put(ticket(17, revision=9, state=TicketState.CLOSED))
    assert numbers(model) == [*before, 30]
    model.sort_again()
    assert numbers(model) == [30, 21, 22, 12, 15, 9]


def test_the_selection_and_the_place_stay_while_the_queue_changes(qtbot: QtBot) -> None:
    many = tuple(ticket(n, asked_at=NOW + timedelta(seconds=n)) for n in range(1, 101))
    pane = shown_pane(qtbot, many)
    pane.select(50)
    place = pane.table.verticalScrollBar().value()
    assert place > 0
    with qtbot.assertNotEmitted(pane.selected):
        for number in range(200, 220):
            pane._model.put(fresh(number, "new", "x"))
        pane._model.put(ticket(1, revision=8, state=TicketState.CANCELLED))
        pane._model.replace_all((*many, fresh(300, "newer", "y")))
    assert (pane.current, pane.table.verticalScrollBar().value()) == (50, place)


def test_sorting_again_keeps_the_selected_ticket(qtbot: QtBot) -> None:
    pane = shown_pane(qtbot)
    pane.select(9)
    pane._model.sort(Column.NUMBER, Qt.SortOrder.AscendingOrder)
    assert numbers(pane._model) == [9, 12, 15, 17, 21, 22]
    assert pane.current == 9


def test_the_button_to_sort_appears_only_while_sorting_would_change_something(qtbot: QtBot) -> None:
    pane = shown_pane(qtbot)
    assert not pane._stale.isVisible()
    pane._model.put(fresh(30, "x", "y", asked_at=NOW - timedelta(days=1)))
    assert pane._stale.isVisible()
    pane._stale.click()
    assert not pane._stale.isVisible()


def test_the_filter_wants_every_word_somewhere(qtbot: QtBot) -> None:
    pane = shown_pane(qtbot)
    pane.filter.setText("excel EVA")
    assert numbers(pane._model) == [17]
    pane.filter.setText("P3")
    assert numbers(pane._model) == [12]
    pane.filter.setText("nothing has this")
    assert numbers(pane._model) == []
    assert pane._empty.text() == "Nothing fits the filter."


def test_an_older_revision_than_the_known_one_is_dropped() -> None:
    model = QueueModel()
    model.put(ticket(1, revision=5, next_step="new"))
    model.put(ticket(1, revision=4, next_step="old"))
    found = model.find(1)
    assert found is not None
    assert found.next_step == "new"


def test_a_ticket_whose_end_was_missed_while_the_line_was_cut_goes() -> None:
    model = QueueModel()
    model.replace_all(QUEUE)
    model.replace_all(t for t in QUEUE if t.number != 12)
    assert 12 not in numbers(model)


def test_enter_and_down_lead_from_the_filter_into_the_queue(qtbot: QtBot) -> None:
    pane = shown_pane(qtbot)
    pane.activateWindow()
    pane.filter.setFocus()
    QTest.keyClick(pane.filter, Qt.Key.Key_Down)
    assert pane.current == 21


def test_a_cell_says_aloud_what_its_picture_shows() -> None:
    model = QueueModel()
    model.replace_all(QUEUE)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(0, Column.ONLINE), role) == "reachable"
    assert model.data(model.index(1, Column.ONLINE), role) == "not reachable"
    assert "not judged yet" in str(model.data(model.index(0, Column.PRIORITY), role))


tickets = st.builds(
    ticket,
    st.integers(1, 12),
    revision=st.integers(1, 9),
    priority=st.none() | st.integers(1, 5),
    state=st.sampled_from(TicketState),
    problem=st.text(min_size=1, max_size=20),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.one_of(tickets, st.lists(tickets, max_size=5), st.sampled_from(Column), st.text(max_size=3))))
def test_whatever_comes_the_model_keeps_qts_rules(steps: list[object]) -> None:
    model = QueueModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    for step in steps:
        match step:
            case TicketView():
                model.put(step)
            case list():
                model.replace_all(step)
            case Column():
                model.sort(step, Qt.SortOrder.DescendingOrder)
            case str():
                model.set_filter(step)
        assert len(set(numbers(model))) == model.rowCount()


@pytest.mark.parametrize("width", [1280, 1440])
def test_the_problem_is_the_widest_column_and_nothing_else_is_cut(qtbot: QtBot, width: int) -> None:
    window = promised()
    qtbot.addWidget(window)
    window.resize(width, 900)
    window.show()
    table = window.queue.table
    widths = {column: table.columnWidth(column) for column in Column}
    assert max(widths, key=widths.__getitem__) is Column.PROBLEM
    assert sum(widths.values()) <= table.viewport().width()
    for column in [c for c in Column if c is not Column.PROBLEM and not table.isColumnHidden(c)]:
        assert widths[column] >= table.sizeHintForColumn(column), column.name


@pytest.mark.parametrize("spoken", ["en", "de"])
@pytest.mark.parametrize("width", [900, 973, 1100, 1440])
def test_however_little_room_there_is_what_is_late_is_read_whole(
    qtbot: QtBot, width: int, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", spoken)
    window = promised()
    qtbot.addWidget(window)
    window.resize(width, 650)
    window.show()
    table = window.queue.table
    late = Column.CLOCK
    assert table.columnViewportPosition(late) + table.sizeHintForColumn(late) <= table.viewport().width()
    assert table.columnWidth(late) >= table.sizeHintForColumn(late)


def test_nobody_waits_for_a_ticket_that_is_solved_or_closed() -> None:
    model = QueueModel()
    model.replace_all((ticket(12),))
    for state in (TicketState.RESOLVED, TicketState.CLOSED):
        model.put(ticket(12, revision=9, state=state))
        assert model.index(0, Column.WAITING).data() == words.NOTHING
