import math
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from protocol.desk.events import Threshold
from protocol.desk.gauge import FAULTY, GAP_S, Gauge, Turn, sample

LOAD = Threshold("cpu.percent", limit=90, clear=80, for_s=300)
MEMORY = Threshold("memory.available_mb", limit=500, clear=1000, above=False, for_s=0)


def looked(threshold: Threshold, values: Iterable[tuple[float, float]]) -> list[tuple[float, Turn]]:
    gauge, turns = Gauge(), []
    for at_s, value in values:
        gauge, turn = sample(gauge, threshold, value, at_s)
        if turn:
            turns.append((at_s, turn))
    return turns


def every_minute(*values: float) -> list[tuple[float, float]]:
    return [(60.0 * n, value) for n, value in enumerate(values)]


def test_p34_load_above_the_limit_for_five_minutes_is_one_fault() -> None:
    assert looked(LOAD, every_minute(*[95] * 5)) == []
    assert looked(LOAD, every_minute(*[95] * 20)) == [(300.0, Turn.RAISED)]


def test_one_look_below_the_limit_begins_the_waiting_anew() -> None:
    assert looked(LOAD, every_minute(95, 95, 95, 95, 95, 85, 95, 95, 95, 95, 95)) == []


def test_a_figure_that_swings_around_its_limit_makes_one_fault_not_many() -> None:
    swing = every_minute(*[95] * 6, *[85, 95] * 20)
    assert looked(LOAD, swing) == [(300.0, Turn.RAISED)]
    over = [*swing, *((swing[-1][0] + 60.0 * n, 50.0) for n in range(1, 9))]
    assert [turn for _, turn in looked(LOAD, over)] == [Turn.RAISED, Turn.CLEARED]


def test_too_little_of_something_is_a_fault_as_well() -> None:
    assert [turn for _, turn in looked(MEMORY, every_minute(600, 400, 800, 1000))] == [Turn.RAISED, Turn.CLEARED]


def test_at_its_limit_a_figure_is_good_and_at_its_clear_value_the_fault_is_over() -> None:
    assert looked(LOAD, every_minute(*[90] * 20)) == []
    assert [turn for _, turn in looked(LOAD, every_minute(*[90.1] * 6, *[80] * 6))] == [Turn.RAISED, Turn.CLEARED]
    assert looked(LOAD, every_minute(*[90.1] * 6, *[80.1] * 20)) == [(300.0, Turn.RAISED)]
    assert looked(MEMORY, every_minute(500, 500)) == []
    assert [turn for _, turn in looked(MEMORY, every_minute(499, 1000))] == [Turn.RAISED, Turn.CLEARED]


def test_looks_so_far_apart_that_a_machine_may_have_slept_between_them_count_up_to_the_gap() -> None:
    assert looked(LOAD, [(0, 95), (GAP_S, 95), (2 * GAP_S, 95)]) == [(2 * GAP_S, Turn.RAISED)]
    assert looked(LOAD, [(0, 95), (GAP_S + 1, 95), (2 * GAP_S + 2, 95)]) == []


def test_a_machine_that_slept_was_not_under_load_all_night() -> None:
    assert looked(LOAD, [(0, 95), (60, 95), (60 + GAP_S + 3600, 95)]) == []
    assert looked(LOAD, [(0, 95), (150, 95), (300, 95)]) == [(300, Turn.RAISED)]  # the control


def test_a_figure_nobody_could_read_changes_nothing() -> None:
    gauge, _ = sample(Gauge(), LOAD, 95, 0)
    assert sample(gauge, LOAD, math.nan, 60) == (gauge, None)


@given(st.lists(st.tuples(st.floats(0.1, 400), st.floats(0, 100)), max_size=60))
def test_faults_begin_and_end_in_turn_and_a_gauge_says_which_it_is(steps: list[tuple[float, float]]) -> None:
    gauge, at_s, expected = Gauge(), 0.0, Turn.RAISED
    for wait_s, value in steps:
        at_s += wait_s
        gauge, turn = sample(gauge, LOAD, value, at_s)
        if turn:
            assert turn is expected
            expected = Turn.CLEARED if turn is Turn.RAISED else Turn.RAISED
        assert (gauge.stand in FAULTY) == (expected is Turn.CLEARED)


@given(st.lists(st.floats(0, 90), max_size=60))
def test_a_figure_that_stays_within_its_limit_is_never_a_fault(values: list[float]) -> None:
    assert looked(LOAD, every_minute(*values)) == []
