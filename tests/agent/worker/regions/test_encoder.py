"""Plans become frames, and frames become the same picture again."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.capture.source import Pixels
from agent.worker.regions import planes
from agent.worker.regions.actions import Action, Budget, ShowFilm
from agent.worker.regions.encoder import RegionEncoder
from agent.worker.regions.film import FilmEncoder, FilmError
from agent.worker.regions.planner import Planner
from console.picture.film import FilmDecoder
from console.picture.planes import to_pixels
from protocol.session import picture
from protocol.session.picture import Codec, Rect
from tests.agent.worker.regions.console import LAN, SLOW
from tests.agent.worker.regions.screens import photo, text
from tests.bench.journeys import psnr
from tests.bench.viewer import Viewer
from tests.conftest import Logs
from tests.console.picture.whole import whole

WIDTH, HEIGHT = 500, 330
WHOLE = Rect(0, 0, WIDTH, HEIGHT)


class Way:
    """From a screen to a viewer."""

    def __init__(self, *, films: bool = True) -> None:
        self.planner, self.encoder = Planner(WIDTH, HEIGHT, films=films), RegionEncoder()
        self.viewer = Viewer(WIDTH, HEIGHT)
        self.encoder.restart(WIDTH, HEIGHT)
        self.codecs: set[Codec] = set()
        self.now_s = 0.0

    def show(self, screen: Pixels, budget: Budget, now_s: float) -> list[Action]:
        self.now_s = now_s
        return self._send(self.planner.plan([(WHOLE, screen)], budget, now_s))

    def begin(self, screen: Pixels, budget: Budget) -> None:
        self._send(self.planner.begin_anew(screen, budget, 0.0))

    def settle(self, budget: Budget) -> None:
        while (due_s := self.planner.due_s(self.now_s)) is not None:
            self.now_s = max(due_s, self.now_s + 0.01)
            self._send(self.planner.plan([], budget, self.now_s))

    def _send(self, actions: list[Action]) -> list[Action]:
        if actions:
            frame = self.encoder.encode(actions, self.planner)
            self.codecs |= {tile.codec for tile in frame.tiles}
            self.viewer.show(b"".join(picture.encode(frame)))
        return actions


@given(st.integers(1, 70), st.integers(1, 40), st.integers(0, 5))
def test_planes_give_back_every_pixel(width: int, height: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 2**24, (height, width), np.uint32)
    target = np.zeros((height, width, 4), np.uint8)
    to_pixels(planes.from_pixels(pixels), target)
    assert (target.view(np.uint32)[..., 0] == pixels).all()


@pytest.mark.parametrize("budget", [LAN, SLOW])
@pytest.mark.parametrize("films", [True, False])
def test_text_photos_scrolls_and_films_arrive(budget: Budget, films: bool) -> None:
    way, tall = Way(films=films), photo(WIDTH, 3 * HEIGHT, 1)
    way.begin(text(WIDTH, HEIGHT, 1), budget)
    for frame in range(60):
        screen = text(WIDTH, HEIGHT, 1)
        if frame < 15:
            screen = tall[12 * frame : 12 * frame + HEIGHT].copy()
        elif frame > 30:
            screen[64:300, 100:400] = photo(300, 236, frame % 3)
        way.show(screen, budget, frame / 24)
        a_page_appears = films and 15 <= frame < 30
        assert psnr(way.viewer.pixels, screen) > (18 if a_page_appears else 26)
    way.settle(budget)
    assert (way.viewer.pixels == screen).all()
    assert {Codec.ZSTD, Codec.COPY, Codec.PLANES} <= way.codecs
    assert (Codec.H264 in way.codecs) is films


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(0, 200), st.sampled_from([0.02, 0.3])), max_size=12))
@settings(max_examples=15)
def test_any_screens_arrive_exactly_in_the_end(steps: list[tuple[int, int, float]]) -> None:
    way = Way()
    sheets = {1: text(WIDTH, 2 * HEIGHT, 1), 2: photo(WIDTH, 2 * HEIGHT, 2), 3: photo(WIDTH, 2 * HEIGHT, 3)}
    screen = sheets[1][:HEIGHT]
    way.begin(screen, SLOW)
    now_s = 0.0
    for sheet, top, pause_s in steps:
        now_s += pause_s
        screen = sheets[sheet][top : top + HEIGHT]
        way.show(screen, SLOW, now_s)
    way.settle(SLOW)
    assert (way.viewer.pixels == screen).all()


def test_a_letter_typed_again_costs_next_to_nothing_wherever_it_stands() -> None:
    planner, encoder = Planner(WIDTH, HEIGHT, films=True), RegionEncoder()
    encoder.restart(WIDTH, HEIGHT)
    screen = np.full((HEIGHT, WIDTH), 0xFFFFFF, np.uint32)
    encoder.encode(planner.begin_anew(screen, LAN, 0.0), planner)
    letter = text(9, 18, 7)
    letter[:, 0] = letter[:, -1] = 0x112233
    sizes = []
    for place, x in enumerate((32, 101, 210, 327, 444)):
        screen[40:58, x : x + 9] = letter
        frame = encoder.encode(planner.plan([(WHOLE, screen)], LAN, place / 4), planner)
        sizes.append(sum(len(tile.payload) for tile in frame.tiles))
    assert max(sizes[1:]) <= 24


def test_a_likeness_is_a_good_one_and_within_its_bytes() -> None:
    sent = photo(512, 352, 4)
    for most, least_db in ((60_000, 36), (15_000, 30)):
        packet = FilmEncoder(512, 352, None, most_bytes=most).encode(sent)
        shown = whole(FilmDecoder(512, 352).decode(packet), 512, 352)[..., :3].copy()
        assert len(packet) <= most
        assert psnr(np.dstack([shown, np.zeros_like(shown[..., :1])]).view(np.uint32)[..., 0], sent) >= least_db


@pytest.mark.parametrize(("rate", "parts"), [(None, min(2, os.cpu_count() or 1)), (250_000.0, 1)])
def test_a_film_is_made_in_two_halves_at_once_where_time_counts_and_in_one_where_bytes_do(
    rate: float | None, parts: int
) -> None:
    data = FilmEncoder(320, 240, rate).encode(photo(320, 240, 4))
    slices = [one for one in data.split(b"\0\0\1")[1:] if one[0] & 31 in {1, 5}]  # ITU-T H.264, table 7-1
    assert len(slices) == parts


def test_a_film_keeps_within_its_rate() -> None:
    encoder = FilmEncoder(512, 352, 60_000.0)
    sizes = [len(encoder.encode(photo(512, 352, seed % 9))) for seed in range(45)]
    assert sum(sizes[15:]) <= 1.3 * 60_000


def test_an_encoder_that_fails_costs_films_but_no_picture(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    def fail(_self: FilmEncoder, _pixels: Pixels) -> bytes:
        raise FilmError("out of order")

    logs.expect("film_failed")
    monkeypatch.setattr(FilmEncoder, "encode", fail)
    way = Way()
    way.begin(text(WIDTH, HEIGHT, 1), SLOW)
    actions = way.show(photo(WIDTH, HEIGHT, 1), SLOW, 1.0)
    assert any(isinstance(action, ShowFilm) for action in actions)
    way.settle(SLOW)
    assert (way.viewer.pixels == photo(WIDTH, HEIGHT, 1)).all()
    assert Codec.H264 not in way.codecs
