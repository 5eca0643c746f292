"""The banner's place in a whole session: the technician sees what lies beneath, and presses nothing there."""

import asyncio

import xcffib.xproto

from protocol.session.messages import ButtonChanged, InputDropped, PointerMoved, Scrolled
from tests.agent.rig import Screen, Sharing, eventually, sharing
from tests.agent.worker.paper import ground, red

_BANNER = (200, 0, 400, 48)
_BUTTON_PRESS, _BUTTON_RELEASE = 4, 5


async def banner(stage: Sharing) -> int:
    """A banner on the screen that the session was told of."""
    ground(stage.screen.x)
    number = red(stage.screen.x, _BANNER)
    mask = xcffib.xproto.EventMask
    for window in (number, stage.screen.x.root):
        wanted = mask.ButtonPress | mask.ButtonRelease
        stage.screen.x.core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [wanted])
    stage.screen.x.sync()
    await stage.helped.wish(f"banners {number}")
    return number


def pressed(screen: Screen) -> list[int]:
    """The buttons that were pressed since the last time."""
    screen.x.sync()
    return [event[1] for event in screen.x.events() if event[0] == _BUTTON_PRESS]


def test_the_technician_sees_what_lies_beneath_while_the_user_sees_the_banner(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await banner(stage)
            await stage.console.until(
                lambda: bool((stage.console.pixels[:48, 200:600, :3] == (0x60, 0x40, 0x20)).all()), "the ground"
            )
            assert (screen.pixels()[:48, 200:600] == (0, 0, 255)).all()

    asyncio.run(scene())


def test_a_technicians_press_and_wheel_stop_short_of_the_banner_and_he_is_told(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await banner(stage)
            await stage.console.send(PointerMoved(300, 20))
            await eventually(lambda: screen.pointer() == (300, 20), "the pointer")
            await stage.console.send(
                ButtonChanged(1, True, 300, 20), ButtonChanged(1, False, 300, 20), Scrolled(0, 240, 300, 20)
            )
            drop = await stage.console.hear(InputDropped)
            assert (drop.reason, drop.count, pressed(screen)) == ("banner", 2, [])
            await stage.console.send(ButtonChanged(1, True, 300, 60), ButtonChanged(1, False, 310, 20))
            await eventually(lambda: screen.pointer() == (310, 20) and not any(screen.held()), "the drag")
            assert pressed(screen) == [1]

    asyncio.run(scene())


def test_the_users_own_press_on_the_banner_goes_through(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await banner(stage)
            where = screen.pointer()
            screen.own_motion(300 - where[0], 20 - where[1])
            assert screen.pointer() == (300, 20)
            screen.own_button(1, down=True)
            screen.own_button(1, down=False)
            assert pressed(screen) == [1]

    asyncio.run(scene())
