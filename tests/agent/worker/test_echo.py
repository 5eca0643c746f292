import queue
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agent.worker.capture.echo import EXPECTED_S, Echo, goes_along, part
from agent.worker.capture.source import Changes, Geometry, Pixels
from agent.worker.capture.thread import Capture, Output, Shot
from agent.worker.regions.actions import Budget
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
    assert goes_along([], slow)
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
    echo.sent()
    assert echo.awaited_until_s < 1.0


def test_only_a_few_changes_go_ahead_for_one_key() -> None:
    echo, count = Echo(), 0
    echo.expect(1.0)
    while echo.expected(1.0):
        echo.sent()
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


def widest(shot: Shot) -> int:
    frame = picture.decode(b"".join(bytes(piece) for piece in shot.parts))
    return max(tile.rect.width for tile in frame.tiles)


def next_shot(outputs: "queue.SimpleQueue[Output]") -> Shot:
    while True:
        output = outputs.get(timeout=5)
        if isinstance(output, Shot):
            return output
