from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QWidget,
)
from pytestqt.qtbot import QtBot

from console import language
from console.app import Console
from console.state import MissingNote, StateDirectory
from console.ui import theme
from console.ui.dialogs import ConnectDialog, NoteDialog, QuitDialog, TakeDialog
from console.ui.request_dialog import RequestDialog
from console.ui.session_window import SessionWindow
from protocol import envelope
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from protocol.envelope import RefusalReason, RequestRefused, TicketView
from protocol.session import messages
from protocol.session.picture import Rect
from tests.console.agent_end import SESSION
from tests.console.made_up import DIAGNOSTICS, HISTORY, NOW, ticket
from tests.console.net.stand import enrolled
from tests.console.picture.frames import Sender
from tests.console.relay import WITNESS, FakeRelay
from tests.parties import Parties

W = TypeVar("W", bound=QWidget)


class Desk:
    """The whole console, driven through its windows, with a relay that keeps one ticket."""

    def __init__(self, qtbot: QtBot, relay: FakeRelay, state: Path) -> None:
        self.qtbot, self.relay, self.state = qtbot, relay, state
        self.view: TicketView = ticket(17, state=TicketState.NEW, impact=None, priority=None, owner=None)
        self.refuse: dict[type, str] = {}
        relay.answer = self._answer
        relay.on_agent = lambda agent: agent.allow(ticket=17)
        self.console = Console(state, relay=relay.url)
        self.window = self.console.window
        qtbot.addWidget(self.window)
        self.console.start(None)
        self.until(lambda: self.window.model.rowCount() == 1)

    def _answer(self, message: envelope.FromConsole) -> envelope.ToClient | None:
        ref = message.ref
        if (sentence := self.refuse.get(type(message))) is not None:
            return RequestRefused(ref, RefusalReason.NOT_NOW, sentence)
        match message:
            case envelope.ListQueue():
                return envelope.Tickets(ref, (self.view,))
            case envelope.TakeTicket():
                self.change(state=TicketState.IN_PROGRESS, impact=message.impact, next_step=message.next_step)
            case envelope.RequestSession():
                return envelope.SessionReady(ref, SESSION, message.ticket, "laptop")
            case envelope.ReportEnd():
                return envelope.Done(ref)
        return envelope.Ticket(ref, self.view, DIAGNOSTICS, HISTORY, WITNESS)

    def change(self, **changes: object) -> None:
        self.view = msgspec.structs.replace(self.view, revision=self.view.revision + 1, **changes)

    def until(self, what: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(what()), timeout=10_000)

    def find(self, kind: type[W]) -> W:
        found: list[W] = []

        def there() -> bool:
            found[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
            return bool(found)

        self.until(there)
        return found[0]

    def gone(self, kind: type[QWidget]) -> None:
        self.until(lambda: not [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()])

    def press(self, window: QWidget, name: str) -> None:
        button = next(b for b in window.findChildren(QPushButton) if b.accessibleName() == name)
        self.until(button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def write(self, window: QWidget, name: str, text: str) -> QPlainTextEdit:
        field = next(f for f in window.findChildren(QPlainTextEdit) if f.accessibleName() == name)
        field.setPlainText(text)
        return field

    def heard(self, kind: type) -> list[envelope.FromConsole]:
        return [message for message in self.relay.heard if isinstance(message, kind)]

    def open(self) -> None:
        self.window.queue.select(17)
        self.until(lambda: self.window.ticket.timeline.model().rowCount() == len(HISTORY))

    def take(self) -> None:
        self.open()
        self.press(self.window, "Take")
        self.press(self.find(TakeDialog), "Take it")
        self.gone(TakeDialog)

    def connect(self) -> SessionWindow:
        self.take()
        self.press(self.window, "Connect")
        self.press(self.find(ConnectDialog), "Ask the user")
        self.gone(ConnectDialog)
        session = self.find(SessionWindow)
        sender = Sender(400, 300)
        self.until(session.bar._scopes.isVisible)
        self.relay.say(SESSION, lambda agent: agent.show(sender.whole()))
        self.until(lambda: session.view.screen_size().width() == 400)
        self.sender = sender
        return session


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, parties: Parties, tmp_path: Path) -> Iterator[Desk]:
    language.choose("en")
    theme.apply(qapp)
    enrolled(parties, tmp_path)
    with FakeRelay(parties) as relay:
        desk = Desk(qtbot, relay, tmp_path)
        yield desk
        desk.console.leave_now()
        for window in QApplication.topLevelWidgets():
            window.close()


def test_a_ticket_is_opened_with_its_diagnostics_and_history(desk: Desk) -> None:
    desk.open()
    names = [label.accessibleName() for label in desk.window.ticket.findChildren(QWidget)]
    assert "Free memory: 1.2 GB of 16 GB" in names
    assert desk.heard(envelope.ReadTicket)[-1].ticket == 17  # type: ignore[union-attr]


def test_taking_a_ticket_sends_what_was_judged(desk: Desk) -> None:
    desk.take()
    (took,) = desk.heard(envelope.TakeTicket)
    assert isinstance(took, envelope.TakeTicket)
    assert (took.ticket, took.impact, took.urgency, took.next_step) == (17, 2, 1, "Look at it together on the screen")
    assert took.due == (NOW + timedelta(minutes=25)).replace(microsecond=0)
    desk.until(lambda: "in progress" in desk.window.ticket._state.text())


def test_a_refusal_stays_in_the_dialog_with_what_was_typed(desk: Desk) -> None:
    desk.refuse[envelope.TakeTicket] = "Somebody else took it."
    desk.open()
    desk.press(desk.window, "Take")
    dialog = desk.find(TakeDialog)
    desk.write(dialog, "Next step", "Call Eva")
    desk.press(dialog, "Take it")
    desk.until(lambda: dialog._notice.sentence == "Somebody else took it.")
    assert dialog.next_step == "Call Eva"
    desk.refuse.clear()
    desk.press(dialog, "Take it")
    desk.gone(TakeDialog)


def test_from_connect_to_the_picture_and_the_note(desk: Desk) -> None:
    session = desk.connect()
    rng = np.random.default_rng(1)
    agent = desk.relay.agents[SESSION]
    desk.relay.say(SESSION, lambda agent: agent.show(desk.sender.change([Rect(3, 3, 50, 50)], rng)))
    desk.until(lambda: np.array_equal(session.view._pixels, desk.sender.picture))
    assert session.bar._scopes.text() == "see, control"
    QTest.mouseClick(session.view.viewport(), Qt.MouseButton.LeftButton, pos=session.view.viewport().rect().center())
    desk.until(lambda: any(isinstance(m, messages.ButtonChanged) for m in agent.heard))
    desk.press(session, "End")
    note = desk.find(NoteDialog)
    desk.gone(SessionWindow)
    assert desk.heard(envelope.ReportEnd) == [
        envelope.ReportEnd(desk.heard(envelope.ReportEnd)[0].ref, SESSION, EndReason.TECHNICIAN_LEFT)
    ]
    desk.write(note, "What was done?", "Removed the lock file")
    desk.press(note, "Save note")
    desk.gone(NoteDialog)
    (sent,) = desk.heard(envelope.AddSessionNote)
    assert isinstance(sent, envelope.AddSessionNote)
    assert (sent.session, sent.text) == (SESSION, "Removed the lock file")


def test_a_note_that_cannot_be_sent_is_not_lost(desk: Desk) -> None:
    session = desk.connect()
    session.close()
    note = desk.find(NoteDialog)
    desk.write(note, "What was done?", "Removed the lock file")
    desk.relay.stop()
    desk.until(lambda: not desk.console._online)
    desk.press(note, "Save note")
    desk.until(lambda: "nothing is lost" in note._notice.sentence)
    desk.relay.start()
    desk.until(lambda: desk.console._online)
    desk.press(note, "Save note")
    desk.gone(NoteDialog)


def test_figures_of_a_session_that_ended_without_a_line_are_in_the_history_once_it_is_back(desk: Desk) -> None:
    session = desk.connect()
    desk.until(desk.console._sessions._sessions[SESSION].series.samples)
    desk.relay.stop()
    desk.until(lambda: not desk.console._online)
    desk.press(session, "End")
    desk.find(NoteDialog)
    assert desk.heard(envelope.AddSessionFigures) == []
    desk.relay.start()
    desk.until(lambda: desk.heard(envelope.AddSessionFigures))
    (sent,) = desk.heard(envelope.AddSessionFigures)
    assert isinstance(sent, envelope.AddSessionFigures)
    assert (sent.session, len(sent.samples)) == (SESSION, 1)


def test_the_users_stop_says_so_and_asks_for_the_note(desk: Desk) -> None:
    desk.connect()
    desk.relay.say(SESSION, lambda agent: agent.say(messages.Goodbye("user_stopped")))
    note = desk.find(NoteDialog)
    assert note._lead.text().startswith("The user ended the session. Please write down")
    desk.gone(SessionWindow)  # it would lie between the note and the ticket
    assert desk.heard(envelope.ReportEnd) == []


def test_a_no_of_the_user_is_said_and_no_note_is_asked_for(desk: Desk) -> None:
    desk.relay.on_agent = lambda agent: (
        agent.say(messages.ConsentRefused("Not now.")) + agent.say(messages.Goodbye("refused"))
    )
    desk.take()
    desk.press(desk.window, "Connect")
    desk.press(desk.find(ConnectDialog), "Ask the user")
    session = desk.find(SessionWindow)
    desk.until(lambda: session._words.text() == "The user did not agree.")
    desk.until(session._close.isVisible)
    assert session._hint.sentence == "", "once is enough"
    QTest.keyClick(session, Qt.Key.Key_Return)
    desk.gone(SessionWindow)
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, NoteDialog) and w.isVisible()]


def test_a_cut_line_is_explained_by_the_relay_that_knows_more(desk: Desk) -> None:
    desk.connect()
    desk.relay.cut(SESSION)
    note = desk.find(NoteDialog)
    desk.write(note, "What was done?", "Removed the")
    assert note._lead.text().startswith("The line to the server was cut.")
    desk.relay.push(envelope.SessionOver(SESSION, 17, EndReason.USER_LOGGED_OFF, 60.0))
    desk.until(lambda: note._lead.text().startswith("The user logged off."))
    assert note.note == "Removed the"


def test_a_line_cut_at_the_users_side_is_said_to_be_theirs(desk: Desk) -> None:
    desk.connect()
    desk.relay.cut(SESSION)
    desk.relay.push(envelope.SessionOver(SESSION, 17, EndReason.LINE_LOST, 60.0))
    note = desk.find(NoteDialog)
    desk.until(lambda: note._lead.text().startswith("The line to the user's computer was cut."))


def test_a_relay_that_stops_politely_is_not_blamed_on_the_user(desk: Desk) -> None:
    desk.connect()
    desk.relay.push(envelope.SessionOver(SESSION, 17, EndReason.LINE_LOST, 60.0))
    desk.relay.stop()
    note = desk.find(NoteDialog)
    desk.until(lambda: note._lead.text().startswith("The line to the server was cut."))
    desk.qtbot.wait(1700)
    assert note._lead.text().startswith("The line to the server was cut.")
    assert desk.window.notice.sentence == ""


def test_a_session_that_is_not_to_be_had_is_said_where_it_was_asked_for(desk: Desk) -> None:
    desk.refuse[envelope.RequestSession] = "The device cannot be reached at the moment."
    desk.take()
    desk.press(desk.window, "Connect")
    dialog = desk.find(ConnectDialog)
    desk.press(dialog, "Ask the user")
    desk.until(lambda: dialog._notice.sentence == "The device cannot be reached at the moment.")


def test_see_only_is_asked_for_when_control_is_unticked(desk: Desk) -> None:
    desk.relay.on_agent = lambda _agent: b""
    desk.take()
    desk.press(desk.window, "Connect")
    dialog = desk.find(ConnectDialog)
    tick = next(c for c in dialog.findChildren(QCheckBox) if c.accessibleName() == "Control mouse and keyboard")
    tick.setChecked(False)
    desk.press(dialog, "Ask the user")
    desk.until(lambda: SESSION in desk.relay.agents and desk.relay.agents[SESSION].heard)
    ask = desk.relay.agents[SESSION].heard[0]
    assert isinstance(ask, messages.Ask)
    assert (sorted(ask.scopes), ask.minutes) == (["see"], 20)
    (requested,) = desk.heard(envelope.RequestSession)
    assert isinstance(requested, envelope.RequestSession)
    assert requested.scopes == ask.scopes


def test_a_message_stays_in_its_field_until_the_relay_has_it(desk: Desk) -> None:
    desk.open()
    composer = desk.window.ticket.composer
    composer.field.setPlainText("Please try again.")
    desk.relay.stop()
    desk.until(lambda: not desk.console._online)
    desk.press(desk.window, "Send")
    assert "nothing is lost" in desk.window.notice.sentence
    assert composer.field.toPlainText() == "Please try again."
    desk.relay.start()
    desk.until(lambda: desk.console._online)
    desk.press(desk.window, "Send")
    desk.until(lambda: composer.field.toPlainText() == "")
    assert [m.text for m in desk.heard(envelope.AddMessage)] == ["Please try again."]  # type: ignore[union-attr]


def test_a_request_whose_answer_was_cut_off_is_said_to_be_unsure(desk: Desk) -> None:
    desk.open()
    desk.relay.answer = lambda _message: None
    desk.window.ticket.composer.field.setPlainText("Hello")
    desk.press(desk.window, "Send")
    desk.until(lambda: desk.heard(envelope.AddMessage))
    desk.relay.stop()
    said = "Message on ticket 17: the line was cut before the server answered; please look whether it was done."
    desk.until(lambda: desk.window.notice.sentence == said)
    assert desk.window.ticket.composer.field.toPlainText() == "Hello"
    desk.relay.answer = desk._answer
    desk.relay.start()
    desk.until(lambda: not desk.window.notice.sentence)


def test_drafts_stay_with_their_tickets(desk: Desk) -> None:
    desk.open()
    desk.window.model.put(ticket(18))
    field = desk.window.ticket.composer.field
    field.setPlainText("for 17")
    desk.window.queue.select(18)
    assert field.toPlainText() == ""
    field.setPlainText("for 18")
    desk.window.queue.select(17)
    assert field.toPlainText() == "for 17"


def test_what_was_lost_in_a_flood_is_read_again(desk: Desk) -> None:
    desk.open()
    asked = len(desk.heard(envelope.ListQueue))
    desk.console._mailbox.has_lost_words = True
    desk.relay.push(envelope.TicketChanged(desk.view))
    desk.until(lambda: len(desk.heard(envelope.ListQueue)) > asked)


def test_quitting_asks_first_and_then_ends_the_session_and_waits_for_the_note(desk: Desk) -> None:
    session = desk.connect()
    desk.window.close()
    question = desk.find(QuitDialog)
    assert question.text() == "A session is running. End it and quit?"
    QTest.keyClick(question, Qt.Key.Key_Return)
    desk.gone(QuitDialog)
    assert session.isVisible()
    assert desk.heard(envelope.ReportEnd) == []
    desk.window.close()
    with desk.qtbot.waitSignal(desk.console.finished, timeout=10_000):
        desk.press(desk.find(QuitDialog), "End it and quit")
        note = desk.find(NoteDialog)
        agent = desk.relay.agents[SESSION]
        desk.until(lambda: messages.Goodbye("technician_left") in agent.heard)
        assert desk.window.isVisible()
        desk.write(note, "What was done?", "Removed the lock file")
        desk.press(note, "Save note")
    assert [m.reason for m in desk.heard(envelope.ReportEnd)] == [  # type: ignore[union-attr]
        EndReason.TECHNICIAN_LEFT
    ]
    assert StateDirectory(desk.state).missing_notes() == ()


def test_the_question_whether_to_quit_goes_with_the_session_that_it_speaks_of(desk: Desk) -> None:
    desk.connect()
    desk.window.close()
    desk.find(QuitDialog)
    desk.relay.say(SESSION, lambda agent: agent.say(messages.Goodbye("hot_key")))
    desk.gone(QuitDialog)
    assert "emergency key" in desk.find(NoteDialog)._lead.text()
    assert desk.window.isVisible()


def test_a_signal_ends_the_sessions_and_the_next_start_asks_for_the_note(desk: Desk) -> None:
    desk.connect()
    agent = desk.relay.agents[SESSION]
    desk.console.leave_now()
    assert messages.Goodbye("technician_left") in agent.heard
    assert [m.reason for m in desk.heard(envelope.ReportEnd)] == [  # type: ignore[union-attr]
        EndReason.TECHNICIAN_LEFT
    ]
    assert StateDirectory(desk.state).missing_notes() == (MissingNote(SESSION, 17),)
    again = Console(desk.state, relay=desk.relay.url)
    desk.qtbot.addWidget(again.window)
    again.start(None)
    note = desk.find(NoteDialog)
    lead = "You have not yet written what was done in the session on ticket 17."
    assert any(lead in label.text() for label in note.findChildren(QLabel))
    desk.write(note, "What was done?", "Removed the lock file")
    desk.press(note, "Save note")
    desk.gone(NoteDialog)
    (sent,) = desk.heard(envelope.AddSessionNote)
    assert isinstance(sent, envelope.AddSessionNote)
    assert (sent.session, sent.text) == (SESSION, "Removed the lock file")
    assert StateDirectory(desk.state).missing_notes() == ()
    again.leave_now()


def test_every_control_has_a_name_and_every_button_says_what_it_does(desk: Desk) -> None:
    session = desk.connect()
    for name in ("Next step", "Solution", "Take"):
        desk.press(desk.window, name)
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, RequestDialog) and w.isVisible()]
    assert len(dialogs) == 3
    for top in (desk.window, session, *dialogs):
        reached = [w for w in top.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        parts_of_others = (QAbstractSpinBox, QComboBox, QLineEdit)
        own = [w for w in reached if not isinstance(w.parent(), parts_of_others) and w.isVisibleTo(top)]
        own = [w for w in own if not w.objectName().startswith("qt_") and not isinstance(w, QSplitter | QScrollArea)]
        assert own
        assert [w for w in own if not w.accessibleName()] == []
        assert [w for w in own if isinstance(w, QPushButton) and not (w.toolTip() or w.text())] == []
