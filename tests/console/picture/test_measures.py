import pytest

from console.picture.figures import Figures
from console.picture.measures import MAX_REGIONS, Measures, Reading
from protocol.session.messages import PictureTimed
from protocol.session.picture import Codec, Frame, Rect, Tile


def reading(measures: Measures) -> Reading:
    found = measures.reading()
    assert found is not None
    return found


def test_before_the_first_picture_there_are_no_figures() -> None:
    assert Measures(Figures()).reading() is None


def test_the_whole_way_is_the_other_ends_part_half_the_round_trip_and_this_ends() -> None:
    measures = Measures(Figures())
    measures.received(100, 0.002)
    assert reading(measures).latency_ms is None
    measures.timed(PictureTimed(3000, 12_000))
    assert reading(measures).round_trip_ms == 12.0
    assert reading(measures).latency_ms == pytest.approx(3 + (12 - 2) / 2 + 2)


def test_the_painting_is_a_part_of_the_round_trip_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1.0, 1.004])
    measures = Measures(Figures())
    with monkeypatch.context() as patched:
        patched.setattr("console.picture.measures.time.perf_counter", lambda: next(clock))
        measures.received(100, 0.002)
        measures.painted()
    measures.timed(PictureTimed(3000, 12_000))
    assert reading(measures).latency_ms == pytest.approx(3 + (12 - 2 - 4) / 2 + 2 + 4)


def test_what_came_is_counted_and_of_regions_the_newest_are_kept() -> None:
    figures = Figures()
    measures = Measures(figures)
    for at in range(2 * MAX_REGIONS):
        measures.received(10, 0.0)
        figures.painted(Frame(at, 200, 100, False, (Tile(Rect(at, 0, 1, 1), Codec.ZSTD, b""),)), (), 0.0)
    found = reading(measures)
    assert (found.frames, found.received_bytes) == (2 * MAX_REGIONS, 20 * MAX_REGIONS)
    assert found.frames_per_s == 2 * MAX_REGIONS
    assert [rect.x for rect, _ in found.regions] == list(range(MAX_REGIONS, 2 * MAX_REGIONS))
    assert found.exact == 1.0
