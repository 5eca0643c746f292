"""Ends every process that bears a desk's mark, wherever it has re-parented itself to.

Each process of a desk inherits `ATHAND_STAGE=<mark>` in its environment, and so do the daemons and services it
starts. Descendants of a marked process belong to the desk too, even when they were started with an empty environment.

Run as a program (`python sweep.py MARK DIRECTORY`), it holds its standard input open to whoever started it and sweeps
when that end closes: by plan, or because the tests were killed. It imports the standard library alone, so that any
Python starts it quickly.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

MARK = "ATHAND_STAGE"

PROC = Path("/proc")


def _parents() -> dict[int, int]:
    """Map each live process to its parent; zombies, which cannot be ended, are left out."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The command's name stands in brackets and may contain anything; the fields after it do not.
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] not in (b"Z", b"X"):
            parents[int(entry.name)] = int(fields[1])
    return parents


def _bears(pid: int, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def marked(mark: str) -> set[int]:
    """Return the ids of all live processes of the desk with this mark."""
    parents = _parents()
    found = {pid for pid in parents if _bears(pid, mark)}
    while True:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        if not children:
            return found - {os.getpid()}
        found |= children


def command_of(pid: int) -> str:
    """Return a process's command line, for messages."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "gone"


def _signal_all(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def sweep(mark: str, *, polite_s: float = 0.0, timeout_s: float = 10.0) -> set[int]:
    """End all processes of the desk: SIGTERM first if `polite_s` allows for it, then SIGKILL. Return who resisted."""
    if polite_s:
        _signal_all(marked(mark), signal.SIGTERM)
        _signal_all(marked(mark), signal.SIGCONT)  # a stopped process does not see its SIGTERM
        deadline = time.monotonic() + polite_s
        while time.monotonic() < deadline and marked(mark):
            time.sleep(0.02)
    deadline = time.monotonic() + timeout_s
    while left := marked(mark):
        if time.monotonic() > deadline:
            return left
        _signal_all(left, signal.SIGKILL)
        time.sleep(0.01)
    return set()


def main() -> None:
    """Wait for the other end of standard input to close; then sweep, and remove the desk's directory."""
    mark, directory = sys.argv[1:]
    # Ctrl+C at the terminal ends the tests, who then close the pipe; it must not end the sweeper first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.buffer.read()
    sweep(mark)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
