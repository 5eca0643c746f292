"""Whatever a technician presses, by place, by symbol and as text: nothing stays down, nothing stays mapped."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.input.hands import UnableError
from agent.worker.input.x11 import X11Hands
from agent.x11.keys import Keymap
from protocol.session.messages import KeyChanged
from tests.agent.rig import Screen

SYMBOLS = [*map(ord, "azZyY/?@ßäÖ1!"), 0x100_0449, 0x6C1, 0x101_F642, 0xFE51, 0xE9, 0x1B1, 0xFFB7, 0xFF0D, 0xFE20, 0]
MODIFIERS = [0xFFE1, 0xFFE2, 0xFFE3, 0xFFE9, 0xFFEA, 0xFFE7, 0xFFEB, 0xFE03, 0xFF7E]
EVDEV = [0, 2, 8, 12, 16, 21, 29, 30, 42, 44, 54, 56, 97, 100, 125, 240, 300]

keys = st.builds(KeyChanged, st.sampled_from(EVDEV), st.sampled_from(SYMBOLS + MODIFIERS), st.booleans(), st.booleans())
steps = st.lists(keys | st.text(st.sampled_from("aB/ß€éщ🙂\n"), min_size=1, max_size=4), max_size=25)


@pytest.fixture(scope="module", params=["us", "de", "us,ru"])
def keyboard(request: pytest.FixtureRequest) -> Iterator[Screen]:
    with Screen() as screen:
        screen.run("setxkbmap", "-layout", request.param)
        yield screen


def done(hands: X11Hands, step: KeyChanged | str) -> None:
    try:
        if isinstance(step, str):
            hands.type_text(step)
        else:
            hands.key(step)
    except UnableError:
        pass


@settings(max_examples=60)
@given(steps=steps, at_once=st.booleans())
def test_what_is_pressed_is_released_and_the_keyboard_is_as_it_was(
    keyboard: Screen, steps: list[KeyChanged | str], *, at_once: bool
) -> None:
    before = Keymap.read(keyboard.x).rows
    hands = X11Hands(keyboard.name)
    pressed: dict[int, KeyChanged] = {}
    for step in steps:
        done(hands, step)
        if isinstance(step, KeyChanged) and step.down:
            pressed.setdefault(step.evdev or -step.keysym, step)
    if at_once:
        hands.release_all()
    else:
        for key in pressed.values():
            done(hands, KeyChanged(key.evdev, key.keysym, down=False, by_symbol=key.by_symbol))
    assert not hands.holding
    hands._x.sync()
    held = keyboard.held()[0]
    hands.close()
    assert not held
    assert Keymap.read(keyboard.x).rows == before
