import contextlib
import os
import queue
import time
from collections.abc import Sequence

import numpy as np

from agent.worker.capture.source import Changes, Geometry, Pixels
from agent.worker.capture.thread import Capture, Output, Shot
from agent.worker.regions.actions import Budget
from protocol.session.messages import CursorChanged
from protocol.session.picture import Rect


class ReadsAhead:
    """A screen whose answer about the cursor takes news of damage off the socket, as XCB does."""

    def __init__(self) -> None:
        self._news, self._cursor_news = os.pipe()
        os.set_blocking(self._news, False)
        self._read_ahead = self._drawn = False
        self._brightness = 0

    def change_cursor_and_draw(self) -> None:
        self._drawn = True
        os.write(self._cursor_news, b"c")

    def fileno(self) -> int:
        return self._news

    def changes(self) -> Changes:
        damaged, self._read_ahead = self._read_ahead, False
        with contextlib.suppress(BlockingIOError):
            return Changes(damaged, cursor=bool(os.read(self._news, 1)))
        return Changes(damaged)

    def take_damage(self) -> list[Rect]:
        return [Rect(0, 0, 64, 64)]

    def grab(self, rects: Sequence[Rect]) -> list[Pixels]:
        self._brightness += 1
        return [np.full((rect.height, rect.width), self._brightness, np.uint32) for rect in rects]

    def leave_out(self, windows: frozenset[int]) -> None:
        assert not windows

    def geometry(self) -> Geometry:
        return Geometry(64, 64, ())

    def cursor(self) -> CursorChanged | None:
        self._read_ahead = self._drawn
        return None

    def pointer(self) -> tuple[int, int]:
        return 0, 0

    def close(self) -> None:
        os.close(self._news)
        os.close(self._cursor_news)


def test_damage_read_off_the_socket_with_an_answer_about_the_cursor_is_not_left_lying() -> None:
    outputs: queue.SimpleQueue[Output] = queue.SimpleQueue()
    source = ReadsAhead()
    capture = Capture(lambda: source, outputs.put)
    capture.start()
    capture.begin()
    try:
        capture.allow_frame(Budget(0.0))
        assert next_shot(outputs, timeout_s=10.0).number == 0
        capture.allow_frame(Budget(0.0))
        time.sleep(0.1)  # the capture waits for news now
        source.change_cursor_and_draw()
        assert next_shot(outputs).number == 1
    finally:
        capture.stop()
        capture.join(5)


def test_a_capture_that_gets_ready_while_the_user_is_asked_opens_nothing() -> None:
    outputs: queue.SimpleQueue[Output] = queue.SimpleQueue()
    opened: list[ReadsAhead] = []

    def open_source() -> ReadsAhead:
        opened.append(ReadsAhead())
        return opened[-1]

    refused, allowed = (Capture(open_source, outputs.put) for _ in range(2))
    for capture in (refused, allowed):
        capture.allow_frame(Budget(0.0))
        capture.start()
    refused.stop()
    refused.join(10)
    assert not refused.is_alive()
    assert not opened
    assert outputs.empty()
    try:
        allowed.begin()
        assert next_shot(outputs, timeout_s=10.0).number == 0
        assert len(opened) == 1
    finally:
        allowed.stop()
        allowed.join(5)


def next_shot(outputs: "queue.SimpleQueue[Output]", *, timeout_s: float = 0.7) -> Shot:
    while True:
        output = outputs.get(timeout=timeout_s)  # less than the second after which silence is looked into
        if isinstance(output, Shot):
            return output
