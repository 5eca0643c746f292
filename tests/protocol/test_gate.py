import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.consent import Consent
from protocol.scopes import Scope
from protocol.session import messages as m
from protocol.session.gate import NEEDED, USER_WINS_S, Gate, Outside, OutsideConsent
from protocol.session.picture import Rect

BEGIN = datetime(2026, 11, 1, 10, tzinfo=UTC)
EXAMPLES: dict[type, Any] = {
    m.Ask: m.Ask(1, frozenset({Scope.SEE}), 5),
    m.PointerMoved: m.PointerMoved(1, 2),
    m.ButtonChanged: m.ButtonChanged(1, True, 1, 2),
    m.Scrolled: m.Scrolled(0, 120, 1, 2),
    m.KeyChanged: m.KeyChanged(30, 97, True),
    m.TextTyped: m.TextTyped("a"),
    m.ReleaseAll: m.ReleaseAll(),
    m.FrameShown: m.FrameShown(1),
    m.RefreshRequested: m.RefreshRequested(),
    m.Resume: m.Resume(bytes(32)),
    m.Watch: m.Watch(("DP-1",)),
    m.Goodbye: m.Goodbye("technician_left"),
}


def consent(scopes: set[Scope], minutes: int = 10) -> Consent:
    return Consent(
        session="0" * 32,
        ticket=1,
        binding=bytes(32),
        technician=bytes(32),
        device=bytes(32),
        technician_name="Jana Nováková, Support, Example",
        scopes=frozenset(scopes),
        monitors=(),
        text="May Jana see your screen?",
        language="en",
        begin=BEGIN,
        end=BEGIN + timedelta(minutes=minutes),
    )


def verdict(gate: Gate, message: object, at: datetime = BEGIN, now_s: float = 100.0) -> Outside | None:
    try:
        gate.admit(message, now=at, now_s=now_s)
    except OutsideConsent as outside:
        return outside.reason
    return None


def test_there_is_an_example_of_every_message() -> None:
    assert set(EXAMPLES) == set(get_args(m.FromConsole))


HANDS = {m.PointerMoved, m.ButtonChanged, m.Scrolled, m.KeyChanged, m.TextTyped}
EYES = {m.FrameShown, m.RefreshRequested, m.Watch}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_whoever_may_only_see_moves_presses_and_types_nothing(kind: type) -> None:
    gate = Gate()
    gate.open(consent(set(Scope) - {Scope.CONTROL}))
    assert verdict(gate, EXAMPLES[kind]) is (Outside.SCOPE_MISSING if kind in HANDS else None)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_whoever_may_not_see_is_asked_for_no_picture(kind: type) -> None:
    gate = Gate()
    gate.open(consent(set()))
    assert verdict(gate, EXAMPLES[kind]) is (Outside.SCOPE_MISSING if kind in HANDS | EYES else None)


def test_without_a_consent_no_pixel_is_on_a_monitor_that_is_shown() -> None:
    gate = Gate()
    assert not gate.shows(0, 0)
    gate.open(consent({Scope.SEE}))
    assert gate.shows(0, 0)
    gate.close()
    assert not gate.shows(0, 0)


@given(st.sets(st.sampled_from(Scope)), st.sampled_from(list(EXAMPLES)), st.integers(-3600, 3600))
def test_a_message_passes_only_with_its_scope_and_within_the_time(
    scopes: set[Scope], kind: type, offset_s: int
) -> None:
    gate = Gate()
    gate.open(consent(scopes))
    needed = NEEDED[kind]
    in_time = 0 <= offset_s < 600
    expected = needed is None or (in_time and needed in scopes)
    assert (verdict(gate, EXAMPLES[kind], BEGIN + timedelta(seconds=offset_s)) is None) == expected


@pytest.mark.parametrize("kind", [k for k, scope in NEEDED.items() if scope])
def test_nothing_passes_without_a_consent_or_after_it_was_taken_back(kind: type) -> None:
    gate = Gate()
    assert verdict(gate, EXAMPLES[kind]) is Outside.NO_CONSENT
    gate.open(consent(set(Scope)))
    assert verdict(gate, EXAMPLES[kind]) is None
    gate.close()
    assert verdict(gate, EXAMPLES[kind]) is Outside.NO_CONSENT


@pytest.mark.parametrize("kind", [k for k, scope in NEEDED.items() if scope is Scope.CONTROL])
def test_while_a_question_is_on_the_screen_the_technician_cannot_answer_it(kind: type) -> None:
    gate = Gate()
    gate.open(consent(set(Scope)))
    gate.question_shown(shown=True)
    assert verdict(gate, EXAMPLES[kind]) is Outside.QUESTION_OPEN
    gate.question_shown(shown=False)
    assert verdict(gate, EXAMPLES[kind]) is None


@pytest.mark.parametrize("kind", [k for k, scope in NEEDED.items() if scope is Scope.CONTROL])
def test_the_users_own_hand_wins_for_a_moment(kind: type) -> None:
    gate = Gate()
    gate.open(consent(set(Scope)))
    gate.user_acted(100.0)
    assert verdict(gate, EXAMPLES[kind], now_s=100.0 + USER_WINS_S - 0.01) is Outside.USER_ACTIVE
    assert verdict(gate, EXAMPLES[kind], now_s=100.0 + USER_WINS_S) is None


def test_letting_go_of_keys_is_always_allowed() -> None:
    gate = Gate()
    gate.open(consent({Scope.SEE}))
    gate.question_shown(shown=True)
    gate.user_acted(100.0)
    assert verdict(gate, m.ReleaseAll()) is None


def test_whatever_is_no_message_is_refused_and_every_refusal_is_counted() -> None:
    gate = Gate()
    for thing in ("text", object(), m.ConsentGiven(b"")):
        assert verdict(gate, thing) is Outside.UNKNOWN_MESSAGE
    assert gate.dropped == {Outside.UNKNOWN_MESSAGE: 3}


def test_pixels_leave_only_under_a_consent_to_see() -> None:
    gate = Gate()
    assert not gate.allows(Scope.SEE, BEGIN)
    for scopes in itertools.chain([set()], [{s} for s in Scope]):
        gate.open(consent(scopes))
        assert gate.allows(Scope.SEE, BEGIN) == (Scope.SEE in scopes)
    gate.open(consent({Scope.SEE}))
    assert not gate.allows(Scope.SEE, BEGIN + timedelta(minutes=10))


POINTING = [kind for kind in EXAMPLES if kind in (m.PointerMoved, m.ButtonChanged, m.Scrolled)]


@pytest.mark.parametrize("kind", POINTING)
def test_where_the_consent_names_monitors_nothing_else_can_be_pointed_at(kind: type) -> None:
    gate = Gate()
    gate.open(msgspec.structs.replace(consent({Scope.SEE, Scope.CONTROL}), monitors=("DP-1",)))
    area = Rect(100, 50, 20, 10)

    def at(x: int, y: int) -> Outside | None:
        return verdict(gate, msgspec.structs.replace(EXAMPLES[kind], x=x, y=y))

    assert at(105, 55) is Outside.OTHER_MONITOR  # nobody has said where it is
    gate.monitors_are([area, Rect(500, 0, 5, 5)])
    assert [at(x, y) for x, y in ((100, 50), (119, 59), (504, 4))] == [None] * 3
    for x, y in ((99, 50), (100, 49), (120, 59), (119, 60), (505, 0), (-1, -1)):
        assert at(x, y) is Outside.OTHER_MONITOR
    gate.monitors_are([])
    assert at(105, 55) is Outside.OTHER_MONITOR
    gate.open(consent({Scope.SEE, Scope.CONTROL}))
    assert at(105, 55) is None
