"""How long a change takes on this side, and the way to the technician and back: told now and then. Pure."""

from collections import deque
from statistics import median

from protocol.session.messages import PictureTimed

_PAUSE_S = 2.0
_MOST = 64
_MOST_US = 60_000_000


class Timing:
    """One session's."""

    def __init__(self) -> None:
        self._made_s: deque[float] = deque(maxlen=_MOST)
        self._told_s = float("-inf")

    def made(self, took_s: float) -> None:
        """A frame was handed to the line so long after its change was noticed."""
        self._made_s.append(took_s)

    def tell(self, round_trip_s: float, now_s: float) -> PictureTimed | None:
        """What to tell when a frame was acknowledged at `now_s`, monotonic; None if something was told just now."""
        if not self._made_s or now_s < self._told_s + _PAUSE_S:
            return None
        self._told_s = now_s
        made_s = median(self._made_s)
        self._made_s.clear()
        return PictureTimed(min(_MOST_US, int(1e6 * made_s)), min(_MOST_US, int(1e6 * round_trip_s)))
