"""The window process's side of a session, over real pipes; worker and guard are played, their processes are `cat`."""

import asyncio
import contextlib
import socket
import subprocess
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from agent import ipc, launch, messages, sessions
from agent.launch import Launched
from agent.own_tickets import OwnTicket
from agent.sessions import Party, Session
from agent.ui import story
from protocol import consent, limits
from protocol.desk.events import EndReason, Staff
from protocol.envelope import SessionOffered
from protocol.scopes import Scope
from tests.conftest import Logs
from tests.parties import Parties
from tests.relay.rig import scene

T = TypeVar("T")
PARTIES = Parties(now=datetime.now(UTC))
NUMBER = "c" * 32
OFFER = SessionOffered(NUMBER, 7, Staff("jana", "Claimed by the relay", "Boss", "0900 1"))
OWN = OwnTicket("a" * 32, "The printer is on fire", datetime.now(UTC), 20, 7)
TECHNICIAN = ipc.Technician(
    "jana", "Jana Nováková", "Support engineer", "+420 1", "Example GmbH", frozenset(Scope), PARTIES.jana.leaf
)
SEE, CONTROL = frozenset({Scope.SEE}), frozenset({Scope.SEE, Scope.CONTROL})


def asks(scopes: frozenset[Scope] = CONTROL, *, again: bool = False, ticket: int = 7) -> ipc.ConsentAsked:
    return ipc.ConsentAsked(TECHNICIAN, b"b" * 32, ticket, scopes, 10, "", again)


class Child:
    """A child that the test plays: its end of the pipe, and a process that ends when told."""

    def __init__(self, kind: Any) -> None:
        self.near, far = socket.socketpair()
        self.process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.pipe: ipc.Pipe[Any] = ipc.Pipe(far, kind)
        self.heard: list[Any] = []

    async def hears(self, kind: type[T]) -> T:
        async with asyncio.timeout(5):
            while True:
                for message in list(self.heard):
                    self.heard.remove(message)
                    if isinstance(message, kind):
                        return message
                self.heard += self.pipe.receive()
                await asyncio.sleep(0.01)

    def exit(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()

    def die(self) -> None:
        self.process.kill()
        self.pipe.close()


class Play:
    def __init__(self) -> None:
        self.worker, self.guard = Child(ipc.ToWorker), Child(ipc.ToGuard)
        self.told: list[messages.Happened] = []
        self.reports: list[tuple[str, bytes]] = []
        self.ends: list[EndReason] = []
        self.minutes: list[int] = []
        party = Party(PARTIES.organisation, PARTIES.laptop, b"list", "ctrl+alt+Pause", ":7")
        self.session = Session(
            OFFER,
            OWN,
            party,
            tell=self.told.append,
            report=lambda *report: self.reports.append(report),
            ended=self.ends.append,
            prolonged=self.minutes.append,
        )

    def launched(self) -> Launched:
        return Launched(self.worker.process, self.guard.process, self.worker.near, self.guard.near)

    async def until(self, kind: type[T]) -> T:
        async with asyncio.timeout(5):
            while not (found := [one for one in self.told if isinstance(one, kind)]):  # noqa: ASYNC110 - a plain list
                await asyncio.sleep(0.01)
        self.told.remove(found[0])
        return found[0]

    async def asked(self, scopes: frozenset[Scope] = CONTROL) -> messages.Question:
        """Up to the first question."""
        await self.guard.hears(ipc.Watch)
        self.guard.pipe.send(ipc.Watching(hot_key=True))
        await self.worker.hears(ipc.Begin)
        self.worker.pipe.send(asks(scopes))
        return (await self.until(messages.QuestionRaised)).question

    async def allowed(self, scopes: frozenset[Scope] = CONTROL) -> consent.Consent:
        await self.asked()
        self.session.answer(messages.AnswerQuestion(NUMBER, scopes, "May she?", "en"))
        answer = await self.worker.hears(ipc.AnswerConsent)
        assert answer.consent is not None
        return consent.read(answer.consent, device_leaf=PARTIES.laptop.leaf)


@contextlib.asynccontextmanager
async def playing(monkeypatch: pytest.MonkeyPatch, *, released: list[str] | None = None) -> AsyncIterator[Play]:
    """A session under way; at its end both children go, as real ones do, and it must be over within seconds."""
    play = Play()
    let_go = released if released is not None else []

    def release(*, display: str | None = None) -> Any:
        let_go.append(display or "")
        return subprocess.Popen(["true"])

    monkeypatch.setattr(sessions, "_STOP_S", 0.1)
    monkeypatch.setattr(sessions, "launch", play.launched)
    monkeypatch.setattr(sessions, "release_everything", release)
    running = asyncio.create_task(play.session.run())
    try:
        yield play
        with contextlib.suppress(TimeoutError, ipc.PipeError, OSError):
            await play.guard.hears(ipc.StopGuard)
        play.guard.exit()
        play.worker.exit()
        async with asyncio.timeout(10):
            await running
        assert play.worker.process.returncode is not None
        assert play.guard.process.returncode is not None
    finally:
        running.cancel()
        play.worker.die()
        play.guard.die()


async def end_of(play: Play) -> EndReason:
    async with asyncio.timeout(5):
        while not play.ends:  # noqa: ASYNC110 - told by a plain call
            await asyncio.sleep(0.01)
    (reason,) = play.ends
    return reason


@scene
async def test_the_question_names_whom_the_certificate_names_and_the_users_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with playing(monkeypatch) as play:
        question = await play.asked()
        assert question.technician.name == "Jana Nováková"  # not what the relay claimed
        assert question.own == OWN
        assert question.scopes == CONTROL
        play.session.stop(EndReason.USER_STOPPED)


@scene
async def test_a_yes_is_signed_reported_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        agreed = await play.allowed(SEE)
        assert (agreed.scopes, agreed.session, agreed.ticket, agreed.binding) == (SEE, NUMBER, 7, b"b" * 32)
        shown = await play.until(messages.SessionRunning)
        assert (shown.scopes, shown.hot_key, shown.until) == (SEE, "ctrl+alt+Pause", agreed.end)
        ((number, encoded),) = play.reports
        assert number == NUMBER
        assert consent.read(encoded, device_leaf=PARTIES.laptop.leaf) == agreed
        play.session.stop(EndReason.USER_STOPPED)
        assert (await play.worker.hears(ipc.Stop)).reason is EndReason.USER_STOPPED
        play.worker.pipe.send(ipc.Ended(EndReason.USER_STOPPED, "done"))
        assert await end_of(play) is EndReason.USER_STOPPED
    closed = await play.until(messages.SessionClosed)
    assert closed.allowed


@scene
async def test_a_no_to_the_first_question_ends_it_and_signs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.asked()
        play.session.answer(messages.AnswerQuestion(NUMBER, frozenset(), "May she?", "en"))
        answer = await play.worker.hears(ipc.AnswerConsent)
        assert answer.consent is None
        assert answer.refusal
        assert await end_of(play) is EndReason.REFUSED  # also if the worker says nothing
    assert play.reports == []


@scene
async def test_a_no_is_a_no_whatever_becomes_of_the_worker_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        monkeypatch.setattr(sessions, "_STOP_S", 60.0)  # what is last heard of the worker decides
        await play.asked()
        play.session.answer(messages.AnswerQuestion(NUMBER, frozenset(), "May she?", "en"))
        await play.worker.hears(ipc.AnswerConsent)
        play.worker.die()
        assert await end_of(play) is EndReason.REFUSED


@scene
async def test_the_workers_last_word_is_heard_though_it_was_spoken_to_when_it_was_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed()
        play.worker.pipe.send(ipc.Ended(EndReason.TECHNICIAN_LEFT, "The technician has left."))
        play.worker.die()
        for _ in range(3):
            play.session.beat()  # before the loop has looked whether there is something to read
        assert await end_of(play) is EndReason.TECHNICIAN_LEFT


@scene
async def test_windows_that_never_answer_are_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONSENT_ANSWER_S", 0.1)
    monkeypatch.setattr(sessions, "_ANSWER_GRACE_S", 0.1)
    async with playing(monkeypatch) as play:
        await play.asked()
        answer = await play.worker.hears(ipc.AnswerConsent)
        assert (answer.consent, answer.no_answer) == (None, True)
        assert await end_of(play) is EndReason.NO_ANSWER
    await play.until(messages.QuestionWithdrawn)


@scene
async def test_a_second_answer_and_one_without_a_question_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(SEE)
        play.session.answer(messages.AnswerQuestion(NUMBER, CONTROL, "May she?", "en"))
        assert (await play.until(messages.SessionRunning)).scopes == SEE
        assert len(play.reports) == 1
        play.session.stop(EndReason.USER_STOPPED)


@scene
async def test_more_is_asked_for_and_refused_and_what_was_allowed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(SEE)
        play.worker.pipe.send(asks(CONTROL, again=True))
        question = (await play.until(messages.QuestionRaised)).question
        assert (question.scopes, question.allowed) == (frozenset({Scope.CONTROL}), SEE)
        play.session.answer(messages.AnswerQuestion(NUMBER, frozenset(), "More?", "en"))
        assert (await play.worker.hears(ipc.AnswerConsent)).refusal
        assert play.ends == []
        play.session.stop(EndReason.USER_STOPPED)


@scene
async def test_what_is_taken_back_is_gone_and_without_seeing_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        await play.until(messages.SessionRunning)
        play.session.take_back(frozenset(Scope) - SEE)
        assert (await play.worker.hears(ipc.TakeBack)).scopes == frozenset({Scope.CONTROL})
        assert (await play.until(messages.SessionRunning)).scopes == SEE
        play.session.take_back(SEE)
        await play.worker.hears(ipc.Stop)


@scene
async def test_time_the_user_gives_is_signed_reported_shown_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        first = await play.allowed(SEE)
        await play.until(messages.SessionRunning)
        play.session.give_time(messages.GiveTime(NUMBER, 10, "10 minutes more", "en"))
        prolonged = consent.read((await play.worker.hears(ipc.Prolong)).consent, device_leaf=PARTIES.laptop.leaf)
        assert prolonged.end - first.end == timedelta(minutes=10)
        assert (prolonged.scopes, prolonged.binding, prolonged.text) == (SEE, first.binding, "10 minutes more")
        assert (await play.until(messages.SessionRunning)).until == prolonged.end
        assert len(play.reports) == 2
        assert play.minutes == [30]  # of the twenty he had said, and ten more
        play.session.stop(EndReason.USER_STOPPED)


@scene
async def test_nothing_is_prolonged_while_the_technicians_question_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(SEE)
        play.worker.pipe.send(asks(CONTROL, again=True))
        await play.until(messages.QuestionRaised)
        play.session.give_time(messages.GiveTime(NUMBER, 10, "10 minutes more", "en"))
        assert (len(play.reports), play.minutes) == (1, [])
        play.session.stop(EndReason.USER_STOPPED)


@scene
async def test_a_question_for_another_ticket_is_refused_unseen(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    logs.expect("question that makes no sense refused")
    async with playing(monkeypatch) as play:
        await play.guard.hears(ipc.Watch)
        play.guard.pipe.send(ipc.Watching(hot_key=True))
        await play.worker.hears(ipc.Begin)
        play.worker.pipe.send(asks(ticket=8))
        assert (await play.worker.hears(ipc.AnswerConsent)).refusal
    assert not any(isinstance(happened, messages.QuestionRaised) for happened in play.told)


@pytest.mark.parametrize("who", ["worker", "guard"])
def test_whoever_of_the_two_dies_it_is_over_and_nothing_is_held(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @scene
    async def play_it() -> None:
        released: list[str] = []
        async with playing(monkeypatch, released=released) as play:
            await play.allowed(CONTROL)
            (play.worker if who == "worker" else play.guard).die()
            assert await end_of(play) is EndReason.FAULT
        closed = await play.until(messages.SessionClosed)
        assert closed.reason is EndReason.FAULT
        assert released == ([":7"] if who == "guard" else [])  # a guard that lives has let go by itself

    play_it()


@scene
async def test_the_hot_key_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        play.guard.pipe.send(ipc.HotKeyPressed())
        assert await end_of(play) is EndReason.HOT_KEY


@scene
async def test_a_worker_that_does_not_stop_is_ended_by_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        play.session.stop(EndReason.USER_STOPPED)
        assert await end_of(play) is EndReason.USER_STOPPED


@scene
async def test_a_technician_who_never_comes_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_SET_UP_S", 0.1)
    async with playing(monkeypatch) as play:
        assert (await play.worker.hears(ipc.Stop)).reason is EndReason.LINE_LOST


@scene
async def test_a_child_that_falls_silent_ends_it(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    logs.expect("child fell silent")
    monkeypatch.setattr(limits, "HEARTBEAT_LOST_S", 0.1)
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        await asyncio.sleep(0.2)
        play.session.beat()
        assert await end_of(play) is EndReason.FAULT


@scene
async def test_nonsense_from_a_worker_ends_it(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    logs.expect("child out of step")
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        play.worker.pipe.send(asks(CONTROL, again=True))
        play.worker.pipe.send(asks(CONTROL, again=True))  # a question while one is on the screen
        assert await end_of(play) is EndReason.FAULT


@scene
async def test_p30_an_agreement_ends_on_the_minute_whatever_the_worker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        monkeypatch.setattr(sessions, "_left_s", lambda _until: 0.05)
        await play.allowed(SEE)
        assert (await play.worker.hears(ipc.Stop)).reason is EndReason.TIME_OVER


@scene
async def test_a_banner_that_stays_hidden_ends_it_and_both_sides_hear_why(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        play.session.stop(EndReason.BANNER_HIDDEN)
        assert (await play.worker.hears(ipc.Stop)).reason is EndReason.BANNER_HIDDEN  # and it says so to the console
        play.worker.pipe.send(ipc.Ended(EndReason.BANNER_HIDDEN, "done"))
        assert await end_of(play) is EndReason.BANNER_HIDDEN  # and to the relay
    closed = await play.until(messages.SessionClosed)
    assert "was hidden" in story.ended(closed.reason, "Jana", allowed=closed.allowed)


@scene
async def test_what_is_taken_back_does_not_return_with_a_question_that_was_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with playing(monkeypatch) as play:
        await play.allowed(CONTROL)
        play.worker.pipe.send(asks(CONTROL, again=True))  # may she stay longer?
        await play.until(messages.QuestionRaised)
        play.session.take_back(frozenset(Scope) - SEE)
        await play.until(messages.QuestionWithdrawn)
        assert (await play.worker.hears(ipc.TakeBack)).scopes == frozenset({Scope.CONTROL})
        assert (await play.worker.hears(ipc.AnswerConsent)).refusal
        play.session.answer(messages.AnswerQuestion(NUMBER, CONTROL, "Longer?", "en"))  # pressed just then
        assert len(play.reports) == 1
        play.worker.pipe.send(asks(SEE, again=True))
        question = (await play.until(messages.QuestionRaised)).question
        assert question.allowed == SEE
        play.session.answer(messages.AnswerQuestion(NUMBER, SEE, "Longer?", "en"))
        agreed = await play.worker.hears(ipc.AnswerConsent)
        assert agreed.consent is not None
        assert consent.read(agreed.consent, device_leaf=PARTIES.laptop.leaf).scopes == SEE
        play.session.stop(EndReason.USER_STOPPED)


def asleep(seconds: str = "60") -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["sleep", seconds])


@scene
async def test_a_session_is_over_though_a_display_that_does_not_answer_lets_nobody_let_go_of_its_keys(
    monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    logs.expect("keys are not let go of yet")
    monkeypatch.setattr(launch, "_RELEASE_S", 0.2)
    guard, worker, releasing = (asleep() for _ in range(3))
    ends = [end for pair in (socket.socketpair(), socket.socketpair()) for end in pair]
    try:
        async with asyncio.timeout(10):
            await launch.reap(Launched(worker, guard, ends[0], ends[2]), lambda: releasing)
        assert None not in (guard.returncode, worker.returncode)
        assert releasing.returncode is None  # it goes on, for when the display answers again
    finally:
        releasing.kill()
        releasing.wait()
        for end in ends:
            end.close()


@scene
async def test_a_session_is_over_though_every_thread_waits_for_a_disk_that_is_gone() -> None:
    disk_is_back, loop = threading.Event(), asyncio.get_running_loop()
    threads = [loop.run_in_executor(None, disk_is_back.wait) for _ in range(64)]
    guard, worker = asleep("0"), asleep("0")
    ends = [end for pair in (socket.socketpair(), socket.socketpair()) for end in pair]
    try:
        async with asyncio.timeout(5):
            await launch.reap(Launched(worker, guard, ends[0], ends[2]), asleep)
        assert (guard.returncode, worker.returncode) == (0, 0)
    finally:
        disk_is_back.set()
        await asyncio.gather(*threads)
        for end in ends:
            end.close()
