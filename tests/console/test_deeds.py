"""Questions, what was understood, steps and the rest of “More”, through the real windows and a relay that answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console import language
from console.ui import deeds, theme
from console.ui.deeds import Deed
from console.ui.shortcuts import Shortcut
from console.ui.talk_dialogs import AskDialog, DropDialog, StepsDialog, UnderstoodDialog, only_links
from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Actor
from protocol.desk.states import TicketState
from tests.console.looks import HISTORY, NOW, TINA
from tests.console.net.stand import enrolled
from tests.console.relay import WITNESS, FakeRelay
from tests.console.test_app import Desk
from tests.parties import Parties

KEY, OTHER = "a" * 32, "b" * 32


class BusyDesk(Desk):
    """The same, with a ticket on which more has happened."""

    more: tuple[events.TicketEvent, ...] = ()

    def _answer(self, message: envelope.FromConsole) -> envelope.ToClient | None:
        answer = super()._answer(message)
        if not isinstance(answer, envelope.Ticket):
            return answer
        lines = tuple(
            envelope.HistoryLine(100 + at, NOW, Actor.STAFF, TINA.name, event) for at, event in enumerate(self.more)
        )
        return msgspec.structs.replace(answer, history=(*HISTORY, *lines), witness=WITNESS)

    def works(self, *more: events.TicketEvent) -> None:
        """Opens the ticket, on which that has happened."""
        self.more = more
        self.window.queue.select(17)
        self.until(lambda: len(self.window.ticket.timeline.lines) == len(HISTORY) + len(more))

    def by_key(self, shortcut: Shortcut) -> None:
        keys = QKeySequence(shortcut.keys)[0]
        QTest.keyClick(self.window, keys.key(), keys.keyboardModifiers())

    def only(self, kind: type) -> Any:
        self.until(lambda: self.heard(kind))
        (message,) = self.heard(kind)
        return message


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, parties: Parties, tmp_path: Path) -> Iterator[BusyDesk]:
    language.choose("en")
    theme.apply(qapp)
    enrolled(parties, tmp_path)
    with FakeRelay(parties) as relay:
        desk = BusyDesk(qtbot, relay, tmp_path)
        yield desk
        desk.console.leave_now()
        for window in QApplication.topLevelWidgets():
            window.close()


def test_p33_a_question_is_asked_by_keyboard_and_a_refusal_keeps_it(desk: BusyDesk) -> None:
    desk.works()
    desk.by_key(deeds.ITEMS[Deed.ASK].shortcut)
    dialog = desk.find(AskDialog)
    desk.refuse[envelope.AskRequester] = "Not now."
    QTest.keyClicks(dialog.focusWidget(), "Which printer?")
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    desk.until(lambda: dialog._notice.sentence == "Not now.")
    desk.refuse.clear()
    desk.press(dialog, "Ask")
    desk.gone(AskDialog)
    first, again = desk.heard(envelope.AskRequester)
    assert isinstance(first, envelope.AskRequester)
    assert isinstance(again, envelope.AskRequester)
    assert (first.ticket, first.text) == (17, "Which printer?")
    assert again.question == first.question


def test_p33_only_a_question_that_is_open_is_dropped_and_why_is_said(desk: BusyDesk) -> None:
    desk.works(
        events.QuestionAsked(KEY, "Which floor?"),
        events.QuestionAsked(OTHER, "Which room?"),
        events.QuestionAnswered(KEY, "The second"),
    )
    desk.by_key(deeds.ITEMS[Deed.DROP].shortcut)
    dialog = desk.find(DropDialog)
    assert [dialog._which.itemText(at) for at in range(dialog._which.count())] == ["Which room?"]
    desk.press(dialog, "Drop it")
    assert dialog._notice.sentence == "Please say why."
    desk.write(dialog, "Why", "It stands on the sign")
    desk.press(dialog, "Drop it")
    desk.gone(DropDialog)
    assert desk.only(envelope.DropQuestion).question == OTHER


def test_p33_what_was_understood_is_said(desk: BusyDesk) -> None:
    desk.works()
    desk.by_key(deeds.ITEMS[Deed.UNDERSTOOD].shortcut)
    dialog = desk.find(UnderstoodDialog)
    desk.write(dialog, "We understood", "Your file is locked")
    desk.press(dialog, "Ask whether that is it")
    desk.gone(UnderstoodDialog)
    assert desk.only(envelope.SayUnderstood).text == "Your file is locked"


def test_p32_steps_lose_the_numbers_they_were_typed_with_and_a_bare_link_is_warned_about(desk: BusyDesk) -> None:
    desk.works()
    desk.by_key(deeds.ITEMS[Deed.STEPS].shortcut)
    dialog = desk.find(StepsDialog)
    desk.write(dialog, "Steps", "See https://example.org/help")
    desk.press(dialog, "Give the steps")
    assert "only a link" in dialog._notice.sentence
    desk.write(dialog, "Steps", "1. Open the lid.\n\n2) Take 3 sheets out.\n- Close the lid.")
    desk.press(dialog, "Give the steps")
    desk.gone(StepsDialog)
    given = desk.only(envelope.GiveInstruction)
    assert given.steps == ("Open the lid.", "Take 3 sheets out.", "Close the lid.")


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("https://example.org", True),
        ("see here: www.example.org", True),
        ("Open https://example.org, sign in and press Print", False),
        ("Press Print", False),
    ],
)
def test_p32_a_link_with_words_that_say_what_to_do_there_is_no_bare_one(text: str, bare: bool) -> None:
    assert only_links((text,)) is bare


def test_a_bare_link_that_is_meant_is_sent_when_pressed_again(desk: BusyDesk) -> None:
    desk.works()
    desk.by_key(deeds.ITEMS[Deed.STEPS].shortcut)
    dialog = desk.find(StepsDialog)
    desk.write(dialog, "Steps", "https://example.org/help")
    desk.press(dialog, "Give the steps")
    assert not desk.heard(envelope.GiveInstruction)
    desk.press(dialog, "Give the steps")
    desk.gone(StepsDialog)
    assert desk.only(envelope.GiveInstruction).steps == ("https://example.org/help",)


def test_on_a_ticket_that_is_over_nothing_is_asked(desk: BusyDesk) -> None:
    desk.change(state=TicketState.CLOSED)
    desk.works()
    desk.until(lambda: desk.window.ticket.view and desk.window.ticket.view.state is TicketState.CLOSED)
    desk.by_key(deeds.ITEMS[Deed.ASK].shortcut)
    QApplication.processEvents()
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, AskDialog) and w.isVisible()]
