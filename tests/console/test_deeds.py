"""Questions, what was understood, steps and the rest of “More”, through the real windows and a relay that answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from agent.watching.figures import LocalFigures
from console import language
from console.ui import deeds, shortcuts, theme, words
from console.ui.deeds import Deed
from console.ui.dialogs import PriorityChip
from console.ui.judging_dialogs import JudgeDialog, KindDialog, LossDialog, PriorityDialog
from console.ui.record_dialogs import CorrectDialog, ProofDialog, UnlinkDialog
from console.ui.shortcuts import Shortcut
from console.ui.talk_dialogs import AskDialog, DropDialog, StepsDialog, UnderstoodDialog, only_links
from console.ui.whose_dialogs import LinksDialog, RequesterDialog
from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Actor, Relation, WorkKind
from protocol.desk.states import TicketState
from protocol.desk.terms import TicketKind
from tests.console.made_up import HISTORY, NOW, TINA, ticket
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
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        QTest.keySequence(self.window, QKeySequence(shortcut.keys))

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


def test_p25_whoever_judges_sees_the_priority_that_it_comes_to(qtbot: QtBot) -> None:
    dialog = JudgeDialog(ticket(), ())
    qtbot.addWidget(dialog)
    (shown,) = dialog.findChildren(PriorityChip)
    seen = []
    for impact, urgency in ((0, 0), (1, 0), (2, 2)):
        dialog._impact.setCurrentIndex(impact)
        dialog._urgency.setCurrentIndex(urgency)
        seen.append((dialog._impact.currentText(), dialog._urgency.currentText(), shown.text()))
    assert seen == [("high", "high", "P1"), ("medium", "high", "P2"), ("low", "low", "P5")]


def test_p25_p43_what_is_judged_bears_the_revision_it_was_thought_of(desk: BusyDesk) -> None:
    desk.works()
    at = desk.view.revision
    for deed, form, go, kind in (
        (Deed.JUDGE, JudgeDialog, "Judge", envelope.JudgeTicket),
        (Deed.LOSS, LossDialog, "Set loss", envelope.StateLoss),
        (Deed.KIND, KindDialog, "Set kind", envelope.SetKind),
        (Deed.PRIORITY, PriorityDialog, "Set priority", envelope.OverridePriority),
    ):
        desk.by_key(deeds.ITEMS[deed].shortcut)
        dialog = desk.find(form)
        if isinstance(dialog, LossDialog):
            assert dialog._loss.suffix() == " EUR"
            QTest.keyClicks(dialog._loss, "2500")
        if isinstance(dialog, KindDialog):
            QTest.keyClicks(dialog._kind, "Comp")
        if isinstance(dialog, PriorityDialog):
            desk.press(dialog, go)
            assert dialog._notice.sentence == "Please say why."
            desk.write(dialog, "Why", "The board waits for it")
            QTest.keyClicks(dialog._priority, "P1")
        desk.press(dialog, go)
        desk.gone(form)
        assert desk.only(kind).revision == at
    judged = desk.only(envelope.JudgeTicket)
    assert (judged.impact, judged.urgency) == (2, 1)
    assert desk.only(envelope.StateLoss).per_hour == 2500
    assert desk.only(envelope.SetKind).kind is TicketKind.COMPLAINT
    by_hand = desk.only(envelope.OverridePriority)
    assert (by_hand.priority, by_hand.reason) == (1, "The board waits for it")


def test_p44_whose_a_ticket_is_is_said_with_the_address_he_writes_from(desk: BusyDesk) -> None:
    desk.works(events.MessageAdded("It burns", sender="eva@home.example"))
    desk.by_key(deeds.ITEMS[Deed.REQUESTER].shortcut)
    dialog = desk.find(RequesterDialog)
    desk.press(dialog, "Set requester")
    assert dialog._notice.sentence == "Please say whose it is."
    desk.refuse[envelope.SetRequester] = "Several are called so."
    QTest.keyClicks(dialog._user, "Eva")
    assert dialog._address.placeholderText() == "for example eva@home.example"
    QTest.keyClicks(dialog._address, "Eva@Home.example")
    desk.press(dialog, "Set requester")
    desk.until(lambda: dialog._notice.sentence == "Several are called so.")
    desk.refuse.clear()
    desk.press(dialog, "Set requester")
    desk.gone(RequesterDialog)
    sent = desk.heard(envelope.SetRequester)[-1]
    assert isinstance(sent, envelope.SetRequester)
    assert (sent.ticket, sent.user, sent.address) == (17, "Eva", "eva@home.example")


def test_the_links_to_a_tickets_page_are_ended_by_keyboard(desk: BusyDesk) -> None:
    desk.works()
    desk.by_key(deeds.ITEMS[Deed.LINKS].shortcut)
    dialog = desk.find(LinksDialog)
    desk.write(dialog, "Why", "Sent to the wrong people")
    desk.press(dialog, "End links")
    desk.gone(LinksDialog)
    ended = desk.only(envelope.EndLinks)
    assert (ended.ticket, ended.reason, ended.revision) == (17, "Sent to the wrong people", desk.view.revision)


def test_p28_only_what_was_wrong_of_an_entry_changes_to_the_second(desk: BusyDesk) -> None:
    begin = datetime(2026, 11, 20, 9, 0, 17, 500, tzinfo=UTC)
    end = begin + timedelta(minutes=20, seconds=3)
    desk.works(events.TimeLogged(KEY, TINA, begin, end, 754.5, WorkKind.REMOTE, "Looked at it"))
    desk.by_key(deeds.ITEMS[Deed.CORRECT].shortcut)
    dialog = desk.find(CorrectDialog)
    dialog._billed.setChecked(False)
    desk.write(dialog, "Why", "Our own fault")
    desk.press(dialog, "Correct")
    desk.gone(CorrectDialog)
    sent = desk.only(envelope.CorrectTime)
    assert (sent.entry, sent.begin, sent.end, sent.worked_s) == (KEY, begin, end, 754.5)
    assert (sent.kind, sent.text, sent.billed) == (WorkKind.REMOTE, "Looked at it", False)


def test_an_entry_that_was_corrected_is_shown_as_it_is_now_and_struck_out_with_nothing(desk: BusyDesk) -> None:
    begin = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    end = begin + timedelta(minutes=20)
    desk.works(
        events.TimeLogged(KEY, TINA, begin, end, 1200, WorkKind.PHONE, "Talked"),
        events.TimeCorrected(KEY, begin, end, 600, WorkKind.PHONE, "Too long", "Talked"),
    )
    desk.by_key(deeds.ITEMS[Deed.CORRECT].shortcut)
    dialog = desk.find(CorrectDialog)
    assert dialog._minutes.value() == 10
    dialog._minutes.setValue(0)
    desk.write(dialog, "Why", "Another ticket")
    desk.press(dialog, "Correct")
    desk.gone(CorrectDialog)
    assert desk.only(envelope.CorrectTime).worked_s == 0


def test_a_link_is_taken_back_as_it_was_made(desk: BusyDesk) -> None:
    desk.works(
        events.Linked(12, Relation.FOLLOWS), events.Linked(9, Relation.RELATED), events.Unlinked(9, Relation.RELATED)
    )
    desk.by_key(deeds.ITEMS[Deed.UNLINK].shortcut)
    dialog = desk.find(UnlinkDialog)
    assert [dialog._which.itemText(at) for at in range(dialog._which.count())] == ["12: this one follows from it"]
    desk.press(dialog, "Unlink")
    desk.gone(UnlinkDialog)
    sent = desk.only(envelope.LinkTickets)
    assert (sent.other, sent.relation, sent.linked) == (12, Relation.FOLLOWS, False)


def test_p10_a_check_is_chosen_kept_and_run_again(desk: BusyDesk) -> None:
    desk.works()
    desk.by_key(deeds.ITEMS[Deed.PROOF].shortcut)
    dialog = desk.find(ProofDialog)
    dialog._target.setCurrentText(" /data ")
    desk.press(dialog, "Run and keep")
    desk.gone(ProofDialog)
    kept = desk.only(envelope.KeepCheck)
    assert (kept.check, kept.target) == ("disk.free_mb", "/data")
    desk.refuse[envelope.RunProofs] = "No check of this ticket could be run."
    desk.by_key(deeds.ITEMS[Deed.RUN_PROOFS].shortcut)
    desk.until(lambda: desk.window.notice.sentence == "No check of this ticket could be run.")
    assert desk.only(envelope.RunProofs).ticket == 17


def test_the_console_offers_exactly_the_checks_that_an_agent_knows() -> None:
    assert set(words.CHECKS) == LocalFigures().known


def test_no_two_shortcuts_of_the_main_window_are_the_same() -> None:
    keys = [one.keys for one in shortcuts.MAIN if one not in {shortcuts.SEND, shortcuts.CLOSE_NOTICE}]
    assert len(keys) == len(set(keys))
