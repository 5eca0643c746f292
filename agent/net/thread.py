"""The network thread: one asyncio loop in a thread of its own. In by `call_soon_threadsafe`, out by one Qt signal.

Made, started and stopped on the main thread.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

_log = structlog.get_logger()


class NetworkThread:
    """Runs one coroutine function to its end, and whatever is called into its loop meanwhile."""

    def __init__(self, main: Callable[[], Coroutine[Any, Any, None]], *, on_crash: Callable[[], None]) -> None:
        """`main` is called on the thread; `on_crash` too, when it ends with an error of ours."""
        self._main, self._on_crash = main, on_crash
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="network")

    def start(self) -> None:
        """Starts it."""
        self._thread.start()

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Calls `function` on the thread, soon; dropped without a word once it has ended."""
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:  # the loop is closed
            _log.info("call dropped", reason="network thread has ended")

    def stop(self, timeout_s: float) -> bool:
        """Cancels `main` and waits for its clearing up. Gives False if it takes longer."""
        self.call(self._cancel)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _cancel(self) -> None:
        if self._task:
            self._task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._task = self._loop.create_task(self._main())
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except Exception:  # noqa: BLE001 - the last resort: a dead network must not leave windows that pretend
            _log.exception("network thread crashed")
            self._on_crash()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
