"""Films from an agent that may be anybody."""

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.regions.colours import Planes
from agent.worker.regions.film import FilmEncoder
from console.picture.canvas import Pixels
from console.picture.colours import Picture
from console.picture.film import FilmDecoder, FilmError
from protocol.session import yuv
from protocol.session.picture import Rect
from tests.agent.worker.regions.screens import photo
from tests.console.picture.whole import whole

WIDTH, HEIGHT = 96, 64


def one_picture() -> Picture:
    return FilmDecoder(WIDTH, HEIGHT).decode(FilmEncoder(WIDTH, HEIGHT, None).encode(photo(WIDTH, HEIGHT, 3)))


def without_libyuv(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(yuv, "library", lambda: None)


@pytest.fixture(params=["libyuv", "swscale"])
def _either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test twice, also as on a machine without libyuv."""
    if request.param == "swscale":
        without_libyuv(monkeypatch)
    elif not yuv.library():
        pytest.skip("libyuv is not installed")


@pytest.mark.usefixtures("_either")
def test_a_film_arrives_picture_by_picture() -> None:
    encoder, decoder = FilmEncoder(320, 192, None), FilmDecoder(320, 192)
    for seed in (1, 1, 2, 1):
        sent = photo(320, 192, seed)
        shown = whole(decoder.decode(encoder.encode(sent)), 320, 192)
        error = shown[..., :3].astype(int) - sent.view(np.uint8).reshape(192, 320, 4)[..., :3]
        assert np.mean(error**2) < 60


@pytest.mark.parametrize(
    ("by", "size"),
    [
        *[("libyuv", size) for size in ((2, 2), (34, 50), (66, 34), (672, 672), (1282, 722))],
        *[("swscale", size) for size in ((2, 2), (40, 50), (64, 34), (672, 672), (1280, 722))],  # whole blocks of 8
    ],
)
def test_a_film_of_any_size_arrives(by: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "swscale":
        without_libyuv(monkeypatch)
    sent = photo(*size, 1).view(np.uint8).reshape(*size[::-1], 4)[..., :3]
    shown = whole(FilmDecoder(*size).decode(FilmEncoder(*size, None).encode(photo(*size, 1))), *size)
    assert np.mean((shown[..., :3].astype(int) - sent) ** 2) < 60


@st.composite
def parts(draw: st.DrawFn) -> Rect:
    x, y = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    return Rect(x, y, draw(st.integers(1, WIDTH - x)), draw(st.integers(1, HEIGHT - y)))


@pytest.mark.parametrize("by", ["libyuv", "swscale"])
@given(part=parts())
@settings(max_examples=60)
def test_any_part_of_a_picture_is_painted_as_in_the_whole(by: str, part: Rect) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if by == "swscale":
            without_libyuv(patch)
        picture = one_picture()
    screen: Pixels = np.zeros((HEIGHT, 2 * WIDTH, 4), np.uint8)  # of which the film has only a part
    target = screen[part.y : part.y + part.height, part.x : part.x + part.width]
    picture.paint(part.x, part.y, target)
    expected = whole(picture, WIDTH, HEIGHT)[part.y : part.y + part.height, part.x : part.x + part.width]
    assert (target == expected).all()
    target[:] = 0
    assert not screen.any()


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("part", [Rect(-1, 0, 2, 2), Rect(0, -1, 2, 2), Rect(95, 0, 2, 2), Rect(0, 60, 4, 5)])
def test_what_lies_beyond_a_picture_is_refused_before_memory_is_touched(part: Rect) -> None:
    with pytest.raises(ValueError, match="of 96x64"):
        one_picture().paint(part.x, part.y, np.zeros((part.height, part.width, 4), np.uint8))


def test_libyuv_and_swscale_show_the_same_colours() -> None:
    if not yuv.library():
        pytest.skip("libyuv is not installed")
    flat = np.repeat(np.repeat(photo(WIDTH // 8, HEIGHT // 8, 5), 8, 0), 8, 1)  # the colour of one is the mean
    packets = {True: FilmEncoder(WIDTH, HEIGHT, None).encode(flat)}
    shown = {(True, True): whole(FilmDecoder(WIDTH, HEIGHT).decode(packets[True]), WIDTH, HEIGHT)}
    with pytest.MonkeyPatch.context() as patch:
        without_libyuv(patch)
        packets[False] = FilmEncoder(WIDTH, HEIGHT, None).encode(flat)
        for sender in (True, False):
            shown[sender, False] = whole(FilmDecoder(WIDTH, HEIGHT).decode(packets[sender]), WIDTH, HEIGHT)
    shown[False, True] = whole(FilmDecoder(WIDTH, HEIGHT).decode(packets[False]), WIDTH, HEIGHT)
    for other in shown.values():
        assert np.abs(other.astype(int) - shown[True, True]).mean() < 1.5


def test_pixels_of_another_size_are_not_taken_for_a_film() -> None:
    libyuv = yuv.library()
    if libyuv is None:
        pytest.skip("libyuv is not installed")
    planes = Planes(libyuv, av.VideoFrame(WIDTH, HEIGHT, "yuv420p"))
    for wrong in (photo(WIDTH, HEIGHT - 2, 1), photo(WIDTH - 2, HEIGHT, 1), photo(2 * WIDTH, HEIGHT, 1)[:, ::2]):
        with pytest.raises(ValueError, match="for a film of 96x64"):
            planes.filled(wrong)


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
    assert whole(shown, 64, 64).any()


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(FilmError, match="another size"):
        FilmDecoder(64, 64).decode(FilmEncoder(64, 32, None).encode(photo(64, 32, 3)))


@pytest.mark.parametrize("size", [(0, 2), (2, 0), (3, 2), (2, 3), (8194, 64), (64, 8194), (8192, 4096), (-2, 2)])
def test_a_size_that_no_film_has_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(FilmError, match="a film of"):
        FilmDecoder(*size)
