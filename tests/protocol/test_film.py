import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.session import film
from protocol.session.film import Packet
from protocol.session.picture import PictureError, Rect


@given(
    st.integers(0, film.FILM_SLOTS - 1),
    st.booleans(),
    st.tuples(*[st.integers(0, 65535)] * 2, *[st.integers(1, 32767)] * 2),
    st.binary(max_size=60),
)
def test_a_packet_reads_back_as_it_was_written(
    slot: int, fresh: bool, place: tuple[int, int, int, int], data: bytes
) -> None:
    x, y, width, height = place
    packet = Packet(slot, fresh, Rect(x, y, 2 * width, 2 * height), data)
    assert film.decode(film.encode(packet)) == packet


@st.composite
def nearly_packets(draw: st.DrawFn) -> bytes:
    """One with a byte or two that are others."""
    rect = Rect(draw(st.integers(0, 100)), draw(st.integers(0, 100)), 64, 48)
    data = bytearray(film.encode(Packet(draw(st.integers(0, film.FILM_SLOTS - 1)), draw(st.booleans()), rect, b"film")))
    for _ in range(draw(st.integers(0, 2))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@given(st.binary(max_size=40) | nearly_packets())
def test_any_bytes_are_a_packet_or_a_picture_error(data: bytes) -> None:
    try:
        packet = film.decode(data)
    except PictureError:
        return
    assert film.encode(packet) == data


@pytest.mark.parametrize(
    ("packet", "sentence"),
    [
        (Packet(film.FILM_SLOTS, False, Rect(0, 0, 2, 2), b""), "a place that there is not"),
        (Packet(0, False, Rect(0, 0, 3, 2), b""), "a film of 3x2 pixels"),
        (Packet(0, False, Rect(0, 0, 2, 0), b""), "a film of 2x0 pixels"),
    ],
)
def test_a_packet_that_is_none_is_refused(packet: Packet, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        film.decode(film.encode(packet))
