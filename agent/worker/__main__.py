"""`python -m agent.worker`: started by the window process, never by hand. See `agent.launch`."""

import argparse
import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys

import structlog

from agent.ipc import AsyncPipe, ToWorker
from agent.worker.course import SessionOver
from agent.worker.watch import Worker
from protocol.desk.events import EndReason

_SWITCH_S = 0.0005
"""How long the capture thread may keep the interpreter from the loop (Python's default is ten times that)."""

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # malloc.h
_LARGE_BYTES = 4 * 1024 * 1024
"""What is larger goes back to the system when it is freed: whole screens, the stream's history, encoders' pictures.
A film's planes, allocated anew with each picture, are smaller: fetching their pages each time costs a core's 1 %."""


def main() -> int:
    """Exit code 0 whichever way the session ended in order."""
    parser = argparse.ArgumentParser(
        prog="agent.worker", description="Part of the athand agent; not to be started by hand."
    )
    parser.add_argument("--ipc-fd", type=int, required=True, help="socket to the window process")
    parser.add_argument("--life-fd", type=int, required=True, help="socket to the guard")
    options = parser.parse_args()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # without the variables' values: they are keys and pixels
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    sys.setswitchinterval(_SWITCH_S)
    _keep_memory_together()
    _run(options.ipc_fd, options.life_fd)
    sys.stderr.flush()
    os._exit(0)  # the capture thread may wait for a display server that does not answer; nothing is left to be done


def _keep_memory_together() -> None:
    """Both threads take pictures' memory from one place: else what one gives back, the other cannot have.

    And the largest pieces stay out of it: else what was freed between two that are kept is never given back.
    """
    with contextlib.suppress(OSError, AttributeError):  # glibc's alone
        libc = ctypes.CDLL(None)
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)


async def _work(ipc_fd: int, life_fd: int) -> None:
    pipe: AsyncPipe[ToWorker] = await AsyncPipe.open(socket.socket(fileno=ipc_fd), ToWorker)
    worker = Worker(pipe, socket.socket(fileno=life_fd))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(
            number, worker.end, SessionOver(EndReason.USER_LOGGED_OFF, "The session ended because you logged off.")
        )
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    await worker.run()


def _run(ipc_fd: int, life_fd: int) -> None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        asyncio.run(_work(ipc_fd, life_fd))
    else:
        uvloop.run(_work(ipc_fd, life_fd))


if __name__ == "__main__":
    sys.exit(main())
