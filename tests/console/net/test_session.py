import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from console.events import IdentityReady, LineMeasured, LinkChanged, Said, SessionFinished, StageReached
from console.session.conversation import Allowed, Secured, Subject, Wish
from console.session.stages import Stage
from protocol import signin
from protocol.desk.events import EndReason
from protocol.session import messages, resumption
from protocol.session.picture import Rect
from protocol.trust import Role
from tests.conftest import Logs
from tests.console.agent_end import CONTROL, SEE, SESSION, TICKET, AgentEnd
from tests.console.net.stand import Stand, enrolled
from tests.console.picture.frames import Sender
from tests.console.relay import FakeRelay
from tests.parties import Parties

E = TypeVar("E")
WISH = Wish(frozenset({SEE, CONTROL}), 10)


class SessionStand(Stand):
    paints = True

    def open(self, device: str = "laptop") -> None:
        self.wait_for(IdentityReady)
        self.network.open_session(Subject(SESSION, TICKET, device), WISH, self.canvas, self._wake)

    def _wake(self) -> None:
        self.woken.set()
        if self.paints:
            self.canvas.take_dirty()
            self.network.painted(SESSION)

    def show(self, body: bytes) -> None:
        self.relay.say(SESSION, lambda agent: agent.show(body))

    def shown(self) -> list[int]:
        return [message.number for message in self.heard(messages.FrameShown)]

    @property
    def agent(self) -> AgentEnd:
        return self.wait(lambda: self.relay.agents.get(SESSION))

    def stages(self) -> list[Stage]:
        return [event.stage for event in self.events if isinstance(event, StageReached)]

    def heard(self, kind: type[E]) -> list[E]:
        return [message for message in self.agent.heard if isinstance(message, kind)]

    def run_session(self) -> None:
        self.relay.on_agent = lambda agent: agent.allow()
        self.open()
        self.wait(lambda: Stage.RUNNING in self.stages())


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def stand(parties: Parties, tmp_path: Path) -> Iterator[SessionStand]:
    enrolled(parties, tmp_path)
    with FakeRelay(parties) as relay:
        stand = SessionStand(relay, tmp_path)
        stand.network.start(None)
        yield stand
        stand.network.stop()


def test_a_session_from_dialling_to_the_picture_and_the_goodbye(stand: SessionStand) -> None:
    stand.run_session()
    assert stand.stages() == [Stage.DIALLING, Stage.WAITING, Stage.SECURING, Stage.ASKING, Stage.RUNNING]
    said = [event.event for event in stand.events if isinstance(event, Said)]
    assert [type(event) for event in said] == [Secured, Allowed]
    sender = Sender(320, 200)
    rng = np.random.default_rng(3)
    stand.show(sender.whole())
    for number in range(20):
        stand.show(sender.change([Rect(number, 9, 40, 40)], rng))
    stand.wait(lambda: 20 in stand.shown())
    assert stand.shown() == sorted(set(stand.shown()))
    assert stand.woken.is_set()
    assert np.array_equal(stand.canvas.pixels, sender.picture)
    stand.relay.say(SESSION, lambda agent: agent.say(messages.Goodbye("user_stopped")))
    assert stand.wait_for(SessionFinished) == SessionFinished(SESSION, EndReason.USER_STOPPED, "", ours=False)


def test_a_frame_is_acknowledged_when_it_is_painted_and_with_it_all_before(
    stand: SessionStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.net.session._UNPAINTED_S", 60.0)
    stand.paints = False
    stand.run_session()
    sender, rng = Sender(320, 200), np.random.default_rng(3)
    for body in (sender.whole(), sender.change([Rect(0, 0, 9, 9)], rng)):
        stand.show(body)
    stand.wait(lambda: np.array_equal(stand.canvas.pixels, sender.picture))
    time.sleep(0.1)  # nothing is to come
    assert stand.shown() == []
    stand.network.painted(SESSION)
    stand.wait(stand.shown)
    (shown,) = stand.heard(messages.FrameShown)
    assert shown.number == 1
    assert 100_000 <= shown.took_us < 15_000_000, "the waiting for the painter is not the line's"


def test_what_there_is_nothing_to_paint_of_is_acknowledged_at_once(
    stand: SessionStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.net.session._UNPAINTED_S", 60.0)
    stand.run_session()
    sender = Sender(320, 200)
    stand.show(sender.whole())
    stand.wait(stand.shown)
    stand.paints = False
    stand.show(sender.change([], np.random.default_rng(3)))
    stand.wait(lambda: stand.shown() == [0, 1])


def test_a_screen_that_does_not_get_to_painting_does_not_stop_the_picture(stand: SessionStand) -> None:
    stand.paints = False
    stand.run_session()
    stand.show(Sender(320, 200).whole())
    stand.wait(lambda: stand.shown() == [0])


def test_the_time_to_the_relay_is_measured(stand: SessionStand) -> None:
    stand.run_session()
    assert 0 < stand.wait_for(LineMeasured).round_trip_ms < 1000


def test_input_arrives_in_order_and_of_moves_that_wait_only_the_last(stand: SessionStand) -> None:
    stand.run_session()
    press = messages.ButtonChanged(1, True, 500, 500)
    for x in range(500):
        stand.network.send_input(SESSION, messages.PointerMoved(x, x))
    stand.network.send_input(SESSION, press)
    stand.network.send_input(SESSION, messages.KeyChanged(30, 97, True))
    stand.wait(lambda: stand.heard(messages.KeyChanged))
    moves = stand.heard(messages.PointerMoved)
    assert len(moves) < 500
    assert [move.x for move in moves] == sorted(move.x for move in moves)
    assert moves[-1] == messages.PointerMoved(499, 499)
    after = stand.agent.heard.index(press)
    assert stand.agent.heard[after - 1] == moves[-1]
    assert isinstance(stand.agent.heard[after + 1], messages.KeyChanged)


def test_the_technicians_end_is_said_to_the_other_side(stand: SessionStand) -> None:
    stand.run_session()
    stand.network.end_session(SESSION)
    assert stand.wait_for(SessionFinished).reason is EndReason.TECHNICIAN_LEFT
    assert stand.wait(lambda: stand.heard(messages.Goodbye)) == [messages.Goodbye("technician_left")]


def test_an_end_before_anybody_came_is_an_end(stand: SessionStand) -> None:
    stand.relay.paired = False
    stand.open()
    stand.wait(lambda: Stage.WAITING in stand.stages())
    stand.network.end_session(SESSION)
    assert stand.wait_for(SessionFinished).reason is EndReason.TECHNICIAN_LEFT


def test_a_cut_line_is_told_as_one(stand: SessionStand) -> None:
    stand.run_session()
    stand.relay.cut(SESSION)
    finished = stand.wait_for(SessionFinished)
    assert (finished.reason, finished.ours) == (EndReason.LINE_LOST, False)


def test_a_cut_line_that_stays_away_is_lost_after_its_time(
    stand: SessionStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocol.limits.RESUME_S", 0.8)
    stand.run_session()
    stand.relay.stop()
    finished = stand.wait_for(SessionFinished)
    assert (finished.reason, finished.sentence) == (EndReason.LINE_LOST, "The line to the server was cut.")
    assert stand.stages()[-2:] == [Stage.RUNNING, Stage.INTERRUPTED]


def test_a_cut_line_is_not_waited_for_beyond_the_time_that_the_user_gave(stand: SessionStand) -> None:
    begin = datetime.now(UTC)
    stand.relay.on_agent = lambda agent: agent.allow(begin=begin, end=begin + timedelta(seconds=1))
    stand.open()
    stand.wait(lambda: Stage.RUNNING in stand.stages())
    stand.relay.stop()
    assert stand.wait_for(SessionFinished) == SessionFinished(SESSION, EndReason.TIME_OVER, "", ours=False)


def test_an_end_that_the_relay_told_of_before_the_line_was_cut_keeps_its_reason(stand: SessionStand) -> None:
    stand.relay.on_agent = lambda _agent: b""
    stand.open()
    stand.wait(lambda: Stage.ASKING in stand.stages())
    stand.network.session_over(SESSION, EndReason.USER_LOGGED_OFF)
    stand.relay.cut(SESSION)
    assert stand.wait_for(SessionFinished) == SessionFinished(SESSION, EndReason.USER_LOGGED_OFF, "", ours=False)


def test_a_cut_line_is_dialled_again_and_the_first_word_in_it_is_a_proof(stand: SessionStand) -> None:
    stand.run_session()
    secret = stand.agent.secured
    stand.relay.on_agent = lambda _agent: b""
    stand.network.send_input(SESSION, messages.KeyChanged(30, 97, True))
    stand.wait(lambda: stand.heard(messages.KeyChanged))
    stand.relay.cut(SESSION, over=False)
    stand.wait(lambda: Stage.INTERRUPTED in stand.stages())
    stand.wait(lambda: SESSION in stand.relay.agents and stand.agent.heard)
    [resume] = stand.agent.heard
    assert isinstance(resume, messages.Resume)
    assert secret is not None
    again = stand.agent.secured
    assert again is not None
    resumption.check(resume.proof, secret.resumption, Role.TECHNICIAN, session=SESSION, binding=again.binding)
    proof = resumption.prove(secret.resumption, Role.DEVICE, session=SESSION, binding=again.binding)
    stand.relay.say(SESSION, lambda agent: agent.say(messages.Resumed(proof)))
    stand.wait(lambda: stand.stages()[-1] is Stage.RUNNING)
    sender = Sender(64, 48)
    stand.relay.say(SESSION, lambda agent: agent.show(sender.whole()))
    stand.wait(lambda: np.array_equal(stand.canvas.pixels, sender.picture))
    stand.wait(lambda: [shown.number for shown in stand.heard(messages.FrameShown)] == [0])


def test_a_technician_who_ends_it_while_the_line_is_cut_need_not_wait(stand: SessionStand) -> None:
    stand.run_session()
    stand.relay.stop()
    stand.wait(lambda: Stage.INTERRUPTED in stand.stages())
    stand.network.end_session(SESSION)
    assert stand.wait_for(SessionFinished) == SessionFinished(SESSION, EndReason.TECHNICIAN_LEFT, "", ours=True)


def test_what_the_relay_says_of_the_end_ends_the_waiting(stand: SessionStand) -> None:
    stand.run_session()
    stand.relay.stop()
    stand.wait(lambda: Stage.INTERRUPTED in stand.stages())
    stand.network.session_over(SESSION, EndReason.USER_STOPPED)
    assert stand.wait_for(SessionFinished) == SessionFinished(SESSION, EndReason.USER_STOPPED, "", ours=False)


def test_a_no_without_goodbye_is_still_a_no(stand: SessionStand) -> None:
    stand.relay.on_agent = lambda agent: agent.say(messages.ConsentRefused("No."))
    stand.open()
    stand.wait(lambda: Stage.REFUSED in stand.stages())
    stand.relay.cut(SESSION)
    assert stand.wait_for(SessionFinished).reason is EndReason.REFUSED


def test_a_wrong_machine_ends_it_with_a_sentence(stand: SessionStand) -> None:
    stand.open(device="desktop")
    finished = stand.wait_for(SessionFinished)
    assert (finished.reason, finished.ours) == (EndReason.NOT_TRUSTED, True)
    assert "not the one this ticket is about" in finished.sentence


def test_a_picture_that_makes_no_sense_ends_it(stand: SessionStand, logs: Logs) -> None:
    logs.expect("picture_refused")
    stand.run_session()
    stand.relay.say(SESSION, lambda agent: agent.show(b"no picture"))
    finished = stand.wait_for(SessionFinished)
    assert (finished.reason, finished.ours) == (EndReason.FAULT, True)
    assert stand.canvas.pixels.size == 0


def test_a_session_the_relay_does_not_know_is_over_with_its_sentence(stand: SessionStand) -> None:
    stand.wait(lambda: any(isinstance(e, LinkChanged) and e.state.value == "online" for e in stand.events))
    stand.relay.refuse = signin.SignInRefused(signin.Refusal.NO_SUCH_SESSION, "There is no such session.")
    stand.open()
    finished = stand.wait_for(SessionFinished)
    assert (finished.reason, finished.sentence) == (EndReason.LINE_LOST, "There is no such session.")
