"""What the relay sees to by itself, step by step, once a second or less often. On the loop's thread.

Guarantees: a step that fails is counted and logged, and keeps no later one from its turn.
"""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Sequence

from structlog.typing import FilteringBoundLogger

from relay.counts import Counts
from relay.errors import StoreFault


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One of them.

    Attributes:
        do: may raise whatever it likes.
        every: rounds from one turn to the next.
        at: which of them is its turn.
    """

    name: str
    do: Callable[[], Awaitable[None] | None]
    every: int = 1
    at: int = 0


class Housekeeping:
    """All of them, in their order."""

    def __init__(self, steps: Sequence[Step], counts: Counts, log: FilteringBoundLogger) -> None:
        """Nothing is done yet."""
        self._steps, self._counts, self._log = tuple(steps), counts, log
        self._rounds = 0

    async def round(self) -> None:
        """Each step whose turn it is."""
        self._rounds += 1
        for step in self._steps:
            if self._rounds % step.every == step.at:
                await self._do(step)

    async def _do(self, step: Step) -> None:
        try:
            doing = step.do()
            if inspect.isawaitable(doing):
                await doing
        except StoreFault as fault:
            self._counts.add("store_fault", where=step.name, why=repr(fault.__cause__)[:300])
        except Exception:  # noqa: BLE001 - housekeeping goes on whatever happens to one step of it
            self._counts.add("fault")
            self._log.exception("fault", where=step.name)
