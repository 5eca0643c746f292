import pytest

from console.typing_mode import Held, Typing, TypingMode
from protocol.session.messages import KeyboardChanged, KeyChanged

Z, A, TAB, NUM_LOCK = ord("z"), ord("a"), 15, 16
GERMAN = KeyboardChanged(
    "German", {30: (A, ord("A")), 21: (Z, ord("Z")), TAB: (0xFF09, 0xFE20), 2: (ord("1"), ord("!"), 0xB9)}
)
PLAIN = Held(0)


def pressed(typing: Typing, evdev: int, keysym: int, held: Held = PLAIN) -> bool:
    typing.heed(KeyChanged(evdev, keysym, down=True), held | NUM_LOCK)
    return typing.by_symbol


def test_the_same_layout_goes_by_place_and_the_first_key_that_differs_by_symbol() -> None:
    typing = Typing()
    assert not pressed(typing, 21, ord("y")), "nobody knows the other keyboard yet"
    typing.learn(GERMAN)
    assert not pressed(typing, 30, ord("A"), Held.SHIFT)
    assert not pressed(typing, TAB, 0xFE20), "with Shift a Tab is another symbol, and the same key"
    assert pressed(typing, 21, ord("y"))
    assert pressed(typing, 30, A), "from then on every key"


@pytest.mark.parametrize(
    ("evdev", "keysym", "held", "by_symbol"),
    [
        (2, ord("1"), PLAIN, False),
        (2, ord("1"), Held.SHIFT, True),  # a Czech or French one
        (2, 0xB9, Held.ALT_GR, False),
        (30, ord("A"), Held.LOCK, False),
        (30, A, Held.ALT_GR, False),  # a key with two levels, whatever AltGr says
        (30, ord("A"), PLAIN, True),
    ],
)
def test_a_symbol_counts_where_it_is_shifted_alike(evdev: int, keysym: int, held: Held, *, by_symbol: bool) -> None:
    typing = Typing()
    typing.learn(GERMAN)
    assert pressed(typing, evdev, keysym, held) is by_symbol


def test_a_key_that_gives_nothing_there_goes_by_symbol() -> None:
    typing = Typing()
    typing.learn(GERMAN)
    assert pressed(typing, 247, 0x101_F642)


def test_when_all_that_differed_is_alike_again_keys_go_by_place() -> None:
    typing = Typing()
    typing.learn(GERMAN)
    assert pressed(typing, 21, ord("y"))
    assert not pressed(typing, 21, Z), "the technician chose the user's layout"
    assert pressed(typing, 21, ord("y"))
    typing.learn(GERMAN)
    assert not typing.by_symbol, "the user chose another layout: it has to show anew"


def test_what_the_technician_chose_holds() -> None:
    typing = Typing()
    typing.mode = TypingMode.SYMBOLS
    assert typing.by_symbol
    typing.learn(GERMAN)
    typing.mode = TypingMode.PLACES
    assert not pressed(typing, 21, ord("y"))


def test_the_shortcut_goes_round_all_modes() -> None:
    typing = Typing()
    seen = []
    for _ in TypingMode:
        seen.append(typing.mode)
        typing.mode = typing.next_mode()
    assert set(seen) == set(TypingMode)
    assert typing.mode is TypingMode.AUTOMATIC
