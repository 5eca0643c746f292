import contextlib
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.scopes import Scope
from protocol.session import messages
from protocol.session.gate import NEEDED
from protocol.session.messages import MessageError, decode_from_agent, decode_from_console, encode


def test_the_gate_knows_every_message_a_console_may_send() -> None:
    assert set(NEEDED) == set(get_args(messages.FromConsole))


def test_a_message_reads_back_as_it_was_written() -> None:
    message = messages.Ask(ticket=3, scopes=frozenset({Scope.SEE, Scope.CONTROL}), minutes=15, remark="Grüße")
    assert decode_from_console(encode(message)) == message


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "PointerMoved", "x": 1, "y": 2, "z": 3},
        {"type": "PointerMoved", "x": 1},
        {"type": "PointerMoved", "x": "1", "y": 2},
        {"type": "PointerMoved", "x": 10**9, "y": 2},
        {"type": "ButtonChanged", "button": 0, "down": True, "x": 0, "y": 0},
        {"type": "KeyChanged", "evdev": -1, "keysym": 0, "down": True},
        {"type": "TextTyped", "text": ""},
        {"type": "Ask", "ticket": 1, "scopes": ["everything"], "minutes": 5},
        {"type": "Ask", "ticket": 1, "scopes": ["see"], "minutes": 100000},
        {"type": "ConsentGiven", "consent": b""},
        {"type": "Nonsense"},
        [],
        None,
    ],
)
def test_what_is_not_exactly_a_consoles_message_is_refused(wrong: object) -> None:
    with pytest.raises(MessageError):
        decode_from_console(msgspec.msgpack.encode(wrong))


def test_a_cursor_with_fewer_pixels_than_it_says_is_refused() -> None:
    with pytest.raises(MessageError, match="cursor"):
        decode_from_agent(encode(messages.CursorChanged(2, 2, 0, 0, b"1234")))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_message_or_the_documented_error(data: bytes) -> None:
    for decode in (decode_from_agent, decode_from_console):
        with contextlib.suppress(MessageError):
            decode(data)


@given(st.integers(1, 20000))
def test_deep_nesting_gives_the_documented_error(depth: int) -> None:
    with pytest.raises(MessageError):
        decode_from_console(b"\x91" * depth + b"\xc0")
