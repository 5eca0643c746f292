"""The time of day, as this machine says it, but for jumps: those count once they have lasted.

Guarantees: while somebody sets the machine's clock wrong and right again within SETTLES_S, nothing here notices: no
reminder, no promise that seems broken, no link that seems over. A jump that lasts is followed then, as it is how a
clock is put right. On any thread. Distrusts the machine's clock, not its count of seconds.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

JUMP_S = 60.0
"""Whoever keeps the time right moves it by less, slowly or at once; by so much nobody is told anything wrong."""
SETTLES_S = 300.0
"""Whoever sets a clock wrong by hand sees it by then; machines that ask for the time have asked again."""


def now() -> datetime:
    """What the machine says, aware UTC."""
    return datetime.now(UTC)


def elapsed_s() -> float:
    """Seconds that no setting of the clock moves; those while the machine slept count, too, where it knows them."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class SteadyClock:
    """Gives aware UTC."""

    def __init__(
        self,
        wall: Callable[[], datetime] = now,
        seconds: Callable[[], float] = elapsed_s,
        jumped: Callable[[float], None] = lambda _by_s: None,
    ) -> None:
        """`jumped` hears by how many seconds the clock was moved, once for each jump that is not followed at once.

        It is called on whatever thread asked for the time.
        """
        self._wall, self._seconds, self.jumped = wall, seconds, jumped
        self._lock = threading.Lock()
        self._begins_s = wall().timestamp() - seconds()
        self._moved: tuple[float, float] | None = None

    def __call__(self) -> datetime:
        """The time of day."""
        with self._lock:
            seconds, wall = self._seconds(), self._wall()
            begins_s = wall.timestamp() - seconds
            by_s = begins_s - self._begins_s
            if abs(by_s) <= JUMP_S:
                self._begins_s, self._moved = begins_s, None
                return wall
            anew = self._moved is None or abs(begins_s - self._moved[0]) > JUMP_S
            if self._moved is None or anew:
                self._moved = begins_s, seconds
            elif seconds - self._moved[1] >= SETTLES_S:
                self._begins_s, self._moved = begins_s, None
                return wall
            steady = datetime.fromtimestamp(self._begins_s + seconds, UTC)
        if anew:
            self.jumped(by_s)
        return steady
