import pytest

from agent.worker.input.bucket import TokenBucket
from agent.worker.input.hands import Unable, UnableError
from agent.worker.input.injector import Injector, Input
from protocol import limits
from protocol.session.messages import ButtonChanged, KeyChanged, PointerMoved, ReleaseAll, Scrolled, TextTyped


class Diary:
    """Hands that write down what they are told."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.holding = False

    def move(self, x: int, y: int) -> None:
        self.did.append(f"move {x} {y}")

    def button(self, number: int, *, down: bool) -> None:
        self.did.append(f"button {number} {'down' if down else 'up'}")

    def scroll(self, dx: int, dy: int) -> None:
        self.did.append(f"scroll {dx} {dy}")

    def key(self, evdev: int, keysym: int, *, down: bool) -> None:
        if not evdev and not keysym:
            raise UnableError(Unable.UNKNOWN_KEY)
        self.did.append(f"key {evdev} {'down' if down else 'up'}")

    def type_text(self, text: str) -> None:
        self.did.append(f"type {text}")

    def release_all(self) -> None:
        self.did.append("release")

    def flush(self) -> None:
        self.did.append("flush")

    def close(self) -> None:
        raise NotImplementedError


def after(*messages: Input) -> list[str]:
    diary = Diary()
    injector = Injector(diary)
    for message in messages:
        injector.take(message, 0.0)
    injector.finish()
    return diary.did


def test_of_moves_that_come_together_only_the_last_is_made() -> None:
    assert after(PointerMoved(1, 1), PointerMoved(2, 2), PointerMoved(3, 3)) == ["move 3 3", "flush"]


def test_a_key_comes_after_the_move_before_it_and_before_the_move_behind_it() -> None:
    assert after(PointerMoved(1, 1), KeyChanged(30, 0, down=True), PointerMoved(3, 3)) == [
        "move 1 1",
        "key 30 down",
        "move 3 3",
        "flush",
    ]


def test_a_click_and_a_turn_of_the_wheel_happen_where_they_were_meant() -> None:
    assert after(ButtonChanged(1, down=True, x=4, y=5), Scrolled(0, 120, 6, 7), TextTyped("ř")) == [
        "move 4 5",
        "button 1 down",
        "move 6 7",
        "scroll 0 120",
        "type ř",
        "flush",
    ]


def test_letting_go_forgets_a_move_that_waits() -> None:
    assert after(PointerMoved(1, 1), ReleaseAll()) == ["release", "flush"]


def test_what_hands_cannot_do_is_counted() -> None:
    injector = Injector(Diary())
    injector.take(KeyChanged(0, 0, down=True), 0.0)
    assert dict(injector.dropped) == {"unknown_key": 1}


def test_too_much_is_dropped_and_counted_but_a_release_never() -> None:
    diary = Diary()
    injector = Injector(diary)
    burst = int(limits.INPUT_PER_S[1])
    for _ in range(burst + 50):
        injector.take(KeyChanged(30, 0, down=True), 0.0)
    injector.take(KeyChanged(30, 0, down=False), 0.0)
    injector.take(ButtonChanged(1, down=False, x=0, y=0), 0.0)
    injector.take(ReleaseAll(), 0.0)
    assert dict(injector.dropped) == {"too_fast": 50}
    assert diary.did[burst:] == ["key 30 up", "move 0 0", "button 1 up", "release"]


@pytest.mark.parametrize("message", [TextTyped("x" * 256), Scrolled(0, 12_000, 0, 0)])
def test_what_makes_many_events_costs_as_many(message: Input) -> None:
    injector = Injector(Diary())
    for _ in range(1000):
        injector.take(message, 0.0)
    passed = 1000 - injector.dropped["too_fast"]
    assert passed == limits.INPUT_PER_S[1] // (256 if isinstance(message, TextTyped) else 101)


def test_a_bucket_fills_with_time_and_never_beyond_its_burst() -> None:
    bucket = TokenBucket(10.0, 5.0)
    assert [bucket.take(0.0) for _ in range(6)] == [True] * 5 + [False]
    assert bucket.take(0.1)
    assert not bucket.take(0.1)
    assert [bucket.take(100.0) for _ in range(6)] == [True] * 5 + [False]
    assert not bucket.take(99.0)  # a clock that goes back gives nothing
