import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from agent import cycles
from agent.cycles import Cycles

MANY = 20 * gc.get_threshold()[0]


class Mourner(QObject):
    """Notes on which thread something was destroyed."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[str] = []

    def see(self) -> None:
        self.threads.append(threading.current_thread().name)


class Unused(QWidget):
    """In a circle with itself, as any window is that a closure of its own speaks of."""

    def __init__(self, mourner: Mourner) -> None:
        super().__init__()
        self.itself = self
        self.destroyed.connect(mourner.see, Qt.ConnectionType.DirectConnection)


@pytest.fixture
def collected_by_python(qapp: object) -> Iterator[None]:
    """As in a program, not as in tests with windows."""
    del qapp
    gc.enable()
    yield
    gc.disable()


def make_garbage() -> None:
    for _ in range(MANY):
        circle: list[object] = []
        circle.append(circle)


@pytest.mark.usefixtures("collected_by_python")
def test_a_window_nobody_uses_is_destroyed_on_qts_thread_whoever_makes_garbage(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycles, "_LOOK_MS", 10)
    mourner, collecting = Mourner(), Cycles()
    try:
        Unused(mourner)
        network = threading.Thread(target=make_garbage, name="network")
        network.start()
        network.join()
        assert mourner.threads == []
        qtbot.waitUntil(lambda: mourner.threads != [])
    finally:
        collecting.give_up()
    assert mourner.threads == ["MainThread"]
    assert gc.isenabled()
