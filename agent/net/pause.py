"""A wait between two tries that somebody can cut short. On the network thread."""

import asyncio
import contextlib


class Pause:
    """Shared by everything that tries again."""

    def __init__(self) -> None:
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Whoever waits stops waiting; if nobody does, the next wait is none."""
        self._hurried.set()

    def forget(self) -> None:
        """What was hurried is done: the next wait is a whole one."""
        self._hurried.clear()

    async def hurried(self) -> None:
        """Returns once somebody hurries."""
        await self._hurried.wait()

    async def wait(self, longest_s: float) -> None:
        """So many seconds, or until somebody hurries."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._hurried.wait()
        self._hurried.clear()
