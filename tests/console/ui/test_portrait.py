"""A photograph becomes a small bare square, or one sentence says why it does not."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pytestqt.qtbot import QtBot

from console.ui.face_dialog import FaceDialog
from console.ui.faces import Faces
from console.ui.portrait import NoPicture, portrait
from protocol import faces
from relay.files.portrait import FROM_CONSOLE
from relay.files.portrait import portrait as kept_by_the_relay
from tests.relay.drawn import drawn, saved

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    return tmp_path / "photograph.jpg"


def made(path: Path, content: bytes) -> Image.Image:
    path.write_bytes(content)
    sent = portrait(path)
    assert len(sent) <= faces.MAX_BYTES
    assert kept_by_the_relay(sent, FROM_CONSOLE), "the relay takes what the console sends"
    picture = Image.open(io.BytesIO(sent), formats=("JPEG",))
    picture.load()
    assert picture.size == (faces.SIDE_PX, faces.SIDE_PX)
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("size", [(2400, 1600), (300, 900), (40, 30)])
def test_the_square_in_its_middle_is_what_is_sent(kind: str, size: tuple[int, int], photograph: Path) -> None:
    red, green, blue = made(photograph, drawn(size, kind=kind)).getpixel((128, 128))  # type: ignore[misc]  # of three
    assert red > green > blue, "the head is in its middle"


def test_nothing_of_the_file_is_sent_but_pixels(photograph: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    photograph.write_bytes(drawn(kind="JPEG", exif=exif, comment=b"a secret") + b"PK\x03\x04")
    sent = portrait(photograph)
    for said in (b"taken at home", b"a secret", b"Exif", b"PK\x03\x04"):
        assert said in photograph.read_bytes()
        assert said not in sent


def test_what_is_transparent_is_white(photograph: Path) -> None:
    assert made(photograph, saved(Image.new("RGBA", (300, 300), (0, 0, 0, 0)))).getpixel((5, 5)) == (255, 255, 255)


def test_a_photograph_lies_as_the_camera_was_held(photograph: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.new("RGB", (900, 600), "white")
    lying.paste("black", (0, 0, 450, 600))
    upright = made(photograph, saved(lying, "JPEG", exif=exif)).convert("L")
    assert upright.crop((0, 0, 256, 100)).getextrema()[1] < 60  # type: ignore[operator]  # of one band


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is no picture that can be shown; please choose a JPEG or PNG."),
        (b"MZ\x90\x00" * 100, "This is no picture that can be shown; please choose a JPEG or PNG."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            "This is no picture that can be shown; please choose a JPEG or PNG.",
        ),
        (drawn()[:100], "This picture is damaged; please choose another one."),
        (saved(Image.new("1", (20_000, 20_000))), "This picture is too large; please choose a smaller one."),
    ],
    ids=["empty", "program", "svg", "cut", "too large"],
)
def test_a_file_that_makes_no_picture_gets_one_sentence(content: bytes, sentence: str, photograph: Path) -> None:
    photograph.write_bytes(content)
    with pytest.raises(NoPicture) as refused:
        portrait(photograph)
    assert str(refused.value) == sentence


def test_so_does_one_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.jpg"):
        with pytest.raises(NoPicture, match=r"^This file cannot be read: .*\.$"):
            portrait(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), rubbish=st.binary(max_size=40), kind=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]))
def test_however_it_is_damaged_a_picture_comes_out_or_a_sentence(
    at: int, rubbish: bytes, kind: str, photograph: Path
) -> None:
    whole = drawn((64, 64), kind=kind)
    place = at % len(whole)
    photograph.write_bytes(whole[:place] + rubbish + whole[place + len(rubbish) :])
    try:
        assert portrait(photograph)[:2] == b"\xff\xd8"
    except NoPicture as refused:
        assert str(refused).endswith(".")


def test_it_is_looked_at_before_it_is_sent_and_a_wrong_file_changes_nothing(qtbot: QtBot, photograph: Path) -> None:
    dialog = FaceDialog("Tina Tech", "", Faces())
    qtbot.addWidget(dialog)
    submitted: list[bool] = []
    dialog.submitted.connect(lambda: submitted.append(True))
    dialog._go.click()
    assert (submitted, dialog._notice._text.text()) == ([], "Choose a file first.")
    photograph.write_bytes(drawn())
    dialog.choose(photograph)
    assert dialog.face.shown is not None
    chosen = dialog.picture
    photograph.write_bytes(b"no picture")
    dialog.choose(photograph)
    assert dialog._notice._text.text() == "This is no picture that can be shown; please choose a JPEG or PNG."
    assert dialog.picture == chosen
    dialog._go.click()
    assert submitted == [True]
