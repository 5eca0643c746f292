from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QSystemTrayIcon,
    QWidget,
)
from pytestqt.qtbot import QtBot

from agent import words
from agent.letters import Judged, Letter
from agent.messages import Line, LineChanged, Trouble
from agent.outbox import Request
from agent.ui import theme
from agent.ui.main_window import MainWindow
from agent.ui.tray import Tray
from protocol.desk import events
from protocol.desk.events import Actor
from protocol.desk.states import TicketState
from protocol.envelope import About, HistoryLine
from tests.agent.asked import JANA, MEMORY, NOW, a_request, a_ticket, a_view

UP = LineChanged(Line.CONNECTED)
DOWN = LineChanged(Line.AWAY, Trouble.UNREACHABLE)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow("Example GmbH", "Eva", "laptop")
    qtbot.addWidget(window)
    window.show_ask()
    window.ask.show_fields((MEMORY,))
    return window


def send(window: MainWindow, problem: str = "The printer is on fire") -> Request:
    sent: list[Request] = []
    window.ask.request_ready.connect(sent.append)
    window.ask.problem.setPlainText(problem)
    QTest.mouseClick(window.ask.send, Qt.MouseButton.LeftButton)
    window.sent(sent[0])
    return sent[0]


def says(widget: QWidget) -> str:
    QApplication.processEvents()  # what was just put into a layout is shown by it
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_nothing_can_be_sent_before_anything_is_said(window: MainWindow) -> None:
    assert not window.ask.send.isEnabled()
    window.ask.problem.setPlainText("  \n ")
    assert not window.ask.send.isEnabled()


def test_a_request_bears_what_the_form_says(window: MainWindow) -> None:
    window.ask.minutes.setValue(10)
    window.ask._urgency.button(1).setChecked(True)
    request = send(window)
    assert (request.problem, request.urgency, request.minutes, request.requester) == (
        "The printer is on fire",
        1,
        10,
        "Eva",
    )
    assert not window.ask.touched


def test_offline_it_says_where_the_desk_is_called_whoever_asks_for_the_first_time_too(window: MainWindow) -> None:
    window.phone_known("+49 30 999")  # from the last time, since there is no line to ask
    window.line_changed(DOWN)
    assert window.strip.sentence.text().endswith("goes out by itself. By phone: +49\u00a030\u00a0999")
    window.line_changed(LineChanged(Line.AWAY, Trouble.NOT_ENROLLED))
    assert "Please call your help desk." in window.strip.sentence.text()
    assert "+49\u00a030\u00a0999" in window.strip.sentence.text()
    window.line_changed(UP)
    assert window.strip.isHidden()
    window.about_read(About(1, "Help", ""))  # it has none any more
    window.line_changed(DOWN)
    assert "By phone" not in says(window)


def test_offline_nobody_is_told_by_when_he_hears_from_us(window: MainWindow) -> None:
    at = NOW + timedelta(days=4000)
    window.about_read(About(1, "Help", "+49 30 999", answer_by=(at, at, at)))
    assert "You hear from us by" in says(window)
    window.line_changed(DOWN)
    assert "You hear from us by" not in says(window)
    window.line_changed(UP)
    assert "You hear from us by" in says(window)


def test_offline_it_says_that_the_request_is_kept_and_later_its_number(window: MainWindow) -> None:
    window.line_changed(DOWN)
    request = send(window)
    window.kept(request.request, stored=True)
    assert "Your request is kept on this computer and goes out by itself" in says(window)
    assert "We have your request" not in says(window)
    assert "No connection at the moment. What you wrote is kept and goes out by itself." in says(window)
    window.line_changed(UP)
    assert "We are sending your request" in says(window)
    assert "No connection" not in says(window)
    wanted: list[int] = []
    window.ticket_wanted.connect(wanted.append)
    window.taken(request.request, 7)
    assert wanted == [7]
    window.ticket_read(a_ticket(a_view(request)))
    assert window.windowTitle() == "Request 7"
    assert window.request.title.text() == "Request 7"


def test_with_a_full_disk_it_says_to_leave_the_computer_on(window: MainWindow) -> None:
    window.line_changed(DOWN)
    request = send(window)
    window.kept(request.request, stored=False)
    assert "its disk is full" in says(window)


def test_a_request_that_is_refused_stands_in_the_form_again(window: MainWindow) -> None:
    request = send(window)
    window.failed(request, "This cannot be taken.")
    assert window.ask.problem.toPlainText() == "The printer is on fire"
    assert window.ask.notice.text() == "This cannot be taken."


def shown_ticket(window: MainWindow, *history: HistoryLine, **changes: Any) -> None:
    window.ticket_seen(a_view(a_request(), **changes))
    window.show_ticket(7)
    window.ticket_read(a_ticket(window._tickets[7], *history))


def letters_of(window: MainWindow) -> list[Letter]:
    letters: list[Letter] = []
    window.request.letter_ready.connect(letters.append)
    return letters


def test_p14_who_helps_is_introduced_with_name_title_and_phone(window: MainWindow) -> None:
    assigned = HistoryLine(1, NOW, Actor.STAFF, JANA.name, events.Assigned(JANA))
    shown_ticket(window, assigned, owner=JANA, state=TicketState.IN_PROGRESS)
    said = says(window)
    assert "According to the help desk:\nJana Nováková helps you" in said  # its word: no certificate was seen yet
    assert "Support engineer" in said
    assert "+420 123 456" in said
    assert "Jana Nováková, Support engineer, +420 123 456 takes care of it." in said


def test_p14_who_works_on_it_is_named_and_who_has_done_it_helped(window: MainWindow) -> None:
    assigned = HistoryLine(1, NOW, Actor.STAFF, JANA.name, events.Assigned(JANA))
    shown_ticket(window, assigned, owner=JANA)
    assert "as soon as somebody is free" in says(window)
    shown_ticket(window, assigned, owner=JANA, state=TicketState.IN_PROGRESS)
    assert "Jana Nováková is working on it." in says(window)
    shown_ticket(window, assigned, owner=JANA, state=TicketState.CLOSED)
    assert "Jana Nováková helped you" in says(window)
    assert "helps you" not in says(window)


def test_p16_state_and_next_step_with_its_time_are_always_there(window: MainWindow) -> None:
    shown_ticket(window)
    assert "Next: somebody takes care of it" in says(window)
    shown_ticket(window, revision=2, state=TicketState.IN_PROGRESS, next_step="Look at it", due=NOW)
    assert "Next: Look at it (" in says(window)


def test_p18_the_last_word_is_the_users(window: MainWindow) -> None:
    shown_ticket(window, state=TicketState.IN_PROGRESS)
    assert not window.request.verdict.isVisible()
    shown_ticket(window, revision=2, state=TicketState.RESOLVED, solution="Put it out")
    assert window.request.verdict.isVisible()
    given = letters_of(window)
    window.request.verdict.not_yet_why.setPlainText("It still smokes")
    QTest.mouseClick(window.request.verdict.not_yet, Qt.MouseButton.LeftButton)
    assert [letter.said for letter in given] == [Judged(solved=False, text="It still smokes")]
    window.letters_listed((given[0],))
    assert not window.request.verdict.yes.isEnabled()
    assert "You said that it is not solved yet. It still smokes" in says(window)
    window.letters_listed(())
    window.letter_failed(given[0], "Not now, please.")
    assert window.request.verdict.yes.isEnabled()
    assert window.request.notice.text() == "Not now, please."


def priced(window: MainWindow, yes_by: tuple[str, ...] | None) -> None:
    until = datetime.now(UTC) + timedelta(days=40)
    made = events.QuoteMade("a" * 32, "On Sunday", 4950, "EUR", until, None)
    line = HistoryLine(3, NOW, Actor.STAFF, "Jana Nováková", made)
    shown_ticket(window, line, state=TicketState.IN_PROGRESS, yes_by=yes_by)


@pytest.mark.parametrize(("yes_by", "said"), [((), "Nobody in your organisation"), (("Otto",), "accepted by: Otto.")])
def test_p11_who_may_not_accept_a_price_reads_who_does_and_finds_no_yes(
    yes_by: tuple[str, ...], said: str, window: MainWindow
) -> None:
    priced(window, yes_by)
    assert said in says(window)
    assert "The price holds until" in says(window)
    assert not window.request.asked.yes.isVisible()
    assert window.request.asked.no.isVisible()


def test_p11_a_yes_that_is_not_taken_is_a_warning_beside_its_button(window: MainWindow) -> None:
    priced(window, None)
    given = letters_of(window)
    QTest.mouseClick(window.request.asked.yes, Qt.MouseButton.LeftButton)
    window.letters_listed((given[0],))
    window.letters_listed(())
    window.letter_failed(given[0], "Not now, please.")
    assert window.request.asked.warning.isVisible()
    assert window.request.asked.refusal.text() == "Not now, please."
    assert not window.request.notice.text()


def test_p18_nor_can_a_technicians_hand_on_the_users_mouse_say_it(window: MainWindow) -> None:
    shown_ticket(window, state=TicketState.RESOLVED, solution="Put it out")
    given = letters_of(window)
    window.request.show_hands(strange=True)
    QTest.mouseClick(window.request.verdict.yes, Qt.MouseButton.LeftButton)
    shown_ticket(window, revision=2, state=TicketState.RESOLVED, solution="Put it out")  # whatever comes in meanwhile
    QTest.mouseClick(window.request.verdict.yes, Qt.MouseButton.LeftButton)
    assert given == []
    assert "as soon as nobody else uses your mouse" in says(window)
    window.request.show_hands(strange=False)
    QTest.mouseClick(window.request.verdict.yes, Qt.MouseButton.LeftButton)
    assert [letter.said for letter in given] == [Judged(solved=True)]


def test_nobody_else_writes_or_asks_in_the_users_name(window: MainWindow) -> None:
    shown_ticket(window, state=TicketState.IN_PROGRESS)
    written: list[object] = []
    window.request.letter_ready.connect(written.append)
    window.ask.request_ready.connect(written.append)
    window.request.writing.message.setPlainText("It is solved, thank you")
    window.show_hands(strange=True)
    QTest.mouseClick(window.request.writing.send, Qt.MouseButton.LeftButton)
    window.request.writing._send()
    assert "You can send as soon as nobody else" in says(window)
    window.request.writing.message.setPlainText("It is solved, thanks")
    assert not window.request.writing.send.isEnabled()
    window.show_ask()
    window.ask.problem.setPlainText("The whole house is on fire")
    QTest.mouseClick(window.ask.send, Qt.MouseButton.LeftButton)
    QTest.keyClick(window.ask.problem, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "You can send as soon as nobody else" in says(window)
    assert written == []
    window.show_hands(strange=False)
    assert window.request.writing.send.isEnabled()
    QTest.mouseClick(window.ask.send, Qt.MouseButton.LeftButton)
    assert len(written) == 1


def test_an_older_state_never_comes_back(window: MainWindow) -> None:
    shown_ticket(window, revision=5, state=TicketState.RESOLVED)
    window.ticket_seen(a_view(a_request(), revision=4, state=TicketState.NEW))
    window.request.show_ticket(a_view(a_request(), revision=4, state=TicketState.NEW))
    assert window.request.chip.text() == "Solved?"


def written(window: MainWindow, text: str) -> Letter:
    letters = letters_of(window)
    window.request.writing.message.setPlainText(text)
    QTest.mouseClick(window.request.writing.send, Qt.MouseButton.LeftButton)
    window.letters_listed((*window._letters, letters[-1]))
    return letters[-1]


def test_a_message_written_offline_stands_there_as_not_sent_yet_until_it_is(window: MainWindow) -> None:
    shown_ticket(window, state=TicketState.IN_PROGRESS)
    window.line_changed(DOWN)
    letter = written(window, "It still smokes")
    assert window.request.writing.message.toPlainText() == ""
    assert "not sent yet\nYou wrote: It still smokes" in says(window)
    window.line_changed(UP)
    assert "being sent\nYou wrote: It still smokes" in says(window)
    mine = HistoryLine(2, NOW, Actor.REQUESTER, "Eva", events.MessageAdded("It still smokes", mark=letter.mark))
    window.letters_listed(())
    window.ticket_read(a_ticket(a_view(a_request(request=window.request.request), revision=9), mine))
    assert says(window).count("You wrote: It still smokes") == 1


def test_a_message_that_is_refused_goes_back_before_what_was_written_since(window: MainWindow) -> None:
    shown_ticket(window, state=TicketState.IN_PROGRESS)
    letter = written(window, "It still smokes")
    window.request.writing.message.setPlainText("And it smells")
    window.letters_listed(())
    window.letter_failed(letter, "That was very much at once.")
    assert window.request.writing.message.toPlainText() == "It still smokes\n\nAnd it smells"
    assert "That was very much at once." in says(window)


def test_what_is_half_written_for_one_request_waits_there_while_another_is_looked_at(window: MainWindow) -> None:
    window.tickets_listed((a_view(a_request(), number=1), a_view(a_request(), number=2)))
    window.show_ticket(1)
    window.request.writing.message.setPlainText("Half a")
    window.show_ticket(2)
    assert window.request.writing.message.toPlainText() == ""
    window.show_ticket(1)
    assert window.request.writing.message.toPlainText() == "Half a"


def test_what_happened_so_far_is_never_an_empty_frame(window: MainWindow) -> None:
    window.line_changed(DOWN)
    send(window)
    assert "What happened so far" in says(window)
    assert "You wrote your request." in says(window)
    window.ticket_seen(a_view(a_request()))
    window.show_ticket(7)  # and its history never comes
    assert "You asked for help." in says(window)
    window.ticket_read(a_ticket(window._tickets[7]))
    assert "You asked for help." in says(window)


@pytest.mark.parametrize("trouble", Trouble)
def test_that_the_line_is_down_stands_on_every_page_in_kind_words(trouble: Trouble, window: MainWindow) -> None:
    said: list[tuple[str, bool]] = []
    window.line_said.connect(lambda *args: said.append(args))
    window.line_changed(LineChanged(Line.AWAY, trouble))
    window.tickets_listed((a_view(a_request()),))
    for show in (window.show_ask, window.show_requests, lambda: window.show_ticket(7)):
        show()
        assert "You can write all the same" in says(window)
    assert said[-1] == (window.strip.sentence.text(), True)
    window.line_changed(UP)
    assert not window.strip.isVisible()
    assert said[-1] == ("", False)


def test_before_anybody_said_which_requests_there_are_it_does_not_say_none(window: MainWindow) -> None:
    window.show_requests()
    assert "comes up here as soon as there is a connection" in says(window)
    window.tickets_listed(())
    assert "You have not asked for anything yet." in says(window)


HOSTILE = [
    "<img src='http://evil/x.png'>",
    "<a href='file:///etc/passwd'>click</a>",
    "\u202ereversed\u202c",
    "a\0b\x07c",
    "<style>*{color:red}</style>",
    "&lt;b&gt;",
    "\U000e0041\U000e0042",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_the_relay_says_is_shown_as_plain_text(text: str, window: MainWindow) -> None:
    staff = events.Staff("x", text, text, text)
    wrote = HistoryLine(1, NOW, Actor.STAFF, text, events.MessageAdded(text))
    shown_ticket(window, wrote, owner=staff, problem=text, next_step=text, solution=text, state=TicketState.IN_PROGRESS)
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert not set(label.text()) & {"\u202e", "\0", "\x07", "\U000e0041"}


def test_a_number_as_large_as_the_protocol_allows_is_shown(window: MainWindow) -> None:
    window.ticket_seen(a_view(a_request(), number=2**53))
    window.show_ticket(2**53)
    assert window.windowTitle() == f"Request {2**53}"


def test_the_list_has_the_waiting_ones_on_top_then_the_newest(window: MainWindow) -> None:
    window.waiting_listed((a_request(problem="No line"),))
    window.tickets_listed(tuple(a_view(a_request(asked_at=NOW - timedelta(days=9)), number=n) for n in (1, 3, 2)))
    rows = [window.requests.list.item(row).text() for row in range(window.requests.list.count())]
    assert [row.split("  ·")[0].split("\n")[0] for row in rows] == [
        "Not sent yet",
        "Request 3",
        "Request 2",
        "Request 1",
    ]


def test_closing_hides_and_loses_nothing(window: MainWindow) -> None:
    window.ask.problem.setPlainText("half a sentence")
    window.close()
    assert not window.isVisible()
    window.show_ask()
    assert window.ask.problem.toPlainText() == "half a sentence"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_control_has_a_name_and_says_what_it_does(language: str, qtbot: QtBot) -> None:
    words.use(language)
    window = MainWindow("Example GmbH", "Eva", "laptop")
    qtbot.addWidget(window)
    window.ask.show_fields((MEMORY,))
    kinds = (QAbstractButton, QPlainTextEdit, QAbstractSpinBox, QAbstractItemView)
    for control in [child for kind in kinds for child in window.findChildren(kind)]:
        if control.objectName().startswith("qt_") or isinstance(control.parent(), QAbstractSpinBox):
            continue
        assert control.accessibleName(), control
        assert control.toolTip(), control.accessibleName()


def test_without_a_tray_a_small_window_does_the_same(qtbot: QtBot) -> None:
    tray = Tray(available=False)
    small = tray.window
    assert small is not None
    qtbot.addWidget(small)
    with qtbot.waitSignal(tray.help_wanted):
        QTest.mouseClick(small.help, Qt.MouseButton.LeftButton)
    assert not small.stop.isVisible()
    tray.show_sharing(sharing=True)
    assert {small.stop.text(), tray.stop_action.text()} == {"Stop showing my screen"}
    with qtbot.waitSignal(tray.stop_wanted):
        QTest.mouseClick(small.stop, Qt.MouseButton.LeftButton)
    small.close()
    assert small.isVisible()


class BusIcon(QSystemTrayIcon):
    """A tray over D-Bus, which shows what it is told as markup."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def geometry(self) -> QRect:
        return QRect()

    def showMessage(self, _title: str, text: str, *_more: object) -> None:  # noqa: N802 - Qt's
        self.told.append(text)


def test_a_note_is_not_taken_for_markup(qtbot: QtBot) -> None:
    tray = Tray(available=False)
    assert tray.window is not None
    qtbot.addWidget(tray.window)
    tray.icon = icon = BusIcon()
    tray.notify("Request 7", "<a href='http://evil'>Bill & Gates</a>")
    assert icon.told == ["&lt;a href='http://evil'&gt;Bill &amp; Gates&lt;/a&gt;"]
    assert "<a href" in tray.window.note.text()  # plain text there


def test_every_sign_is_in_the_icon_font_and_every_pair_of_colours_can_be_read() -> None:
    for sign in ("lifebuoy-bold", "warning-bold", "shield-check-fill", "eye-bold", "eye-slash-bold", "mouse-bold"):
        assert not theme.icon(f"ph.{sign}", "#000000").isNull()
    assert not theme.icon("ph.clock-bold", "#000000").isNull()
    for tones in (theme.LIGHT, theme.DARK):
        pairs = [
            (tones.text, tones.ground),
            (tones.text, tones.surface),
            (tones.muted, tones.surface),
            (tones.muted, tones.ground),
            (tones.on_accent, tones.accent),
            (tones.accent, tones.accent_soft),
            (tones.accent, tones.surface),
            (tones.on_stop, tones.stop),
            (tones.on_warn, tones.warn),
        ]
        assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours like #rrggbb."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
