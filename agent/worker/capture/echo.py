"""What the technician's keys and buttons do on the screen, told from what else changes there. Pure.

A film, a scroll or a page that keeps a slow line busy would keep a key's echo waiting, too. For a moment after a key a
few small changes may therefore go in frames of their own: behind the one that is under way, ahead of all that is not.
"""

import statistics
from collections import deque
from collections.abc import Sequence

from agent.worker.regions.actions import Budget
from agent.worker.regions.areas import intersection
from protocol.session.picture import Rect

EXPECTED_S = 0.15
"""So long after a key its echo is expected: most programs take less than a tenth."""
_AWAITED_S, AWAITED_MOST_S = 0.012, 0.03
"""So long after a key nothing large is sent on a slow line: its echo would wait for that, too. Longer where the last
echoes came later, up to the second."""
_LEISURE_S = 1.0
"""Who pressed nothing for so long is not about to, as a rule."""
_LAST = 5
"""Of so many echoes the time is remembered."""
_SPARE = 1.5
"""The next one may take so much longer than they did."""
_MOST = 4
"""Small changes for a key: a clock or a progress bar may come first."""
_PIXELS = 64 * 64
"""Together; it is sent before anybody asks what it is, in 1 KB at most as a rule: 4 ms of a line of 2 Mbit/s."""

_LITTLE_PIXELS = 256 * 256
"""Beside an echo they cost half a millisecond; a frame of its own costs as much again at either end."""


class Echo:
    """Whether one is expected, and which changes it may be.

    Attributes:
        awaited_until_s: until then nothing large is to be begun, monotonic.
    """

    def __init__(self) -> None:
        self._until_s, self._left = float("-inf"), 0
        self._pressed_s = float("-inf")
        self._took_s: deque[float] = deque(maxlen=_LAST)
        self.awaited_until_s = float("-inf")

    def expect(self, now_s: float) -> None:
        """A key or a button was pressed."""
        self._until_s, self._left = now_s + EXPECTED_S, _MOST
        self._pressed_s = now_s
        usual_s = _SPARE * statistics.median(self._took_s) if self._took_s else 0.0
        self.awaited_until_s = now_s + min(AWAITED_MOST_S, max(_AWAITED_S, usual_s))

    def expected(self, now_s: float) -> bool:
        """Whether a small change may be one now."""
        return self._left > 0 and now_s < self._until_s

    def at_leisure(self, now_s: float) -> bool:
        """Whether nobody waits for anything: no key was pressed for a while."""
        return now_s > self._pressed_s + _LEISURE_S

    def sent(self, now_s: float) -> None:
        """A small change that was seen at `now_s` has gone in a frame of its own."""
        if self._left == _MOST:
            self._took_s.append(now_s - self._pressed_s)
        self._left -= 1
        self.awaited_until_s = float("-inf")


def goes_along(rest: Sequence[Rect], budget: Budget | None) -> bool:
    """Whether an echo is seen no later if what else changed goes with it, in a frame that is allowed."""
    return budget is not None and budget.rate is None and sum(rect.area for rect in rest) <= _LITTLE_PIXELS


def part(rects: Sequence[Rect]) -> tuple[list[Rect], list[Rect]]:
    """What may be an echo, and the rest: the smallest changes, as many as go ahead without the line noticing."""
    small: list[Rect] = []
    rest: list[Rect] = []
    left = _PIXELS
    for rect in sorted(rects, key=lambda one: one.area):
        (small if rect.area <= left else rest).append(rect)
        left -= rect.area
    return small, rest


def clear(rects: Sequence[Rect], of: Sequence[Rect]) -> tuple[list[Rect], list[Rect]]:
    """Those that have no pixel in common with `of`, and the others."""
    mixed = [rect for rect in rects if any(intersection(rect, one) for one in of)]
    return [rect for rect in rects if rect not in mixed], mixed
