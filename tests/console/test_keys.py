from hypothesis import given
from hypothesis import strategies as st

from console.keys import HeldKeys, key_changed
from protocol.session.messages import KeyChanged, ReleaseAll

KEY_Q, KEY_RIGHTALT = 16, 100  # linux/input-event-codes.h
XK_q, XK_Q, XK_ISO_Level3_Shift = 0x71, 0x51, 0xFE03  # X11/keysymdef.h


def test_a_key_is_named_by_its_place_on_the_keyboard() -> None:
    assert key_changed(KEY_Q + 8, XK_q, down=True, platform="xcb") == KeyChanged(KEY_Q, XK_q, True)
    assert key_changed(KEY_RIGHTALT + 8, XK_ISO_Level3_Shift, down=True, platform="wayland") == KeyChanged(
        KEY_RIGHTALT, XK_ISO_Level3_Shift, True
    )


def test_a_platform_without_such_codes_sends_the_keysym_alone() -> None:
    assert key_changed(1234, XK_q, down=True, platform="cocoa") == KeyChanged(0, XK_q, True)


def test_a_key_with_neither_is_not_sent() -> None:
    assert key_changed(0, 0, down=True, platform="xcb") is None


@given(st.integers(-(2**31), 2**32), st.integers(-(2**31), 2**32), st.booleans())
def test_whatever_qt_reports_the_message_keeps_the_protocols_bounds(scan: int, symbol: int, down: bool) -> None:
    message = key_changed(scan, symbol, down=down, platform="xcb")
    if message is not None:
        assert 0 <= message.evdev <= 767
        assert 0 <= message.keysym <= 0x1FFFFFFF


def test_a_key_let_go_with_another_symbol_than_it_was_pressed_with_is_let_go() -> None:
    held = HeldKeys()
    assert held.press(8, KeyChanged(0, XK_Q, True))
    assert held.let_go(8) == KeyChanged(0, XK_Q, False), "some platforms give no code: the symbol names it"
    assert held.release_all() is None


def test_a_release_without_a_press_is_not_sent() -> None:
    assert HeldKeys().let_go(KEY_Q) is None


def test_a_key_whose_release_was_never_heard_of_is_let_go_before_it_is_pressed_again() -> None:
    held, key = HeldKeys(), KeyChanged(KEY_Q, XK_q, True)
    assert held.press(KEY_Q, key) == [key]
    assert held.press(KEY_Q, key) == [KeyChanged(KEY_Q, XK_q, False), key]


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans())))
def test_nothing_is_pressed_twice_and_release_all_leaves_nothing(events: list[tuple[int, bool]]) -> None:
    held = HeldKeys()
    down: set[int] = set()
    for evdev, pressed in events:
        released = held.let_go(evdev) if not pressed else None
        for sent in held.press(evdev, KeyChanged(evdev, 0, True)) if pressed else [released]:
            if sent is None:
                assert evdev not in down
                continue
            assert sent.down == (evdev not in down)
            (down.add if sent.down else down.discard)(evdev)
    assert held.release_all() == (ReleaseAll() if down else None)
    assert held.release_all() is None
