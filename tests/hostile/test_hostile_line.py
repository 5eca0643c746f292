"""The lies of a relay on the real line: real relay, real worker and guard on a real display, the console's own session.

Between the relay and both ends stands a hop that tampers. What the technician sees must be a picture that was on the
screen, what happens on the screen must be a beginning of what the technician did, and nothing may stay down.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from console.events import SessionFinished
from protocol.desk.events import EndReason
from protocol.session.messages import KeyChanged
from tests.hostile import attacks
from tests.hostile.attacks import ATTACKS, Known, Mallory, To, Wire
from tests.hostile.stand import KeysSeen, Line, Stand, stand
from tests.relay.rig import play_scene, scene

SEEDS = max(1, int(os.environ.get("ATHAND_SEEDS", "0")) // 20)
"""For each attack."""
PARTS = 3
ROUNDS = 12
SESSION_FROM = {To.AGENT: 2, To.CONSOLE: 1}
FIRST_KEY = 30
START_S = 3.0
"""Two Pythons start, and shake hands; a handshake of which something is withheld is not waited for any longer."""
NOTICES_S = 1.0
"""From the last message to the end; a line that only withholds is cut after this."""
PATIENCE_S = 20.0
"""For whatever comes in any case: somebody else may have the processor. How fast it comes is proven elsewhere."""
_CLEAR = {EndReason.NOT_TRUSTED, EndReason.LINE_LOST, EndReason.TECHNICIAN_LEFT, EndReason.FAULT}


def keys_of_play() -> list[KeyChanged]:
    """One key always goes down before the one before it goes up, so that there is always one down."""
    sent = [KeyChanged(FIRST_KEY, 0, True)]
    for number in range(1, ROUNDS):
        sent += [KeyChanged(FIRST_KEY + number, 0, True), KeyChanged(FIRST_KEY + number - 1, 0, False)]
    return sent


def colour(number: int) -> int:
    return 0x10_20_30 + 0x0F_07_0B * number


class Play:
    """A session in which the technician presses keys and the screen changes, row by row."""

    def __init__(self, on: Stand, keys: KeysSeen) -> None:
        self.on, self.keys = on, keys
        self.sent: list[tuple[int, bool]] = []
        self.rows = 0
        on.screen.fill(0, 0, on.screen.width, on.screen.height, 0)
        keys.new()

    async def run(self, line: Line, mallory: Mallory | None = None) -> None:
        """Until it is through, or an end has had enough.

        Before the strike each step waits for its messages: were two of them sent as one, its turn might never come.
        """

        def struck() -> bool:
            return mallory is not None and mallory.wire.strikes >= 0

        await line.until(lambda: line.running or line.half_over or struck(), PATIENCE_S)
        await line.until(lambda: line.running or line.half_over, START_S)
        for key in keys_of_play():
            if not line.running:
                break
            before = {to: len(messages) for to, messages in self.on.hop.seen.items()}
            ways = [To.AGENT]
            line.send(key)
            self.sent.append((key.evdev, key.down))
            if not key.down or not self.rows:
                self._paint()
                ways.append(To.CONSOLE)
            await self._carried(line, before, ways, lambda: line.half_over or struck(), PATIENCE_S)
            await self._carried(line, before, ways[:1], lambda: line.half_over, 0.1)

    async def _carried(
        self, line: Line, before: dict[To, int], ways: list[To], enough: Callable[[], bool], at_most_s: float
    ) -> None:
        """Something more has come by in each of these ways."""
        seen = self.on.hop.seen
        await line.until(lambda: enough() or all(len(seen[to]) > before[to] for to in ways), at_most_s)

    def _paint(self) -> None:
        self.on.screen.fill(0, 10 * self.rows, self.on.screen.width, 10, colour(self.rows))
        self.rows += 1

    def screens(self) -> list[npt.NDArray[np.uint8]]:
        """Every picture that was on the screen."""
        shape = (self.on.screen.height, self.on.screen.width, 3)
        pictures = [np.zeros(shape, np.uint8)]
        for number in range(self.rows):
            pictures.append(pictures[-1].copy())
            pictures[-1][10 * number : 10 * number + 10] = list(colour(number).to_bytes(3, "little"))
        return pictures


def check(play: Play, line: Line, said: str) -> int:
    """Nothing that was not on the screen is shown, nothing that was not sent was done; how many keys were."""
    shown = line.picture()
    assert not shown.size or any(np.array_equal(shown, one) for one in play.screens()), said
    happened = play.keys.new()
    in_order = 0
    while in_order < min(len(happened), len(play.sent)) and happened[in_order] == play.sent[in_order]:
        in_order += 1
    let_go = happened[in_order:]
    assert not any(down for _, down in let_go), f"{said}: {happened}"
    assert {code for code, _ in let_go} <= {code for code, down in happened[:in_order] if down}, said
    return in_order


@scene
async def test_an_honest_hop_carries_the_whole_session(tmp_path: Path) -> None:
    """The control: whatever is missing below is missing because of the attack."""
    async with stand(tmp_path) as on:
        keys = KeysSeen(on.screen.name)
        play = Play(on, keys)
        async with on.session() as line:
            await play.run(line)
            await line.until(lambda: np.array_equal(line.picture(), play.screens()[-1]))
            assert np.array_equal(line.picture(), play.screens()[-1])
            assert on.screen.held()[0]
        assert check(play, line, "honest") == len(keys_of_play())
        assert on.screen.held() == (frozenset(), frozenset())
        assert line.agent_reason is EndReason.TECHNICIAN_LEFT
        _see_check_fail(on, play, line)
        keys.close()


def _see_check_fail(on: Stand, play: Play, line: Line) -> None:
    play.sent.clear()
    on.screen.press(38)
    with pytest.raises(AssertionError, match="a key that nobody sent"):
        check(play, line, "a key that nobody sent")
    with line.canvas.lock:
        line.canvas.pixels[100, 100, 1] ^= 1
    with pytest.raises(AssertionError, match="a pixel that was never there"):
        check(play, line, "a pixel that was never there")


@pytest.mark.timeout(150 * SEEDS)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_lie_of_a_relay_shows_or_does_anything_on_the_real_line(tmp_path: Path, part: int) -> None:
    play_scene(_lies(tmp_path, ATTACKS[part::PARTS]), 130.0 * SEEDS)


async def _lies(directory: Path, some: list[Known]) -> None:
    async with stand(directory) as on:
        keys = KeysSeen(on.screen.name)
        twin = await _twin(on, keys)
        for known in some:
            for seed in range(SEEDS):
                await _attack(on, keys, known, seed, twin)
        assert on.relay.health()["counters"].get("fault", 0) == 0
        keys.close()


async def _twin(on: Stand, keys: KeysSeen) -> dict[To, list[bytes]]:
    async with on.session() as line:
        await Play(on, keys).run(line)
        return {to: list(messages) for to, messages in on.hop.seen.items()}


async def _attack(on: Stand, keys: KeysSeen, known: Known, seed: int, twin: dict[To, list[bytes]]) -> None:
    mallory: Mallory = attacks.strike(known, seed, twin, session_from=SESSION_FROM)
    wire: Wire = mallory.wire
    play = Play(on, keys)
    async with on.session(mallory.carry) as line:
        await play.run(line, mallory)
        said = f"{known.name}, seed {seed}, {wire.victim}, message {wire.strike_at}"
        assert wire.strikes >= 0, f"{said}: never struck"
        noticed = await line.until(lambda: line.half_over, NOTICES_S)
        if not (known.may_do_nothing or known.in_handshake) and any(mallory.can_be_noticed(to) for to in To):
            noticed = await line.until(lambda: line.half_over, PATIENCE_S)
            assert noticed, f"{said}: not noticed"
        on.hop.cut()
        assert await line.until(lambda: on.screen.held() == (frozenset(), frozenset()), PATIENCE_S), f"{said}: held"
        await line.settle()
        assert await line.until(lambda: line.over, PATIENCE_S), f"{said}: no end"
    check(play, line, said)
    finished: SessionFinished | None = line.finished
    assert finished is not None, said
    assert {finished.reason, line.agent_reason} <= _CLEAR, f"{said}: {finished}, {line.agent_reason}"
    if noticed and not (known.may_do_nothing or known.in_handshake):
        assert EndReason.NOT_TRUSTED in (finished.reason, line.agent_reason), f"{said}: {finished} {line.agent_reason}"
