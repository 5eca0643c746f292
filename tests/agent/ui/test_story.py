from datetime import timedelta

import pytest

from agent import words
from agent.ui.story import story
from protocol.desk import events
from protocol.desk.events import Actor, EndReason
from protocol.envelope import HistoryLine
from protocol.scopes import Scope
from tests.agent.asked import JANA, NOW

SESSION = "c" * 32
REQUESTED = HistoryLine(1, NOW, Actor.STAFF, JANA.name, events.SessionRequested(SESSION, JANA))
CONSENTED = HistoryLine(
    2,
    NOW,
    Actor.REQUESTER,
    "Eva",
    events.SessionConsented(SESSION, JANA, frozenset({Scope.SEE}), NOW, NOW + timedelta(minutes=20), b""),
)


ALLOWED_HANDS = HistoryLine(
    2,
    NOW,
    Actor.REQUESTER,
    "Eva",
    events.SessionConsented(
        SESSION, JANA, frozenset({Scope.SEE, Scope.CONTROL}), NOW, NOW + timedelta(minutes=20), b""
    ),
)


def last(reason: EndReason, *before: HistoryLine, worked_s: float = 0.0) -> str:
    end = HistoryLine(3, NOW, Actor.DESK, "", events.SessionEnded(SESSION, reason, worked_s))
    return story([*before, end])[-1][1]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (EndReason.REFUSED, "You said no."),
        (EndReason.NO_ANSWER, "You did not answer, and that means no."),
        (EndReason.USER_QUIT, "You closed athand without an answer, and that means no."),
        (EndReason.TECHNICIAN_LEFT, "Jana Nováková took the question back."),
        (EndReason.FAULT, "It did not come to it."),
    ],
)
def test_a_no_stands_there_in_the_users_words(reason: EndReason, said: str) -> None:
    assert last(reason, REQUESTED) == f"{said} Nobody saw your screen."


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (EndReason.USER_STOPPED, "You ended it."),
        (EndReason.HOT_KEY, "You ended it with the keyboard."),
        (EndReason.USER_QUIT, "You closed athand, and that ended it."),
        (EndReason.USER_LOGGED_OFF, "You logged off, and that ended it."),
        (EndReason.TECHNICIAN_LEFT, "Jana Nováková ended it."),
    ],
)
def test_an_end_stands_there_in_the_users_words_with_who_saw_how_long(reason: EndReason, said: str) -> None:
    assert last(reason, REQUESTED, CONSENTED, worked_s=190) == f"{said} Jana Nováková saw your screen for 3 minutes."
    assert last(reason, REQUESTED, CONSENTED, worked_s=119).endswith("for 1 minute.")
    assert last(reason, REQUESTED, CONSENTED, worked_s=59).endswith("for less than a minute.")


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("reason", EndReason)
def test_every_reason_has_its_sentence_with_a_yes_and_without(reason: EndReason, language: str) -> None:
    words.use(language)
    assert last(reason, REQUESTED, CONSENTED, worked_s=190)
    assert last(reason)  # even of a session that the relay never spoke of


def test_a_session_with_control_says_so_when_it_is_over() -> None:
    said = last(EndReason.TECHNICIAN_LEFT, REQUESTED, ALLOWED_HANDS, worked_s=60)
    assert said.endswith("saw your screen for 1 minute. Jana Nováková was allowed to use your mouse and keyboard.")
