"""The whole agent in this process, windows and network thread, and a real relay in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import uvloop
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from agent.app import Agent
from agent.enrolled import Standing
from agent.messages import Line
from agent.place import Place
from agent.single import Single
from tests.agent.net.test_clerk import laptop
from tests.relay.rig import House, Running

T = TypeVar("T")
WAIT_MS = 10_000


class RelayThread:
    """A real relay; `play` runs what its visitors do on its loop."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._loop = uvloop.new_event_loop()
        self._up, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="relay")
        self.running: Running | None = None

    @property
    def relay(self) -> Running:
        assert self.running is not None
        return self.running

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def play(self, scene: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(scene, self._loop).result(WAIT_MS / 1000)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with self.house.relay() as self.running:
            self._up.set()
            await self._over.wait()


class HelpedDesk:
    """The agent as its user sees it."""

    def __init__(self, agent: Agent, qtbot: QtBot) -> None:
        self.agent, self.window, self._qtbot = agent, agent.window, qtbot
        self.notes: list[str] = []
        agent.tray.notify = lambda title, text: self.notes.append(f"{title}: {text}")  # type: ignore[method-assign]

    def until(self, true: Any) -> None:
        self._qtbot.waitUntil(true, timeout=WAIT_MS)

    def connected(self) -> None:
        self.until(lambda: self.window._line.line is Line.CONNECTED)

    def asks(self, problem: str = "The printer is on fire") -> int:
        self.window.show_ask()
        self.window.ask.problem.setPlainText(problem)
        self.window.ask.send.click()
        self.until(lambda: self.window.request.number is not None)  # the title knows it before there is where to write
        return int(self.window.windowTitle().split()[1])

    def says(self) -> str:
        QApplication.processEvents()
        return "\n".join(label.text() for label in self.window.findChildren(QLabel) if label.isVisible())


@contextmanager
def helped(directory: Path, standing: Standing, qtbot: QtBot) -> Iterator[HelpedDesk]:
    place = Place(directory)
    agent = Agent(place, standing, Single(place), hot_key="ctrl+alt+Pause")
    agent.start()
    try:
        yield HelpedDesk(agent, qtbot)
    finally:
        agent.stop()
        for widget in (agent.window, agent.about, agent.sharing.banners, agent.tray.window):
            if widget:
                widget.hide()
                widget.deleteLater()


@contextmanager
def desk_and_relay(
    directory: Path, qtbot: QtBot, house: Callable[[Path], House] = House
) -> Iterator[tuple[HelpedDesk, RelayThread]]:
    built = house(directory / "relay")
    with RelayThread(built) as relay, helped(directory / "agent", laptop(built, relay.relay.port), qtbot) as desk:
        yield desk, relay
