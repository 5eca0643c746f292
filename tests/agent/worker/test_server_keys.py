"""What the X server itself does at a key is the user's alone, and so is the banner, whatever is held down."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import xcffib.xproto

from agent.worker.input.hands import Unable, UnableError
from agent.worker.input.x11 import X11Hands
from agent.x11.symbols import is_of_server, is_symbol
from protocol.session.messages import KeyChanged
from tests.agent.rig import Screen
from tests.agent.worker.paper import red

CTRL, ALT, SHIFT, BACKSPACE, F2, NUM_LOCK, KP_5, A = 29, 56, 42, 14, 60, 69, 76, 30
XK_CTRL, XK_ALT, XK_BACKSPACE, XK_F2 = 0xFFE3, 0xFFE9, 0xFF08, 0xFFBF
TERMINATE, ENABLE_KEYS, BUTTON_1, DRAG_1, VT_2, UNGRAB = 0xFED5, 0xFEF9, 0xFEE9, 0xFEF5, 0x1008FE02, 0x1008FE20
_BUTTON_PRESS = 4


@pytest.fixture
def hands(screen: Screen) -> Iterator[X11Hands]:
    with closing(X11Hands(screen.name)) as some:
        yield some


def key(hands: X11Hands, evdev: int, keysym: int = 0, *, down: bool = True) -> Unable | None:
    """A key by its place, or without one by its symbol; why it was refused."""
    try:
        while not hands.key(KeyChanged(evdev, keysym, down, by_symbol=not evdev)):
            time.sleep(0.001)  # a keycode is lent a blink later
        hands.flush()
    except UnableError as error:
        return error.reason
    return None


def button(hands: X11Hands, number: int) -> Unable | None:
    try:
        hands.button(number, down=True)
        hands.flush()
    except UnableError as error:
        return error.reason
    return None


def banner(screen: Screen, hands: X11Hands) -> None:
    """A banner at the upper edge, with the pointer on it, that notes what it is pressed with."""
    number = red(screen.x, (0, 0, 400, 48))
    screen.x.core.ChangeWindowAttributes(
        number,
        xcffib.xproto.CW.EventMask,
        [xcffib.xproto.EventMask.ButtonPress | xcffib.xproto.EventMask.ButtonRelease],
    )
    screen.x.sync()
    hands.keep_off(frozenset({number}))
    hands.move(50, 10)
    hands.flush()


def pressed(screen: Screen, hands: X11Hands) -> list[int]:
    hands._x.sync()
    screen.x.sync()
    return [event[1] for event in screen.x.events() if event[0] == _BUTTON_PRESS]


def test_no_button_is_pressed_on_the_banner_while_another_is_held(screen: Screen, hands: X11Hands) -> None:
    banner(screen, hands)
    hands.move(500, 300)  # nobody listens there, so nothing grabs the pointer
    assert button(hands, 3) is None
    hands.move(50, 10)
    assert button(hands, 1) is Unable.BANNER
    with pytest.raises(UnableError):
        hands.scroll(0, 120)
    hands.button(3, down=False)  # a release always passes
    hands.flush()
    assert not hands.holding
    assert pressed(screen, hands) == []


@pytest.mark.parametrize("keysym", [TERMINATE, ENABLE_KEYS, BUTTON_1, DRAG_1, 0xFE76, VT_2, UNGRAB])
def test_a_symbol_at_which_the_server_acts_is_refused(screen: Screen, hands: X11Hands, keysym: int) -> None:
    assert key(hands, 0, keysym) is Unable.SERVER_KEY
    assert key(hands, 0, keysym, down=False) is None
    assert not hands.holding
    screen.x.sync()  # the server lives


def test_symbols_that_press_the_pointer_press_nothing_on_the_banner(screen: Screen, hands: X11Hands) -> None:
    banner(screen, hands)
    for keysym in (ENABLE_KEYS, BUTTON_1, DRAG_1):
        key(hands, 0, keysym)
        key(hands, 0, keysym, down=False)
    assert pressed(screen, hands) == []
    assert not any(screen.held())


@pytest.mark.parametrize("by_symbol", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_ctrl_alt_backspace_does_not_end_the_users_desktop(
    screen: Screen, hands: X11Hands, *, by_symbol: bool, first: bool
) -> None:
    screen.run("setxkbmap", "-layout", "de", "-option", "terminate:ctrl_alt_bksp")
    last = (0, XK_BACKSPACE) if by_symbol else (BACKSPACE, 0)
    steps = [last, (CTRL, 0), (ALT, 0)] if first else [(CTRL, 0), (ALT, 0), last]  # what is held repeats
    assert [key(hands, *step) for step in steps] == [None, None, Unable.SERVER_KEY]
    hands.release_all()
    hands._x.sync()
    assert key(hands, *last) is None  # alone it deletes a letter as ever
    screen.x.sync()


@pytest.mark.parametrize("by_symbol", [False, True])
def test_ctrl_alt_f2_does_not_switch_the_users_screen(screen: Screen, hands: X11Hands, *, by_symbol: bool) -> None:
    screen.run("setxkbmap", "-layout", "us")
    last = (0, XK_F2) if by_symbol else (F2, 0)
    held = ((0, XK_CTRL), (0, XK_ALT)) if by_symbol else ((CTRL, 0), (ALT, 0))
    assert [key(hands, *step) for step in (*held, last)] == [None, None, Unable.SERVER_KEY]
    key(hands, *held[0], down=False)
    assert key(hands, *last) is None  # Alt+F2 asks for a command as ever


def test_ctrl_alt_and_a_letter_pass_as_ever(hands: X11Hands) -> None:
    assert [key(hands, evdev) for evdev in (CTRL, ALT, A)] == [None, None, None]


def test_the_number_pad_presses_nothing_while_the_user_has_mouse_keys_on(screen: Screen, hands: X11Hands) -> None:
    screen.run("setxkbmap", "-layout", "us", "-option", "keypad:pointerkeys")
    banner(screen, hands)
    assert key(hands, KP_5) is None
    assert key(hands, KP_5, down=False) is None
    assert [key(hands, evdev) for evdev in (SHIFT, NUM_LOCK)] == [None, Unable.SERVER_KEY]
    hands.release_all()
    hands._x.sync()  # or their Shift may be let go while the user holds it
    screen.own_key(SHIFT + 8, down=True)  # the user's own hand may
    screen.own_keys(NUM_LOCK + 8)
    screen.own_key(SHIFT + 8, down=False)
    assert key(hands, KP_5) is Unable.SERVER_KEY
    assert pressed(screen, hands) == []


def test_of_the_servers_own_page_of_symbols_no_keycode_is_lent_one_at_which_it_acts() -> None:
    lent = {keysym for keysym in range(0xFE00, 0xFF00) if is_symbol(keysym)}
    assert lent == {0xFE20, *range(0xFE50, 0xFE70), *range(0xFE80, 0xFE94), *range(0xFEA0, 0xFEA6)}
    assert not any(map(is_of_server, lent))
