"""Guarantees that every refusal and drop is counted under a name, and that a flood of them does not fill the log.

On the loop's thread. Names are fixed words of this program, never a peer's text.
"""

import collections
from collections.abc import Callable, Mapping

from structlog.typing import FilteringBoundLogger

from relay.admission import Bucket

_LINES = (1.0, 20.0)
"""Log lines a second and at once for one name; the rest is only counted, and the next line says how many."""


class Counts:
    """Counters by name, and their log."""

    def __init__(self, log: FilteringBoundLogger, clock: Callable[[], float]) -> None:
        """`clock` gives seconds, monotonic."""
        self._log, self._clock = log, clock
        self._counts: collections.Counter[str] = collections.Counter()
        self._buckets: dict[str, Bucket] = {}
        self._silent: collections.Counter[str] = collections.Counter()

    def add(self, name: str, **facts: object) -> None:
        """One more refusal or drop called `name`; `facts` stand in the log beside it."""
        self._record(self._log.warning, name, facts)

    def done(self, name: str, **facts: object) -> None:
        """One more `name` that is as it should be."""
        self._record(self._log.info, name, facts)

    def _record(self, say: Callable[..., object], name: str, facts: dict[str, object]) -> None:
        self._counts[name] += 1
        now = self._clock()
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(*_LINES, now=now)
        if not bucket.take(now):
            self._silent[name] += 1
            return
        unlogged = self._silent.pop(name, 0)
        if unlogged:
            facts["unlogged_before"] = unlogged
        say(name, count=self._counts[name], **facts)

    def __getitem__(self, name: str) -> int:
        """How often so far."""
        return self._counts[name]

    def snapshot(self) -> Mapping[str, int]:
        """All counters, by name."""
        return dict(sorted(self._counts.items()))
