"""The helped side as a test handles it: the window process, and the pids of its worker and guard."""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from protocol.scopes import Scope
from tests.agent.rig.part import Part
from tests.agent.rig.screen import Screen
from tests.parties import Parties

HOT_KEY = "ctrl+alt+End"
HOT_KEYCODES = (37, 64, 115)
"""Control_L, Alt_L, End on a PC's keyboard (evdev keycodes)."""


class Helped:
    """One session's helped side; an asynchronous context manager that kills what is left.

    Attributes:
        worker, guard: their process ids, once they run.
        said: what the window process told so far.
    """

    def __init__(
        self,
        parties: Parties,
        screen: Screen,
        session: str,
        answer: frozenset[Scope] | None,
        *,
        ticket: int = 7,
        minute_s: float = 60.0,
        monitors: tuple[str, ...] = (),
    ) -> None:
        self._part = Part(
            organisation=parties.organisation.encode(),
            identity=parties.laptop.private_bytes(),
            revocations=parties.encoded_revocations(),
            session=session,
            ticket=ticket,
            display=screen.name,
            hot_key=HOT_KEY,
            answer=answer,
            minute_s=minute_s,
            monitors=monitors,
        )
        self._env = screen.env
        self.worker = self.guard = 0
        self.said: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._ended = False
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.agent.rig.window",
            env=self._env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._task = asyncio.create_task(self._listen())
        await self.wish(msgspec.msgpack.encode(self._part).hex())
        launched = await self.hear("launched")
        self.worker, self.guard = launched["worker"], launched["guard"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in (self.window, self.worker, self.guard):
            if pid:
                self.kill(pid)
        if self._process:
            await self._process.wait()
        if self._task:
            await self._task

    @property
    def window(self) -> int:
        """The window process's id."""
        return self._process.pid if self._process else 0

    def kill(self, *pids: int, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to some of them, in one go."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    async def wish(self, line: str) -> None:
        """The user does something."""
        if self._process and self._process.stdin:
            self._process.stdin.write(line.encode() + b"\n")
            await self._process.stdin.drain()

    async def hear(self, event: str, timeout_s: float = 10.0) -> dict[str, Any]:
        """Wait until the window process tells of this event, and give what it said."""
        async with asyncio.timeout(timeout_s):
            while True:
                for fact in self.said:
                    if fact["event"] == event:
                        return fact
                if self._ended:
                    raise AssertionError(f"the window process ended without {event!r}: {self.said}")
                self._news.clear()
                await self._news.wait()

    async def closed(self, timeout_s: float = 10.0) -> str:
        """Wait for the session's end, and give its reason."""
        return str((await self.hear("closed", timeout_s))["reason"])

    def gone(self, pid: int) -> bool:
        """Whether a process has ended (a zombie has)."""
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):  # the latter: between being opened and being read
            return True

    def peak_kib(self, pid: int) -> int:
        """The most memory that a process ever held, in KiB."""
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))

    async def _listen(self) -> None:
        if self._process is None or self._process.stdout is None:
            return
        async for line in self._process.stdout:
            self.said.append(json.loads(line))
            self._news.set()
        self._ended = True
        self._news.set()
