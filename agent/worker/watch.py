"""Runs one worker: the pipe to the window process, the life line to the guard, the line to the relay, the clock.

Guarantees that the session ends when any of them ends or falls silent, and that after the end this process is gone
within a second. Lives on the event loop. Distrusts everybody's health, its own included (the guard kills it).
"""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog

from agent import ipc
from agent.worker.capture.x11 import X11Source
from agent.worker.course import LineLost, SessionOver, State
from agent.worker.input.x11 import X11Hands
from agent.worker.line import Line
from agent.worker.session import Session
from protocol import limits
from protocol.desk.events import EndReason
from protocol.trust import Identity, Organisation, RevocationList, TrustError, key_from_pem, read_revocations

_TICK_S = limits.HEARTBEAT_S / 2
_GOODBYE_S = 0.3
_FEEL_S, _LOOK_S, _SILENCE_S = 0.2, 0.5, 0.7
"""While something is held down the line is asked so often, and all is let go after so long a silence: a cable that is
pulled says nothing by itself, and a key that is held down repeats. Whether something is held is looked at often enough
for that; not oftener, since each look costs a session in which nothing happens a hundredth of what it may take."""
_UNDECIDED_S = {
    State.SECURING: limits.SIGN_IN_S,
    State.WAITING: limits.CONSENT_ANSWER_S,
    State.ASKING: limits.CONSENT_ANSWER_S + 5.0,
    State.INTERRUPTED: limits.RESUME_S,
}
"""How long a session may stay in a state in which nothing is shown; the window process counts the minute itself."""
_SLOW = 16_000.0
"""Bytes a second of the slowest line that is not taken for a dead one while a picture is under way."""

_log = structlog.get_logger()


class Worker:
    """One process's work. Make it on the loop, `await run()` once."""

    def __init__(self, pipe: ipc.AsyncPipe[ipc.ToWorker], life: socket.socket) -> None:
        life.setblocking(False)
        self._pipe, self._life = pipe, life
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[SessionOver] = self._loop.create_future()
        self._begin: asyncio.Future[ipc.Begin] = self._loop.create_future()
        self._line: Line | None = None
        self._session: Session | None = None
        self._sending: asyncio.Task[None] | None = None
        self._window_s = self._guard_s = time.monotonic()
        self._state_since: tuple[State, float] = (State.CONNECTING, time.monotonic())

    async def run(self) -> EndReason:
        """Runs the session to its end and gives the reason."""
        self._loop.add_reader(self._life, self._hear_guard)
        tasks = [self._task(work) for work in (self._hear_window(), self._keep_time(), self._work())]
        over = await asyncio.shield(self._over)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._say_goodbye(over)
        return over.reason

    def end(self, over: SessionOver) -> None:
        """Ends the session; the first reason counts. What is held down is let go before this returns."""
        if self._over.done():
            return
        self._over.set_result(over)
        if self._session:
            self._session.close(over.reason)
        _log.info("session_ended", reason=over.reason.value, sentence=str(over))

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        async def guarded() -> None:
            try:
                await work
            except SessionOver as over:
                self.end(over)
            except ipc.PipeError as error:
                _log.warning("pipe_broke", why=str(error))
                self.end(_no_windows())
            except Exception:  # noqa: BLE001 - whatever it is, nothing may stay held or shown
                _log.exception("worker_failed")
                self.end(SessionOver(EndReason.FAULT, "The session ended because of a fault in this program."))

        return self._loop.create_task(guarded())

    async def _work(self) -> None:
        begin = await self._begin
        try:
            organisation = Organisation.decode(begin.organisation)
            identity = Identity(begin.chain, key_from_pem(begin.key, None))
            known = read_revocations(begin.revocations, organisation=organisation, now=datetime.now(UTC))
        except TrustError as error:
            raise SessionOver(EndReason.NOT_TRUSTED, str(error)) from error
        line = self._line = Line(organisation, identity, begin.session, last_revocations=known.number)
        revocations = await line.connect()
        await line.pair()
        session = self._session = Session(
            begin,
            organisation,
            identity,
            revocations,
            line=line,
            tell=self._pipe.send,
            open_source=lambda: X11Source(begin.display),
            open_hands=lambda: X11Hands(begin.display),
            end=self.end,
        )
        while True:
            try:
                await self._carry(line, session)
            except LineLost:
                if not session.may_resume:
                    raise
            session.interrupt()
            number = revocations.number
            line, revocations = await self._come_back(
                lambda number=number: Line(organisation, identity, begin.session, last_revocations=number)  # type: ignore[misc]
            )
            session.take_up(line, revocations)

    async def _carry(self, line: Line, session: Session) -> None:
        """Carries what comes and goes for as long as the line lives. Raises SessionOver, LineLost."""
        # Also sends the goodbye, so it is not ended with the rest.
        self._sending = self._task(_until_cut(line, line.send_written()))
        feeling = self._task(_until_cut(line, self._feel_line(line)))
        try:
            async for data in line.received():
                session.receive_data(data)
                await asyncio.sleep(0)  # what has come already is given without a pause; the user must be heard between
        finally:
            feeling.cancel()

    async def _come_back(self, make: Callable[[], Line]) -> tuple[Line, RevocationList]:
        """Dials until both ends are at the relay again; `_check_clocks` puts an end to it. Raises SessionOver."""
        for timeout_s in itertools.cycle(limits.REDIAL_S):
            line = self._line = make()
            try:
                async with asyncio.timeout(timeout_s):
                    revocations = await line.connect()
                feeling = self._task(_until_cut(line, self._feel_line(line)))
                try:
                    await line.pair()
                finally:
                    feeling.cancel()
            except (LineLost, TimeoutError) as lost:
                _log.debug("not_back_yet", why=str(lost))
                line.abort()
                await asyncio.sleep(limits.REDIAL_PAUSE_S)
            else:
                return line, revocations
        raise LineLost  # never: the cycle has no end

    async def _hear_window(self) -> None:
        async for message in self._pipe.messages():
            self._window_s = time.monotonic()
            match message:
                case ipc.Begin():
                    if not self._begin.done():
                        self._begin.set_result(message)
                case ipc.Stop(reason=reason):
                    raise SessionOver(reason, "The session was ended.")
                case ipc.Heartbeat():
                    pass
                case _:
                    self._pass_on(message)
        raise _no_windows()

    def _pass_on(
        self, message: ipc.QuestionShown | ipc.BannersShown | ipc.AnswerConsent | ipc.Prolong | ipc.TakeBack
    ) -> None:
        session = self._session
        if session is None:
            return
        match message:
            case ipc.QuestionShown(shown=shown):
                session.question_shown(shown=shown)
            case ipc.BannersShown(windows=windows):
                session.banners_shown(windows)
            case ipc.AnswerConsent():
                session.answered(message)
            case ipc.Prolong(consent=consent):
                session.prolonged(consent)
            case ipc.TakeBack(scopes=scopes):
                session.take_back(scopes)

    def _hear_guard(self) -> None:
        try:
            data = self._life.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._life)
            self.end(SessionOver(EndReason.FAULT, "The program's guard is gone."))
        elif ipc.LIFE_HOT_KEY in data:
            self.end(SessionOver(EndReason.HOT_KEY, "You have ended the session."))
        self._guard_s = time.monotonic()

    async def _keep_time(self) -> None:
        beats = True
        while True:
            if beats:
                self._pipe.send(ipc.Heartbeat())
            beats = not beats
            if self._session:
                self._session.report_drops()
            self._check_clocks(time.monotonic())
            await asyncio.sleep(_TICK_S)

    def _check_clocks(self, now_s: float) -> None:
        if now_s - self._window_s > limits.HEARTBEAT_LOST_S:
            raise SessionOver(EndReason.FAULT, "The program's windows do not react any more.")
        if now_s - self._guard_s > limits.HEARTBEAT_LOST_S:
            raise SessionOver(EndReason.FAULT, "The program's guard does not react any more.")
        session = self._session
        if session is None:
            return
        if session.over_by_time:
            raise SessionOver(EndReason.TIME_OVER, "The time you agreed to is over.")
        state, since_s = self._state_since
        if state is not session.state:
            self._state_since = (session.state, now_s)
        elif now_s - since_s > _UNDECIDED_S.get(state, float("inf")):
            if state is State.INTERRUPTED:
                raise LineLost
            reason = EndReason.NO_ANSWER if state is State.ASKING else EndReason.LINE_LOST
            raise SessionOver(reason, "Nothing was shown, since nobody answered.")

    async def _feel_line(self, line: Line) -> None:
        """Makes sure that the line is still there, and, while something is held down, the technician at its end.

        The relay answers for the line, and might lie; for the technician only what comes out of the tunnel counts.
        Raises LineLost.
        """
        line.alive_s = felt_s = time.monotonic()
        while self._session:
            await asyncio.sleep(_FEEL_S if self._session.holds_something else _LOOK_S)
            now_s, rtt_s = time.monotonic(), self._session.rtt_s
            if now_s - line.alive_s > limits.RESUME_SILENT_S + rtt_s + self._session.in_flight_bytes / _SLOW:
                raise LineLost
            if not self._session.holds_something and now_s - felt_s < limits.RESUME_BEAT_S:
                continue
            felt_s = now_s
            line.ping()
            if not self._session.holds_something:
                continue
            if now_s - line.alive_s > _SILENCE_S + rtt_s:
                _log.info("released_on_silent_line")
                self._session.release_all()
            elif now_s - self._session.heard_s > limits.HELD_LOST_S + rtt_s:
                _log.info("released_on_silent_technician")
                self._session.release_all()

    async def _say_goodbye(self, over: SessionOver) -> None:
        self._loop.remove_reader(self._life)
        if self._line:
            await self._line.drain(_GOODBYE_S)
            await self._line.close()
        with contextlib.suppress(ipc.PipeError):
            self._pipe.send(ipc.Ended(over.reason, str(over)))
        self._pipe.close()
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(self._pipe.closed(), _GOODBYE_S)


def _no_windows() -> SessionOver:
    """The window process is gone, and its line to the relay with it.

    That is what the relay writes into the history, and what the technician reads if the guard leaves time for it.
    """
    return SessionOver(EndReason.LINE_LOST, "The program's windows are gone.")


async def _until_cut(line: Line, work: Coroutine[Any, Any, None]) -> None:
    """A cut that is noticed here is told where the line is read."""
    try:
        await work
    except LineLost:
        line.abort()
