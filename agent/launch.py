"""Starts a session's worker and guard, each with its end of three socket pairs and nothing else.

Guarantees: no secret in arguments or environment, no descriptor shared by mistake. Call it from any thread of the
window process; it takes some milliseconds and waits for nothing but, in `reap`, for their ends, and there for none of
them without a bound: a display that does not answer may keep one of them, and the session is over all the same.

How to run a session, and what must hold whoever dies::

    launched = launch()                          # worker and guard run
    guard ← Watch(launched.worker.pid, hot_key)  # then wait for Watching
    worker ← Begin(…)
    … until Ended, WorkerDied, or the end of a pipe …
    guard ← StopGuard; then reap(launched, …)

If the guard's pipe ends without a `StopGuard`, call `release_everything`: the guard has a twin that lets go when it is
killed (`agent.guard.second`), but that may have been killed, too, and the window process is then the last one left.
Do not wait for (reap) the worker before the guard has said `WorkerDied` or `HotKeyPressed` or is gone itself.
"""

import asyncio
import contextlib
import dataclasses
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping

import structlog

_REAP_S = 3.0
"""For each of them."""
_RELEASE_S = 12.0
"""Half a second's work, of a Python that has to start first, on a machine that may be too busy for anything."""
_LOOK_S = 0.01

_PYTHON = (sys.executable, "-P", "-m")
"""-P: a file agent.py or queue.py in the folder where the user happened to start the agent is not a part of it."""

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True)
class Launched:
    """Two running children, and this process's ends of the pipes to them.

    Attributes:
        worker: `python -m agent.worker`.
        guard: `python -m agent.guard`.
        worker_end: for `AsyncPipe.open(worker_end, FromWorker)`; close it after use.
        guard_end: for `AsyncPipe.open(guard_end, FromGuard)`; close it after use.
    """

    worker: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]
    worker_end: socket.socket
    guard_end: socket.socket


def launch(*, env: Mapping[str, str] | None = None) -> Launched:
    """Starts both. `env` is their environment, by default this process's. Raises OSError when none can be started."""
    worker_end, worker_far = socket.socketpair()
    guard_end, guard_far = socket.socketpair()
    worker_life, guard_life = socket.socketpair()
    try:
        guard = _start("agent.guard", guard_far, guard_life, env)
        try:
            worker = _start("agent.worker", worker_far, worker_life, env)
        except OSError:
            guard.kill()
            guard.wait()
            raise
    except OSError:
        worker_end.close()
        guard_end.close()
        raise
    finally:  # a copy left open here would hide the death of whoever holds the other
        for far in (worker_far, guard_far, worker_life, guard_life):
            far.close()
    return Launched(worker, guard, worker_end, guard_end)


def release_everything(*, display: str | None = None, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Starts a short-lived guard that lets go of every key and button that XTEST holds, and exits within 0.5 s."""
    arguments = ["--display", display] if display else []
    return subprocess.Popen([*_PYTHON, "agent.guard", "--release", *arguments], stdin=subprocess.DEVNULL, env=env)


async def reap(launched: Launched, release: Callable[[], subprocess.Popen[bytes]]) -> None:
    """Waits until both are gone, the guard first, and ends by force what is not; then `release` lets go of the keys.

    Where the display does not answer, that goes on beside whatever comes next, and is done once it answers again.
    """
    if not await _gone(launched.guard) or launched.guard.returncode:
        launched.guard.kill()
        launched.worker.kill()
        await _gone(launched.guard)
        with contextlib.suppress(OSError):
            releasing = release()
            if not await _gone(releasing, _RELEASE_S):
                _log.warning("keys are not let go of yet", why="the display does not answer")
                threading.Thread(target=releasing.wait, name="release", daemon=True).start()
    if not await _gone(launched.worker):
        launched.worker.kill()
        await _gone(launched.worker)


async def _gone(child: subprocess.Popen[bytes], within_s: float = _REAP_S) -> bool:
    """Whether it ends in time. Asks for no thread: all there are may wait for a disk that is gone."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while child.poll() is None:  # noqa: ASYNC110 - no event of this loop: whoever reaps, tells nobody
                await asyncio.sleep(_LOOK_S)
    return child.returncode is not None


def _start(
    module: str, pipe: socket.socket, life_line: socket.socket, env: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    fds = (pipe.fileno(), life_line.fileno())
    return subprocess.Popen(
        [*_PYTHON, module, "--ipc-fd", str(fds[0]), "--life-fd", str(fds[1])],
        stdin=subprocess.DEVNULL,
        pass_fds=fds,
        env=env,
        start_new_session=True,  # Ctrl+C in a terminal ends the window process, which ends these in order
    )
