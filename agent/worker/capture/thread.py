"""The capture loop, on a thread of its own: waits for a change, takes the newest picture, hands over one frame.

Guarantees that a frame is grabbed and encoded only after `allow_frame`, one for each call: while nobody allows any, the
display server adds up the damage by itself, and memory does not grow. Everything leaves through `deliver`, in order, on
this thread. Distrusts damage as a hint: what did not change is not sent, and silence is looked into now and then.
"""

import dataclasses
import os
import select
import threading
import time
from collections.abc import Callable

import structlog

from agent.worker.capture.encoder import Encoder
from agent.worker.capture.shadow import Shadow, merge
from agent.worker.capture.source import CaptureError, Geometry, Source, SourceLostError, SourceResizedError
from protocol.session import picture
from protocol.session.messages import CursorChanged, ScreenChanged
from protocol.session.picture import Frame

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


Output = Shot | ScreenChanged | CursorChanged | CaptureOver


class Capture(threading.Thread):
    """The thread. Its public methods may be called from any other."""

    def __init__(self, open_source: Callable[[], Source], deliver: Callable[[Output], None]) -> None:
        """Nothing is opened before `start`."""
        super().__init__(name="capture", daemon=True)
        self._open_source, self._deliver = open_source, deliver
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK)
        self._allowed = self._refresh = self._stopped = False
        self._damaged, self._doubtful = True, False
        self._fresh = True
        self._cursor: CursorChanged | None = None
        self._cursor_changed, self._cursor_due_s = True, 0.0
        self._encoder = Encoder()

    def allow_frame(self) -> None:
        """One more frame may be made, as soon as something changes. Calling it twice allows one."""
        self._allowed = True
        self._wake()

    def refresh(self) -> None:
        """The next frame begins a fresh stream with the whole screen."""
        self._refresh = True
        self._wake()

    def stop(self) -> None:
        """Ends the thread; nothing is delivered any more once it has ended, and nothing but one frame before."""
        self._stopped = True
        self._wake()

    def run(self) -> None:
        """Captures until `stop`, or until the display is gone."""
        try:
            source = self._open_source()
            try:
                self._capture(source)
            finally:
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

    def _capture(self, source: Source) -> None:
        geometry, shadow = self._begin(source)
        while not self._stopped:
            noticed_s = time.monotonic()
            changes = source.changes()  # before waiting: requests may have read events off the socket already
            self._damaged |= changes.damaged
            self._cursor_changed |= changes.cursor
            if changes.resized and source.geometry() != geometry:
                geometry, shadow = self._begin(source)
            if self._refresh:
                self._refresh, self._fresh, self._damaged = False, True, True
                self._encoder.restart(geometry.width, geometry.height)
            if self._send_cursor(source):
                continue  # asking for it may have read other events off the socket: select would not wake for them
            if not (self._allowed and self._damaged):
                self._wait(source)
                continue
            try:
                frame = self._look(source, geometry, shadow)
            except SourceResizedError:
                geometry, shadow = self._begin(source)
                continue
            if frame and not self._stopped:
                self._allowed = False
                parts = picture.encode(frame)
                size = sum(len(part) for part in parts)
                self._deliver(Shot(frame.number, parts, size, noticed_s, time.monotonic()))

    def _begin(self, source: Source) -> tuple[Geometry, Shadow]:
        geometry = source.geometry()
        self._deliver(ScreenChanged(geometry.width, geometry.height, geometry.monitors))
        self._encoder.restart(geometry.width, geometry.height)
        self._fresh = self._damaged = True
        return geometry, Shadow(geometry.width, geometry.height)

    def _look(self, source: Source, geometry: Geometry, shadow: Shadow) -> Frame | None:
        """The frame with everything that changed, or None if nothing really did."""
        damage = source.take_damage()
        self._damaged = False
        whole = self._fresh
        everywhere = whole or self._doubtful
        self._doubtful = False
        rects = [geometry.whole] if everywhere else merge(damage, geometry.width, geometry.height)
        if not rects:
            return None
        grabbed = source.grab(rects)
        changed = [
            piece
            for rect, pixels in zip(rects, grabbed, strict=True)
            for piece in shadow.take(rect, pixels, all_of_it=whole)
        ]
        self._fresh = False
        return self._encoder.encode(changed) if changed else None

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
        timeout_s = _CURSOR_PAUSE_S if self._cursor_changed else _SILENCE_S
        wake: list[Source | int] = [source, self._wake_fd]
        ready, _, _ = select.select(wake, [], [], timeout_s)
        if self._wake_fd in ready:
            os.eventfd_read(self._wake_fd)
        elif not ready and not self._cursor_changed and self._allowed:
            self._damaged = self._doubtful = True
