"""Tells the capture when it may make the next frame: at once, or when the line is through with what is under way.

Lives on the event loop. When only an acknowledgement can allow one, nothing is waited for: it asks again by itself.
"""

import asyncio
import time

from agent.worker.capture.thread import Capture
from agent.worker.flow import Flow

_CLOCK_S = 0.001
"""The loop's clock counts so."""


class Pace:
    """One session's."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._later: asyncio.TimerHandle | None = None

    def allow(self, capture: Capture, flow: Flow) -> None:
        """Allows a frame as soon as the flow does; what was waited for before counts no more."""
        self.stop()
        now_s = time.monotonic()
        wait_s = flow.due_s(now_s) - now_s
        if wait_s < _CLOCK_S and flow.feels(now_s):
            capture.feel()  # allows the next one when it has left
        elif wait_s < _CLOCK_S:
            capture.allow_frame(flow.budget())
        elif wait_s < float("inf"):
            self._later = self._loop.call_later(wait_s, self.allow, capture, flow)

    def stop(self) -> None:
        """Nothing is waited for."""
        if self._later:
            self._later.cancel()
            self._later = None
