"""Screens that are turned, and outputs that come, move and go, on X servers with a RANDR that can do it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from protocol.session.messages import PointerMoved, ScreenChanged
from tests.agent.rig import Screen, Sharing, eventually, sharing
from tests.agent.rig.real_randr import OutputsScreen, TurnableScreen
from tests.agent.rig.screen import NoServerError

Place = tuple[int, int, int, int]


@contextmanager
def up(screen: Screen) -> Iterator[Screen]:
    try:
        screen.__enter__()
    except NoServerError as error:
        pytest.skip(str(error))
    try:
        yield screen
    finally:
        screen.__exit__(None, None, None)


async def exact(stage: Sharing, width: int, height: int) -> None:
    await stage.console.until(lambda: stage.console.pixels.shape[:2] == (height, width), f"{width}x{height}")
    source = stage.screen.pixels()
    await stage.console.until(lambda: np.array_equal(stage.console.pixels[..., :3], source), "the exact picture")


def outputs(stage: Sharing) -> dict[str, Place]:
    [*_, told] = [one for one in stage.console.heard if isinstance(one, ScreenChanged)]
    return {one.name: (one.x, one.y, one.width, one.height) for one in told.monitors}


def test_a_screen_that_is_turned_is_shown_turned_and_clicked_on_where_it_shows() -> None:
    async def scene(screen: Screen) -> None:
        async with sharing(screen) as stage:
            for turn, width, height in [
                ("left", 600, 800), ("inverted", 800, 600), ("right", 600, 800), ("normal", 800, 600)
            ]:  # fmt: skip
                screen.run("xrandr", "-o", turn)
                screen.fill(20, 30, 500, 500, 0x336699)
                screen.fill(width - 60, height - 40, 30, 20, 0xAA5500)
                await exact(stage, width, height)
                corner = (width - 5, height - 7)
                await stage.console.send(PointerMoved(*corner))
                await eventually(lambda corner=corner: screen.pointer() == corner, "the pointer")  # type: ignore[misc]

    with up(TurnableScreen(800, 600)) as screen:
        asyncio.run(scene(screen))


def test_outputs_that_come_move_and_go_are_followed() -> None:
    async def scene(screen: Screen) -> None:
        async with sharing(screen) as stage:
            await exact(stage, 800, 600)
            screen.run("xrandr", "--addmode", "DUMMY1", "640x480")  # which plugs it in
            screen.run("xrandr", "--output", "DUMMY1", "--mode", "640x480", "--left-of", "DUMMY0")
            screen.fill(20, 30, 900, 400, 0x336699)
            await exact(stage, 1440, 600)
            assert outputs(stage) == {"DUMMY0": (640, 0, 800, 600), "DUMMY1": (0, 0, 640, 480)}
            screen.run("xrandr", "--output", "DUMMY1", "--above", "DUMMY0")
            screen.fill(5, 500, 600, 500, 0x997733)
            await exact(stage, 800, 1080)
            assert outputs(stage) == {"DUMMY0": (0, 480, 800, 600), "DUMMY1": (0, 0, 640, 480)}
            screen.run("xrandr", "--output", "DUMMY0", "--off")
            await exact(stage, 640, 480)
            assert outputs(stage) == {"DUMMY1": (0, 0, 640, 480)}

    with up(OutputsScreen()) as screen:
        asyncio.run(scene(screen))
