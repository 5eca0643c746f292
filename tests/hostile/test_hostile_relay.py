"""A relay that lies about every byte it carries, in 30 ways: nothing is shown that the agent did not send, nothing is
done that the technician did not do, in whatever order and however often it comes.

The attacks are in `attacks`; here both ends are in this process, so that each can be tried with hundreds of dice.
`ATHAND_SEEDS` says how many; 200 is the figure to be reached. `test_hostile_line` tries them on the real programs.
"""

import dataclasses
import os
import random
from collections import deque
from collections.abc import Mapping, Sequence

import pytest

from protocol.session import messages
from tests.hostile import attacks, ends
from tests.hostile.attacks import ATTACKS, Known, Mallory, To, Wire
from tests.hostile.ends import Agent, Console, End, EndBroke, is_broken
from tests.hostile.plain import PlainTunnel
from tests.parties import Parties

SEEDS = int(os.environ.get("ATHAND_SEEDS", "60"))
ROUNDS = 12
SESSION_FROM = {To.AGENT: 2, To.CONSOLE: 1}
"""ClientHello, Finished → agent; ServerHello to Finished → console: what follows is the session."""

Twin = Mapping[To, Sequence[bytes]]


@dataclasses.dataclass
class Play:
    """A session of `ROUNDS` rounds, in each of which the technician presses a key and the screen changes.

    Attributes:
        typed: what the console sent, and
        shot: what the agent sent, as far as the relay has had it to carry.
        broken: the ends that ended it, with their sentences.
    """

    ours: Parties
    relay: Mallory

    def __post_init__(self) -> None:
        self.agent, self.console = Agent(self.ours), Console(self.ours)
        self.typed: list[object] = []
        self.shot: list[bytes] = []
        self.broken: dict[To, str] = {}
        self._run()

    def end(self, to: To) -> End:
        return self.agent if to is To.AGENT else self.console

    def _run(self) -> None:
        self._flow()
        for number in range(ROUNDS):
            key = messages.KeyChanged(evdev=30 + number // 2, keysym=0, down=number % 2 == 0)
            if To.CONSOLE not in self.broken and self.console.conversation.consent is not None:
                self.console.send(key)
                self.typed.append(key)
            body = self.relay.wire.dice.randbytes(100 + 40 * number)
            if To.AGENT not in self.broken and self.agent.gate.consent is not None:
                self.agent.send_frame(body)
                self.shot.append(body)
            self._flow()

    def _flow(self) -> None:
        waiting: deque[tuple[To, bytes]] = deque()
        while True:
            for to in To:
                if data := self.end(to.other).data_to_send():
                    waiting.extend(self.relay.carry(to, data))
            if not waiting:
                return
            to, data = waiting.popleft()
            try:
                self.end(to).receive_data(data)
            except EndBroke as error:
                self.broken.setdefault(to, str(error))


@pytest.fixture(scope="module")
def ours() -> Parties:
    parties = Parties()
    checked = parties.revocations()
    parties.revocations = lambda *_, **__: checked  # type: ignore[method-assign]  # the same one, checked once
    return parties


@pytest.fixture(scope="module")
def twin(ours: Parties) -> Twin:
    """What went over the line of another, honest session of the same two."""
    play = Play(ours, Mallory(None, Wire(random.Random(1), To.AGENT, 0)))
    return play.relay.wire.seen


def test_an_honest_relay_carries_the_whole_play(ours: Parties) -> None:
    """The control: without an attack everything arrives, so that what is missing below is missing for a reason."""
    play = Play(ours, Mallory(None, Wire(random.Random(2), To.AGENT, 0)))
    assert not play.broken
    assert play.agent.injected == play.typed
    assert play.console.rendered == play.shot
    assert len(play.typed) == len(play.shot) == ROUNDS
    assert len(play.relay.wire.seen[To.AGENT]) == SESSION_FROM[To.AGENT] + ROUNDS
    assert len(play.relay.wire.seen[To.CONSOLE]) == SESSION_FROM[To.CONSOLE] + 1 + ROUNDS  # the consent, and pictures


def test_there_are_attacks_of_every_kind() -> None:
    assert len(ATTACKS) >= 25
    for kind in ("flip", "drop", "repeat", "swap", "reflect", "cut", "splice"):
        assert any(kind in known.name for known in ATTACKS), kind


@pytest.mark.parametrize("known", ATTACKS, ids=lambda known: known.name)
def test_nothing_is_shown_or_done_that_the_other_end_did_not_send_in_this_order(
    ours: Parties, twin: Twin, known: Known
) -> None:
    changed = 0
    for seed in range(SEEDS):
        play = Play(ours, attacks.strike(known, seed, twin, session_from=SESSION_FROM))
        _judge(known, play, seed)
        changed += any(play.relay.has_changed(to) for to in To)
    assert changed == SEEDS


@pytest.mark.parametrize(
    "known", [a for a in ATTACKS if not (a.in_handshake or a.only_withholds or a.may_do_nothing)], ids=lambda a: a.name
)
def test_without_the_tunnel_the_same_attacks_succeed_and_are_seen(
    ours: Parties, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what is asserted above can fail."""
    monkeypatch.setattr("console.session.conversation.Tunnel", PlainTunnel)
    monkeypatch.setattr(ends, "Tunnel", PlainTunnel)
    twin = Play(ours, Mallory(None, Wire(random.Random(1), To.AGENT, 0))).relay.wire.seen
    seen = 0
    for seed in range(40):
        play = Play(ours, attacks.strike(known, seed, twin, session_from=SESSION_FROM))
        try:
            _judge(known, play, seed)
        except AssertionError:
            seen += 1
    assert seen


def _judge(known: Known, play: Play, seed: int) -> None:
    """Nothing came out that was not sent, nothing behind the first change, and whoever got a change noticed it."""
    wire = play.relay.wire
    said = f"{known.name}, seed {seed}, {wire.victim}, message {wire.strike_at}: {play.broken}"
    assert play.agent.injected == play.typed[: len(play.agent.injected)], said
    assert play.console.rendered == play.shot[: len(play.console.rendered)], said
    assert ends.IN_ORDER not in play.broken.values(), said
    assert all(play.broken.values()), said
    if known.may_do_nothing and not play.broken:
        assert play.agent.injected == play.typed, said
        assert play.console.rendered == play.shot, said
        # A length that says more makes an end wait for the rest; in the programs the handshake has its time.
        assert len(play.typed) == len(play.shot) == ROUNDS or not (play.typed or play.shot), said
        return
    for to in To:
        if play.relay.can_be_noticed(to):
            # Of a changed handshake either end may be the first to know: both sign and hash all of it.
            assert play.broken if known.in_handshake else to in play.broken, said
            assert known.in_handshake or is_broken(play.end(to)), said
        came_whole = _whole_messages(wire.seen[to], play.relay.clean_bytes(to)) - SESSION_FROM[to]
        consents = play.console.conversation.consent is not None
        out = len(play.agent.injected) if to is To.AGENT else len(play.console.rendered) + consents
        assert out <= max(0, came_whole) or not out, said


def _whole_messages(sent: Sequence[bytes], clean: int) -> int:
    """How many of the messages sent lie whole within the first `clean` bytes."""
    count = at = 0
    for message in sent:
        at += len(message)
        if at > clean:
            break
        count += 1
    return count


@pytest.mark.parametrize(
    ("session", "ticket", "device"),
    [("6" * 32, 7, "laptop"), (ends.SESSION, 8, "laptop"), (ends.SESSION, 7, "desktop")],
)
def test_the_ends_of_two_sessions_joined_to_each_other_show_and_do_nothing(
    ours: Parties, session: str, ticket: int, device: str
) -> None:
    """Both tunnels' ends are real and believed; only what they are about differs: session, ticket, or device."""
    identity = ours.laptop if device == "laptop" else ours.device(device, "Desktop")
    agent, console = Agent(ours, session, ticket, identity), Console(ours)
    said: list[str] = []
    for _ in range(10):
        for end, other in ((agent, console), (console, agent)):
            if (data := other.data_to_send()) and not said:
                try:
                    end.receive_data(data)
                except EndBroke as error:
                    said.append(str(error))
        if not said and agent.gate.consent is not None:
            agent.send_frame(b"a picture")
            console.send(messages.KeyChanged(30, 0, down=True))
    assert said
    assert (agent.injected, console.rendered, console.conversation.consent) == ([], [], None)
