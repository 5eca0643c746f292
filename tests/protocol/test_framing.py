import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.session.framing import FrameReader, FramingError, Kind, pack

messages = st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=300)), max_size=8)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(data[at : at + size])
        at += size
    return [*chunks, data[at:]]


@given(messages, st.lists(st.integers(0, 97), max_size=40))
def test_messages_come_out_as_they_went_in_however_the_stream_is_cut(
    sent: list[tuple[Kind, bytes]], sizes: list[int]
) -> None:
    stream = b"".join(bytes(part) for kind, body in sent for part in pack(kind, body))
    reader = FrameReader()
    received = [message for chunk in cut(stream, sizes) for message in reader.receive_data(chunk)]
    assert received == sent


@given(st.sampled_from(Kind), st.binary(max_size=300))
def test_every_message_fills_a_multiple_of_the_padding(kind: Kind, body: bytes) -> None:
    assert sum(len(part) for part in pack(kind, body)) % limits.PADDING_BYTES == 0


@given(st.binary(max_size=400))
def test_any_bytes_give_messages_or_the_documented_error(data: bytes) -> None:
    with contextlib.suppress(FramingError):
        list(FrameReader().receive_data(data))


def test_a_length_over_the_limit_is_refused_before_its_body_is_held() -> None:
    header = (limits.MESSAGE_BYTES + 1).to_bytes(4, "little") + bytes([Kind.TYPED, 0, 0, 0])
    with pytest.raises(FramingError, match="over the limit"):
        list(FrameReader().receive_data(header))


def test_an_end_that_takes_no_pictures_refuses_one() -> None:
    reader = FrameReader(largest={Kind.FRAME: 0})
    with pytest.raises(FramingError, match="FRAME"):
        list(reader.receive_data(b"".join(bytes(p) for p in pack(Kind.FRAME, b"x"))))


def test_nothing_can_hide_in_the_padding() -> None:
    message = bytearray(b"".join(bytes(p) for p in pack(Kind.TYPED, b"abc")))
    message[-1] = 1
    with pytest.raises(FramingError, match="padding"):
        list(FrameReader().receive_data(bytes(message)))


def test_a_body_too_large_to_send_is_this_programs_mistake() -> None:
    with pytest.raises(ValueError, match="over the limit"):
        pack(Kind.TYPED, bytes(limits.MESSAGE_BYTES + 1))
