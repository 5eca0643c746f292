import asyncio
import subprocess
import time
from pathlib import Path

import pytest

from protocol import limits
from protocol.session.messages import (
    ButtonChanged,
    FromConsole,
    InputDropped,
    KeyChanged,
    PointerMoved,
    RefreshRequested,
    ReleaseAll,
    Scrolled,
    TextTyped,
)
from tests.agent.rig import ConsoleEnd, Screen, eventually, sharing

SHIFT, ALT_GR, CONTROL, ENTER, A, D, Q, Y, CAPS, APOSTROPHE = 42, 100, 29, 28, 30, 32, 16, 21, 58, 40  # evdev


def tap(evdev: int, *held: int) -> list[FromConsole]:
    down: list[FromConsole] = [KeyChanged(key, 0, down=True) for key in (*held, evdev)]
    return down + [KeyChanged(key, 0, down=False) for key in (evdev, *reversed(held))]


def written(screen: Screen, path: Path, layout: str, *steps: list[FromConsole]) -> str:
    """What a program in a real terminal reads of these keys."""
    subprocess.run(["setxkbmap", "-layout", layout], env=screen.env, check=True)
    screen.start("xterm", "-u8", "-geometry", "100x40+0+0", "-e", "sh", "-c", f"echo >{path}.up; cat >{path}")

    async def scene() -> None:
        async with sharing(screen) as stage:
            await eventually(lambda: path.with_suffix(".up").exists(), "the terminal")
            await stage.console.send(PointerMoved(100, 100))
            await asyncio.sleep(0.5)  # it reads its keyboard and takes the focus that follows the mouse
            for step in [*steps, tap(ENTER), tap(D, CONTROL)]:
                await stage.console.send(*step)
                await asyncio.sleep(0.02)
            await eventually(lambda: path.exists() and path.read_text().endswith("\n"), "the line")

    asyncio.run(scene())
    return path.read_text().rstrip("\n")


@pytest.mark.parametrize(("layout", "expected"), [("us", "aAyq"), ("de", "aAz@"), ("fr", "qQya")])
def test_physical_keys_mean_what_the_helped_sides_layout_says(
    screen: Screen, tmp_path: Path, layout: str, expected: str
) -> None:
    last = tap(Q, ALT_GR) if layout == "de" else tap(Q)
    assert written(screen, tmp_path / "read", layout, tap(A), tap(A, SHIFT), tap(Y), last) == expected


def test_dead_keys_are_resolved_by_the_helped_side(screen: Screen, tmp_path: Path) -> None:
    assert written(screen, tmp_path / "read", "us(intl)", tap(APOSTROPHE), tap(A)) == "á"


@pytest.mark.parametrize("layout", ["us", "de", "us,ru"])
def test_text_is_typed_whatever_the_layout_lacks(screen: Screen, tmp_path: Path, layout: str) -> None:
    text = "Žluťoučký kůň, Ärger: 5 € @ [x]日本" + "αβγδεζηθικλμνξοπρστυφχψω"
    assert written(screen, tmp_path / "read", layout, [TextTyped(text)]) == text


def test_spaces_joiners_and_marks_that_are_no_letters_are_typed_and_what_cannot_be_costs_nothing_else(
    screen: Screen, tmp_path: Path
) -> None:
    text = "a\u00a0b\u3000c\u202fd👨\u200d👩\u200d👧e❤\ufe0ff\u200cg"
    assert written(screen, tmp_path / "read", "us", [TextTyped(text + "\x00h")]) == text + "h"


def test_what_is_pressed_behind_a_text_comes_behind_it(screen: Screen, tmp_path: Path) -> None:
    text = "αβγδεζηθικλμνξοπρστυφχψωабвгдеж"  # more than there are spare keycodes
    step: list[FromConsole] = [TextTyped(text), *tap(A), TextTyped("ř"), *tap(A, SHIFT)]
    assert written(screen, tmp_path / "read", "us", step) == text + "ařA"


def test_text_is_typed_right_with_caps_lock_on_and_keys_held(screen: Screen, tmp_path: Path) -> None:
    held: list[FromConsole] = [KeyChanged(SHIFT, 0, down=True), TextTyped("aBčD"), KeyChanged(SHIFT, 0, down=False)]
    assert written(screen, tmp_path / "read", "us", tap(CAPS), held, tap(CAPS)) == "aBčD"


def test_a_held_key_repeats_by_the_helped_sides_own_clock(screen: Screen, tmp_path: Path) -> None:
    subprocess.run(["xset", "r", "rate", "100", "50"], env=screen.env, check=False)

    async def scene() -> None:
        path = tmp_path / "read"
        screen.start("xterm", "-geometry", "100x40+0+0", "-e", "sh", "-c", f"echo >{path}.up; cat >{path}")
        async with sharing(screen) as stage:
            await eventually(lambda: path.with_suffix(".up").exists(), "the terminal")
            await stage.console.send(PointerMoved(100, 100))
            await asyncio.sleep(0.5)
            again: list[FromConsole] = [KeyChanged(A, 0, down=True)] * 50  # the technician's own repeats count once
            await stage.console.send(*again)
            await asyncio.sleep(1.5)
            await stage.console.send(KeyChanged(A, 0, down=False), *tap(ENTER))
            await eventually(lambda: path.exists() and path.read_text().endswith("\n"), "the line")
            assert 3 <= len(path.read_text()) < 120

    asyncio.run(scene())


def test_the_pointer_goes_where_it_is_sent_and_of_many_moves_the_last_counts(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(*(PointerMoved(at, at) for at in range(500)), PointerMoved(321, 123))
            await eventually(lambda: screen.pointer() == (321, 123), "the pointer")
            await stage.console.send(PointerMoved(-16000, 30000))
            await eventually(lambda: screen.pointer() == (0, screen.height - 1), "the corner")

    asyncio.run(scene())


def test_buttons_go_down_where_they_are_pressed_and_release_all_lets_go(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(
                ButtonChanged(3, down=True, x=40, y=50), KeyChanged(A, 0, down=True), KeyChanged(0, 0xFFE3, down=True)
            )
            await eventually(lambda: screen.held() == (frozenset({A + 8, 37}), frozenset({3})), "the press")
            assert screen.pointer() == (40, 50)
            await stage.console.send(ReleaseAll())
            await eventually(lambda: not any(screen.held()), "the release")

    asyncio.run(scene())


def test_a_fine_wheel_adds_up_to_notches(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            log = screen.start_log("xev", "-root", "-event", "button")
            await asyncio.sleep(0.5)
            await stage.console.send(
                *[Scrolled(0, 40, 10, 10)] * 6, Scrolled(-240, 0, 10, 10), Scrolled(0, -120, 10, 10)
            )
            await eventually(lambda: log().count("ButtonPress") >= 5, "the wheel")
            lines = [line for line in log().splitlines() if "button " in line]
            pressed = [int(line.partition("button ")[2].partition(",")[0]) for line in lines[::2]]
            assert pressed == [5, 5, 6, 6, 4]

    asyncio.run(scene())


async def dropped(console: ConsoleEnd, reason: str) -> int:
    await console.until(
        lambda: any(isinstance(one, InputDropped) and one.reason == reason for one in console.heard), reason
    )
    return sum(one.count for one in console.heard if isinstance(one, InputDropped) and one.reason == reason)


def test_what_means_nothing_here_is_dropped_with_its_reason(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(
                KeyChanged(0, 0x1234567, down=True), ButtonChanged(5, down=True, x=0, y=0), TextTyped("\x00")
            )
            for reason in ("unknown_key", "unknown_button", "untypable"):
                assert await dropped(stage.console, reason) == 1

    asyncio.run(scene())


def test_a_flood_is_cut_to_its_rate_and_counted(screen: Screen) -> None:
    presses = 10_000
    a_second, at_once = limits.INPUT_PER_S

    async def scene() -> None:
        async with sharing(screen) as stage:
            heard, began_s = stage.console.heard, time.monotonic()
            for _ in range(100):
                await stage.console.send(*tap(A) * (presses // 100))
            await stage.console.send(RefreshRequested())
            pictures = len(stage.console.frames)
            await stage.console.until(lambda: len(stage.console.frames) > pictures, "the end of the flood")
            let_in = at_once + a_second * (time.monotonic() - began_s)

            def told() -> int:
                return sum(one.count for one in heard if isinstance(one, InputDropped) and one.reason == "too_fast")

            await stage.console.until(lambda: told() >= max(1, presses - let_in), "the count of drops")
            assert not any(screen.held())

    asyncio.run(scene())
