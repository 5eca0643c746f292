"""From any sequence of screens to the canvas of a real console: equal once it stands still, come what may.

The agent's planner and encoder make the frames, the framing cuts them, and the console's own reader and decoder put
them on its canvas. A console that is lost begins anew, with nothing.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.capture.echo import clear
from agent.worker.capture.source import Pixels
from agent.worker.regions.actions import Action, Budget, touched
from agent.worker.regions.areas import pixels_of
from agent.worker.regions.encoder import RegionEncoder
from agent.worker.regions.planner import Planner
from console.picture.canvas import Canvas
from console.picture.decoder import Decoder
from protocol.session import picture
from protocol.session.framing import FrameReader, Kind, pack
from protocol.session.picture import Codec, Frame, Rect
from tests.agent.worker.regions.screens import photo, text

WIDTH, HEIGHT = 340, 230  # on purpose no multiples of a tile
SHEETS = [text(2 * WIDTH, 2 * HEIGHT, 1), photo(2 * WIDTH, 2 * HEIGHT, 2), photo(2 * WIDTH, 2 * HEIGHT, 3)]
BUDGETS = [Budget(256 * 1024), Budget(16 * 1024, 250_000.0), Budget(500.0, 10_000.0)]


class Console:
    """A console's part of a session: reads, decodes, holds the canvas."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self._reader, self._decoder = FrameReader(), Decoder(self.canvas)

    def receive(self, stream: bytes, chunk: int) -> None:
        for at in range(0, len(stream), chunk):
            for kind, body in self._reader.receive_data(stream[at : at + chunk]):
                assert kind is Kind.FRAME
                self._decoder.decode(body)


class Way:
    """Both ends."""

    def __init__(self, budget: Budget, chunk: int, *, films: bool, screen: Pixels | None = None) -> None:
        self.budget, self.chunk = budget, chunk
        self.screen = SHEETS[0][:HEIGHT, :WIDTH].copy() if screen is None else screen
        self._height, self._width = self.screen.shape
        self.now_s = 0.0
        self.codecs: set[Codec] = set()
        self._films = films
        self.come_back()

    def come_back(self) -> None:
        """A console that has nothing: as after a line that was cut, everything begins anew."""
        self.console, self._planner = Console(), Planner(self._width, self._height, films=self._films)
        self._encoder = RegionEncoder()
        self.refresh()

    def refresh(self) -> None:
        """The console asked for the whole picture on fresh streams."""
        self._encoder.restart(self._width, self._height)
        self._send(self._planner.begin_anew(self.screen, self.budget, self.now_s))

    def draw(self, where: Rect, pixels: Pixels, after_s: float) -> None:
        self.now_s += after_s
        self.screen[pixels_of(where)] = pixels
        grabbed = [(where, np.ascontiguousarray(self.screen[pixels_of(where)]))]
        self._send(self._planner.plan(grabbed, self.budget, self.now_s))

    def draw_with_echo(self, where: Rect, pixels: Pixels, after_s: float, echo: Rect, colour: int) -> None:
        """As `draw`; while that is being made a key is answered, which goes ahead of it if it can."""
        self.now_s += after_s
        self.screen[pixels_of(where)] = pixels
        actions = self._planner.plan([self._grab(where)], self.budget, self.now_s)
        making = self._encoder.begin(actions, self._planner, lambda: None) if actions else None
        self.screen[pixels_of(echo)] = colour
        first, later = clear([echo], touched(actions))
        self._send(self._planner.echo([self._grab(rect) for rect in first]))
        if making:
            self._deliver(self._encoder.finish(making, self._planner))
        self._send(self._planner.plan([self._grab(rect) for rect in later], self.budget, self.now_s))

    def _grab(self, rect: Rect) -> tuple[Rect, Pixels]:
        return rect, np.ascontiguousarray(self.screen[pixels_of(rect)])

    def settle(self) -> None:
        for _ in range(3000):
            due_s = self._planner.due_s(self.now_s)
            if due_s is None:
                return
            self.now_s = max(due_s, self.now_s + 0.01)
            self._send(self._planner.plan([], self.budget, self.now_s))
        raise AssertionError("what is owed is never sent")

    @property
    def equal(self) -> bool:
        return bool((self.console.canvas.pixels[..., :3] == channels(self.screen)).all())

    def _send(self, actions: list[Action]) -> None:
        if not actions:
            return
        self._deliver(self._encoder.encode(actions, self._planner))

    def _deliver(self, frame: Frame) -> None:
        self.codecs |= {tile.codec for tile in frame.tiles}
        parts = pack(Kind.FRAME, *picture.encode(frame))
        self.console.receive(b"".join(bytes(part) for part in parts), self.chunk)


def channels(pixels: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Blue, green and red."""
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


@dataclasses.dataclass(frozen=True)
class Wander:
    """A piece of a sheet, put somewhere again and again while it wanders over its sheet: scrolls, drags and films."""

    sheet: int
    times: int
    where: Rect
    x: int
    y: int
    step: tuple[int, int]
    pause_s: float

    def happen(self, way: Way) -> None:
        for where, part in self.pieces():
            way.draw(where, part, self.pause_s)

    def pieces(self) -> Iterator[tuple[Rect, Pixels]]:
        for time in range(self.times):
            left = (self.x + self.step[0] * time) % WIDTH
            top = (self.y + self.step[1] * time) % HEIGHT
            part = SHEETS[self.sheet][top : top + self.where.height, left : left + self.where.width]
            yield self.where, part


@st.composite
def wanders(draw: st.DrawFn) -> Wander:
    width, height = draw(st.integers(1, WIDTH)), draw(st.integers(1, HEIGHT))
    where = Rect(draw(st.integers(0, WIDTH - width)), draw(st.integers(0, HEIGHT - height)), width, height)
    return Wander(
        draw(st.integers(0, 2)),
        draw(st.integers(1, 6)),
        where,
        draw(st.integers(0, WIDTH)),
        draw(st.integers(0, HEIGHT)),
        (draw(st.integers(-9, 9)), draw(st.integers(-30, 30))),
        draw(st.sampled_from([0.016, 0.1, 0.4])),
    )


@given(
    st.lists(st.one_of(wanders(), st.just("lost"), st.just("refresh")), max_size=7),
    st.sampled_from(BUDGETS),
    st.sampled_from([37, 1000, 16 * 1024, 10**7]),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_a_real_console_shows_any_screens_exactly_once_they_stand_still(
    steps: list[Wander | str], budget: Budget, chunk: int, films: bool
) -> None:
    way = Way(budget, chunk, films=films)
    for step in steps:
        if isinstance(step, Wander):
            step.happen(way)
        elif step == "lost":
            way.come_back()
        else:
            way.refresh()
    way.settle()
    assert way.equal
    assert way.console.canvas.figures.snapshot().exact_share == 1.0


@given(
    st.lists(st.tuples(wanders(), st.integers(0, WIDTH - 24), st.integers(0, HEIGHT - 20)), min_size=1, max_size=5),
    st.sampled_from(BUDGETS),
)
@settings(max_examples=40, deadline=None)
def test_echoes_that_overtake_whatever_is_being_made_leave_no_pixel_wrong(
    steps: list[tuple[Wander, int, int]], budget: Budget
) -> None:
    way = Way(budget, 1000, films=True)
    colour = 0
    for wander, x, y in steps:
        for where, part in wander.pieces():
            colour += 0x10305
            way.draw_with_echo(where, part, wander.pause_s, Rect(x, y, 24, 20), colour)
    way.settle()
    assert way.equal
    assert way.console.canvas.figures.snapshot().exact_share == 1.0


def test_all_four_ways_of_a_pixel_go_through_a_real_console() -> None:
    way = Way(BUDGETS[1], 1000, films=True)
    for frame in range(14):
        way.draw(Rect(0, 0, WIDTH, HEIGHT), SHEETS[1][10 * frame :][:HEIGHT, :WIDTH], 0.03)
    for frame in range(14):
        way.draw(Rect(32, 32, 200, 160), SHEETS[1 + frame % 2][7 * frame :][:160, :200], 0.03)
    assert way.console.canvas.figures.snapshot().exact_share < 1.0
    way.settle()
    assert way.equal
    assert way.codecs == set(Codec)


@pytest.mark.parametrize("budget", BUDGETS[:2])
def test_a_screen_wider_than_any_film_is_shown_in_several(budget: Budget) -> None:
    width, height = 8352, 128
    way = Way(budget, 10**7, films=True, screen=np.zeros((height, width), np.uint32))
    for frame in range(8):
        sheet = SHEETS[1 + frame % 2][20 * frame :][:height]
        way.draw(Rect(0, 0, width, height), np.tile(sheet, (1, width // sheet.shape[1] + 1))[:, :width], 0.04)
    assert Codec.H264 in way.codecs
    way.settle()
    assert way.equal


@pytest.mark.parametrize("budget", BUDGETS[:2])
def test_small_pictures_all_over_a_large_screen_fit_into_a_frame(budget: Budget) -> None:
    width, height = 16384, 544  # 8,704 tiles
    screen = np.zeros((height, width), np.uint32)
    way = Way(budget, 10**7, films=True, screen=screen.copy())
    for top in range(0, height, 32):
        for left in range(top % 64, width, 64):
            screen[top : top + 32, left : left + 32] = SHEETS[2][top % 400 :, left % 600 :][:32, :32]
    way.draw(Rect(0, 0, width, height), screen, 1.0)
    assert Codec.H264 in way.codecs
