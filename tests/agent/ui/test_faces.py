"""A face in a circle: a picture, or initials whatever comes in its place; without a crash, and without a word."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from agent.ui.faces import KEPT, SIDE, Face, Faces, decoded
from protocol import faces
from tests.portraits import PETR, TINA, kept
from tests.relay.drawn import saved

WHOLE = kept(TINA)
HASH = hashlib.sha256(WHOLE).hexdigest()


def bomb() -> bytes:
    """A JPEG whose head says 65,500 pixels a side."""
    at = WHOLE.index(b"\xff\xc0") + 5
    return WHOLE[:at] + b"\xff\xdc\xff\xdc" + WHOLE[at + 4 :]


HOSTILE = {
    "nothing": b"",
    "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "png": saved(Image.new("RGB", (256, 256))),
    "small": saved(Image.new("RGB", (16, 16)), "JPEG"),
    "large": saved(Image.new("RGB", (2000, 2000)), "JPEG"),
    "head alone": WHOLE[:200],
    "too many pixels": bomb(),
    "zeros": bytes(faces.MAX_BYTES),
}


@pytest.fixture
def known(qtbot: QtBot) -> Faces:
    del qtbot  # there is an application
    return Faces()


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_picture_of_ours_leaves_the_initials_and_says_nothing(
    content: bytes, known: Faces, qtbot: QtBot, capfd: pytest.CaptureFixture[str]
) -> None:
    face = Face("Tina Tech", HASH, known)
    qtbot.addWidget(face)
    known.take(HASH, content)
    face.grab()
    assert face.shown is None
    assert face.text() == "TT"
    assert capfd.readouterr() == ("", "")


@given(at=st.integers(2, len(WHOLE) - 1), rubbish=st.binary(max_size=60), short=st.booleans())
def test_however_a_picture_is_damaged_there_is_one_of_the_right_size_or_none(
    at: int, rubbish: bytes, *, short: bool
) -> None:
    picture = decoded(WHOLE[:at] + rubbish + (b"" if short else WHOLE[at + len(rubbish) :]))
    assert picture.isNull() or picture.size() == QSize(faces.SIDE_PX, faces.SIDE_PX)


def test_a_picture_is_asked_for_once_and_shown_wherever_it_is_wanted_when_it_comes(known: Faces, qtbot: QtBot) -> None:
    asked: list[str] = []
    known.wanted.connect(asked.append)
    shown = [Face("Tina Tech", HASH, known), Face("Tina Tech", HASH, known), Face("Petr Malý", "b" * 64, known)]
    for face in shown:
        qtbot.addWidget(face)
    assert asked == [HASH, "b" * 64]
    known.take(HASH, WHOLE)
    assert [face.shown is not None for face in shown] == [True, True, False]
    assert asked == [HASH, "b" * 64]


def test_it_is_round_and_as_sharp_as_the_screen(known: Faces, qtbot: QtBot) -> None:
    face = Face("Tina Tech", HASH, known)
    qtbot.addWidget(face)
    known.take(HASH, WHOLE)
    for ratio in (1, 2):
        drawn = QImage(SIDE * ratio, SIDE * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(0)
        face.render(drawn)
        expected = Image.open(io.BytesIO(WHOLE)).resize((SIDE * ratio, SIDE * ratio), Image.Resampling.BOX)
        middle = drawn.pixelColor(SIDE * ratio // 2, SIDE * ratio // 4)
        wanted = expected.getpixel((SIDE * ratio // 2, SIDE * ratio // 4))
        assert isinstance(wanted, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(wanted, (middle.red(), middle.green(), middle.blue()), strict=True))


def test_memory_holds_so_many_and_what_fell_out_is_asked_for_again(known: Faces) -> None:
    asked: list[str] = []
    for number in range(KEPT + 1):
        known.take(f"{number:064x}", kept(PETR))
    known.wanted.connect(asked.append)
    assert known.find(f"{0:064x}") is None
    assert known.find(f"{1:064x}") is not None
    assert f"{0:064x}" in asked


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Tina Tech", "TT"),
        ("Čeněk", "Č"),
        ("Jan van der Berg", "JB"),
        ("", "?"),
        ("\U0001f600", "?"),
        ("(x) Petr", "P"),
    ],
)
def test_initials_are_those_of_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert faces.initials(name) == letters
