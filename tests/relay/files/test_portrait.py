"""Whatever is said to be a picture: it is drawn anew, small and bare, or refused with a sentence."""

import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from protocol import faces
from relay.files.portrait import FROM_ADMIN, FROM_CONSOLE, Allowed, PictureRefused, portrait
from tests.relay.drawn import drawn, saved

BARE = drawn()
JPEG = drawn(kind="JPEG")


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=("JPEG",))
    picture.load()
    return picture


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(wide: int, high: int, pixels: bytes = b"") -> bytes:
    """One that says to be so large, whatever it holds."""
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_square_in_the_middle_is_kept_small(kind: str) -> None:
    picture = opened(portrait(drawn((900, 500), kind=kind), FROM_CONSOLE))
    assert picture.size == (faces.SIDE_PX, faces.SIDE_PX)
    red, green, blue = picture.getpixel((128, 128))  # type: ignore[misc]  # of three bands
    assert red > green > blue, "the head is in its middle"


def test_nothing_is_kept_but_pixels() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    content = drawn(kind="JPEG", exif=exif, comment=b"a secret", icc_profile=b"profile" * 40) + b"PK\x03\x04behind"
    kept = portrait(content, FROM_CONSOLE)
    for said in (b"taken at home", b"a secret", b"profile", b"Exif", b"PK\x03\x04"):
        assert said in content or said == b"profile"
        assert said not in kept
    assert portrait(content, FROM_CONSOLE) == kept, "the same picture has the same hash"


def test_a_picture_is_upright_as_its_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.new("RGB", (200, 200), "white")
    lying.paste("black", (0, 0, 100, 200))
    upright = opened(portrait(saved(lying, "JPEG", exif=exif), FROM_CONSOLE)).convert("L")
    above, below = upright.crop((0, 0, 256, 40)), upright.crop((0, 216, 256, 256))
    assert above.getextrema()[1] < 60  # type: ignore[operator]  # of one band
    assert below.getextrema()[0] > 200  # type: ignore[operator]  # of one band


def test_what_is_transparent_is_white_and_grey_or_deep_pictures_are_pictures_too() -> None:
    assert (
        opened(portrait(saved(Image.new("RGBA", (64, 64), (0, 0, 0, 0))), FROM_CONSOLE)).getpixel((9, 9)) == (255,) * 3
    )
    for mode in ("1", "L", "LA", "P", "I;16", "CMYK"):
        kind = "JPEG" if mode == "CMYK" else "PNG"
        assert opened(portrait(saved(Image.new(mode, (64, 64)), kind), FROM_CONSOLE)).size == (256, 256)


def test_noise_is_made_to_fit() -> None:
    noise = Image.frombytes("RGB", (256, 256), random.Random(4).randbytes(3 * 256 * 256))
    assert len(portrait(saved(noise), FROM_CONSOLE)) <= faces.MAX_BYTES


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        BARE[:60],
        JPEG[: len(JPEG) // 2],
        saved(Image.new("RGB", (64, 64)), "WEBP"),
        saved(Image.new("RGB", (64, 64)), "TIFF"),
        saved(Image.new("RGB", (64, 64)), "BMP"),
        png(64, 64),
        png(0, 0),
    ],
    ids=["empty", "text", "svg", "gif", "cut png", "cut jpeg", "webp", "tiff", "bmp", "without pixels", "no size"],
)
def test_what_is_no_jpeg_or_png_is_refused_with_one_sentence(content: bytes) -> None:
    with pytest.raises(PictureRefused, match=r"^This is no picture that can be shown; please choose a JPEG or PNG\.$"):
        portrait(content, FROM_CONSOLE)


@pytest.mark.parametrize("size", [(1025, 10), (10, 1025), (8000, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_one_that_says_to_be_too_large_is_refused_before_it_is_decoded(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("it was decoded"))
    with pytest.raises(PictureRefused):
        portrait(png(*size, bytes(1000)), FROM_CONSOLE)


def test_an_administrators_photograph_may_be_as_a_camera_makes_it() -> None:
    assert opened(portrait(drawn((3000, 2000), kind="JPEG"), FROM_ADMIN)).size == (256, 256)
    assert opened(portrait(drawn(kind="WEBP"), FROM_ADMIN)).size == (256, 256)


@given(st.binary(max_size=200), st.integers(0, 1000), st.sampled_from([BARE, JPEG]))
def test_whatever_becomes_of_its_bytes_a_picture_comes_out_or_a_sentence(rubbish: bytes, at: int, whole: bytes) -> None:
    place = at % len(whole)
    broken = whole[:place] + rubbish + whole[place + len(rubbish) :]
    for allowed in (FROM_CONSOLE, Allowed(("PNG",), 512)):
        try:
            kept = portrait(broken, allowed)
        except PictureRefused as refused:
            assert refused.sentence.endswith(".")
        else:
            assert opened(kept).size == (256, 256)
            assert len(kept) <= faces.MAX_BYTES
