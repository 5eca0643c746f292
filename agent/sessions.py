"""One session, from the relay's offer to its end: starts worker and guard, carries questions and answers, cleans up.

Guarantees: whatever dies, the session ends, both children are gone and nothing is held down. On the network thread.
Distrusts the worker (it takes what a stranger sends) and the windows: if they fall silent, so do the heartbeats.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from agent import agreement, ipc, messages
from agent.launch import Launched, launch, reap, release_everything
from agent.own_tickets import OwnTicket
from agent.session_state import State, Step, StepRefused, advance
from protocol import envelope, limits
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.trust import Identity, Organisation, key_to_pem

_SET_UP_S = limits.PAIRING_S + limits.SIGN_IN_S + 5.0
"""From the offer to the first question: the other end must come, the tunnel must stand, two Pythons must start."""
_ANSWER_GRACE_S = 2.0
"""The windows count the minute; this is for windows that do not."""
_STOP_S = 1.0
"""A worker that was told to stop and still talks is killed after this."""

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True)
class Party:
    """This side of every session.

    Attributes:
        hot_key: as in `ipc.Watch`.
        display: as in `ipc.Begin`.
    """

    organisation: Organisation
    identity: Identity
    revocations: bytes
    hot_key: str
    display: str | None = None


class Session:
    """One session. Make it, `await run()` it once; the other methods may be called meanwhile."""

    def __init__(  # noqa: PLR0913 - what it is for, and whom it tells
        self,
        offer: envelope.SessionOffered,
        own: OwnTicket,
        party: Party,
        *,
        tell: Callable[[messages.Happened], None],
        report: Callable[[str, bytes], None],
        ended: Callable[[EndReason], None] = lambda _reason: None,
        prolonged: Callable[[int], None] = lambda _minutes: None,
    ) -> None:
        """`tell` reaches the windows, `report(session, consent)` and `ended(reason)`, once, the ticket's history.

        `prolonged(minutes)`: so many the user has given it in all, more than he had said.
        """
        self.number, self.ticket, self._offered = offer.session, offer.ticket, offer
        self._own, self._party, self._tell, self._report = own, party, tell, report
        self._ended, self._prolonged, self._given_min = ended, prolonged, own.minutes
        self.state = State.STARTING
        self._asked: ipc.ConsentAsked | None = None
        self._question: messages.Question | None = None
        self._agreed: agreement.Agreed | None = None
        self._technician: messages.TechnicianShown | None = None
        self._hot_key_heard = False
        self._reason: EndReason | None = None
        self._over = asyncio.Event()
        self._worker: ipc.AsyncPipe[Any] | None = None
        self._guard: ipc.AsyncPipe[Any] | None = None
        self._heard: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def allowed(self) -> bool:
        """Whether the user ever said yes."""
        return self._agreed is not None

    @property
    def ending(self) -> bool:
        """Whether nothing comes of it any more; its processes may still be on their way out."""
        return self.state in (State.ENDING, State.ENDED)

    @property
    def interrupted(self) -> bool:
        """Whether its line is cut, and may come back."""
        return self.state is State.INTERRUPTED

    async def run(self) -> EndReason:
        """Runs it to its end and gives the reason; both children are gone then. Raises nothing of its own."""
        try:
            launched = launch()
        except OSError as error:
            _log.error("session cannot start", session=self.number, why=str(error))
            self._end(EndReason.FAULT)
            return self._closed(EndReason.FAULT)
        self._worker = await ipc.AsyncPipe.open(launched.worker_end, ipc.FromWorker)
        self._guard = await ipc.AsyncPipe.open(launched.guard_end, ipc.FromGuard)
        readers = [asyncio.create_task(self._read_worker()), asyncio.create_task(self._read_guard())]
        self._after("set up", _SET_UP_S, lambda: self.stop(EndReason.LINE_LOST))
        self._send(self._guard, ipc.Watch(launched.worker.pid, self._party.hot_key, self._party.display))
        try:
            await self._over.wait()
        finally:
            for timer in self._timers.values():
                timer.cancel()
            await self._clear_away(launched)
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
        return self._closed(self._reason or EndReason.FAULT)

    # --- what the user does
    def question_on_screen(self, *, shown: bool) -> None:
        """The question is, or is no longer, on the screen."""
        self._send(self._worker, ipc.QuestionShown(shown))

    def banners_shown(self, windows: frozenset[int]) -> None:
        """These are the banners' windows now."""
        self._send(self._worker, ipc.BannersShown(windows))

    def answer(self, answer: messages.AnswerQuestion) -> None:
        """The user's answer. One that comes too late, or to nothing, changes nothing."""
        if self.state not in (State.ASKING, State.ASKING_AGAIN) or not self._question or not self._asked:
            _log.info("late answer dropped", session=self.number)
            return
        self._cancel("answer")
        agreed = agreement.agree(
            self._question,
            answer,
            self._asked,
            in_force=self._agreed.scopes if self._agreed else frozenset(),
            ticket=self.ticket,
            identity=self._party.identity,
            now=datetime.now(UTC),
        )
        if agreed is None:
            self._refuse(nobody=answer.nobody)
            return
        self.state = advance(self.state, Step.ALLOWED)
        before, self._agreed, self._technician = self._agreed, agreed, self._question.technician
        self._send(self._worker, ipc.AnswerConsent(consent=agreed.consent))
        self._take_effect(before)

    def give_time(self, given: messages.GiveTime) -> None:
        """The user gives more time (P30). While a question of the technician's is open, that one is answered first."""
        if self.state is not State.RUNNING or not (self._agreed and self._asked and self._technician):
            _log.info("more time dropped", session=self.number, state=self.state.value)
            return
        agreed = agreement.prolong(
            given,
            self._agreed,
            self._asked,
            self._technician,
            ticket=self.ticket,
            identity=self._party.identity,
            now=datetime.now(UTC),
        )
        if agreed is None:
            return
        before, self._agreed = self._agreed, agreed
        self._send(self._worker, ipc.Prolong(agreed.consent))
        self._take_effect(before)

    def _take_effect(self, before: agreement.Agreed | None) -> None:
        """The history hears of what is agreed now, and the windows show it."""
        if self._agreed is None:
            return
        self._report(self.number, self._agreed.consent)
        if before is not None and self._agreed.until > before.until:
            self._given_min += round((self._agreed.until - before.until).total_seconds() / 60)
            self._prolonged(min(self._given_min, limits.MAX_MINUTES))
        self._tell_running()

    def take_back(self, scopes: frozenset[Scope]) -> None:
        """The user takes back some of what was allowed; without seeing there is no session."""
        if not self._agreed:
            return
        left = self._agreed.scopes - scopes
        self._send(self._worker, ipc.TakeBack(scopes & self._agreed.scopes))
        self._agreed = dataclasses.replace(self._agreed, scopes=left)
        if self.state is State.ASKING_AGAIN:  # it speaks of what was allowed until now, and its Allow would restore it
            self._cancel("answer")
            self._refuse(nobody=False)
        if Scope.SEE in left:
            self._tell_running()
        else:
            self.stop(EndReason.USER_STOPPED)

    def stop(self, reason: EndReason) -> None:
        """Ends it: in order if the worker listens, by force if not."""
        if self.ending:
            return
        self.state = advance(self.state, Step.STOPPED)
        self._reason = reason
        self._withdraw_question()
        self._send(self._worker, ipc.Stop(reason))
        self._after("stop", _STOP_S, lambda: self._end(reason))

    def beat(self) -> None:
        """The windows are alive; and are the children?"""
        for pipe in (self._worker, self._guard):
            self._send(pipe, ipc.Heartbeat())
        now = asyncio.get_running_loop().time()
        for who, heard_at in self._heard.items():
            if now - heard_at > limits.HEARTBEAT_LOST_S and not self._over.is_set():
                _log.error("child fell silent", session=self.number, who=who)
                self._end(EndReason.FAULT)

    # --- what the children say
    async def _read_worker(self) -> None:
        await self._read(self._worker, "worker", self._from_worker)
        self._end(EndReason.FAULT)  # without effect if its last word was Ended

    async def _read_guard(self) -> None:
        await self._read(self._guard, "guard", self._from_guard)
        self._end(EndReason.FAULT)

    async def _read(self, pipe: ipc.AsyncPipe[Any] | None, who: str, take: Callable[[Any], None]) -> None:
        if pipe is None:
            return
        try:
            async for message in pipe.messages():
                self._heard[who] = asyncio.get_running_loop().time()
                take(message)
        except (ipc.PipeError, StepRefused) as error:
            _log.error("child out of step", session=self.number, who=who, why=str(error))

    def _from_worker(self, message: ipc.FromWorker) -> None:
        match message:
            case ipc.Secured(technician=technician):
                self._technician = agreement.shown(technician)
            case ipc.ConsentAsked():
                self._ask(message)
            case ipc.Sharing():
                _log.info("sharing", session=self.number)
            case ipc.LineInterrupted():
                self._interrupted()
            case ipc.LineRestored():
                _log.info("line restored", session=self.number)
                self.state = advance(self.state, Step.BACK)
                self._tell_running()
            case ipc.InputDropped(reason=reason, count=count):
                _log.info("input dropped", session=self.number, reason=reason, count=count)
            case ipc.Ended(reason=reason, sentence=sentence):
                _log.info("worker ended", session=self.number, reason=reason.value, sentence=sentence)
                self._end(reason)
            case ipc.Heartbeat():
                pass

    def _from_guard(self, message: ipc.FromGuard) -> None:
        match message:
            case ipc.Watching(hot_key=heard):
                self.state = advance(self.state, Step.GUARD_READY)
                self._hot_key_heard = heard
                if self.state is State.CONNECTING:
                    self._send(self._worker, self._begin())
            case ipc.HotKeyPressed():
                self._end(EndReason.HOT_KEY)
            case ipc.WorkerDied():
                self._after("worker's last words", _STOP_S, lambda: self._end(EndReason.FAULT))
            case ipc.Heartbeat():
                pass

    def _begin(self) -> ipc.Begin:
        party = self._party
        return ipc.Begin(
            session=self.number,
            ticket=self.ticket,
            organisation=party.organisation.encode(),
            chain=party.identity.chain,
            key=key_to_pem(party.identity.key, None),
            revocations=party.revocations,
            display=party.display,
        )

    def _ask(self, asked: ipc.ConsentAsked) -> None:
        self.state = advance(self.state, Step.ASKED)
        if self.state is State.ENDING:
            return
        self._cancel("set up")
        self._asked = asked
        self._question = agreement.question(self.number, asked, self._own, self._agreed)
        if self._question is None or asked.ticket != self.ticket:
            _log.warning("question that makes no sense refused", session=self.number, ticket=asked.ticket)
            self._refuse(nobody=False)
            return
        self._technician = self._question.technician
        if asked.technician.identifier == self._offered.staff.identifier:  # the certificate says who, not the relay
            self._question = dataclasses.replace(self._question, face=self._offered.face)
        self._after("answer", limits.CONSENT_ANSWER_S + _ANSWER_GRACE_S, lambda: self._refuse(nobody=True))
        self._tell(messages.QuestionRaised(self._question))

    def _interrupted(self) -> None:
        """The line is cut; what was asked through it is pointless now."""
        _log.info("line interrupted", session=self.number)
        if self.state is State.ASKING_AGAIN:
            self._cancel("answer")
            self._refuse(nobody=False)
        self.state = advance(self.state, Step.CUT)
        self._tell_running()

    def _refuse(self, *, nobody: bool) -> None:
        self.state = advance(self.state, Step.REFUSED)
        sentence = "Nobody answered within a minute." if nobody else "The user does not want this."
        self._send(self._worker, ipc.AnswerConsent(refusal=sentence, no_answer=nobody))
        self._withdraw_question()
        if self.state is State.ENDING:
            reason = EndReason.NO_ANSWER if nobody else EndReason.REFUSED
            self._reason = self._reason or reason  # whatever becomes of the worker now
            self._after("stop", _STOP_S, lambda: self._end(reason))

    # --- the end
    def _end(self, reason: EndReason) -> None:
        if self._over.is_set():
            return
        self.state = advance(self.state, Step.OVER)
        self._reason = self._reason or reason
        self._withdraw_question()
        self._over.set()
        self._ended(self._reason)  # at once: the relay, too, will see that the line is cut, and not know why

    async def _clear_away(self, launched: Launched) -> None:
        """Both children gone, nothing held down."""
        self._send(self._guard, ipc.StopGuard())
        await reap(launched, lambda: release_everything(display=self._party.display))
        for pipe in (self._worker, self._guard):
            if pipe:
                pipe.close()

    def _closed(self, reason: EndReason) -> EndReason:
        self.state = State.ENDED
        self._tell(messages.SessionClosed(self.number, reason, self._technician, self.allowed))
        return reason

    # --- small things
    def _withdraw_question(self) -> None:
        if self._question:
            self._question = None
            self._tell(messages.QuestionWithdrawn(self.number))

    def _tell_running(self) -> None:
        if self._agreed and self._technician:
            self._question = None
            # The worker ends it on the minute; this is for one that does not.
            self._after("time over", _left_s(self._agreed.until) + _STOP_S, lambda: self.stop(EndReason.TIME_OVER))
            hot_key = self._party.hot_key if self._hot_key_heard else None
            agreed = self._agreed
            self._tell(
                messages.SessionRunning(
                    self.number,
                    self._technician,
                    agreed.scopes,
                    agreed.until,
                    hot_key,
                    interrupted=self.interrupted,
                    monitors=agreed.monitors,
                )
            )

    def _send(self, pipe: ipc.AsyncPipe[Any] | None, message: ipc.ToWorker | ipc.ToGuard) -> None:
        if pipe is None:
            return
        try:
            pipe.send(message)
        except ipc.PipeGone:
            _log.debug("child is gone", session=self.number)  # its reader ends with its last word
        except ipc.PipeError as error:
            _log.info("child does not listen", session=self.number, why=str(error))
            self._end(EndReason.FAULT)

    def _after(self, name: str, delay_s: float, then: Callable[[], None]) -> None:
        self._cancel(name)
        self._timers[name] = asyncio.get_running_loop().call_later(max(0.0, delay_s), then)

    def _cancel(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()


def _left_s(until: datetime) -> float:
    return (until - datetime.now(UTC)).total_seconds()
