import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agent.worker.capture.echo import AWAITED_MOST_S, EXPECTED_S, Echo, clear, goes_along, part
from agent.worker.capture.source import Changes, Geometry, Pixels
from agent.worker.capture.thread import Capture, Output, Shot
from agent.worker.regions.actions import Budget
from agent.worker.regions.film import FilmEncoder
from protocol.session import picture
from protocol.session.messages import CursorChanged
from protocol.session.picture import Rect

FILM, CLOCK, GLYPH = Rect(320, 180, 1280, 720), Rect(0, 0, 384, 16), Rect(400, 100, 16, 18)


def test_small_changes_may_be_an_echo_and_large_ones_wait() -> None:
    small, rest = part([FILM, GLYPH])
    assert (small, rest) == ([GLYPH], [FILM])


def test_no_more_goes_ahead_than_the_line_hardly_notices() -> None:
    small, rest = part([CLOCK, GLYPH])
    assert (small, rest) == ([GLYPH], [CLOCK])


def test_what_little_else_changed_goes_along_unless_the_line_or_nobodys_leave_would_keep_both_waiting() -> None:
    fast, slow = Budget(1e6), Budget(1e4, 250e3)
    assert goes_along([CLOCK], fast)
    assert not goes_along([FILM], fast)
    assert not goes_along([CLOCK], slow)
    assert goes_along([], fast)
    assert not goes_along([], slow)
    assert not goes_along([], None)


def test_an_echo_is_expected_for_a_moment_after_a_key() -> None:
    echo = Echo()
    assert not echo.expected(0.0)
    echo.expect(1.0)
    assert echo.expected(1.0 + EXPECTED_S / 2)
    assert not echo.expected(1.0 + EXPECTED_S)


def test_nothing_large_is_begun_for_a_moment_unless_the_echo_was_there() -> None:
    echo = Echo()
    echo.expect(1.0)
    assert 1.0 < echo.awaited_until_s < 1.0 + EXPECTED_S
    echo.sent(1.0)
    assert echo.awaited_until_s < 1.0


def test_what_is_owed_goes_in_larger_pieces_only_while_nobody_presses_a_key() -> None:
    echo = Echo()
    assert echo.at_leisure(1.0)
    echo.expect(1.0)
    assert not echo.at_leisure(1.5)
    assert echo.at_leisure(3.0)
    slow = Budget(3e3, 250e3)
    assert slow.at_leisure == Budget(1e4, 250e3)
    assert Budget(1e5).at_leisure == Budget(1e5)


def test_only_a_few_changes_go_ahead_for_one_key() -> None:
    echo, count = Echo(), 0
    echo.expect(1.0)
    while echo.expected(1.0):
        echo.sent(1.0)
        count += 1
    assert count == 4


class Screen:
    """A film that changes whenever anybody looks, and a glyph beside it."""

    def __init__(self, always_ready: int) -> None:
        self._turn, self._always_ready = 0, always_ready

    def fileno(self) -> int:
        return self._always_ready

    def changes(self) -> Changes:
        time.sleep(0.001)
        return Changes(damaged=True)

    def take_damage(self) -> list[Rect]:
        return [FILM, GLYPH]

    def grab(self, rects: Sequence[Rect]) -> list[Pixels]:
        self._turn += 1
        return [np.full((rect.height, rect.width), self._turn, np.uint32) for rect in rects]

    def leave_out(self, windows: frozenset[int]) -> None:
        assert not windows

    def geometry(self) -> Geometry:
        return Geometry(1920, 1080, ())

    def cursor(self) -> CursorChanged | None:
        return None

    def pointer(self) -> tuple[int, int]:
        return 0, 0

    def close(self) -> None:
        pass


class Photos(Screen):
    """The film shows pictures, and the glyph changes once `asked` is set."""

    def __init__(self, always_ready: int, asked: threading.Event) -> None:
        super().__init__(always_ready)
        self._asked = asked

    def take_damage(self) -> list[Rect]:
        return [FILM, GLYPH] if self._asked.is_set() else [FILM]

    def grab(self, rects: Sequence[Rect]) -> list[Pixels]:
        grabbed = super().grab(rects)
        dice = np.random.default_rng(self._turn)
        for rect, pixels in zip(rects, grabbed, strict=True):
            if rect.area > GLYPH.area:
                pixels[:] = dice.integers(0, 2**24, pixels.shape, np.uint32)
        return grabbed


def test_an_echo_goes_ahead_of_a_film_that_the_line_has_no_room_for() -> None:
    outputs: queue.SimpleQueue[Output] = queue.SimpleQueue()
    with Path("/dev/zero").open("rb") as file:
        screen = Screen(file.fileno())
        capture = Capture(lambda: screen, outputs.put)
        capture.start()
        capture.begin()
        try:
            capture.allow_frame(Budget(0.0))
            assert widest(next_shot(outputs)) == 1920
            while outputs.empty():  # nothing is allowed; on a busy machine a moment may be over before it is noticed
                capture.expect_echo()
                time.sleep(0.005)
            assert widest(next_shot(outputs)) == GLYPH.width
            capture.allow_frame(Budget(0.0))
            while (width := widest(next_shot(outputs))) == GLYPH.width:
                pass
            assert width == FILM.width
        finally:
            capture.stop()
            capture.join(5)


def test_an_echo_goes_ahead_of_a_films_picture_that_is_being_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, encodes, encode = threading.Event(), threading.Event(), FilmEncoder.encode

    def encode_at_leisure(self: FilmEncoder, pixels: Pixels) -> bytes:
        if threading.current_thread().name.startswith("films"):
            encodes.set()
            assert may_go_on.wait(5)
        return encode(self, pixels)

    monkeypatch.setattr(FilmEncoder, "encode", encode_at_leisure)
    outputs: queue.SimpleQueue[Output] = queue.SimpleQueue()
    slow = Budget(500.0, 10_000.0)
    with Path("/dev/zero").open("rb") as file:
        screen = Photos(file.fileno(), encodes)
        capture = Capture(lambda: screen, outputs.put)
        capture.start()
        capture.begin(films=True)
        try:
            capture.allow_frame(slow)
            assert next_shot(outputs).number == 0
            capture.allow_frame(slow)
            assert encodes.wait(5)
            while outputs.empty():
                capture.expect_echo()
                time.sleep(0.005)
            echo = next_shot(outputs)
            assert (echo.number, widest(echo)) == (1, GLYPH.width)
            while not outputs.empty():
                next_shot(outputs)
            may_go_on.set()
            while widest(next_shot(outputs)) == GLYPH.width:
                pass
        finally:
            may_go_on.set()
            capture.stop()
            capture.join(5)
            assert not capture.is_alive()


def test_what_has_a_pixel_in_common_with_what_is_being_made_waits() -> None:
    assert clear([GLYPH, CLOCK], [Rect(390, 110, 20, 1)]) == ([CLOCK], [GLYPH])


def test_a_program_that_answers_slowly_is_waited_for_a_little_longer() -> None:
    echo = Echo()
    for turn in range(5):
        echo.expect(float(turn))
        echo.sent(turn + 0.015)
    echo.expect(10.0)
    assert echo.awaited_until_s == pytest.approx(10.0 + 1.5 * 0.015)
    for turn in range(5):
        echo.expect(20.0 + turn)
        echo.sent(20.0 + turn + 0.1)
    echo.expect(30.0)
    assert echo.awaited_until_s == pytest.approx(30.0 + AWAITED_MOST_S)


def widest(shot: Shot) -> int:
    frame = picture.decode(b"".join(bytes(piece) for piece in shot.parts))
    return max(tile.rect.width for tile in frame.tiles)


def next_shot(outputs: "queue.SimpleQueue[Output]") -> Shot:
    while True:
        output = outputs.get(timeout=5)
        if isinstance(output, Shot):
            return output
