import pytest

from agent.worker.input.bucket import TokenBucket
from agent.worker.input.hands import Unable, UnableError
from agent.worker.input.injector import Injector, Input
from protocol import limits
from protocol.session.messages import (
    ButtonChanged,
    KeyboardChanged,
    KeyChanged,
    PointerMoved,
    ReleaseAll,
    Scrolled,
    TextTyped,
)


class Diary:
    """Hands that write down what they are told."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.holding = False
        self.patience = 256

    def move(self, x: int, y: int) -> None:
        self.did.append(f"move {x} {y}")

    def keep_off(self, windows: frozenset[int]) -> None:
        raise NotImplementedError

    def button(self, number: int, *, down: bool) -> None:
        self.did.append(f"button {number} {'down' if down else 'up'}")

    def scroll(self, dx: int, dy: int) -> None:
        self.did.append(f"scroll {dx} {dy}")

    def key(self, key: KeyChanged) -> bool:
        if not key.evdev and not key.keysym:
            raise UnableError(Unable.UNKNOWN_KEY)
        if not self.patience:
            return False
        self.did.append(f"key {key.evdev} {'down' if key.down else 'up'}")
        return True

    def strange(self, text: str) -> int:
        return sum(ord(character) > 0xFF for character in text)

    def is_strange(self, keysym: int) -> bool:
        return keysym > 0xFFFF

    def look(self) -> KeyboardChanged | None:
        raise NotImplementedError

    def fileno(self) -> int:
        raise NotImplementedError

    def type_text(self, text: str) -> int:
        text = text[: self.patience]
        self.did.append(f"type {text}")
        return len(text)

    def release_all(self) -> None:
        self.did.append("release")

    def flush(self) -> None:
        self.did.append("flush")

    def close(self) -> None:
        raise NotImplementedError


def admitting(diary: Diary) -> Injector:
    return Injector(diary, lambda _: True)


def after(*messages: Input) -> list[str]:
    diary = Diary()
    injector = admitting(diary)
    for message in messages:
        injector.take(message, 0.0)
    injector.finish()
    while injector.waiting:
        injector.go_on()
    return diary.did


def test_of_moves_that_come_together_only_the_last_is_made() -> None:
    assert after(PointerMoved(1, 1), PointerMoved(2, 2), PointerMoved(3, 3)) == ["move 3 3", "flush"]


def test_a_key_comes_after_the_move_before_it_and_before_the_move_behind_it() -> None:
    assert after(PointerMoved(1, 1), KeyChanged(30, 0, down=True), PointerMoved(3, 3)) == [
        "move 1 1",
        "key 30 down",
        "flush",
        "move 3 3",
        "flush",
    ]


def test_a_click_and_a_turn_of_the_wheel_happen_where_they_were_meant() -> None:
    assert after(ButtonChanged(1, down=True, x=4, y=5), Scrolled(0, 120, 6, 7), TextTyped("ř")) == [
        "move 4 5",
        "button 1 down",
        "flush",
        "move 6 7",
        "scroll 0 120",
        "flush",
        "flush",
        "type ř",
        "flush",
    ]


def test_letting_go_forgets_a_move_that_waits() -> None:
    assert after(PointerMoved(1, 1), ReleaseAll()) == ["release", "flush"]


def test_what_hands_cannot_do_is_counted() -> None:
    injector = admitting(Diary())
    injector.take(KeyChanged(0, 0, down=True), 0.0)
    assert dict(injector.dropped) == {"unknown_key": 1}


def test_too_much_is_dropped_and_counted_but_a_release_never() -> None:
    diary = Diary()
    injector = admitting(diary)
    burst = int(limits.INPUT_PER_S[1])
    for _ in range(burst + 50):
        injector.take(KeyChanged(30, 0, down=True), 0.0)
    injector.take(KeyChanged(30, 0, down=False), 0.0)
    injector.take(ButtonChanged(1, down=False, x=0, y=0), 0.0)
    injector.take(ReleaseAll(), 0.0)
    assert dict(injector.dropped) == {"too_fast": 50}
    did = [one for one in diary.did if one != "flush"]
    assert did[burst:] == ["key 30 up", "move 0 0", "button 1 up", "release"]


@pytest.mark.parametrize("message", [TextTyped("x" * 256), Scrolled(0, 12_000, 0, 0)])
def test_what_makes_many_events_costs_as_many(message: Input) -> None:
    injector = admitting(Diary())
    for _ in range(1000):
        injector.take(message, 0.0)
    passed = 1000 - injector.dropped["too_fast"]
    assert passed == limits.INPUT_PER_S[1] // (256 if isinstance(message, TextTyped) else 101)


def test_a_long_text_is_typed_in_slices_and_what_comes_behind_it_waits_its_turn() -> None:
    assert after(
        PointerMoved(1, 1),
        TextTyped("x" * 30),
        KeyChanged(30, 0, down=True),
        PointerMoved(2, 2),
        PointerMoved(3, 3),
        KeyChanged(30, 0, down=False),
        TextTyped("y"),
    ) == [
        "move 1 1",
        "flush",
        f"type {'x' * 20}",
        "flush",
        f"type {'x' * 10}",
        "key 30 down",
        "move 3 3",
        "key 30 up",
        "type y",
        "flush",
    ]


def test_a_text_whose_next_character_must_wait_is_asked_about_again_later() -> None:
    diary = Diary()
    injector = admitting(diary)
    injector.take(TextTyped("abc"), 0.0)
    for patience in (2, 0, 2):
        diary.patience = patience
        injector.go_on()
    assert diary.did == ["type ab", "flush", "type ", "flush", "type c", "flush"]
    assert not injector.waiting


def test_a_key_that_must_wait_is_pressed_later_and_what_comes_behind_it_waits_too() -> None:
    diary = Diary()
    injector = admitting(diary)
    diary.patience = 0
    injector.take(KeyChanged(30, 0, down=True), 0.0)
    injector.take(KeyChanged(31, 0, down=True), 0.0)
    injector.go_on()
    assert diary.did == ["flush"]
    assert injector.waiting
    diary.patience = 256
    injector.go_on()
    assert diary.did[1:] == ["key 30 down", "key 31 down", "flush"]
    assert not injector.waiting


@pytest.mark.parametrize("by", ["the technician", "this side"])
def test_letting_go_empties_the_queue_and_counts_it(by: str) -> None:
    diary = Diary()
    injector = admitting(diary)
    injector.take(TextTyped("x" * 30), 0.0)
    injector.take(KeyChanged(30, 0, down=True), 0.0)
    injector.go_on()
    if by == "this side":
        injector.release_all()
    else:
        injector.take(ReleaseAll(), 0.0)
    assert not injector.waiting
    assert diary.did[2:] == ["release"]
    assert dict(injector.dropped) == {"let_go": 2}


def test_the_gate_is_asked_again_before_each_slice_and_each_message_behind_it() -> None:
    diary, open_for = Diary(), [1]

    def admits(_: Input) -> bool:
        open_for[0] -= 1
        return open_for[0] >= 0

    injector = Injector(diary, admits)
    injector.take(TextTyped("x" * 30), 0.0)
    injector.take(KeyChanged(30, 0, down=True), 0.0)
    injector.go_on()
    injector.go_on()
    assert diary.did == [f"type {'x' * 20}", "flush", "flush"]
    assert not injector.waiting


def test_the_queue_is_bounded_and_a_release_that_finds_it_full_lets_go_of_everything() -> None:
    diary = Diary()
    injector = admitting(diary)
    injector.take(TextTyped("x"), 0.0)
    for _ in range(1033):
        injector.take(KeyChanged(30, 0, down=True), 0.0)
    assert dict(injector.dropped) == {"queue_full": 10}
    injector.take(KeyChanged(30, 0, down=False), 0.0)
    assert diary.did == ["release"]
    assert dict(injector.dropped) == {"queue_full": 11, "let_go": 1024}


def test_a_character_that_no_key_gives_costs_far_more_and_the_longest_text_still_passes() -> None:
    injector = admitting(Diary())
    injector.take(TextTyped("日" * 256), 0.0)
    assert not injector.dropped
    injector.take(TextTyped("日" * 20), 0.0)
    assert dict(injector.dropped) == {"too_fast": 1}


def test_a_symbol_that_no_key_gives_costs_as_much_as_the_character() -> None:
    injector = admitting(Diary())
    for _ in range(1000):
        injector.take(KeyChanged(30, 0x100_4E00, down=True, by_symbol=True), 0.0)
    assert 1000 - injector.dropped["too_fast"] == limits.INPUT_PER_S[1] // 15


def test_a_bucket_fills_with_time_and_never_beyond_its_burst() -> None:
    bucket = TokenBucket(10.0, 5.0)
    assert [bucket.take(0.0) for _ in range(6)] == [True] * 5 + [False]
    assert bucket.take(0.1)
    assert not bucket.take(0.1)
    assert [bucket.take(100.0) for _ in range(6)] == [True] * 5 + [False]
    assert not bucket.take(99.0)  # a clock that goes back gives nothing
