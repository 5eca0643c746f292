import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.session.picture import Codec, Frame, PictureError, Rect, Tile, decode, encode


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    width, height = draw(st.integers(1, 4000)), draw(st.integers(1, 4000))

    def tile() -> Tile:
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        rect = Rect(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))
        return Tile(rect, draw(st.sampled_from(Codec)), draw(st.binary(max_size=50)))

    tiles = tuple(tile() for _ in range(draw(st.integers(0, 5))))
    return Frame(draw(st.integers(0, 2**32 - 1)), width, height, draw(st.booleans()), tiles)


def body(frame: Frame) -> bytes:
    return b"".join(bytes(part) for part in encode(frame))


@given(frames())
def test_a_frame_reads_back_as_it_was_written(frame: Frame) -> None:
    assert decode(body(frame)) == frame


@given(frames(), st.data())
def test_a_frame_with_bytes_changed_or_cut_gives_a_frame_inside_its_screen_or_the_documented_error(
    frame: Frame, data: st.DataObject
) -> None:
    changed = bytearray(body(frame))
    for _ in range(data.draw(st.integers(0, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del changed[data.draw(st.integers(0, len(changed))) :]
    with contextlib.suppress(PictureError):
        read = decode(bytes(changed))
        assert all(t.rect.x + t.rect.width <= read.width for t in read.tiles)
        assert all(t.rect.y + t.rect.height <= read.height for t in read.tiles)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_frame_or_the_documented_error(data: bytes) -> None:
    with contextlib.suppress(PictureError):
        decode(data)


def test_a_rectangle_over_the_edge_is_refused() -> None:
    with pytest.raises(PictureError, match="outside"):
        decode(body(Frame(0, 100, 100, False, (Tile(Rect(90, 0, 11, 5), Codec.ZSTD, b""),))))


def test_bytes_behind_the_last_payload_are_refused() -> None:
    with pytest.raises(PictureError, match="behind"):
        decode(body(Frame(0, 10, 10, False, ())) + b"x")
