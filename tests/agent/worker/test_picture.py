import asyncio
import itertools

import numpy as np
import pytest

from protocol.session.messages import CursorChanged, InputDropped, RefreshRequested, ScreenChanged
from tests.agent.rig import SEE, Screen, Sharing, sharing


async def exact(stage: Sharing) -> None:
    """The console's picture becomes the screen's, to the last bit."""
    source = stage.screen.pixels()
    await stage.console.until(
        lambda: (
            stage.console.pixels.shape[:2] == source.shape[:2] and np.array_equal(stage.console.pixels[..., :3], source)
        ),
        "the whole picture",
    )


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768), (801, 601)])
def test_the_consoles_picture_is_the_screens_to_the_last_bit(size: tuple[int, int]) -> None:
    async def scene(screen: Screen) -> None:
        rng = np.random.default_rng(1)
        async with sharing(screen, SEE) as stage:
            for _ in range(20):
                width, height = (int(n) for n in rng.integers(1, 600, 2))
                x, y = (int(n) for n in rng.integers(0, 700, 2))
                screen.fill(x, y, width, height, int(rng.integers(0, 1 << 24)))
                screen.noise(x // 2, y // 2, rng.integers(0, 256, (height, width, 4), np.uint8))
                await asyncio.sleep(float(rng.uniform(0, 0.02)))
            await exact(stage)

    with Screen(*size) as screen:
        asyncio.run(scene(screen))


def test_a_screen_that_changes_its_size_is_shown_anew(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            for width, height in [(1024, 768), (640, 480), (1280, 800)]:
                screen.resize(width, height)
                screen.fill(10, 10, 300, 200, 0x336699)
                await stage.console.until(
                    lambda size=(height, width): stage.console.pixels.shape[:2] == size,  # type: ignore[misc]
                    "the new size",
                )
                await exact(stage)
            told = [(one.width, one.height) for one in stage.console.heard if isinstance(one, ScreenChanged)]
            sizes = [size for size, _ in itertools.groupby(told)]
            assert sizes == [(1280, 800), (1024, 768), (640, 480), (1280, 800)]

    asyncio.run(scene())


def test_a_screen_that_is_turned_by_a_quarter_is_shown_turned() -> None:
    async def scene(screen: Screen) -> None:
        async with sharing(screen, SEE) as stage:
            for width, height in [(1280, 720), (720, 1280), (1280, 720)]:
                screen.resize(width, height)  # what RANDR makes of a rotation; Xvfb's outputs know none
                screen.fill(10, 10, 300, 700, 0x336699)
                await stage.console.until(
                    lambda size=(height, width): stage.console.pixels.shape[:2] == size,  # type: ignore[misc]
                    "the turned picture",
                )
                await exact(stage)

    with Screen(1280, 1280) as screen:
        asyncio.run(scene(screen))


def test_a_console_that_stands_still_costs_nothing_and_then_gets_the_newest(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            await asyncio.sleep(0.3)
            stage.console.acknowledging = False
            carried = sum(stage.relay.forwarded.values())
            rng = np.random.default_rng(2)
            for _ in range(50):
                screen.noise(0, 0, rng.integers(0, 256, (500, 700, 4), np.uint8))
                await asyncio.sleep(0.01)
            assert sum(stage.relay.forwarded.values()) - carried < 4 * 500 * 700 * 4
            carried = sum(stage.relay.forwarded.values())
            stage.console.acknowledging = True
            await stage.console.send_shown()
            await exact(stage)
            # What was missed is not made up for.
            assert sum(stage.relay.forwarded.values()) - carried < 4 * 500 * 700 * 4

    asyncio.run(scene())


def test_a_console_that_lost_its_picture_gets_it_whole_but_not_without_end(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            stage.console.pixels[:] = 77
            await stage.console.send(RefreshRequested())
            await exact(stage)
            await stage.console.send(*[RefreshRequested()] * 50)
            assert (await stage.console.hear(InputDropped)).reason == "refresh_too_soon"

    asyncio.run(scene())


def test_the_cursors_picture_comes_when_it_changes(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            first = await stage.console.hear(CursorChanged)
            screen.set_cursor(150)
            await stage.console.until(
                lambda: [one for one in stage.console.heard if isinstance(one, CursorChanged)][-1] != first, "another"
            )
            newest = await stage.console.hear(CursorChanged)
            assert len(newest.bgra) == newest.width * newest.height * 4 > 0

    asyncio.run(scene())


def test_a_worker_that_has_shown_much_holds_at_most_150_megabytes() -> None:
    async def scene(screen: Screen) -> None:
        rng = np.random.default_rng(3)
        async with sharing(screen, SEE) as stage:
            for _ in range(6):
                screen.noise(0, 0, rng.integers(0, 256, (1080, 1920, 4), np.uint8))
                await exact(stage)
            assert stage.helped.peak_kib(stage.helped.worker) < 150 * 1024

    with Screen(1920, 1080) as screen:
        asyncio.run(scene(screen))


def test_an_idle_screen_is_silent(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            await asyncio.sleep(1.5)
            before = sum(stage.relay.forwarded.values())
            await asyncio.sleep(2)
            assert sum(stage.relay.forwarded.values()) == before

    asyncio.run(scene())


def test_a_cursor_whose_owner_has_gone_is_no_reason_to_end(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            screen.run("xsetroot", "-cursor_name", "watch")
            screen.fill(0, 0, 100, 100, 0x123456)
            await exact(stage)

    asyncio.run(scene())
