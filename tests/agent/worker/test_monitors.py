"""Several monitors: what the user allowed is seen and can be clicked on, and nothing else, wherever it lies."""

import asyncio

import numpy as np
import numpy.typing as npt
import pytest

from protocol.session.messages import (
    ButtonChanged,
    CursorMoved,
    InputDropped,
    PointerMoved,
    ScreenChanged,
    Scrolled,
    Watch,
)
from tests.agent.rig import CONTROL, SEE, Screen, Sharing, eventually, sharing

Place = tuple[int, int, int, int]
LAYOUTS: list[dict[str, Place]] = [
    {"left": (0, 0, 640, 480), "right": (640, 0, 640, 800)},
    {"low": (0, 300, 500, 500), "high": (500, 0, 780, 700)},
    {"big": (0, 0, 1280, 500), "small": (300, 500, 320, 300), "tiny": (700, 500, 100, 100)},
    {"out": (-200, -100, 700, 500), "in": (600, 200, 600, 500)},  # sticks out of the root window to the left and above
]


def clipped(place: Place) -> tuple[slice, slice]:
    x, y, width, height = place
    return slice(max(0, y), y + height), slice(max(0, x), x + width)


def masked(stage: Sharing, *places: Place) -> npt.NDArray[np.uint8]:
    """The screen as it is to be seen if only these monitors are."""
    source = stage.screen.pixels()
    seen = np.zeros_like(source)
    for place in places:
        seen[clipped(place)] = source[clipped(place)]
    return seen


async def shows(stage: Sharing, *places: Place) -> None:
    wanted = masked(stage, *places)
    await stage.console.until(
        lambda: bool(stage.console.frames) and np.array_equal(stage.console.pixels[..., :3], wanted), "the picture"
    )


def monitors(stage: Sharing) -> dict[str, Place]:
    [*_, told] = [one for one in stage.console.heard if isinstance(one, ScreenChanged)]
    return {one.name: (one.x, one.y, one.width, one.height) for one in told.monitors}


def paint(screen: Screen, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(12):
        x, y, width, height = (int(n) for n in rng.integers(0, 700, 4))
        screen.fill(x, y, width + 9, height + 9, int(rng.integers(1, 1 << 24)))


@pytest.mark.parametrize("layout", LAYOUTS, ids="-".join)
def test_only_the_monitor_that_was_allowed_is_seen_and_clicked_on(screen: Screen, layout: dict[str, Place]) -> None:
    async def scene() -> None:
        screen.divide(**layout)
        for name, place in layout.items():
            paint(screen, 1)
            async with sharing(screen, CONTROL, monitors=(name,)) as stage:
                await shows(stage, place)
                assert monitors(stage) == {name: place}
                paint(screen, 2)
                await shows(stage, place)
                rows, columns = clipped(place)
                inside = ((columns.start + columns.stop) // 2, (rows.start + rows.stop) // 2)
                await stage.console.send(PointerMoved(*inside), ButtonChanged(1, down=True, x=inside[0], y=inside[1]))
                await eventually(lambda: any(screen.held()), "the click")
                assert screen.pointer() == inside
                for outside in ((columns.stop, inside[1]), (inside[0], rows.stop), (-5, -5)):
                    await stage.console.send(
                        PointerMoved(*outside),
                        ButtonChanged(3, down=True, x=outside[0], y=outside[1]),
                        Scrolled(0, 120, *outside),
                        ButtonChanged(1, down=False, x=outside[0], y=outside[1]),
                    )
                assert (await stage.console.hear(InputDropped)).reason == "other_monitor"
                await eventually(lambda: not any(screen.held()), "letting go")
                assert screen.pointer() == inside

    asyncio.run(scene())


def test_all_are_seen_where_all_were_allowed_and_any_can_be_watched_alone(screen: Screen) -> None:
    async def scene() -> None:
        layout = LAYOUTS[0]
        screen.divide(**layout)
        paint(screen, 3)
        async with sharing(screen, CONTROL) as stage:
            await shows(stage, (0, 0, 1280, 800))
            assert monitors(stage) == layout
            for watched in (("left",), ("right",), ("left", "right"), ("right",), ()):
                await stage.console.send(Watch(watched))
                await shows(stage, layout[watched[0]] if len(watched) == 1 else (0, 0, 1280, 800))
                assert monitors(stage) == layout
            await stage.console.send(Watch(("left",)), PointerMoved(1000, 700))  # hidden here, allowed still
            await eventually(lambda: screen.pointer() == (1000, 700), "the pointer")

    asyncio.run(scene())


def test_watching_does_not_widen_what_was_allowed(screen: Screen) -> None:
    async def scene() -> None:
        layout = LAYOUTS[0]
        screen.divide(**layout)
        paint(screen, 4)
        async with sharing(screen, SEE, monitors=("left",)) as stage:
            for watched in (("right",), ("left", "right"), ()):
                await stage.console.send(Watch(watched))
                await shows(stage, *([] if watched == ("right",) else [layout["left"]]))

    asyncio.run(scene())


def test_a_monitor_that_moves_or_goes_is_followed_by_its_name(screen: Screen) -> None:
    async def scene() -> None:
        screen.divide(**LAYOUTS[0])
        paint(screen, 5)
        async with sharing(screen, SEE, monitors=("left",)) as stage:
            await shows(stage, LAYOUTS[0]["left"])
            screen.divide(other=(0, 0, 640, 480), left=(640, 100, 500, 600))
            screen.resize(1280, 790)  # RANDR tells nobody of monitors that a program made up
            paint(screen, 6)
            await shows(stage, (640, 100, 500, 600))
            screen.divide(other=(0, 0, 640, 480))
            screen.resize(1280, 800)
            await shows(stage)

    asyncio.run(scene())


def test_a_screen_that_grows_and_shrinks_keeps_to_what_was_allowed(screen: Screen) -> None:
    async def scene() -> None:
        screen.divide(**LAYOUTS[0])
        async with sharing(screen, SEE, monitors=("left",)) as stage:
            for width, height in ((1024, 700), (500, 400), (1280, 800)):
                screen.resize(width, height)
                paint(screen, width)
                await stage.console.until(
                    lambda size=(height, width): stage.console.pixels.shape[:2] == size,  # type: ignore[misc]
                    "the new size",
                )
                await shows(stage, LAYOUTS[0]["left"])

    asyncio.run(scene())


def test_a_cut_line_comes_back_to_the_same_monitor(screen: Screen) -> None:
    async def scene() -> None:
        screen.divide(**LAYOUTS[0])
        paint(screen, 7)
        async with sharing(screen, SEE, monitors=("right",)) as stage:
            stage.relay.cut()
            await stage.helped.hear("interrupted")
            await stage.console.come_back()
            await stage.console.resume()
            await shows(stage, LAYOUTS[0]["right"])

    asyncio.run(scene())


def test_where_the_users_pointer_is_on_a_hidden_monitor_is_not_told(screen: Screen) -> None:
    async def scene() -> None:
        screen.divide(**LAYOUTS[0])
        async with sharing(screen, CONTROL, monitors=("left",)) as stage:
            await stage.console.send(PointerMoved(600, 300))
            await eventually(lambda: screen.pointer() == (600, 300), "the pointer")
            for _ in range(5):
                screen.own_motion(60, 0)
                await asyncio.sleep(0.1)
            assert not [one for one in stage.console.heard if isinstance(one, CursorMoved)]
            screen.own_motion(-700, 0)
            moved = await stage.console.hear(CursorMoved)
            assert moved.x < 640

    asyncio.run(scene())
