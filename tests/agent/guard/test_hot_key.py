import asyncio
import signal
import time
from contextlib import suppress

import pytest
import xcffib.xproto

from agent.x11.connection import Connection
from agent.x11.hot_key import HotKey, HotKeyError, parse
from agent.x11.keys import Keymap
from protocol.session.messages import ButtonChanged, KeyChanged, PointerMoved, TextTyped
from tests.agent.rig import ConsoleEnd, Screen, Sharing, sharing
from tests.agent.rig.helped import HOT_KEY, HOT_KEYCODES

SHIFT, A = 42, 30  # evdev
BOUND_S = 0.5


async def hold(stage: Sharing) -> None:
    """The technician holds two keys and a button down."""
    await stage.console.send(
        KeyChanged(SHIFT, 0, down=True), KeyChanged(A, 0, down=True), ButtonChanged(1, down=True, x=5, y=5)
    )
    end_s = time.monotonic() + 5
    while stage.screen.held() != (frozenset({SHIFT + 8, A + 8}), frozenset({1})):
        assert time.monotonic() < end_s, stage.screen.held()
        await asyncio.sleep(0.01)


async def press_and_time(stage: Sharing) -> float:
    """Seconds from the hot key to a dead worker and nothing held down."""
    pressed_s = time.monotonic()
    stage.screen.own_keys(*HOT_KEYCODES)
    while not stage.helped.gone(stage.helped.worker) or any(stage.screen.held()):
        assert time.monotonic() < pressed_s + 5, stage.screen.held()
        await asyncio.sleep(0.002)
    return time.monotonic() - pressed_s


async def flood(console: ConsoleEnd) -> None:
    """A thousand inputs a second, for as long as anybody listens."""
    with suppress(Exception):
        while True:
            for at in range(10):
                await console.send(KeyChanged(A, 0, down=at % 2 == 0), PointerMoved(at, at))
            await asyncio.sleep(0.02)


def test_the_hot_key_ends_the_session_and_both_sides_hear_why(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            assert await press_and_time(stage) < BOUND_S
            assert await stage.console.goodbye() == "hot_key"
            assert await stage.helped.closed() == "hot_key"

    asyncio.run(scene())


@pytest.mark.parametrize("frozen", ["window", "worker", "both"])
def test_the_hot_key_ends_the_session_though_others_are_frozen_and_input_floods(screen: Screen, frozen: str) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            flooding = asyncio.create_task(flood(stage.console))
            await asyncio.sleep(0.2)
            pids = {"window": stage.helped.window, "worker": stage.helped.worker}
            stage.helped.kill(*(pid for name, pid in pids.items() if frozen in (name, "both")), number=signal.SIGSTOP)
            await asyncio.sleep(0.1)
            assert await press_and_time(stage) < BOUND_S
            await asyncio.sleep(0.3)
            assert not any(stage.screen.held())
            flooding.cancel()

    asyncio.run(scene())


def test_the_hot_key_ends_the_session_though_the_keyboard_is_changed_for_each_character(screen: Screen) -> None:
    texts = [TextTyped("".join(chr(0x4E00 + 256 * text + at) for at in range(256))) for text in range(5)]

    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(*texts)
            await asyncio.sleep(0.3)
            assert await press_and_time(stage) < BOUND_S

    asyncio.run(scene())


def test_the_keyboard_is_read_anew_a_few_times_a_second_however_often_it_changes(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Connection(screen.name)
    hot_key = HotKey(own, HOT_KEY)
    read, reads = Keymap.read, list[float]()

    def counted(connection: Connection) -> Keymap:
        reads.append(time.monotonic())
        return read(connection)

    monkeypatch.setattr(Keymap, "read", counted)
    spare = read(screen.x).spare()[0]
    began_s, changes = time.monotonic(), 0
    while time.monotonic() < began_s + 0.6:
        for at in range(10):
            screen.x.core.ChangeKeyboardMapping(1, spare, 2, [0x0100_4E00 + at] * 2)
        screen.x.sync()
        changes += 10
        assert not hot_key.pressed()
    assert changes > 10 * len(reads)
    assert 1 <= len(reads) <= 2 + 4 * (time.monotonic() - began_s)
    screen.own_keys(*HOT_KEYCODES)
    screen.x.core.ChangeKeyboardMapping(1, spare, 2, [0, 0])
    screen.x.sync()
    before = len(reads)
    assert hot_key.pressed()
    assert len(reads) == before  # heard before anything else was done
    own.close()


def test_a_hot_key_that_moves_with_the_layout_is_heard_where_it_is_now(screen: Screen) -> None:
    own = Connection(screen.name)
    hot_key = HotKey(own, HOT_KEY)
    spare, end = Keymap.read(screen.x).spare()[0], 0xFF57
    for keysym in (0x0100_4E00, end):  # the second change comes too soon after the first to be read at once
        screen.x.core.ChangeKeyboardMapping(1, spare, 2, [keysym, keysym])
        screen.x.sync()
        assert not hot_key.pressed()
    time.sleep(max(0.0, min(hot_key.due_s - time.monotonic(), 1.0)))
    assert not hot_key.pressed()
    screen.own_keys(*HOT_KEYCODES[:-1], spare)
    assert hot_key.pressed()
    own.close()


def test_the_hot_key_is_heard_while_another_program_holds_the_keyboard_for_itself(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            mode = xcffib.xproto.GrabMode.Async
            reply = screen.x.core.GrabKeyboard(True, screen.x.root, 0, mode, mode).reply()
            assert reply.status == 0
            assert await press_and_time(stage) < BOUND_S

    asyncio.run(scene())


def test_the_hot_key_is_heard_with_caps_lock_and_num_lock_on(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            screen.own_keys(66)
            screen.own_keys(77)
            assert await press_and_time(stage) < BOUND_S

    asyncio.run(scene())


def test_a_hot_key_that_is_grabbed_already_is_still_heard(screen: Screen) -> None:
    mode = xcffib.xproto.GrabMode.Async
    screen.x.core.GrabKeyChecked(True, screen.x.root, 4 | 8, HOT_KEYCODES[-1], mode, mode).check()

    async def scene() -> None:
        async with sharing(screen) as stage:
            assert await press_and_time(stage) < BOUND_S

    asyncio.run(scene())


def test_the_key_alone_or_with_other_modifiers_ends_nothing(screen: Screen) -> None:
    async def scene() -> None:
        control, alt, end = HOT_KEYCODES
        async with sharing(screen) as stage:
            screen.own_keys(end)
            screen.own_keys(control, end)
            screen.own_keys(alt, end)
            screen.own_keys(end, control, alt)
            await asyncio.sleep(0.5)
            assert not stage.helped.gone(stage.helped.worker)

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("combination", "complaint"),
    [("ctrl+alt+Nothing", "does not know"), ("shift+a", "writing"), ("hyper+a", "modifier")],
)
def test_a_combination_nobody_can_press_is_refused_with_a_sentence(combination: str, complaint: str) -> None:
    with pytest.raises(HotKeyError, match=complaint):
        parse(combination)


@pytest.mark.parametrize("combination", ["ctrl+alt+End", "ctrl+alt+Pause", "super+F12", "ctrl+shift+q"])
def test_combinations_are_read_as_people_write_them(combination: str) -> None:
    modifiers, keysym = parse(combination)
    assert len(modifiers) == combination.count("+")
    assert keysym
