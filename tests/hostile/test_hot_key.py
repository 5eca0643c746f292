"""The window process stopped, the technician flooding: the user's hot key still ends it, twenty times of twenty."""

import asyncio
import signal
import time
from contextlib import suppress

from protocol.session.messages import KeyChanged, PointerMoved
from tests.agent.rig import Screen, eventually, sharing
from tests.agent.rig.helped import HOT_KEYCODES

TIMES, LANES = 20, 2
BOUND_S = 0.5
KEYS = (30, 42, 29, 56)  # a, Shift, Control, Alt: also those of the hot key itself


async def one_time(screen: Screen) -> float:
    async with sharing(screen) as stage:
        await stage.console.send(*(KeyChanged(key, 0, down=True) for key in KEYS))
        await eventually(lambda: len(screen.held()[0]) == len(KEYS), "the keys")

        async def flood() -> None:
            with suppress(Exception):
                while True:
                    for at in range(10):
                        key = KEYS[at % len(KEYS)]
                        await stage.console.send(KeyChanged(key, 0, down=at % 3 != 0), PointerMoved(at, at))
                    await asyncio.sleep(0.02)

        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0.2)
        stage.helped.kill(stage.helped.window, number=signal.SIGSTOP)
        await asyncio.sleep(0.1)
        pressed_s = time.monotonic()
        screen.own_keys(*HOT_KEYCODES)
        while not stage.helped.gone(stage.helped.worker) or any(screen.held()):
            assert time.monotonic() < pressed_s + 5, screen.held()
            await asyncio.sleep(0.005)
        took_s = time.monotonic() - pressed_s
        shown = len(stage.console.frames)
        screen.fill(0, 0, 99, 99, 0x00FF00)
        await asyncio.sleep(0.3)
        assert len(stage.console.frames) == shown
        assert not any(screen.held())
        flooding.cancel()
        return took_s


def test_the_hot_key_ends_a_flooded_session_with_the_windows_stopped_twenty_of_twenty() -> None:
    async def lane(screen: Screen) -> list[float]:
        return [await one_time(screen) for _ in range(TIMES // LANES)]

    async def scene(screens: list[Screen]) -> list[float]:
        return [took for times in await asyncio.gather(*map(lane, screens)) for took in times]

    with Screen() as one, Screen() as two:
        took_s = asyncio.run(scene([one, two]))
    assert len(took_s) == TIMES
    assert max(took_s) < BOUND_S, took_s
