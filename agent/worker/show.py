"""The picture on its way to the technician: capture, flow and wire, for one line at a time.

Guarantees that a frame is made only when the flow allows one, that each is held against the consent when it leaves, and
that what an earlier line's capture still gives is nobody's. Lives on the event loop.
"""

import asyncio
import functools
import time
from collections.abc import Callable
from datetime import UTC, datetime

from agent.worker.capture.confined import area_of
from agent.worker.capture.source import Source
from agent.worker.capture.thread import Capture, CaptureOver, Output, Shot
from agent.worker.course import SessionOver
from agent.worker.flow import Flow
from agent.worker.input.bucket import TokenBucket
from agent.worker.line import Line
from agent.worker.pace import Pace
from agent.worker.timing import Timing
from agent.worker.wire import Wire
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.session.gate import Gate
from protocol.session.messages import ScreenChanged

_REFRESHES = (4.0, 4.0)
"""Whole pictures on request: a second, and at once."""


class Show:
    """One session's.

    Attributes:
        running: whether something is captured.
    """

    def __init__(
        self,
        wire: Wire,
        gate: Gate,
        open_source: Callable[[], Source],
        *,
        began: Callable[[], None],
        end: Callable[[SessionOver], None],
    ) -> None:
        """`began` is told that a line's first picture has left; `end`, once at least, that the session must end."""
        self._wire, self._gate, self._open_source = wire, gate, open_source
        self._began, self._end = began, end
        self._loop = asyncio.get_running_loop()
        self._flow = Flow()
        self._ready: Capture | None = None
        self._capture: Capture | None = None
        self._pace, self._timing = Pace(), Timing()
        self._refreshes = TokenBucket(*_REFRESHES)
        self._watched: tuple[str, ...] = ()
        self._left_out: frozenset[int] = frozenset()
        self._turning: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """See above."""
        return self._capture is not None

    @property
    def rtt_s(self) -> float:
        """The last round trip of a frame, 0 before the first."""
        return self._flow.rtt_s

    @property
    def in_flight_bytes(self) -> int:
        """What of the picture is under way."""
        return self._flow.in_flight_bytes

    def get_ready(self) -> None:
        """Loads what a picture will need, while the user is being asked. Nothing is opened before `start`."""
        if self._ready is None and self._capture is None:
            self._ready = Capture(self._open_source, functools.partial(self._from_capture, self._wire.line))
            self._ready.start()

    def start(self, *, films: bool) -> None:
        """A picture for the line there is now, of what the consent in the gate allows. `films`: H.264 may be sent."""
        consent = self._gate.consent
        allowed = consent.monitors if consent is not None else ()
        self.get_ready()
        self._capture, self._ready = self._ready, None
        if self._capture:
            self._capture.leave_out(self._left_out)
            self._capture.allow_frame(self._flow.budget())
            self._capture.begin(films=films, allowed=allowed)

    def leave_out(self, windows: frozenset[int]) -> None:
        """From now on the picture is as it were without these windows of ours."""
        self._left_out = windows
        if self._capture:
            self._capture.leave_out(windows)

    def stop(self) -> None:
        """Nothing is captured any more, nor held ready; what was under way is forgotten. Never raises."""
        self._pace.stop()
        if self._ready:
            self._ready.stop()
            self._ready = None
        if self._turning:
            self._turning.cancel()
            self._turning = None
        if self._capture:
            self._capture.stop()
            self._capture = None
        self._flow = Flow()

    def acknowledged(self, number: int, took_s: float) -> None:
        """The console has shown a frame. Raises FlowError: it was never sent; SessionOver."""
        now_s = time.monotonic()
        self._flow.acknowledged(number, now_s, took_s)
        if timed := self._timing.tell(self._flow.rtt_s, now_s):
            self._wire.send(timed)
        self._allow_frame()

    def expect_echo(self) -> None:
        """The technician pressed something: what it does in a small place need not wait for what moves elsewhere."""
        if self._capture:
            self._capture.expect_echo()

    def begin_anew(self) -> bool:
        """A whole picture on a fresh stream; False: not so often."""
        if self._capture is None or not self._refreshes.take(time.monotonic()):
            return False
        self._capture.refresh()
        return True

    def watch(self, monitors: tuple[str, ...]) -> None:
        """Of the monitors that are allowed, these; none: all. Of several wishes in a short time the last counts."""
        self._watched = monitors
        if self._turning is None:
            pause_s = 0.0 if self._refreshes.take(time.monotonic()) else 1 / _REFRESHES[0]
            self._turning = self._loop.call_later(pause_s, self._turn)

    def _turn(self) -> None:
        self._turning = None
        if self._capture:
            self._capture.watch(self._watched)

    def _from_capture(self, line: Line, output: Output) -> None:
        """On the capture thread."""
        try:
            self._loop.call_soon_threadsafe(self._on_capture, line, output)
        except RuntimeError:  # the loop is closed: the session is over
            return

    def _on_capture(self, line: Line, output: Output) -> None:
        if (self._capture or self._ready) is None or line is not self._wire.line:
            return
        try:
            self._show(output)
        except SessionOver as over:
            self._end(over)

    def _show(self, output: Output) -> None:
        if isinstance(output, CaptureOver):
            raise SessionOver(EndReason.USER_LOGGED_OFF if output.lost else EndReason.FAULT, output.sentence)
        if not self._gate.allows(Scope.SEE, datetime.now(UTC)):
            raise SessionOver(EndReason.TIME_OVER, "The time you agreed to is over.")
        if isinstance(output, Shot):
            self._send_shot(output)
            return
        if isinstance(output, ScreenChanged):
            areas = (area_of(one, output.width, output.height) for one in output.monitors)
            self._gate.monitors_are(area for area in areas if area)
        self._wire.send(output)

    def _send_shot(self, shot: Shot) -> None:
        sent_bytes = self._wire.send_frame(shot.parts)
        now_s = time.monotonic()
        self._flow.sent(shot.number, sent_bytes, now_s, now_s - shot.taken_s)
        self._timing.made(now_s - shot.taken_s)
        if shot.number == 0:
            self._began()
        self._allow_frame()

    def _allow_frame(self) -> None:
        if self._capture:
            self._pace.allow(self._capture, self._flow)
