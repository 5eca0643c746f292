"""Ten thousand inputs of every kind against a session in which the user allowed to see, and nothing else."""

import asyncio
import random

import xcffib.xinput
import xcffib.xproto

from agent.x11.connection import GENERIC_EVENT
from protocol.scopes import Scope
from protocol.session.messages import (
    ButtonChanged,
    FromConsole,
    InputDropped,
    KeyChanged,
    PointerMoved,
    ReleaseAll,
    Scrolled,
    TextTyped,
)
from tests.agent.rig import CONTROL, SEE, Screen, sharing

COUNT = 10_000


def any_input(rng: random.Random) -> FromConsole:
    x, y = rng.randrange(1280), rng.randrange(800)
    kinds: list[FromConsole] = [
        PointerMoved(x, y),
        ButtonChanged(rng.randint(1, 9), down=rng.random() < 0.5, x=x, y=y),
        Scrolled(rng.randint(-500, 500), rng.randint(-500, 500), x, y),
        KeyChanged(rng.randint(0, 255), rng.choice([0, 0x61, 0xFF0D]), down=rng.random() < 0.5),
        TextTyped(rng.choice(["rm -rf ~", "ř", "x" * 200])),
        ReleaseAll(),
    ]
    return rng.choice(kinds)


def listen(screen: Screen) -> None:
    """Every press, motion and turn of the wheel on the display, whichever device it comes from, from now on."""
    devices = screen.x.extension(xcffib.xinput.key)
    devices.XIQueryVersion(2, 2).reply()
    kinds = sum(1 << kind for kind in (13, 14, 15, 16, 17))
    devices.XISelectEvents(screen.x.root, 1, [xcffib.xinput.EventMask.synthetic(1, 1, [kinds])])
    screen.x.sync()


def injected(screen: Screen) -> int:
    screen.x.sync()
    return sum(event[0] == GENERIC_EVENT for event in screen.x.events())


async def bombard(screen: Screen, scopes: frozenset[Scope], count: int) -> tuple[int, int]:
    """How many events reached the display, and how many drops were told to the technician."""
    rng = random.Random(20261122)
    async with sharing(screen, scopes) as stage:
        listen(screen)
        before = stage.screen.pointer(), stage.screen.held()
        sent = 0
        while sent < count:
            batch = [any_input(rng) for _ in range(100)]
            await stage.console.send(*batch)
            sent += sum(not isinstance(one, ReleaseAll) for one in batch)

        def told() -> int:
            return sum(one.count for one in stage.console.heard if isinstance(one, InputDropped))

        if scopes == SEE:
            await stage.console.until(lambda: told() >= sent, "the count of drops")
            assert told() == sent
            assert (stage.screen.pointer(), stage.screen.held()) == before
        else:
            await asyncio.sleep(1)
        return injected(screen), told()


def test_view_only_injects_none_of_ten_thousand_inputs() -> None:
    with Screen() as screen:
        reached, told = asyncio.run(bombard(screen, SEE, COUNT))
    assert (reached, told >= COUNT) == (0, True)


def test_the_same_inputs_do_reach_the_display_when_control_was_allowed() -> None:
    with Screen() as screen:
        reached, _ = asyncio.run(bombard(screen, CONTROL, 300))
    assert reached > 100
