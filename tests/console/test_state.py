import errno
import stat
from pathlib import Path

import pytest

from console.errors import StateDamaged
from console.state import Pending, Profile, StateDirectory
from tests.conftest import Logs

PROFILE = Profile(b"organisation", "jana", (b"leaf", b"authority"))


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path / "made" / "here")
    assert (state.profile(), state.pending(), state.last_revocations()) == (None, None, 0)
    state.keep_pending(Pending(b"invitation", b"request"))
    assert state.pending() == Pending(b"invitation", b"request")
    state.keep_profile(PROFILE)
    assert (state.profile(), state.pending()) == (PROFILE, None)


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path / "state")
    state.keep_pending(Pending(b"secret inside", b"request"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / "state").stat().st_mode)) == ({0o600}, 0o700)


def test_the_number_of_the_last_revocations_only_grows(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path)
    for number in (3, 9, 4):
        state.keep_last_revocations(number)
    assert state.last_revocations() == 9


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"organisation": 1}'])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "technician.json").write_bytes(content)
    with pytest.raises(StateDamaged, match="is damaged"):
        StateDirectory(tmp_path).profile()


def test_a_damaged_number_is_a_sentence_and_never_zero(tmp_path: Path) -> None:
    (tmp_path / "revocations.number").write_text("many")
    with pytest.raises(StateDamaged, match="cannot be read"):
        StateDirectory(tmp_path).last_revocations()


def test_a_place_where_nothing_can_be_kept_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateDamaged, match="Nothing can be kept"):
        StateDirectory(tmp_path / "file").keep_profile(PROFILE)


def test_with_a_full_disk_an_older_list_is_still_not_believed(
    tmp_path: Path, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.expect("revocations_not_kept")
    state = StateDirectory(tmp_path)

    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    state.keep_last_revocations(5)
    assert state.last_revocations() == 5
