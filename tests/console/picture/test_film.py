"""Films from an agent that may be anybody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.regions.film import FilmEncoder
from console.picture.film import FilmDecoder, FilmError
from tests.agent.worker.regions.screens import photo


def test_a_film_arrives_picture_by_picture() -> None:
    encoder, decoder = FilmEncoder(320, 192, None), FilmDecoder(320, 192)
    for seed in (1, 1, 2, 1):
        sent = photo(320, 192, seed)
        shown = decoder.decode(encoder.encode(sent))
        error = shown[..., :3].astype(int) - sent.view(np.uint8).reshape(192, 320, 4)[..., :3]
        assert np.mean(error**2) < 60


@pytest.mark.parametrize("size", [(2, 2), (34, 50), (66, 34), (672, 672), (1282, 722)])
def test_a_film_of_any_size_arrives(size: tuple[int, int]) -> None:
    width, height = size
    assert FilmDecoder(*size).decode(FilmEncoder(*size, None).encode(photo(*size, 1))).shape == (height, width, 4)


def test_a_stream_that_says_it_is_larger_is_refused_before_it_takes_memory() -> None:
    huge = FilmEncoder(2048, 2048, None).encode(np.zeros((2048, 2048), np.uint32))
    with pytest.raises(FilmError, match="cannot be decoded"):
        FilmDecoder(64, 64).decode(huge)


@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(FilmError):
        FilmDecoder(320, 192).decode(data)


@given(st.integers(0, 2000), st.integers(1, 255))
@settings(max_examples=50)
def test_a_damaged_packet_is_a_picture_of_the_right_size_or_refused(at: int, flip: int) -> None:
    data = bytearray(FilmEncoder(64, 64, None).encode(photo(64, 64, 3)))
    data[at % len(data)] ^= flip
    try:
        shown = FilmDecoder(64, 64).decode(bytes(data))
    except FilmError:
        return
    assert shown.shape == (64, 64, 4)


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(FilmError, match="another size"):
        FilmDecoder(64, 64).decode(FilmEncoder(64, 32, None).encode(photo(64, 32, 3)))


@pytest.mark.parametrize("size", [(0, 2), (2, 0), (3, 2), (2, 3), (8194, 64), (64, 8194), (8192, 4096), (-2, 2)])
def test_a_size_that_no_film_has_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(FilmError, match="a film of"):
        FilmDecoder(*size)
