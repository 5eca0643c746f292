"""The guard's one loop: whatever happens first ends the session, and nothing stays pressed.

Guarantees that within half a second of the hot key the worker is dead and every key and button let go, whether or not
the worker, or the window process, takes part. One thread, no waiting for anybody without a bound. Distrusts the worker
(it holds a stranger's input) and the window process's health.
"""

import contextlib
import enum
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Protocol

from agent.guard.release import release_on
from agent.guard.second import Second
from agent.ipc import (
    LIFE_BEAT,
    LIFE_HOT_KEY,
    Heartbeat,
    HotKeyPressed,
    Pipe,
    PipeError,
    StopGuard,
    ToGuard,
    Watch,
    Watching,
    WorkerDied,
)
from agent.x11.connection import Connection, DisplayLost
from agent.x11.hot_key import HotKey, HotKeyError
from agent.x11.keys import Keymap
from protocol import limits

GOODBYE_S = 0.15
"""What a healthy worker gets to tell the technician why it ends; then it is killed."""
_KILLED_S = 0.2
_WINDOW_LOST_S = limits.HEARTBEAT_LOST_S + 1.0
"""The worker, which can still say goodbye, notices first."""


class Cause(enum.Enum):
    """Why the guard ends a session."""

    HOT_KEY = "hot_key"
    WORKER_DIED = "worker_died"
    WINDOW_DIED = "window_died"
    WINDOW_SILENT = "window_silent"
    STOPPED = "stopped"
    TERMINATED = "terminated"
    DISPLAY_LOST = "display_lost"


def _log(event: str, **facts: object) -> None:
    """One line of JSON to the standard error; the usual library takes longer to import than all the rest."""
    sys.stderr.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stderr.flush()


class _Readable(Protocol):
    def fileno(self) -> int: ...


class Guard:
    """Watches over one session, then is of no more use."""

    def __init__(self, pipe: Pipe[ToGuard], life: socket.socket, terminated_fd: int, second: Second) -> None:
        """`pipe` leads to the window process, `life` to the worker; `terminated_fd` is readable after a signal."""
        life.setblocking(False)
        self._second = second
        self._pipe, self._life, self._terminated_fd = pipe, life, terminated_fd
        self._x: Connection | None = None
        self._hot_key: HotKey | None = None
        self._display: str | None = None
        self._spares: list[int] = []
        self._worker_fd: int | None = None
        self._window_heard_s = self._beat_s = time.monotonic()

    def run(self) -> int:
        """Watches until the session is over, however it ends; gives the process's exit code."""
        cause = None
        while cause is None:
            cause = self._step()
        return self._end(cause)

    def _step(self) -> Cause | None:
        """Waits for something to happen, at most until the next heartbeat is due."""
        now_s = time.monotonic()
        if now_s >= self._beat_s:
            self._beat_s = now_s + limits.HEARTBEAT_S
            if cause := self._beat():
                return cause
        if self._hot_key_pressed():  # events may have been read off the socket with an answer already
            return Cause.HOT_KEY
        sources: list[int | _Readable] = [self._pipe, self._life, self._terminated_fd]
        if self._worker_fd is not None:
            sources.append(self._worker_fd)
        if self._x:
            sources.append(self._x)
        due_s = min(self._beat_s, self._hot_key.due_s) if self._hot_key else self._beat_s
        ready, _, _ = select.select(sources, [], [], max(0.0, due_s - now_s))
        if self._hot_key_pressed():  # first: nothing else may keep it waiting
            return Cause.HOT_KEY
        return self._look(ready)

    def _look(self, ready: list[int | _Readable]) -> Cause | None:
        if self._terminated_fd in ready:
            return Cause.TERMINATED
        if self._worker_fd in ready or (self._life in ready and self._life_line_ended()):
            return Cause.WORKER_DIED
        if self._pipe in ready:
            return self._listen()
        if time.monotonic() - self._window_heard_s > _WINDOW_LOST_S:
            return Cause.WINDOW_SILENT
        return None

    def _hot_key_pressed(self) -> bool:
        try:
            return self._hot_key is not None and self._hot_key.pressed()
        except DisplayLost:
            self._x = self._hot_key = None  # no display, no session; the worker sees it too
            return False
        except HotKeyError as error:  # the layout changed, and the key is gone from it
            _log("hot_key_gone", reason=str(error))
            self._hot_key = None
            return False

    def _listen(self) -> Cause | None:
        try:
            messages = self._pipe.receive()
        except PipeError:
            return Cause.WINDOW_DIED
        for message in messages:
            self._window_heard_s = time.monotonic()
            match message:
                case Watch():
                    if cause := self._watch(message):
                        return cause
                case StopGuard():
                    return Cause.STOPPED
                case Heartbeat():
                    pass
        return None

    def _watch(self, watch: Watch) -> Cause | None:
        self._display = watch.display
        try:
            self._worker_fd = os.pidfd_open(watch.worker_pid)
        except OSError:
            return Cause.WORKER_DIED
        try:
            self._x = Connection(watch.display)
            self._spares = Keymap.read(self._x).spare()
        except DisplayLost:
            return Cause.DISPLAY_LOST
        self._second.stand_by(watch.worker_pid, watch.display, self._spares)
        try:
            self._hot_key = HotKey(self._x, watch.hot_key)
        except HotKeyError as error:
            _log("hot_key_unusable", reason=str(error))
        self._tell(Watching(hot_key=self._hot_key is not None))
        return None

    def _beat(self) -> Cause | None:
        with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            self._life.send(LIFE_BEAT)  # an end shows when it is read
        try:
            self._pipe.send(Heartbeat())
        except PipeError:
            return Cause.WINDOW_DIED
        return None

    def _life_line_ended(self) -> bool:
        try:
            return not self._life.recv(4096)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _end(self, cause: Cause) -> int:
        began_s = time.monotonic()
        if cause is Cause.HOT_KEY:
            with contextlib.suppress(OSError):
                self._life.send(LIFE_HOT_KEY)
            self._worker_gone(GOODBYE_S)
        if self._worker_fd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._worker_fd, signal.SIGKILL)
            self._worker_gone(_KILLED_S)
        released = True
        try:
            release_on(self._display, self._spares)
        except DisplayLost:
            released = False
        self._second.dismiss()
        took_ms = round(1000 * (time.monotonic() - began_s), 1)
        _log("guard_ended", cause=cause.value, released=released, took_ms=took_ms)
        self._tell(HotKeyPressed() if cause is Cause.HOT_KEY else WorkerDied())
        return 0 if released else 1

    def _worker_gone(self, timeout_s: float) -> bool:
        return self._worker_fd is not None and bool(select.select([self._worker_fd], [], [], timeout_s)[0])

    def _tell(self, message: Watching | HotKeyPressed | WorkerDied) -> None:
        with contextlib.suppress(PipeError):  # a window process that is gone needs no telling
            self._pipe.send(message)
