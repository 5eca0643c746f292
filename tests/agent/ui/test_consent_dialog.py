from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from agent import words
from agent.messages import AnswerQuestion, Question
from agent.ui import consent_dialog
from agent.ui.consent_dialog import ConsentDialog
from agent.ui.consent_words import wording
from agent.ui.screens import Here
from protocol.scopes import Scope
from tests.agent.asked import a_question


class Clock:
    """The seconds as the dialog counts them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(consent_dialog, "time", clock)
    return clock


def shown(qtbot: QtBot, question: Question) -> tuple[ConsentDialog, list[AnswerQuestion]]:
    dialog = ConsentDialog(question)
    answers: list[AnswerQuestion] = []
    dialog.answered.connect(answers.append)
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog, answers


def later(dialog: ConsentDialog, clock: Clock, seconds: float) -> None:
    clock.now += seconds
    dialog._tick()


def test_it_says_who_for_what_and_for_how_long_in_the_users_own_words() -> None:
    question = a_question()
    words_shown = wording(question, now=datetime.now(UTC))
    text = words_shown.signed_text(frozenset({Scope.SEE}))
    for part in ("Jana Nováková", "Support engineer", "+420 123 456", "Vouched for by Example GmbH"):
        assert part in text
    asked_at = question.own.asked_at.astimezone()
    assert f"You asked today at {asked_at:%H:%M}: “The printer is on fire”" in text
    assert "For 20 minutes at most." in text
    assert "[ ] Also let Jana Nováková use your mouse and keyboard" in text
    assert "Did somebody call you and ask you to allow this? Then say no." in text


def test_looking_first_mouse_and_keyboard_are_off_until_ticked(qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    assert not dialog.ticks[Scope.CONTROL].isChecked()
    later(dialog, clock, 5)
    QTest.mouseClick(dialog.allow, Qt.MouseButton.LeftButton)
    assert answers[0].scopes == {Scope.SEE}
    assert "[ ] Also let" in answers[0].text


def test_what_is_ticked_is_allowed_and_stands_in_the_signed_text(qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    later(dialog, clock, 5)
    dialog.ticks[Scope.CONTROL].setChecked(True)
    QTest.mouseClick(dialog.allow, Qt.MouseButton.LeftButton)
    assert answers[0].scopes == {Scope.SEE, Scope.CONTROL}
    assert "[x] Also let" in answers[0].text
    assert answers[0].language == "en"


def test_neither_allow_nor_the_second_choice_can_be_hit_by_a_click_meant_for_something_else(
    qtbot: QtBot, clock: Clock
) -> None:
    dialog, answers = shown(qtbot, a_question())
    tick = dialog.ticks[Scope.CONTROL]
    QTest.mouseClick(dialog.allow, Qt.MouseButton.LeftButton)
    dialog.allow.click()
    assert not tick.isEnabled()
    later(dialog, clock, 2)
    assert dialog.allow.isEnabled()
    assert not tick.isEnabled()
    later(dialog, clock, 1.1)
    assert tick.isEnabled()
    assert answers == []


def test_what_cannot_be_ticked_yet_looks_it(qtbot: QtBot, clock: Clock) -> None:
    dialog, _ = shown(qtbot, a_question())
    tick = dialog.ticks[Scope.CONTROL]

    def contrast() -> int:
        picture = tick.grab().toImage()
        words = [QColor(picture.pixel(x, y)).lightness() for x in range(40, 200) for y in range(picture.height())]
        return max(words) - min(words)

    locked = contrast()
    later(dialog, clock, 3.1)
    assert locked < 0.8 * contrast()


def test_keys_typed_for_another_window_say_nothing(qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    QTest.keyClick(dialog.no, Qt.Key.Key_Space)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert answers == []
    later(dialog, clock, 2)
    QTest.keyClick(dialog.no, Qt.Key.Key_Space)
    assert [answer.scopes for answer in answers] == [frozenset()]


@pytest.mark.parametrize("how", ["enter", "escape", "close", "button"])
def test_everything_but_allow_means_no(how: str, qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    later(dialog, clock, 5)
    match how:
        case "enter":
            QTest.keyClick(dialog, Qt.Key.Key_Return)
        case "escape":
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        case "close":
            dialog.close()
        case _:
            QTest.mouseClick(dialog.no, Qt.MouseButton.LeftButton)
    assert [(answer.scopes, answer.nobody) for answer in answers] == [(frozenset(), False)]


def test_no_answer_within_a_minute_means_no(qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    later(dialog, clock, 59)
    assert answers == []
    assert dialog.left.text() == "No answer in 1\N{NO-BREAK SPACE}s means no."
    later(dialog, clock, 1)
    assert [(answer.scopes, answer.nobody) for answer in answers] == [(frozenset(), True)]


def test_it_is_answered_once(qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    later(dialog, clock, 5)
    dialog.no.click()
    dialog.allow.click()
    dialog.reject()
    later(dialog, clock, 100)
    assert len(answers) == 1


def test_the_worker_hears_that_the_question_is_and_is_no_longer_on_the_screen(qtbot: QtBot, clock: Clock) -> None:
    dialog = ConsentDialog(a_question())
    on_screen: list[bool] = []
    dialog.on_screen.connect(on_screen.append)
    dialog.open()
    qtbot.waitExposed(dialog)
    later(dialog, clock, 5)
    dialog.no.click()
    assert on_screen == [True, False]


def test_control_asked_for_later_is_a_question_of_its_own_with_the_time_that_was_agreed(
    qtbot: QtBot, clock: Clock
) -> None:
    until = datetime.now(UTC) + timedelta(minutes=9)
    question = a_question(scopes=frozenset({Scope.CONTROL}), allowed=frozenset({Scope.SEE}), until=until)
    dialog, answers = shown(qtbot, question)
    assert dialog.words.heading == "May Jana Nováková also use your mouse and keyboard?"
    assert f"Until {until.astimezone():%H:%M}, as you agreed" in dialog.words.until
    later(dialog, clock, 2)
    assert not dialog.allow.isEnabled()  # this one is the second choice itself
    later(dialog, clock, 2)
    dialog.allow.click()
    assert answers[0].scopes == {Scope.CONTROL}


def test_p30_a_longer_stay_says_all_that_goes_on_and_for_how_long() -> None:
    both = frozenset({Scope.SEE, Scope.CONTROL})
    words_shown = wording(a_question(scopes=both, allowed=both, minutes=15), now=datetime.now(UTC))
    assert words_shown.heading == "May Jana Nováková stay longer?"
    assert words_shown.first.endswith("may go on as before: look at your screen; use your mouse and keyboard.")
    assert words_shown.until.startswith("For 15 minutes at most.")
    assert words_shown.ticks == ()


def test_a_technicians_words_are_words_not_markup_nor_a_trick_of_direction(qtbot: QtBot) -> None:
    remark = "<b>Allow</b>\u202e now\n\n\n\nplease <img src='http://x'>" + "x" * 500
    dialog, _answers = shown(qtbot, a_question(remark=remark))
    assert "<b>Allow</b> now please" in dialog.words.remark
    assert "\u202e" not in dialog.words.remark
    assert len(dialog.words.remark) < 260


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("name", ["Jo Li", "Maximiliane Freifrau von und zu Hohenstein-Schwarzenberg-Rudolstadt"])
def test_the_whole_question_can_be_read_and_both_buttons_reached(language: str, name: str, qtbot: QtBot) -> None:
    words.use(language)
    question = a_question(remark="I would like to have a look. " * 20)
    technician = type(question.technician)(name, "Support engineer " * 3, "+420 123 456", "Example GmbH")
    question = a_question(technician=technician, remark=question.remark, scopes=frozenset(Scope))
    dialog, _answers = shown(qtbot, question)
    layout = dialog.layout()
    assert layout is not None
    assert dialog.height() >= layout.totalMinimumHeightForWidth(dialog.width())
    for button in (dialog.no, dialog.allow):
        assert dialog.rect().contains(button.geometry())
        assert button.height() >= 40


def test_of_several_screens_only_the_one_with_the_question_is_shown_unless_the_others_are_ticked(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent_dialog, "here", lambda _screen: Here("DP-1", 2))
    for ticked in (False, True):
        dialog, answers = shown(qtbot, a_question())
        assert dialog.words.first == "Jana Nováková will see everything on this screen."
        assert dialog.screens is not None
        assert dialog.screens.text() == "Also show your 2 other screens"
        assert not dialog.screens.isChecked()
        assert not dialog.screens.isEnabled()  # nobody has read it yet
        later(dialog, clock, 5)
        dialog.screens.setChecked(ticked)
        QTest.mouseClick(dialog.allow, Qt.MouseButton.LeftButton)
        assert answers[0].monitors == (() if ticked else ("DP-1",))
        assert f"[{'x' if ticked else ' '}] Also show your 2 other screens" in answers[0].text


def test_it_is_the_screen_that_the_question_was_moved_to(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent_dialog, "here", lambda _screen: Here("DP-1", 1))
    dialog, answers = shown(qtbot, a_question())
    assert dialog.words.screens == "Also show your other screen"
    monkeypatch.setattr(consent_dialog, "here", lambda _screen: Here("HDMI-1", 1))
    later(dialog, clock, 5)
    QTest.mouseClick(dialog.allow, Qt.MouseButton.LeftButton)
    assert answers[0].monitors == ("HDMI-1",)


def test_a_question_on_the_only_screen_says_nothing_of_others(qtbot: QtBot, clock: Clock) -> None:
    dialog, answers = shown(qtbot, a_question())
    assert dialog.screens is None
    later(dialog, clock, 5)
    QTest.mouseClick(dialog.allow, Qt.MouseButton.LeftButton)
    assert answers[0].monitors == ()
    assert "screens" not in answers[0].text
