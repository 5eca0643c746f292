"""A console that carries out plans, with a likeness instead of H.264: what a film shows is always off by one."""

from collections.abc import Sequence

import numpy as np

from agent.worker.capture.source import Pixels
from agent.worker.regions.actions import Action, Budget, Copy, SendExactly, ShowFilm, Way
from agent.worker.regions.areas import TILE, pixels_of
from agent.worker.regions.planner import Planner
from protocol.session.picture import Rect


class Console:
    """A console's picture, and how much it took to make it."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Pixels = np.zeros((height, width), np.uint32)
        self.copied = self.filmed = self.sent = 0

    def carry_out(self, actions: Sequence[Action], planner: Planner) -> None:
        for action in actions:
            match action:
                case Copy(rect, x, y):
                    source = Rect(x, y, rect.width, rect.height)
                    self.pixels[pixels_of(rect)] = self.pixels[pixels_of(source)].copy()
                    self.copied += rect.area
                case ShowFilm(film, paint):
                    picture = planner.area_pixels(film.area) ^ np.uint32(0x010101)
                    for rect in paint:
                        x, y = rect.x - film.area.x, rect.y - film.area.y
                        assert x >= 0
                        assert y >= 0
                        part = picture[y : y + rect.height, x : x + rect.width]
                        self.pixels[pixels_of(rect)] = part
                        self.filmed += rect.area
                case _:
                    self.pixels[pixels_of(action.rect)] = planner.pixels[pixels_of(action.rect)]
                    self.sent += action.rect.area


LAN = Budget(256 * 1024)
SLOW = Budget(16 * 1024, 250_000.0)


def settle(planner: Planner, console: Console, budget: Budget, now_s: float, limit: int = 2000) -> float:
    """Asks for plans as a capture loop would while nothing changes, and returns when everything is exact."""
    for _ in range(limit):
        due_s = planner.due_s(now_s)
        if due_s is None:
            return now_s
        now_s = max(due_s, now_s + 0.01)
        actions = planner.plan([], budget, now_s)
        sent = [action for action in actions if isinstance(action, SendExactly)]
        cost = sum(action.rect.area * (0.1 if action.way is Way.RAW else 1.25) for action in sent)
        assert cost <= max(budget.frame_bytes, 1.25 * TILE * TILE)
        console.carry_out(actions, planner)
    raise AssertionError("what is owed is never sent")
