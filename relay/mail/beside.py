"""One thread beside the loop, for calls that a mail server may keep waiting for as long as it likes.

Guarantees: one call at a time, in the order they came; unlike an executor's, the thread does not keep the program from
ending while a call waits. Any thread; distrusts nobody: what a call raises is raised where it is awaited.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

R = TypeVar("R")


class Beside:
    """The thread."""

    def __init__(self, name: str) -> None:
        # Unbounded, but each of its few callers waits for its last call before the next one.
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, call: Callable[[], R]) -> "Future[R]":
        """After all that was given before."""
        future: Future[R] = Future()
        self._calls.put((future, call))
        return future

    async def do(self, call: Callable[[], R]) -> R:
        """The same, and waits for it; a call whose waiter was cancelled before its turn is not made."""
        return await asyncio.wrap_future(self.submit(call))

    def end(self) -> None:
        """After all that was given before; does not wait."""
        self._calls.put(None)

    def _run(self) -> None:
        while (given := self._calls.get()) is not None:
            future, call = given
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                future.set_exception(error)
            else:
                future.set_result(result)
            del future, call, given  # nothing is kept alive by a thread that waits
