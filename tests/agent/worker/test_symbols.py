"""Keys that go by their symbol: the technician's keyboard has another layout than the helped side's."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.x11.symbols import own_keysym
from protocol.session.messages import FromConsole, KeyboardChanged, KeyChanged, ReleaseAll
from tests.agent.rig import SEE, Screen, eventually, sharing
from tests.agent.worker.test_keyboard import written

TEXT = "zyZY ä ö ß € @ { } [ ] | / ? + * # \\ ~ ^ ` ' \" é è ñ ẞ ř Щит ж 🙂 1!7"
SHIFT, CONTROL, ALT_GR, TAB, Z_IN_GERMAN, Y_IN_GERMAN = 42, 29, 100, 15, 21, 44
XK_SHIFT, XK_CONTROL, XK_ALT_GR, XK_CAPS = 0xFFE1, 0xFFE3, 0xFE03, 0xFFE5


def symbol(keysym: int, evdev: int, *, down: bool) -> KeyChanged:
    return KeyChanged(evdev, keysym, down, by_symbol=True)


def typed(character: str, evdev: int = 30, *, held: int = 0, as_keysym: int = 0) -> list[FromConsole]:
    """A key that gives this character on the technician's keyboard, while he holds another."""
    keysym = as_keysym or own_keysym(character)
    strokes: list[FromConsole] = [symbol(keysym, evdev, down=True), symbol(keysym, evdev, down=False)]
    modifier = {SHIFT: XK_SHIFT, ALT_GR: XK_ALT_GR, CONTROL: XK_CONTROL}.get(held, 0)
    if held:
        return [symbol(modifier, held, down=True), *strokes, symbol(modifier, held, down=False)]
    return strokes


@pytest.mark.parametrize(
    ("layout", "held"), [("us", SHIFT), ("de", 0), ("fr", ALT_GR), ("cz", SHIFT), ("us(intl)", 0), ("ru,us", SHIFT)]
)
def test_a_symbol_is_typed_whatever_the_layout_and_whatever_is_held(
    screen: Screen, tmp_path: Path, layout: str, held: int
) -> None:
    steps = [typed(character, held=held) for character in TEXT]
    assert written(screen, tmp_path / "read", layout, *steps, [ReleaseAll()]) == TEXT


def test_keys_that_overlap_as_fast_fingers_do_type_every_symbol_once(screen: Screen, tmp_path: Path) -> None:
    text = "a/B\\c{d}Ee?f"
    steps: list[list[FromConsole]] = [[symbol(XK_SHIFT, SHIFT, down=True)]]
    before: list[FromConsole] = []
    for evdev, character in enumerate(text, 16):
        steps.append([symbol(own_keysym(character), evdev, down=True), *before])
        before = [symbol(own_keysym(character), evdev, down=False)]
    assert written(screen, tmp_path / "read", "de", *steps, before, [symbol(XK_SHIFT, SHIFT, down=False)]) == text


def test_the_users_caps_lock_changes_nothing(screen: Screen, tmp_path: Path) -> None:
    lock: list[FromConsole] = [KeyChanged(58, 0, down=True), KeyChanged(58, 0, down=False)]
    steps = [typed(character) for character in "aBäÖ1!"]
    assert written(screen, tmp_path / "read", "de", lock, *steps, lock) == "aBäÖ1!"


def test_the_technicians_own_locks_stay_on_his_side(screen: Screen, tmp_path: Path) -> None:
    locks = [typed("", 58, as_keysym=XK_CAPS), typed("", 69, as_keysym=0xFF7F)]
    assert written(screen, tmp_path / "read", "us", *locks, typed("a"), typed("7", 71, as_keysym=0xFFB7)) == "a7"


def test_a_dead_key_that_this_layout_has_not_is_dead_here_too(screen: Screen, tmp_path: Path) -> None:
    assert written(screen, tmp_path / "read", "us", typed("", 13, as_keysym=0xFE51), typed("e")) == "é"


@pytest.mark.parametrize(
    ("layout", "keysym", "evdev", "keycode"),
    [
        ("us", ord("z"), Z_IN_GERMAN, 52),  # where z is in the United States
        ("de", ord("z"), 44, 29),
        ("fr", ord("a"), 30, 24),
        ("ru,us", ord("c"), 46, 54),  # a letter of the keyboard's other group: programs look for it there
        ("us", 0x6D3, 46, 54),  # Cyrillic es, which this keyboard has not: the place is what is left
    ],
)
def test_a_shortcut_reaches_the_letter_that_the_technician_means(
    screen: Screen, layout: str, keysym: int, evdev: int, keycode: int
) -> None:
    screen.run("setxkbmap", "-layout", layout)

    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(symbol(XK_CONTROL, CONTROL, down=True), symbol(keysym, evdev, down=True))
            await eventually(lambda: screen.held()[0] == {37, keycode}, f"{screen.held()}")
            await stage.console.send(symbol(keysym, evdev, down=False))
            await eventually(lambda: screen.held()[0] == {37}, "the letter's release")
            await stage.console.send(ReleaseAll())
            await eventually(lambda: not screen.held()[0], "the end")

    asyncio.run(scene())


def test_letting_go_while_shift_is_bent_leaves_nothing_down_and_nothing_goes_down(screen: Screen) -> None:
    screen.run("setxkbmap", "-layout", "us")

    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(symbol(XK_SHIFT, SHIFT, down=True), symbol(ord("/"), 8, down=True))
            await eventually(lambda: screen.held()[0] == {61}, "the slash, without Shift")
            await stage.console.send(ReleaseAll())
            await eventually(lambda: not screen.held()[0], "the end")
            await stage.console.send(symbol(ord("?"), 12, down=True))
            await eventually(lambda: screen.held()[0] == {61, 50}, "the question mark, with Shift")
            await stage.console.send(symbol(ord("?"), 12, down=False))
            await eventually(lambda: not screen.held()[0], "both up")

    asyncio.run(scene())


def test_the_technician_hears_what_the_keys_give_and_when_that_changes(screen: Screen) -> None:
    screen.run("setxkbmap", "-layout", "de")

    async def scene() -> None:
        async with sharing(screen) as stage:
            told = await stage.console.hear(KeyboardChanged)
            assert told.layout == "German"
            assert told.keys[Z_IN_GERMAN][:2] == (ord("z"), ord("Z"))
            assert told.keys[TAB][:2] == (0xFF09, 0xFE20)
            screen.run("setxkbmap", "-layout", "fr")
            await stage.console.until(lambda: told_layouts(stage.console.heard)[-1] == "French", "the other layout")

    asyncio.run(scene())


def test_whoever_only_sees_hears_nothing_of_the_keyboard(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            await stage.console.send(symbol(ord("a"), 30, down=True))
            await asyncio.sleep(0.1)
            assert told_layouts(stage.console.heard) == []
            assert not screen.held()[0]

    asyncio.run(scene())


def told_layouts(heard: Sequence[object]) -> list[str]:
    return [one.layout for one in heard if isinstance(one, KeyboardChanged)]
