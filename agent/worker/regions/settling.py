"""Pays what is owed: likenesses that stand still become exact, as much at a time as the budget allows. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from agent.worker.regions import spans
from agent.worker.regions.actions import Action, Budget, SendExactly, Way
from agent.worker.regions.areas import intersection, runs, tiles_of
from agent.worker.regions.debts import Debts
from agent.worker.regions.looks import Looks
from agent.worker.regions.price import PICTURE_BYTES, TEXT_BYTES, rough_bytes
from protocol.session.picture import Rect

_STILL_S, _STILL_BUSY_S = 0.12, 0.2
"""Unchanged for so long stands still; longer where changes were frequent, or films of 6 frames a second flicker."""
_STILL_IN_FILM_S = 3.0
"""What stands still in a film that goes on mostly moves again soon, and would have been sent for nothing: a shot lasts
some three seconds. Once the whole film stands still, this does not count."""
_SETTLE_PIXELS = 384 * 1024
"""Settled in one frame at most: some 5 ms of work, for which a key's echo may have to wait."""

Shown = Sequence[tuple[Rect, float]]
"""Films under way: the area of each, and when its last picture was shown, in monotonic seconds."""


class Settling:
    """One planner's debts, and when they fall due."""

    def __init__(self, pixels: Pixels, screen: Rect, looks: Looks, debts: Debts) -> None:
        """`pixels`: the planner's whole picture, sides multiples of TILE; `screen`: how much of it there is."""
        self._pixels, self._screen, self._looks, self._debts = pixels, screen, looks, debts

    def due_s(self, shown: Shown, now_s: float) -> float | None:
        """When something will stand still, or None if nothing is owed."""
        owed = self._debts.tiles()
        return None if owed is None else max(now_s, float(self._still_s(shown, now_s)[owed].min()))

    def due(self, actions: Sequence[Action], budget: Budget, shown: Shown, now_s: float) -> list[Action]:
        """What stands still now and is owed, as far as the budget goes beyond `actions`."""
        owed = self._debts.tiles()
        if owed is None:
            return []
        still = owed & (self._still_s(shown, now_s) <= now_s)
        if not still.any():
            return []
        self._looks.look_again(self._pixels, still, now_s)
        left_bytes, left_pixels = budget.frame_bytes - rough_bytes(actions), float(_SETTLE_PIXELS)
        settled: list[Action] = []
        for way, tiles in ((Way.RAW, still & ~self._looks.picture), (Way.PLANES, still & self._looks.picture)):
            each = TEXT_BYTES if way is Way.RAW else PICTURE_BYTES
            for run in runs(tiles):
                for part in spans.slices(run, min(left_bytes / each, left_pixels), bool(settled)):
                    rect = intersection(part, self._screen)
                    if rect is None:
                        continue
                    self._debts.settle(rect)
                    settled.append(SendExactly(rect, way))
                    left_bytes, left_pixels = left_bytes - each * rect.area, left_pixels - rect.area
        return settled

    def _still_s(self, shown: Shown, now_s: float) -> npt.NDArray[np.float64]:
        """When each tile counts as standing still, unless it changes again."""
        changed_s = self._looks.changed_s
        still_s = changed_s + np.where(self._looks.busy(now_s), _STILL_BUSY_S, _STILL_S)
        for area, shown_s in shown:
            where = tiles_of(area)
            later_s = np.maximum(still_s[where], shown_s + _STILL_BUSY_S)
            still_s[where] = np.minimum(later_s, changed_s[where] + _STILL_IN_FILM_S)
        return still_s
