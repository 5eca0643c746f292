"""A token bucket. Pure: the time is passed in."""


class TokenBucket:
    """Lets through `rate` a second in the long run, and `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at_s = burst, float("-inf")

    def take(self, now_s: float, count: float = 1.0) -> bool:
        """Takes `count` tokens at `now_s`, monotonic seconds; False, and none taken, if there are not so many."""
        if self._at_s != float("-inf"):
            self._tokens = min(self._burst, self._tokens + max(0.0, now_s - self._at_s) * self._rate)
        self._at_s = now_s
        if self._tokens < count:
            return False
        self._tokens -= count
        return True
