import itertools
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.worker.flow import FIRST_FRAMES, FLOOR_BYTES, MAX_FRAMES, MOST_BYTES, QUEUE_S, Flow, FlowError

MAX_STEPS = 4_000
NEVER = float("inf")
EMPTY = 128
"""Bytes of a frame in which there is nothing."""


class Wire:
    """A line with a rate and a delay; what is sent queues up and is acknowledged when it has arrived."""

    def __init__(self, rate: float, rtt_s: float) -> None:
        self.rate, self.rtt_s = rate, rtt_s
        self.now_s = self._free_s = 0.0
        self.worst_queue_s = 0.0
        self._under_way: deque[tuple[float, int]] = deque()
        self.delivered = self.sent = 0

    def send(self, number: int, size: int) -> None:
        self.sent += 1
        start_s = max(self.now_s, self._free_s)
        self._free_s = start_s + size / self.rate
        self.worst_queue_s = max(self.worst_queue_s, start_s - self.now_s)
        self._under_way.append((self._free_s + self.rtt_s, number))
        self.delivered += size

    @property
    def next_s(self) -> float:
        """When the next acknowledgement comes."""
        return self._under_way[0][0] if self._under_way else float("inf")

    def acknowledgement(self) -> int:
        self.now_s, number = self._under_way.popleft()
        return number


def run(wire: Wire, flow: Flow, sizes: list[int], until_s: float) -> None:
    """A screen that always has something new, in frames of these sizes."""
    for _ in range(MAX_STEPS):
        if wire.now_s >= until_s:
            return
        number = wire.sent
        if (due_s := flow.due_s(wire.now_s)) <= wire.next_s:
            wire.now_s = due_s
            size = EMPTY if flow.feels(due_s) else sizes[number % len(sizes)]
            flow.sent(number, size, wire.now_s)
            wire.send(number, size)
        else:
            flow.acknowledged(wire.acknowledgement(), wire.now_s)


def test_at_first_two_frames_may_be_under_way() -> None:
    flow = Flow()
    for number in range(FIRST_FRAMES):
        assert flow.due_s(0.0) == 0.0
        flow.sent(number, 100_000, 0.0)
    assert flow.due_s(0.0) == NEVER


def test_one_frame_may_always_be_under_way_however_large() -> None:
    flow = Flow()
    flow.sent(0, 10, 0.0)
    flow.acknowledged(0, 1.0)
    assert flow.due_s(1.0) == 1.0
    flow.sent(1, 50_000_000, 1.0)
    assert flow.due_s(1.0) == NEVER


@given(
    mbit=st.sampled_from([2, 10, 100, 1000]),
    rtt_ms=st.sampled_from([0.5, 5, 25, 50, 150]),
    size=st.sampled_from([300, 3_000, 20_000, 150_000]),
    mixed=st.booleans(),
)
def test_the_line_is_used_and_hardly_anything_queues(mbit: int, rtt_ms: float, size: int, mixed: bool) -> None:
    wire, flow = Wire(mbit * 125_000, rtt_ms / 1000), Flow()
    limits = size > FLOOR_BYTES and mbit <= 10
    sizes = [200, size] if mixed and limits else [size]  # a small one tells how long the way is
    run(wire, flow, sizes, 2.0)
    wire.worst_queue_s, before, since_s = 0.0, wire.delivered, wire.now_s
    run(wire, flow, sizes, 6.0)
    carried = (wire.delivered - before) / (wire.now_s - since_s)
    one_s = size / wire.rate
    size = sum(sizes) // len(sizes)
    possible = min(wire.rate, min(MAX_FRAMES * size, MOST_BYTES) / (wire.rtt_s + one_s))
    assert carried > 0.8 * possible, flow.window_bytes
    # A frame is never cut, and feeling for more room takes up to a quarter of a round trip.
    bound_s = 2 * one_s + FLOOR_BYTES / wire.rate + 2 * QUEUE_S + wire.rtt_s / 4
    assert wire.worst_queue_s < bound_s, flow.window_bytes


def test_an_idle_time_does_not_make_it_forget_the_line() -> None:
    wire, flow = Wire(1_250_000, 0.05), Flow()
    run(wire, flow, [3_000], 3.0)
    before = flow.window_bytes
    flow.sent(10**6, 100, 100.0)
    flow.acknowledged(10**6, 100.06)
    assert flow.window_bytes > before / 2


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 10**6), st.integers(0, 200)), max_size=60))
def test_what_is_in_flight_is_what_was_sent_less_what_was_shown(steps: list[tuple[bool, int, int]]) -> None:
    flow, sizes, number, now_s = Flow(), {}, 0, 0.0
    for send, size, back in steps:
        now_s += 0.01
        if send:
            flow.sent(number, size, now_s)
            sizes[number] = size
            number += 1
        elif number:
            shown = max(0, number - 1 - back)
            flow.acknowledged(shown, now_s)
            sizes = {n: s for n, s in sizes.items() if n > shown}
        assert flow.in_flight_bytes == sum(sizes.values())
        assert flow.due_s(now_s) == now_s or sizes


def test_acknowledging_what_was_never_sent_is_refused() -> None:
    flow = Flow()
    flow.sent(0, 10, 0.0)
    with pytest.raises(FlowError, match="before it was sent"):
        flow.acknowledged(1, 0.1)


@pytest.mark.parametrize("mbit", [2, 10, 20])
@pytest.mark.parametrize("size", [6_000, 40_000])
def test_a_line_that_limits_the_picture_is_known(mbit: int, size: int) -> None:
    wire, flow = Wire(mbit * 125_000, 0.05), Flow()
    flow.sent(10**9, 100, 0.0)  # something small, as the first frames of a session mostly are
    flow.acknowledged(10**9, 0.05)
    for number in range(30):
        flow.sent(10**9 + 1 + number, size, wire.now_s)
        took_s = 0.05 + size / wire.rate
        wire.now_s += took_s + 0.004
        flow.acknowledged(10**9 + 1 + number, wire.now_s, 0.004)
        wire.now_s += 0.05
    rate = flow.budget().rate
    assert rate is not None
    assert 0.9 * wire.rate < rate < 1.1 * wire.rate


def test_a_busy_console_does_not_look_like_a_slow_line() -> None:
    flow, now_s = Flow(), 0.0
    for number in range(100):
        flow.sent(number, 12_000 if number % 3 == 1 else 200, now_s)
        took_s = 0.02 if number % 5 else 0.003
        now_s += 0.002 + took_s
        flow.acknowledged(number, now_s, took_s)
        assert flow.budget().rate is None
        now_s += 0.01


def test_before_the_first_answer_a_line_is_not_trusted_with_much() -> None:
    assert Flow().budget().rate is not None


@pytest.mark.parametrize("mbit", [2, 10])
@pytest.mark.parametrize("size", [6_000, 40_000])
def test_frames_follow_one_another_as_the_line_gets_through_with_them(mbit: int, size: int) -> None:
    wire, flow = Wire(mbit * 125_000, 0.1), Flow()
    run(wire, flow, [200, *[size] * 5], 3.0)
    wire.worst_queue_s, before = 0.0, wire.delivered
    run(wire, flow, [200, *[size] * 5], 6.0)
    assert wire.delivered - before > 0.8 * 3.0 * wire.rate
    assert wire.worst_queue_s < 2 * QUEUE_S


def test_a_line_that_was_slow_for_a_moment_is_not_slow_for_ever() -> None:
    flow, now_s, numbers = Flow(), 0.0, itertools.count()

    def carry(size: int, took_s: float) -> None:
        nonlocal now_s
        number = next(numbers)
        flow.sent(number, size, now_s)
        now_s += took_s
        flow.acknowledged(number, now_s)

    carry(200, 0.004)
    for _ in range(8):
        carry(10_000, 1.0)
    assert flow.budget().rate is not None
    for _ in range(60):
        carry(max(300, int(flow.budget().frame_bytes / 2)), 0.0045)
    rate = flow.budget().rate
    assert rate is None or rate > 200_000


def test_frames_that_are_told_of_all_at_once_do_not_make_the_line_look_fast() -> None:
    flow, rate, way_s = Flow(), 250_000.0, 0.1
    flow.sent(0, 200, 0.0)
    flow.acknowledged(0, way_s)
    now_s, number = 1.0, 1
    for _ in range(4):
        free_s = now_s
        for number in range(number, number + 11):  # noqa: B020 - counts on
            flow.sent(number, 6_000, now_s)
            free_s += 6_000 / rate
        for shown in range(number - 10, number + 1):
            flow.acknowledged(shown, free_s + way_s)
        now_s, number = free_s + way_s, number + 1
        told = flow.budget().rate
        assert told is not None
        assert told < 1.3 * rate


def test_the_next_frame_is_begun_as_early_as_frames_take_to_be_made() -> None:
    early_s = []
    for made_s in (0.002, 0.02, 0.2):
        wire, flow = Wire(250_000, 0.1), Flow()
        run(wire, flow, [200, 6_000, 6_000], 3.0)
        for _ in range(8):
            flow.sent(wire.sent, 6_000, wire.now_s, made_s)
            wire.send(wire.sent, 6_000)
        early_s.append(flow.due_s(wire.now_s))
    assert early_s[0] - early_s[1] == pytest.approx(0.012)
    assert early_s[0] - early_s[2] == pytest.approx(0.022)


def test_a_line_of_ten_megabits_has_limits_however_unevenly_it_is_heard_of() -> None:
    flow, rate, way_s, now_s = Flow(), 1_250_000.0, 0.05, 1.0
    flow.sent(0, 200, 0.0)
    flow.acknowledged(0, way_s)
    free_s, heard_s = now_s, now_s
    for number in range(1, 200):  # each fifth is heard of late, and those behind it less and less
        flow.sent(number, 12_000, now_s)
        free_s = max(free_s, now_s) + 12_000 / rate
        heard_s = free_s + way_s + 0.007 * (-number % 5)
        flow.acknowledged(number, heard_s)
        now_s = free_s - 0.001
        told = flow.budget().rate
        assert told is not None
        assert told < 1.6 * rate


@given(sizes=st.lists(st.integers(FLOOR_BYTES, 12_000), min_size=1, max_size=20), late_ms=st.integers(5, 60))
def test_a_film_that_leaves_no_gap_does_not_make_the_way_look_long_nor_the_line_fast(
    sizes: list[int], late_ms: int
) -> None:
    wire, flow = Wire(250_000, 0.1), Flow()
    flow.sent(0, 200, 0.0)
    wire.send(0, 200)
    flow.acknowledged(wire.acknowledgement(), wire.now_s + late_ms / 1000)  # a console that was busy with its window
    wire.now_s += late_ms / 1000
    run(wire, flow, sizes, 8.0)
    wire.worst_queue_s, before = 0.0, wire.delivered
    run(wire, flow, sizes, 16.0)
    told = flow.budget().rate
    assert told is not None
    assert 0.9 * wire.rate < told < 1.1 * wire.rate
    assert wire.worst_queue_s < max(sizes) / wire.rate + 3 * QUEUE_S
    assert wire.delivered - before > 0.85 * 8.0 * wire.rate


def test_nothing_empty_is_sent_while_nothing_else_is() -> None:
    wire, flow = Wire(250_000, 0.1), Flow()
    run(wire, flow, [200, 6_000, 6_000], 3.0)
    while wire.next_s < NEVER:
        flow.acknowledged(wire.acknowledgement(), wire.now_s)
    assert not flow.feels(wire.now_s + 100.0)


@pytest.mark.parametrize("kbyte", [32, 100, 250])
def test_a_line_that_becomes_fast_while_only_what_is_owed_is_sent_is_found_out(kbyte: int) -> None:
    wire, flow = Wire(1000.0 * kbyte, 0.02), Flow()
    flow.sent(0, 200, 0.0)
    wire.send(0, 200)
    flow.acknowledged(wire.acknowledgement(), wire.now_s)
    run(wire, flow, [30 * kbyte + 4_000], 3.0)
    assert flow.line_rate == pytest.approx(wire.rate)
    wire.rate, owed, since_s = 10e6, 2_000_000, wire.now_s
    while owed > 0:
        size = max(1_000, int(0.7 * flow.budget().at_leisure.frame_bytes))  # pixels take less than was thought
        if (due_s := flow.due_s(wire.now_s)) <= wire.next_s:
            wire.now_s, owed = due_s, owed - size
            flow.sent(wire.sent, size, wire.now_s)
            wire.send(wire.sent, size)
        else:
            flow.acknowledged(wire.acknowledgement(), wire.now_s)
    assert wire.now_s - since_s < 1.0
