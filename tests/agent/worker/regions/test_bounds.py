"""However large the screen and whatever is on it: no film, no likeness and no frame is more than a console takes."""

import weakref

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.worker.regions.actions import ShowFilm
from agent.worker.regions.areas import TILE, Grid, gathered, runs
from agent.worker.regions.encoder import RegionEncoder
from agent.worker.regions.films import Film, Films
from agent.worker.regions.planner import Planner
from protocol.limits import FRAME_MAX_RECTS
from protocol.session import film
from protocol.session.film import FILM_MAX_PACKETS, FILM_MAX_PIXELS, FILM_MAX_SIDE
from protocol.session.picture import Rect

SIZES = [(1920, 1080), (3840, 2160), (11520, 2160), (7680, 4320), (16384, 2048), (2048, 16384), (1, 16384)]


def grid_of(width: int, height: int) -> Grid:
    grid: Grid = np.zeros((-(-height // TILE), -(-width // TILE)), np.bool_)
    return grid


@given(
    st.sampled_from(SIZES),
    st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=8),
    st.sampled_from([None, 1e5, 1e6]),
)
@example((11520, 2160), [(0.3, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0)], 1e6)
@settings(deadline=None)
def test_no_film_is_larger_than_a_console_takes(
    size: tuple[int, int], boxes: list[tuple[float, float, float, float]], rate: float | None
) -> None:
    films, whole = Films(), grid_of(*size)
    rows, columns = whole.shape
    films.drawn = [Rect(0, 0, *size)]
    for number, (x, y, wide, high) in enumerate(boxes):
        wanted = grid_of(*size)
        wanted[int(y * rows) :, int(x * columns) :][: 1 + int(high * rows), : 1 + int(wide * columns)] = True
        shown = films.assign(wanted, 1, rate, 0.5 * number)
        assert films.assign(wanted, 1, rate, 0.5 * number) == shown  # no film begins anew with every picture
        for one in shown:
            assert max(one.area.width, one.area.height) <= FILM_MAX_SIDE
            assert one.area.area <= FILM_MAX_PIXELS


@pytest.mark.parametrize("size", SIZES)
def test_the_pieces_of_a_likeness_are_such_as_a_console_takes(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Quick:
        def __init__(self, width: int, height: int, *_: object, **__: object) -> None:
            assert max(width, height) <= FILM_MAX_SIDE
            assert width * height <= FILM_MAX_PIXELS

        def encode(self, _: object) -> bytes:
            return b"picture"

    monkeypatch.setattr("agent.worker.regions.encoder.FilmEncoder", Quick)
    monkeypatch.setattr("agent.worker.regions.encoder._framed", lambda *_: None)
    width, height = size
    planner = Planner(64, 64, films=True)
    area = Rect(0, 0, -(-width // TILE) * TILE, -(-height // TILE) * TILE)
    whole = Rect(0, 0, width, height)
    frame = RegionEncoder().encode([ShowFilm(Films().still(area, 1e6), (whole,))], planner)
    packets = [film.decode(tile.payload) for tile in frame.tiles if tile.payload]
    assert len(packets) < FILM_MAX_PACKETS
    assert sum(packet.area.area for packet in packets) == area.area
    assert sum(tile.rect.area for tile in frame.tiles) == whole.area


def test_a_film_that_begins_anew_gives_its_memory_back_before_the_next_one_takes_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alive: weakref.WeakSet[object] = weakref.WeakSet()

    class Quick:
        def __init__(self, *_: object, **__: object) -> None:
            assert not alive
            alive.add(self)

        def encode(self, _: object) -> bytes:
            return b"picture"

    monkeypatch.setattr("agent.worker.regions.encoder.FilmEncoder", Quick)
    planner, encoder = Planner(64, 64, films=True), RegionEncoder()
    for generation in range(3):
        film_now = Film(0, generation, Rect(0, 0, 64, 64), None)
        encoder.encode([ShowFilm(film_now, (film_now.area,))], planner)
        assert alive
    encoder.restart(64, 64)
    assert not alive
    likeness = Films().still(Rect(0, 0, 1024, 4096), 1e6)
    monkeypatch.setattr("agent.worker.regions.encoder._framed", lambda *_: None)
    assert len(encoder.encode([ShowFilm(likeness, (likeness.area,))], planner).tiles) > 1


@given(st.sampled_from(SIZES), st.floats(0, 1), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_whatever_is_scattered_has_no_more_parts_than_a_frame(size: tuple[int, int], share: float, seed: int) -> None:
    grid = np.random.default_rng(seed).random(grid_of(*size).shape) < share
    (one,) = gathered(grid)
    assert len(runs(one)) + len(runs(~one)) <= FRAME_MAX_RECTS
    assert (one | ~grid).all()
