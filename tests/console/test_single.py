import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.errors import StateDamaged
from console.single import Single


def test_the_second_start_brings_up_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = Single(tmp_path), Single(tmp_path)
    assert first.take()
    with qtbot.waitSignal(first.asked_to_show):
        assert not second.take()
    first.give_up()
    assert second.take()
    second.give_up()


def test_another_state_is_another_console(qapp: object, tmp_path: Path) -> None:
    del qapp
    first, other = Single(tmp_path / "eva"), Single(tmp_path / "adam")
    assert first.take()
    assert other.take()
    first.give_up()
    other.give_up()


def test_a_place_that_cannot_be_is_said(qapp: object, tmp_path: Path) -> None:
    del qapp
    (tmp_path / "file").write_text("")
    with pytest.raises(StateDamaged, match="Nothing can be kept in"):
        Single(tmp_path / "file")


def test_the_second_command_ends_well_and_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    first = Single(tmp_path)
    assert first.take()
    with qtbot.waitSignal(first.asked_to_show, timeout=30_000):
        second = subprocess.Popen(
            [sys.executable, "-m", "console", "--state", str(tmp_path)],
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
        )
    said, _nothing = second.communicate(timeout=30)
    first.give_up()
    assert second.returncode == 0
    assert said == "athand-console: it runs already; its window comes up\n"
