"""Real relay, real ends, a line that is cut: the session goes on, for these two ends alone, and nothing stays held."""

import time
from pathlib import Path

import numpy as np
import pytest

from agent.messages import SessionRunning
from console.events import StageReached
from console.session.stages import Stage
from protocol import envelope
from protocol.desk.events import EndReason
from protocol.session.messages import KeyChanged
from tests.hostile.attacks import To
from tests.hostile.stand import Line, Stand, stand
from tests.relay.rig import scene

KEY = KeyChanged(30, 0, down=True)
WITHIN_S = 1.0
AT_MOST = 8
"""Cuts that are tried: whenever another program has the processor, no return can be that fast."""


def same(on: Stand, line: Line) -> bool:
    seen, shown = line.picture(), on.screen.pixels()
    return seen.shape == shown.shape and np.array_equal(seen, shown)


def stages(line: Line) -> list[Stage]:
    return [one.stage for one in line.heard if isinstance(one, StageReached)]


@pytest.mark.parametrize("ends", [(To.AGENT,), (To.CONSOLE,), (To.AGENT, To.CONSOLE)], ids=["agent", "console", "both"])
@scene
async def test_a_cut_line_comes_back_with_the_exact_picture_within_a_second(
    tmp_path: Path, ends: tuple[To, ...]
) -> None:
    rng = np.random.default_rng(5)
    took_s: list[float] = []
    async with stand(tmp_path) as on, on.session() as line:
        assert await line.until(lambda: line.running and same(on, line))
        while len(took_s) < 2 or (min(took_s) >= WITHIN_S and len(took_s) < AT_MOST):
            line.send(KEY)
            assert await line.until(lambda: any(on.screen.held()))
            before = len(stages(line))
            back_s = time.monotonic()
            on.hop.cut(*ends)
            on.screen.noise(0, 0, rng.integers(0, 256, (100, 200, 4), np.uint8))
            assert await line.until(lambda before=before: stages(line)[before:] == [Stage.INTERRUPTED, Stage.RUNNING])  # type: ignore[misc]
            assert await line.until(lambda: same(on, line))
            took_s.append(time.monotonic() - back_s)
            assert not any(on.screen.held())
        assert min(took_s) < WITHIN_S, took_s  # the line was back at once
        told = [one.interrupted for one in line.told if isinstance(one, SessionRunning)]
        assert told == [False, True] * len(took_s) + [False]


@scene
async def test_after_the_users_stop_the_console_finds_nobody_and_hears_why(tmp_path: Path) -> None:
    async with stand(tmp_path) as on, on.session() as line:
        assert await line.until(lambda: line.running and same(on, line))
        on.hop.away = True
        on.hop.cut()
        assert await line.until(lambda: Stage.INTERRUPTED in stages(line))
        line.helped.stop(EndReason.USER_STOPPED)
        await on.agent.ask(envelope.ReportEnd, line.offer.session, EndReason.USER_STOPPED)
        on.hop.away = False
        assert await line.until(lambda: line.finished is not None)
        assert line.finished is not None
        assert line.finished.reason is EndReason.LINE_LOST  # the desk's own line says the rest


@scene
async def test_a_technician_who_will_not_wait_ends_it_while_the_line_is_cut(tmp_path: Path) -> None:
    async with stand(tmp_path) as on, on.session() as line:
        assert await line.until(lambda: line.running and same(on, line))
        on.hop.away = True
        on.hop.cut()
        assert await line.until(lambda: Stage.INTERRUPTED in stages(line))
        line.console.end()
        assert await line.until(lambda: line.finished is not None, 1.0)
        assert line.finished is not None
        assert (line.finished.reason, line.finished.ours) == (EndReason.TECHNICIAN_LEFT, True)
        line.helped.stop(EndReason.LINE_LOST)


@scene
async def test_keys_pressed_while_the_line_is_cut_are_never_typed(tmp_path: Path) -> None:
    async with stand(tmp_path) as on, on.session() as line:
        assert await line.until(lambda: line.running and same(on, line))
        on.hop.away = True
        on.hop.cut()
        assert await line.until(lambda: Stage.INTERRUPTED in stages(line))
        line.send(KEY)
        on.hop.away = False
        assert await line.until(lambda: stages(line)[-1] is Stage.RUNNING)
        line.send(KeyChanged(31, 0, down=True))
        assert await line.until(lambda: any(on.screen.held()))
        assert on.screen.held()[0] == {31 + 8}
        assert line.console.dropped["line_interrupted"] == 1
