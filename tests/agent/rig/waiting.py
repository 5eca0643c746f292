"""Waiting for something that will be seen on the display or the disk."""

import asyncio
import time
from collections.abc import Callable


async def eventually(probe: Callable[[], bool], what: str, timeout_s: float = 5.0) -> None:
    """Ask until it is true; fail with `what` if it never is."""
    end_s = time.monotonic() + timeout_s
    while not probe():
        assert time.monotonic() < end_s, f"{what} did not come"
        await asyncio.sleep(0.01)
