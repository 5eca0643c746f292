"""Texts of nothing but characters that no key gives, as fast as they go in: the user still wins at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import xcffib.xinput

from agent.x11.connection import GENERIC_EVENT
from protocol.session.messages import FromConsole, InputDropped, TextTyped
from tests.agent.rig import Screen, Sharing, eventually, sharing

TEXT_CHARS = 256
FLOOD: list[FromConsole] = [
    TextTyped("".join(chr(0x4E00 + TEXT_CHARS * text + at) for at in range(TEXT_CHARS))) for text in range(5)
]
AT_ONCE_S = 0.4
"""Three processes and the display have a part in it; one text alone takes twice as long, all of them ten times."""


class Ear:
    """When a key went down on the display, whoever pressed it."""

    def __init__(self, screen: Screen) -> None:
        self._x = screen.x
        self.heard_s: list[float] = []
        devices = self._x.extension(xcffib.xinput.key)
        devices.XIQueryVersion(2, 2).reply()
        devices.XISelectEvents(self._x.root, 1, [xcffib.xinput.EventMask.synthetic(1, 1, [1 << 13])])
        self._x.sync()

    async def listen(self) -> None:
        while True:
            self._x.sync()
            self.heard_s += [time.monotonic() for event in self._x.events() if event[0] == GENERIC_EVENT]
            await asyncio.sleep(0.01)


async def view_only(stage: Sharing) -> None:
    await stage.helped.wish("take_back control")


async def stop(stage: Sharing) -> None:
    await stage.helped.wish("stop")


async def question(stage: Sharing) -> None:
    await stage.helped.wish("question on")


async def own_mouse(stage: Sharing) -> None:
    stage.screen.own_motion(40, 40)


@pytest.mark.parametrize("act", [view_only, stop, question, own_mouse])
def test_the_user_wins_at_once_over_a_flood_of_text(screen: Screen, act: Callable[[Sharing], Awaitable[None]]) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            ear = Ear(screen)
            listening = asyncio.create_task(ear.listen())
            await stage.console.send(*FLOOD)
            await eventually(lambda: len(ear.heard_s) > 10, "the text")
            acted_s = time.monotonic()
            await act(stage)
            await asyncio.sleep(1.5)
            listening.cancel()
            late_s = [heard_s - acted_s for heard_s in ear.heard_s if heard_s - acted_s > AT_ONCE_S]
            assert not late_s, (len(late_s), late_s[-1])
            assert len(ear.heard_s) < TEXT_CHARS
            assert not any(screen.held())
            if act is not stop:
                drops = {one.reason for one in stage.console.heard if isinstance(one, InputDropped)}
                assert drops == {"too_fast", "let_go"}

    asyncio.run(scene())
