"""The guard's second: a twin that sleeps until the guard is gone, and then does what the guard would have done.

Guarantees that keys and buttons are let go even if guard, worker and window process are killed in one moment. It is
forked from the guard before anything was opened, so it costs some pages of memory and is there at once. It distrusts
nobody; all it hears is one line from the guard, and the end of their pipe.
"""

import contextlib
import json
import os
import signal
from typing import NoReturn

from agent.guard.release import release_on
from agent.x11.connection import DisplayLost

_DONE = b"done"
_MAX_BYTES = 4096


class Second:
    """The guard's end of the pipe to its twin."""

    def __init__(self, *not_inherited: int) -> None:
        """Forks the twin, which closes the descriptors given. Call it while there is one thread and no display."""
        heard, self._told = os.pipe()
        if os.fork() == 0:
            for descriptor in (self._told, *not_inherited):
                os.close(descriptor)
            _wait(heard)
        os.close(heard)

    def stand_by(self, worker_pid: int, display: str | None, spares: list[int]) -> None:
        """Tells whom to kill, and where to let go of what (`release_on`), should the guard die. Call it once."""
        self._tell(json.dumps([worker_pid, display, spares]).encode() + b"\n")

    def dismiss(self) -> None:
        """The guard has done its work; the twin ends."""
        self._tell(_DONE)
        os.close(self._told)

    def _tell(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # the twin was killed; the window process is left
            os.write(self._told, line)


def _wait(heard: int) -> NoReturn:
    """The twin's whole life."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # it ends with the guard, never before
    worker_fd, display, spares, stands_by = None, None, [], False
    while data := os.read(heard, _MAX_BYTES):
        line, _, rest = data.partition(b"\n")
        if _DONE in (line, rest):
            os._exit(0)
        worker_pid, display, spares = json.loads(line)
        stands_by = True
        with contextlib.suppress(OSError):
            worker_fd = os.pidfd_open(worker_pid)
    if stands_by:
        if worker_fd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(worker_fd, signal.SIGKILL)
        with contextlib.suppress(DisplayLost):
            release_on(display, spares)
    os._exit(0)
