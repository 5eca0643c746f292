"""One program on a desk, with its log; it and its whole process group end together."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.stage.waiting import StageError, wait_for

__all__ = ["Process", "StageError"]


class Process:
    """A running program.

    Attributes:
        argv: what was started.
        log: the file that gets its standard output and errors.
    """

    def __init__(
        self, argv: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path | None = None, stdin: bytes = b""
    ) -> None:
        self.argv = tuple(argv)
        self.log = log
        with log.open("wb") as sink:
            self._popen = subprocess.Popen(
                self.argv,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self._popen.stdin is None:
            raise StageError("a pipe was asked for")
        with suppress(BrokenPipeError):  # it ended at once; whoever waits for it will read its log
            self._popen.stdin.write(stdin)
        with suppress(BrokenPipeError):
            self._popen.stdin.close()

    @property
    def pid(self) -> int:
        """The program's process id, which is also its process group's."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the program has not ended yet."""
        return self._popen.poll() is None

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        return self._popen.poll()

    def read_log(self) -> str:
        """Everything that the program has printed so far."""
        return self.log.read_text(errors="replace")

    def wait(self, timeout_s: float = 15.0) -> int:
        """Wait for the program to end by itself, and return its exit code.

        Raises:
            StageError: it still runs after `timeout_s` seconds.
        """
        try:
            return self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise StageError(f"{self.argv[0]} still runs after {timeout_s:g} s\n{self._tail()}") from None

    def wait_log(self, text: str, timeout_s: float = 15.0) -> str:
        """Wait for `text` in the log, and return the log.

        Raises:
            StageError: the program ended without saying it, or took too long.
        """

        def probe() -> str | None:
            ended = not self.running
            said = self.read_log()
            if text in said:
                return said
            if ended:
                raise StageError(f"{self.argv[0]} ended ({self.returncode}) without saying {text!r}\n{self._tail()}")
            return None

        return wait_for(f"{self.argv[0]} to say {text!r}", probe, timeout_s=timeout_s, failure=self._tail)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone, not to its group."""
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End the program alone as a crash would, and wait until it is gone; its children stay."""
        self._popen.kill()
        self._popen.wait()

    def stop(self, timeout_s: float = 5.0) -> int:
        """End the program with SIGTERM, then whatever is left of its group with SIGKILL; return its exit code."""
        if self.running:
            self._popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout_s)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._popen.wait()

    def _tail(self) -> str:
        return f"--- end of {self.log}\n{self.read_log()[-4000:]}"
