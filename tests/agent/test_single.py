import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QThread, Signal
from pytestqt.qtbot import QtBot

from agent.place import Place
from agent.signals import EndSignals
from agent.single import Single


def test_the_second_start_brings_up_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = Single(Place(tmp_path)), Single(Place(tmp_path))
    assert first.take()
    with qtbot.waitSignal(first.asked_to_show):
        assert not second.take()
    first.give_up()
    assert second.take()
    second.give_up()


def test_another_user_is_another_matter(tmp_path: Path) -> None:
    first, other = Single(Place(tmp_path / "eva")), Single(Place(tmp_path / "adam"))
    assert first.take()
    assert other.take()
    first.give_up()
    other.give_up()


def test_what_a_crash_leaves_behind_is_taken_over(qtbot: QtBot, tmp_path: Path) -> None:
    crash = (
        "import os, sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from agent.place import Place; from agent.single import Single;"
        f"app = QCoreApplication([]); single = Single(Place(Path({str(tmp_path)!r})));"
        "assert single.take(); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", crash], check=False, timeout=30)
    assert (tmp_path / "agent.lock").exists()
    after = Single(Place(tmp_path))
    assert after.take()
    with qtbot.waitSignal(after.asked_to_show):
        assert not Single(Place(tmp_path)).take()
    after.give_up()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_log_off_reaches_a_sleeping_event_loop(number: signal.Signals, qtbot: QtBot) -> None:
    ends = EndSignals()
    try:
        with qtbot.waitSignal(ends.came, timeout=2000) as came:
            os.kill(os.getpid(), number)
    finally:
        ends.give_up()
    assert came.args == [number]


class Bell(QObject):
    rung = Signal(object)


class Ringer(QThread):
    def __init__(self, bell: Bell) -> None:
        super().__init__()
        self.bell = bell

    def run(self) -> None:
        for number in range(5000):
            self.bell.rung.emit((number, True, False))


def test_five_thousand_things_happen_and_all_arrive_in_order(qtbot: QtBot) -> None:
    # PySide6 6.12.0 on CPython 3.11 aborts after some hundred emissions ("deallocating True or False").
    bell = Bell()
    heard: list[tuple[int, bool, bool]] = []
    bell.rung.connect(heard.append, Qt.ConnectionType.QueuedConnection)
    ringer = Ringer(bell)
    ringer.start()
    qtbot.waitUntil(lambda: len(heard) == 5000, timeout=10_000)
    ringer.wait()
    assert [number for number, _, _ in heard] == list(range(5000))
