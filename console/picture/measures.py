"""How the picture travels: counted as frames come, told as figures twice a second. Network thread, but for `painted`.

What the picture is made of is kept in `console.picture.figures`; the times of the way are added here.
Distrusts the agent: its own times are clipped.
"""

import dataclasses
import time
from collections import deque
from statistics import median

from console.picture.figures import Figures
from protocol.session.messages import PictureTimed
from protocol.session.picture import Codec, Rect

MAX_REGIONS = 48
"""Rectangles shown at once; more would hide the picture."""
_RECENT_S = 1.0
_MOST_FRAMES = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """How the picture travels now.

    Attributes:
        at_s: since the first picture.
        latency_ms: from a change on the helped screen to its being painted, the median; None if nobody knows yet.
        round_trip_ms: to the other end and back, likewise.
        frames, received_bytes: since the first picture.
        frames_per_s, bytes_per_s: in the last second.
        exact: share of the picture that is the source's to the bit, 0 to 1.
        regions: what came in the last second, and how; the newest last.
    """

    at_s: float
    latency_ms: float | None
    round_trip_ms: float | None
    frames: int
    received_bytes: int
    frames_per_s: float
    bytes_per_s: float
    exact: float
    regions: tuple[tuple[Rect, Codec], ...]


class Measures:
    """One session's."""

    def __init__(self, figures: Figures) -> None:
        """`figures` are those of the same picture."""
        self._figures = figures
        self._began_s: float | None = None
        self._received_bytes = 0
        self._recent: deque[tuple[float, int]] = deque(maxlen=_MOST_FRAMES)
        self._took_s: deque[float] = deque(maxlen=_MOST_FRAMES)
        self._paints_s: deque[float] = deque(maxlen=_MOST_FRAMES)
        self._woken_s = 0.0
        self._timed: PictureTimed | None = None

    def received(self, count: int, took_s: float) -> None:
        """A frame of so many bytes was decoded in so long, and is to be painted."""
        self._woken_s = now_s = time.perf_counter()
        if self._began_s is None:
            self._began_s = now_s
        self._received_bytes += count
        self._recent.append((now_s, count))
        self._took_s.append(took_s)

    def painted(self) -> None:
        """What was received is on the screen. Main thread."""
        self._paints_s.append(time.perf_counter() - self._woken_s)

    def timed(self, told: PictureTimed) -> None:
        """What the other end measured."""
        self._timed = told

    def reading(self) -> Reading | None:
        """The figures now, or None before the first picture."""
        if self._began_s is None:
            return None
        now_s = time.perf_counter()
        while self._recent and self._recent[0][0] < now_s - _RECENT_S:
            self._recent.popleft()
        seen = self._figures.snapshot()
        since_s = time.monotonic() - _RECENT_S
        regions = {region.rect: region.codec for region in seen.recent if region.at_s >= since_s}
        return Reading(
            at_s=now_s - self._began_s,
            latency_ms=self._latency_ms(),
            round_trip_ms=None if self._timed is None else self._timed.round_trip_us / 1000,
            frames=seen.frames,
            received_bytes=self._received_bytes,
            frames_per_s=len(self._recent) / _RECENT_S,
            bytes_per_s=sum(count for _, count in self._recent) / _RECENT_S,
            exact=seen.exact_share,
            regions=tuple(regions.items())[-MAX_REGIONS:],
        )

    def _latency_ms(self) -> float | None:
        """The other end's part, half the way there and back, and this end's: two clocks need not agree for that."""
        if self._timed is None or not self._took_s:
            return None
        took_s = median(self._took_s)
        painted_s = median(list(self._paints_s)) if self._paints_s else 0.0
        way_s = max(0.0, self._timed.round_trip_us / 1e6 - took_s - painted_s) / 2  # what is painted is acknowledged
        return 1000 * (self._timed.made_us / 1e6 + way_s + took_s + painted_s)
