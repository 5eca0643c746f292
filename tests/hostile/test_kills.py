"""Keys held down, then some or all of the three processes killed: somebody lets go, and nothing more is shown."""

import asyncio
import random
import time
from contextlib import ExitStack, suppress

import pytest

from protocol.session.messages import ButtonChanged, KeyChanged, PointerMoved
from tests.agent.rig import Screen, Sharing, sharing

KILLS = 100
LANES = 4
LET_GO_S = 1.0
KEYS = (42, 29, 30, 57, 108)  # Shift, Control, a, space, Down: evdev


async def hold(stage: Sharing, rng: random.Random) -> None:
    keys = rng.sample(KEYS, rng.randint(1, len(KEYS)))
    button = rng.randint(1, 3)
    held = [KeyChanged(key, 0, down=True) for key in keys]
    await stage.console.send(*held, ButtonChanged(button, down=True, x=9, y=9))
    wanted = frozenset(key + 8 for key in keys), frozenset({button})
    end_s = time.monotonic() + 10
    while stage.screen.held() != wanted:
        assert time.monotonic() < end_s, (stage.screen.held(), wanted)
        await asyncio.sleep(0.005)


async def go_on(stage: Sharing) -> None:
    """The technician goes on pressing keys until nobody takes them any more."""
    with suppress(Exception):
        while True:
            await stage.console.send(*(KeyChanged(key, 0, down=True) for key in KEYS), PointerMoved(3, 3))
            await asyncio.sleep(0.001)


async def one_kill(screen: Screen, rng: random.Random) -> None:
    async with sharing(screen) as stage:
        helped = stage.helped
        await hold(stage, rng)
        going_on = asyncio.create_task(go_on(stage))
        await asyncio.sleep(rng.uniform(0, 0.05))
        names = rng.sample(["window", "worker", "guard"], rng.choice([1, 1, 2, 2, 3]))
        helped.kill(*(getattr(helped, name) for name in names))
        killed_s = time.monotonic()
        while any(screen.held()):
            assert time.monotonic() < killed_s + LET_GO_S, (names, screen.held())
            await asyncio.sleep(0.01)
        await asyncio.sleep(max(0.0, killed_s + LET_GO_S - time.monotonic()))
        assert not any(screen.held()), names
        shown = len(stage.console.frames)
        screen.fill(0, 0, 200, 200, rng.randrange(1 << 24))
        await asyncio.sleep(0.1)
        assert len(stage.console.frames) == shown, names
        assert helped.gone(helped.worker), names
        going_on.cancel()


@pytest.mark.timeout(420)
def test_a_hundred_kills_with_keys_held_leave_none_down() -> None:
    async def lane(number: int, screen: Screen) -> None:
        rng = random.Random(number)
        for _ in range(-(-KILLS // LANES)):
            await one_kill(screen, rng)

    async def scene(screens: list[Screen]) -> None:
        await asyncio.gather(*(lane(number, screen) for number, screen in enumerate(screens)))

    with ExitStack() as stack:
        asyncio.run(scene([stack.enter_context(Screen()) for _ in range(LANES)]))
