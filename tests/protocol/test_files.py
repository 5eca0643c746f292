import hashlib
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.files import MAX_KEPT_BYTES, Arriving, FileBroken, ending, numbered, safe_name


@given(st.text(max_size=300))
def test_whatever_a_file_is_called_it_is_saved_as_one_plain_part_of_a_path(name: str) -> None:
    safe = safe_name(name)
    assert PurePosixPath(safe).name == PureWindowsPath(safe).name == safe
    assert safe.isprintable()
    assert not safe.startswith((".", "-"))
    assert 0 < len(safe.encode()) <= 200
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\calc.exe", "calc.exe"),
        (".bashrc", "bashrc"),
        ("con.txt", "file con.txt"),
        ("in\u202efdp.exe", "in fdp.exe"),
        ("a\nb.txt", "a b.txt"),
        ("", "file"),
        ("...", "file"),
        ("Příliš žluťoučký.png", "Příliš žluťoučký.png"),
        ("x" * 400 + ".pdf", "x" * 156 + ".pdf"),
    ],
)
def test_names_that_would_be_trouble_are_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_name_that_is_taken_gets_a_number_before_its_kind() -> None:
    assert numbered("report.pdf", 2) == "report (2).pdf"
    assert numbered("report", 3) == "report (3)"
    assert (ending("Picture.PNG"), ending("none"), ending(".png")) == ("png", "", "")


@given(st.binary(max_size=2000), st.integers(1, 700))
def test_parts_in_order_make_the_file(content: bytes, step: int) -> None:
    arriving = Arriving(hashlib.sha256(content).hexdigest(), len(content))
    while not arriving.whole:
        arriving.take(arriving.offset, content[arriving.offset : arriving.offset + step])
    assert arriving.content() == content


@given(st.binary(min_size=1, max_size=200), st.integers(0, 199))
def test_a_file_with_one_other_byte_is_none(content: bytes, where: int) -> None:
    arriving = Arriving(hashlib.sha256(content).hexdigest(), len(content))
    where %= len(content)
    arriving.take(0, content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :])
    with pytest.raises(FileBroken, match="not what was sent"):
        arriving.content()


def test_parts_out_of_order_too_many_or_empty_are_refused_and_so_is_a_size_nobody_keeps() -> None:
    arriving = Arriving("0" * 64, 4)
    for offset, data in ((1, b"a"), (0, b"abcde"), (0, b"")):
        with pytest.raises(FileBroken, match="missing"):
            arriving.take(offset, data)
    for size in (-1, MAX_KEPT_BYTES + 1):
        with pytest.raises(FileBroken, match="larger"):
            Arriving("0" * 64, size)
