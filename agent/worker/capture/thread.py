"""The capture loop, on a thread of its own: waits for a change, takes the newest picture, hands over one frame.

Guarantees that nothing is opened before `begin`: until then it only loads what it will need, so that who is allowed to
see does not wait for that; and that a frame is grabbed and encoded only after `allow_frame`, one for each call: while
nobody allows any, the display server adds up the damage by itself, and memory does not grow. What the console has only
a likeness of is made exact when its screen stands still, without any change having to come. Everything leaves through
`deliver`, in order, on this thread. Distrusts damage as a hint: what did not change is not sent, and silence is looked
into now and then.
"""

import dataclasses
import os
import select
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import wait

import numpy as np
import structlog

from agent.worker.capture.confined import Confined
from agent.worker.capture.damage import merge
from agent.worker.capture.echo import AWAITED_MOST_S, Echo, clear, goes_along, part
from agent.worker.capture.source import CaptureError, Geometry, Source, SourceLostError, SourceResizedError
from agent.worker.regions import film
from agent.worker.regions.actions import Action, Budget, touched
from agent.worker.regions.encoder import RegionEncoder
from agent.worker.regions.planner import Planner
from protocol.session import picture
from protocol.session.messages import CursorChanged, ScreenChanged
from protocol.session.picture import Frame, Rect

_SILENCE_S = 1.0
"""Some drivers tell of no damage: after so long the whole screen is compared (1 ms of work)."""
_CURSOR_PAUSE_S = 0.02
"""Between two pictures of an animated cursor."""

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True)
class Shot:
    """An encoded frame.

    Attributes:
        number: the frame's.
        parts: the body of its message, in pieces.
        size: of all of them, in bytes.
        taken_s: when its change was noticed, monotonic.
        ready_s: when it was encoded.
    """

    number: int
    parts: list[bytes | memoryview]
    size: int
    taken_s: float
    ready_s: float


@dataclasses.dataclass(frozen=True, slots=True)
class CaptureOver:
    """The thread has ended by itself; `lost` if the display is gone, and the user probably with it."""

    sentence: str
    lost: bool


@dataclasses.dataclass(frozen=True, slots=True)
class _Shown:
    """A screen of one size, and what the console has of it."""

    geometry: Geometry
    planner: Planner


Output = Shot | ScreenChanged | CursorChanged | CaptureOver


class Capture(threading.Thread):
    """The thread. Its public methods may be called from any other."""

    def __init__(self, open_source: Callable[[], Source], deliver: Callable[[Output], None]) -> None:
        """`start` loads what will be needed; nothing is opened before `begin`."""
        super().__init__(name="capture", daemon=True)
        self._open_source, self._deliver = open_source, deliver
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK)
        self._begun = threading.Event()
        self._allowed: tuple[str, ...] = ()
        self._watched: tuple[str, ...] | None = None
        self._left_out: frozenset[int] | None = None
        self._refresh = self._feel = self._stopped = False
        self._budget: Budget | None = None
        self._films, self._due_s = False, float("inf")
        self._damaged, self._doubtful, self._resized = True, False, False
        self._fresh = True
        self._echo, self._waiting = Echo(), list[Rect]()
        self._cursor: CursorChanged | None = None
        self._cursor_changed, self._cursor_due_s = True, 0.0
        self._encoder = RegionEncoder()

    def begin(self, *, films: bool = False, allowed: tuple[str, ...] = ()) -> None:
        """Looks from now on; once. `films`: both ends can do H.264. `allowed`: monitors; none: all."""
        self._films, self._allowed = films, allowed
        self._begun.set()

    def allow_frame(self, budget: Budget) -> None:
        """One more frame may be made, as soon as something changes or is owed. Calling it twice allows one."""
        self._budget = budget
        self._wake()

    def feel(self) -> None:
        """An empty frame is to be delivered now."""
        self._feel = True
        self._wake()

    def expect_echo(self) -> None:
        """A key was pressed: a small change now may go in a frame of its own, without being allowed."""
        self._echo.expect(time.monotonic())
        self._wake()

    def refresh(self) -> None:
        """The next frame begins a fresh stream with the whole screen."""
        self._refresh = True
        self._wake()

    def watch(self, names: tuple[str, ...]) -> None:
        """Only these of the allowed monitors are to be shown, or all if there are none; begins a fresh stream."""
        self._watched = names
        self._wake()

    def leave_out(self, windows: frozenset[int]) -> None:
        """The picture is as it were without these windows of ours. See `Source`."""
        self._left_out = windows
        self._wake()

    def stop(self) -> None:
        """Ends the thread; nothing is delivered any more once it has ended, and nothing but one frame before."""
        self._stopped = True
        self._begun.set()
        self._wake()

    def run(self) -> None:
        """Captures from `begin` until `stop`, or until the display is gone."""
        try:
            film.load()
            self._begun.wait()
            if self._stopped:
                return
            source = Confined(self._open_source(), self._allowed)
            try:
                self._capture(source)
            finally:
                self._encoder.close()
                source.close()
        except SourceLostError as error:
            self._deliver(CaptureOver(str(error), lost=True))
        except CaptureError as error:
            self._deliver(CaptureOver(str(error), lost=False))
        except Exception:  # noqa: BLE001 - whatever it is, the session must not go on with a frozen picture
            _log.exception("capture_failed")
            self._deliver(CaptureOver("The screen cannot be captured because of a fault in this program.", lost=False))

    def _wake(self) -> None:
        os.eventfd_write(self._wake_fd, 1)

    def _capture(self, source: Confined) -> None:
        shown = self._begin(source)
        while not self._stopped:
            noticed_s = time.monotonic()
            self._note(source)  # before waiting: requests may have read events off the socket already
            left_out, self._left_out = self._left_out, None
            if left_out is not None:
                source.leave_out(left_out)
                self._damaged = True
                continue  # as with the cursor below
            watched, self._watched = self._watched, None
            if watched is not None:
                source.watch(watched)
                shown = self._begin(source)
            resized, self._resized = self._resized, False
            if watched is None and resized and source.geometry() != shown.geometry:
                shown = self._begin(source)
            if self._refresh:
                self._refresh, self._fresh, self._damaged = False, True, True
                self._encoder.restart(shown.geometry.width, shown.geometry.height)
            if self._send_cursor(source):
                continue  # asking for it may have read other events off the socket: select would not wake for them
            if self._feel and not self._fresh:
                self._feel = False
                self._deliver(_shot(self._encoder.encode([], shown.planner), noticed_s))
            budget = self._budget
            try:
                if self._damaged and not self._fresh and self._echo.expected(noticed_s):
                    self._hand_over(self._look_for_echo(source, shown), noticed_s, allowed=False)
                news = self._damaged or self._waiting or noticed_s >= self._due_s
                if budget is None or not news or self._holds_back(budget, noticed_s):
                    self._wait(source)
                    continue
                self._hand_over(self._look(source, shown, budget), noticed_s)
            except SourceResizedError:
                shown = self._begin(source)

    def _note(self, source: Source) -> None:
        changes = source.changes()
        self._damaged |= changes.damaged
        self._resized |= changes.resized
        self._cursor_changed |= changes.cursor

    def _hand_over(self, frame: Frame | None, noticed_s: float, *, allowed: bool = True) -> None:
        """If there is anything; a frame that had to be allowed uses that up, before the next one can be allowed."""
        if frame is None or self._stopped:
            return
        if allowed:
            self._budget = None
        self._deliver(_shot(frame, noticed_s))

    def _begin(self, source: Source) -> _Shown:
        geometry = source.geometry()
        self._deliver(ScreenChanged(geometry.width, geometry.height, geometry.monitors))
        self._encoder.restart(geometry.width, geometry.height)
        self._fresh = self._damaged = True
        self._waiting = []
        return _Shown(geometry, Planner(geometry.width, geometry.height, films=self._films))

    def _look(self, source: Source, shown: _Shown, budget: Budget) -> Frame | None:
        """The frame with everything that changed and something of what is owed, or None if there is neither."""
        damaged, self._damaged = self._damaged, False
        doubtful, self._doubtful = self._doubtful, False
        geometry, planner, now_s = shown.geometry, shown.planner, time.monotonic()
        drawn = source.take_damage() if damaged else []
        rects, self._waiting = merge([*self._waiting, *drawn], geometry.width, geometry.height), []
        self._encoder.suit(budget.rate)
        begins = self._fresh
        if begins:
            actions = planner.begin_anew(source.grab([geometry.whole])[0], budget, now_s)
            self._fresh = False
        elif doubtful:
            whole = source.grab([geometry.whole])[0]
            if np.array_equal(planner.pixels, whole):
                return None
            actions = planner.plan([(geometry.whole, whole)], budget, now_s)
        else:
            grabbed = source.grab(rects) if rects else []
            if not rects and self._echo.at_leisure(now_s):
                budget = budget.at_leisure
            actions = planner.plan(list(zip(rects, grabbed, strict=True)), budget, now_s)
        frame = None
        if actions and (begins or budget.rate is None):
            frame = self._encoder.encode(actions, planner)
        elif actions:
            frame = self._encode_beside(source, shown, actions)
        self._due_s = _due_s(planner)
        return frame

    def _encode_beside(self, source: Source, shown: _Shown, actions: Sequence[Action]) -> Frame:
        """The frame for a slow line. Echoes that come before it is ready, or in a moment, go ahead of it."""
        making = self._encoder.begin(actions, shown.planner, self._wake)
        apart, hold_s = touched(actions), float("inf")
        try:
            while not self._stopped:
                now_s = time.monotonic()
                self._note(source)
                looks = self._damaged and self._echo.expected(now_s)
                if looks:
                    self._hand_over(self._look_for_echo(source, shown, apart), now_s, allowed=False)
                if making.filmed.done():
                    hold_s = min(hold_s, self._echo.awaited_until_s, now_s + AWAITED_MOST_S)
                if now_s >= hold_s:
                    break
                if not looks:  # asking may have read other events
                    self._sleep(source, min(_SILENCE_S, hold_s - now_s))
        finally:
            wait([making.filmed])  # whatever happened: nothing may change beneath it
        return self._encoder.finish(making, shown.planner)

    def _look_for_echo(self, source: Source, shown: _Shown, apart: Sequence[Rect] | None = None) -> Frame | None:
        """A frame with small changes alone, if a larger one or the line would keep them waiting; the rest waits.

        `apart`: a frame is being made that these belong to; what has to do with them comes after it.
        """
        self._damaged = False
        width, height = shown.geometry.width, shown.geometry.height
        found, rest = part(source.take_damage())  # before anything is merged: what is small may lie near what is large
        small, mixed = clear(merge(found, width, height), apart or ())
        self._waiting = merge([*self._waiting, *rest, *mixed], width, height)
        if not small or (apart is None and goes_along(self._waiting, self._budget)):
            self._waiting = merge([*self._waiting, *small], width, height)
            return None
        actions = shown.planner.echo(list(zip(small, source.grab(small), strict=True)))
        if not actions:
            return None
        self._echo.sent(time.monotonic())
        return self._encoder.encode(actions, shown.planner)

    def _holds_back(self, budget: Budget, now_s: float) -> bool:
        """Whether an echo may come in a moment that what waits would be in the way of."""
        awaited = budget.rate is not None and now_s < self._echo.awaited_until_s
        return awaited and bool(part(self._waiting)[1])

    def _send_cursor(self, source: Source) -> bool:
        """Gives whether the source was asked."""
        if not self._cursor_changed or time.monotonic() < self._cursor_due_s:
            return False
        self._cursor_changed = False
        self._cursor_due_s = time.monotonic() + _CURSOR_PAUSE_S
        cursor = source.cursor()
        if cursor is not None and cursor != self._cursor:
            self._cursor = cursor
            self._deliver(cursor)
        return True

    def _wait(self, source: Source) -> None:
        allowed = self._budget is not None
        timeout_s = _CURSOR_PAUSE_S if self._cursor_changed else _SILENCE_S
        if allowed:
            due_s = min(self._due_s, self._echo.awaited_until_s) if self._waiting else self._due_s
            timeout_s = min(timeout_s, max(0.0, due_s - time.monotonic()))
        if not self._sleep(source, timeout_s) and allowed and timeout_s == _SILENCE_S:
            self._damaged = self._doubtful = True

    def _sleep(self, source: Source, timeout_s: float) -> bool:
        """Until the source has something to tell or somebody wants something; False: for as long as may be."""
        wake: list[Source | int] = [source, self._wake_fd]
        ready, _, _ = select.select(wake, [], [], timeout_s)
        if self._wake_fd in ready:
            os.eventfd_read(self._wake_fd)
        return bool(ready)


def _shot(frame: Frame, noticed_s: float) -> Shot:
    parts = picture.encode(frame)
    return Shot(frame.number, parts, sum(len(part) for part in parts), noticed_s, time.monotonic())


def _due_s(planner: Planner) -> float:
    due_s = planner.due_s(time.monotonic())
    return float("inf") if due_s is None else due_s
