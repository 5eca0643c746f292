from hypothesis import given
from hypothesis import strategies as st

from console.session.series import FIRST_S, Series
from protocol.desk.events.sessions import MAX_SAMPLES


def series_of(seconds: float, step_s: float = 0.5) -> Series:
    series, at_s = Series(), 0.0
    while at_s < seconds:
        at_s += step_s
        series.add(
            at_s,
            latency_ms=20.0,
            round_trip_ms=10.0,
            frames=round(at_s * 30),
            received_bytes=round(at_s * 1000),
            exact=1.0,
        )
    return series


def test_a_short_session_has_one_sample_each_ten_seconds_and_its_last_seconds() -> None:
    samples = series_of(34.0).samples()
    assert [sample.at_s for sample in samples] == [10.0, 20.0, 30.0, 34.0]
    assert [sample.frames for sample in samples] == [300, 300, 300, 120]
    assert FIRST_S == 10.0


def test_eight_hours_fit_and_every_frame_is_counted() -> None:
    samples = series_of(8 * 3600.0, step_s=5.0).samples()
    assert MAX_SAMPLES // 2 <= len(samples) <= MAX_SAMPLES
    assert sum(sample.frames for sample in samples) == 8 * 3600 * 30
    assert sum(sample.received_bytes for sample in samples) == 8 * 3600 * 1000
    assert all(sample.latency_ms == 20.0 for sample in samples)


@given(st.lists(st.tuples(st.floats(0.1, 300.0), st.integers(0, 9000)), max_size=400))
def test_whatever_comes_the_series_is_bounded_in_order_and_loses_nothing(steps: list[tuple[float, int]]) -> None:
    series, at_s, frames = Series(), 0.0, 0
    for step_s, more in steps:
        at_s, frames = at_s + step_s, frames + more
        series.add(at_s, latency_ms=1.0, round_trip_ms=1.0, frames=frames, received_bytes=frames, exact=0.5)
    samples = series.samples()
    assert len(samples) <= MAX_SAMPLES
    assert [sample.at_s for sample in samples] == sorted(sample.at_s for sample in samples)
    assert sum(sample.frames for sample in samples) == frames


def test_nothing_came_nothing_is_told() -> None:
    assert Series().samples() == ()
