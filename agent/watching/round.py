"""Twice a minute: reads the figures, and tells the desk which fault began and which is over.

Guarantees: what was found while there is no line is told when there is one again, in its order, and until the desk has
answered; a drive that hangs holds up nothing else. On the network thread, reading in another. Distrusts the relay: what
it asks to be looked at is one of the known figures, or is answered as not seen.
"""

import asyncio
import collections
import time
from collections.abc import Callable

import structlog

from agent.watching.figures import Figures
from agent.watching.watcher import Raised, Watcher
from protocol import envelope
from protocol.desk.events import CheckResult, Threshold

LOOK_EVERY_S = 30.0
"""Ten looks in five minutes, the usual patience of a threshold; 0.02 % of a core."""
HELD_REPORTS = 200
"""While there is no line; beyond it the oldest is dropped and counted."""
CHECKS_AT_ONCE = 4
"""That the desk asked for; more are dropped: it asks again."""

Report = envelope.ReportFault | envelope.ReportRecovery
_log = structlog.get_logger()


class Round:
    """One machine's watch."""

    def __init__(
        self,
        figures: Figures,
        ask: Callable[[Report | envelope.ReportCheck | envelope.ReadWatch], bool],
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ask` sends with a `ref` of its own, and gives False while there is no line."""
        self._figures, self._ask, self._seconds = figures, ask, seconds
        self._watcher = Watcher()
        self._held: collections.deque[Report] = collections.deque()
        self._under_way = False
        self._checks: set[asyncio.Task[None]] = set()
        self.dropped = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """One look at everything that is watched."""
        checks = self._watcher.checks
        if not checks:
            return
        figures = await asyncio.to_thread(self._figures.read, checks)
        for found in self._watcher.look(figures, self._seconds()):
            if isinstance(found, Raised):
                figure = found.figure
                self._report(envelope.ReportFault(0, found.fault, figure.check, figure.target, figure.shown))
            else:
                self._report(envelope.ReportRecovery(0, found.fault, found.value))

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """What is watched, for the user to see."""
        return self._watcher.thresholds

    @property
    def checks(self) -> frozenset[asyncio.Task[None]]:
        """Those under way that the desk asked for."""
        return frozenset(self._checks)

    # --- what the relay says
    def signed_in(self) -> None:
        """There is a line: asks what is to be watched, and tells what was held back."""
        self._under_way = False
        self._ask(envelope.ReadWatch(0))
        self._send()

    def watch(self, message: envelope.Watch) -> None:
        """What is to be watched."""
        for over in self._watcher.watch(message.thresholds, message.open):
            self._report(envelope.ReportRecovery(0, over.fault, over.value))

    def changed(self) -> None:
        """There is something else to be watched."""
        self._ask(envelope.ReadWatch(0))

    def answered(self) -> None:
        """The desk has taken the oldest report, or wants none of it."""
        if self._held and self._under_way:
            self._held.popleft()
        self._under_way = False
        self._send()

    def run_check(self, message: envelope.RunCheck) -> None:
        """Looks at one thing now, for the desk."""
        if len(self._checks) >= CHECKS_AT_ONCE:
            _log.warning("check dropped", reason="too many at once", check=message.check)
            return
        task = asyncio.create_task(self._check(message))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    # --- inside
    async def _check(self, message: envelope.RunCheck) -> None:
        figures = await asyncio.to_thread(self._figures.read, (message.check,))
        result: CheckResult = self._watcher.judge(message.check, message.target, figures)
        self._ask(envelope.ReportCheck(0, message.run, result))

    def _report(self, report: Report) -> None:
        if len(self._held) >= HELD_REPORTS:
            self._held.popleft()
            self._under_way = False
            if self.dropped == 0:  # once: the next ones say nothing new
                _log.warning("reports dropped", reason="too many held", held=HELD_REPORTS)
            self.dropped += 1
        self._held.append(report)
        self._send()

    def _send(self) -> None:
        """One at a time, so that they arrive in their order."""
        if self._held and not self._under_way:
            self._under_way = self._ask(self._held[0])
