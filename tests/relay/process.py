"""The relay as a process of its own, as an operator starts it."""

import json
import os
import resource
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.relay.rig import PASSPHRASE, House

ROOT = Path(__file__).parents[2]
# Compiled files of a process that is killed, or may not write much, would be left cut off.
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
PROGRAM = (sys.executable, "-m", "relay")
START_S = 60.0


class RelayProcess:
    """One `athand-relay`, on a port of its own choosing."""

    def __init__(self, house: House, log: Path, *, port: int = 0, limit_bytes: int | None = None) -> None:
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*PROGRAM, "--home", str(house.path), "--port", str(port)],
                cwd=ROOT,
                env=ENVIRONMENT | {"ATHAND_RELAY_PASSPHRASE": PASSPHRASE},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("athand-relay listens on 127.0.0.1 port "), (line, log.read_text())
        self.port = int(line.split()[-1])
        if limit_bytes is not None:
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=10) as answer:
            return dict(json.load(answer))

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self._wait()

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self._wait()

    def _wait(self) -> int:
        assert self.process.stdout is not None
        code = self.process.wait(30)
        self.process.stdout.close()
        return code


@contextmanager
def relay_process(house: House, log: Path, **options: Any) -> Iterator[RelayProcess]:
    """A process that is gone when the test is."""
    running = RelayProcess(house, log, **options)
    try:
        yield running
    finally:
        if running.process.returncode is None:
            running.kill()


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`athand-relay` with arguments it should not start with."""
    command: Sequence[str] = [*PROGRAM, *(str(argument) for argument in arguments)]
    extra = {"ATHAND_RELAY_PASSPHRASE": PASSPHRASE} if environment is None else environment
    return subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT | extra, capture_output=True, text=True, check=False, timeout=START_S
    )
