import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.events import EnrolmentState, LinkState
from console.ui import shortcuts
from console.ui.composer import Composer
from console.ui.dialogs import NextStepDialog, NoteDialog, PriorityChip, ResolveDialog, TakeDialog, TextField
from console.ui.happenings import HISTORY_ENDS, happened
from console.ui.help import HelpOverlay
from console.ui.main_window import MainWindow
from console.ui.timeline import Timeline
from console.ui.words import ended, left, minutes
from protocol.desk import events
from protocol.desk.events import Actor, EndReason, Staff
from protocol.desk.states import TicketState
from protocol.envelope import HistoryLine, Ticket
from tests.console.looks.desk import desk, empty
from tests.console.made_up import DIAGNOSTICS, HISTORY, NOW, QUEUE, TINA, TINA_FACTS, ticket
from tests.console.relay import WITNESS

HOSTILE = "<b>bold</b><img src='file:///etc/passwd'><a href='http://x'>\u202egnp.exe %s {0} &amp; &Quit"


def test_the_help_lists_every_shortcut_once(qtbot: QtBot) -> None:
    overlay = HelpOverlay()
    qtbot.addWidget(overlay)
    shown = [label.text() for label in overlay.findChildren(QLabel)]
    for shortcut in (*shortcuts.MAIN, *shortcuts.SESSION):
        assert shown.count(shortcut.does) == 1
    keys = [shortcut.keys for shortcut in (*shortcuts.MAIN, *shortcuts.SESSION)]
    assert len(set(keys)) == len(keys)


def test_the_help_is_never_larger_than_the_screen(qtbot: QtBot) -> None:
    overlay = HelpOverlay()
    qtbot.addWidget(overlay)
    room = overlay.screen().availableGeometry().size()
    assert overlay.size().boundedTo(room) == overlay.size()
    assert overlay.minimumSizeHint().width() < 400
    overlay.resize(400, 300)
    overlay.show()
    close = next(b for b in overlay.findChildren(QPushButton) if b.accessibleName() == "Close")
    assert overlay.rect().contains(close.geometry())


def test_every_shortcut_of_the_main_window_does_something(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    bound = {shortcut.key().toString() for shortcut in window.findChildren(QShortcut)}
    assert {shortcut.keys for shortcut in shortcuts.MAIN} <= bound


def test_what_others_wrote_is_shown_as_it_is_written(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    view = ticket(revision=9, problem=HOSTILE, requester=HOSTILE, device_label=HOSTILE, next_step=HOSTILE)
    line = HistoryLine(12, NOW, Actor.REQUESTER, HOSTILE, events.MessageAdded(HOSTILE))
    window.model.put(view)
    window.ticket.show_ticket(Ticket(1, view, DIAGNOSTICS, (line,), WITNESS))
    window.notice.say(HOSTILE)
    labels = [label for label in window.findChildren(QLabel) if "<b>" in label.text()]
    assert len(labels) >= 4
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert all(not label.openExternalLinks() for label in labels)


def test_a_line_that_is_added_does_not_move_what_is_being_read(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(400, 150)
    timeline.show()
    timeline.show_history(HISTORY, other_ticket=True)
    timeline.verticalScrollBar().setValue(20)
    more = HistoryLine(99, NOW, Actor.STAFF, "Tina", events.MessageAdded("more\n" * 20))
    timeline.show_history((*HISTORY, more), other_ticket=False)
    assert timeline.verticalScrollBar().value() == 20
    timeline.scrollToBottom()
    timeline.show_history((*HISTORY, more, more), other_ticket=False)
    assert timeline.verticalScrollBar().value() == timeline.verticalScrollBar().maximum()


@pytest.mark.parametrize("dialog_of", [TakeDialog, NextStepDialog, ResolveDialog])
def test_an_empty_field_is_asked_for_and_nothing_is_sent(
    qtbot: QtBot, dialog_of: type[TakeDialog] | type[NextStepDialog] | type[ResolveDialog]
) -> None:
    dialog = dialog_of(ticket())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)
    field = dialog.findChildren(TextField)[0]
    field.clear()
    field.setFocus()
    with qtbot.assertNotEmitted(dialog.submitted):
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog._notice.sentence.startswith("Please say what")


def test_the_priority_follows_what_is_judged(qtbot: QtBot) -> None:
    dialog = TakeDialog(ticket(impact=None, urgency=1))
    qtbot.addWidget(dialog)
    (chip,) = dialog.findChildren(PriorityChip)
    assert chip.text() == "P2"
    dialog._impact.setCurrentIndex(0)
    assert chip.text() == "P1"
    dialog._impact.setCurrentIndex(2)
    dialog._urgency.setCurrentIndex(2)
    assert chip.text() == "P5"


def test_a_note_is_not_sent_twice_while_the_answer_is_awaited(qtbot: QtBot) -> None:
    dialog = NoteDialog(1, "Over.")
    qtbot.addWidget(dialog)
    sent: list[bool] = []
    dialog.submitted.connect(lambda: sent.append(True))
    dialog._note.setPlainText("done")
    dialog._submit()
    dialog._submit()
    assert sent == [True]
    dialog.fail("No.")
    dialog._submit()
    assert sent == [True, True]


def test_a_draft_that_was_changed_while_it_was_sent_is_kept(qtbot: QtBot) -> None:
    composer = Composer()
    qtbot.addWidget(composer)
    composer.open_ticket(1)
    composer.field.setPlainText("Hello")
    composer.send.click()
    composer.field.setPlainText("Hello, one more thing")
    composer.sent(1)
    assert composer.field.toPlainText() == "Hello, one more thing"


def test_the_state_of_the_line_is_always_in_sight(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    said = set()
    for state in LinkState:
        window.show_link(state, "")
        said.add(window._link.text())
    assert len(said) == len(LinkState)


def test_only_what_needs_a_person_takes_room_at_the_top(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show_link(LinkState.WAITING, "The server cannot be reached.")
    assert window.notice.sentence == ""
    window.show_link(LinkState.REFUSED, "The certificate has been revoked.")
    assert window.notice.sentence == "The certificate has been revoked. Please ask your administrator."


def test_the_first_start_says_what_it_waits_for(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.enrol.show_progress(EnrolmentState.WAITING, "", "3f9a-77b1-0c2d-9e10")
    assert "3f9a-77b1-0c2d-9e10" in window.enrol._text.text()
    assert window.enrol._heading.text() == "Waiting for your administrator"
    window.enrol.show_failed("The invitation file is damaged, or not one.")
    assert window.enrol.notice.sentence == "The invitation file is damaged, or not one."
    names = [b.accessibleName() for b in window.enrol.findChildren(QPushButton)]
    assert "Open invitation" in names


def test_connect_needs_a_ticket_that_was_taken_and_no_other_session(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    pane = window.ticket
    assert pane._connect.isEnabled()
    pane.show_view(ticket(revision=9, running="a" * 32))
    assert not pane._connect.isEnabled()
    assert "a session is running" in pane._connect.toolTip()
    window.queue.select(21)
    pane.show_view(QUEUE[1])
    assert not pane._connect.isEnabled()


def test_the_owner_who_works_on_a_ticket_cannot_take_it_once_more(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    window.ticket.me = TINA.identifier
    window.ticket.show_view(ticket(revision=9))
    assert not window.ticket._take.isEnabled()
    window.ticket.show_view(ticket(revision=10, owner=Staff("petr", *TINA_FACTS)))
    assert window.ticket._take.isEnabled()


def test_every_event_has_its_words() -> None:
    for line in HISTORY:
        assert happened(line)
    assert set(HISTORY_ENDS) == set(EndReason)
    assert "You" not in HISTORY_ENDS[EndReason.TECHNICIAN_LEFT]


def test_a_lost_line_with_a_known_cause_says_only_the_cause() -> None:
    assert ended(EndReason.LINE_LOST, "There is no such session.") == "There is no such session."
    assert ended(EndReason.FAULT, "Nonsense came.").endswith("Nonsense came.")


def test_times_are_short() -> None:
    assert [left(s) for s in (-1, 5, 65, 3725)] == ["0:00", "0:05", "1:05", "1:02:05"]
    said = ["less than a minute", "less than a minute", "1 minute", "1 minute", "2 minutes"]
    assert [minutes(s) for s in (20, 59, 60, 119, 120)] == said


def test_connect_is_there_only_while_the_computer_is(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    assert window.ticket._connect.isEnabled()
    window.ticket.show_view(ticket(revision=9, online=False))
    assert not window.ticket._connect.isEnabled()
    assert "not reachable" in window.ticket._connect.toolTip()


def test_a_closed_ticket_misses_no_next_step(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    window.ticket.show_view(ticket(revision=9, state=TicketState.CLOSED, next_step=""))
    assert window.ticket._step.text() == ""


def test_an_empty_queue_without_a_line_does_not_say_that_nobody_needs_help(qtbot: QtBot) -> None:
    window = empty()
    qtbot.addWidget(window)
    window.show_link(LinkState.WAITING, "")
    assert "no connection" in window.queue._empty.text()
    window.show_link(LinkState.ONLINE, "")
    assert window.queue._empty.text().startswith("No tickets.")


def test_a_history_at_its_end_stays_there_when_its_room_changes(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(400, 200)
    timeline.show()
    timeline.show_history(HISTORY, other_ticket=True)
    bar = timeline.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    before = bar.maximum()
    timeline.resize(400, 150)
    qtbot.waitUntil(lambda: bar.maximum() > before)
    assert bar.value() == bar.maximum()
