import errno
import os
import stat
from pathlib import Path

import pytest

from agent.errors import PlaceError
from agent.place import MAX_FILE_BYTES, Place
from tests.conftest import Logs


def test_what_is_kept_is_the_users_alone(tmp_path: Path) -> None:
    place = Place(tmp_path / "state")
    place.write("device.key", b"secret")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / "device.key").stat().st_mode) == 0o600


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    place.write("a", b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlaceError, match="No space left"):
        place.write("a", b"new")
    assert place.read("a") == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_place_that_is_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PlaceError, match="cannot be used"):
        Place(tmp_path / "file")


def test_a_file_larger_than_anything_of_ours_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(MAX_FILE_BYTES + 1))
    with pytest.raises(PlaceError, match="too large"):
        Place(tmp_path).read("a")


def test_a_damaged_file_is_kept_under_another_name(tmp_path: Path, logs: Logs) -> None:
    logs.expect("stored file is damaged")
    place = Place(tmp_path)
    place.write("a", b"nonsense")
    place.set_aside("a")
    assert place.read("a") is None
    assert place.read("a.damaged") == b"nonsense"
