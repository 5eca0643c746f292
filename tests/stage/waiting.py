"""Waits until something is so, and says what it waited for when it never came."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class StageError(Exception):
    """The stage could not do what a test asked of it; the message is for whoever reads the failed test."""


def wait_for(
    what: str,
    probe: Callable[[], T | None],
    *,
    timeout_s: float = 15.0,
    every_s: float = 0.02,
    failure: Callable[[], str] | None = None,
) -> T:
    """Call `probe` until it returns something true, and return that.

    Args:
        what: what is awaited, as the end of the sentence "… did not come".
        probe: returns something true when it is there.
        timeout_s: seconds before giving up.
        every_s: seconds between two probes.
        failure: text added to the error, asked for only then.

    Raises:
        StageError: it did not come in time.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            detail = f"\n{failure()}" if failure else ""
            raise StageError(f"waited {timeout_s:g} s for {what}{detail}")
        time.sleep(every_s)
