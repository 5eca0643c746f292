"""The technician's network goes away for some seconds, with everything in real windows: the session is there again."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.stage.scene import Scene
from tests.stage.waiting import wait_for

pytestmark = pytest.mark.e2e

AWAY_S = 4.0
BACK_S = 1.0
"""From the line's return to the exact picture; two displays are compared by screenshots, which takes its own time."""
LOOK_S = 0.7
AT_MOST = 4
"""Cuts that are tried: whenever another program has the processor, no return can be that fast."""


class Hop:
    """What lies between a console and its relay: carries every connection, or none."""

    def __init__(self, port: int) -> None:
        self._relay_port = port
        self._loop = asyncio.new_event_loop()
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.away = False
        self.port = 0

    @contextmanager
    def open(self) -> Iterator["Hop"]:
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._carry, "127.0.0.1", 0), self._loop).result(
            5
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.cut()
            asyncio.run_coroutine_threadsafe(self._end(server), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(5)
            self._loop.close()

    def cut(self) -> None:
        """Every line that there is goes, without a word, and no new one comes until `back`."""
        self.away = True
        self._loop.call_soon_threadsafe(self._abort)

    def back(self) -> None:
        """The line is there again."""
        self.away = False

    def _abort(self) -> None:
        for line in self._lines:
            line.transport.abort()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            writer.transport.abort()
            return
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._relay_port)
        self._lines |= {writer, ours}
        for one, other in ((reader, ours), (theirs, writer)):
            task = asyncio.create_task(self._pass_on(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
        self._lines.discard(writer)


def test_a_network_that_goes_for_some_seconds_leaves_the_session_where_it_was(scene: Scene) -> None:
    console = scene.world.console
    assert console is not None
    console.stop()
    with Hop(scene.world.port).open() as hop:
        scene.world.start_console("--relay", f"ws://127.0.0.1:{hop.port}")
        number = scene.begin_session("The train went into a tunnel")
        area = scene.wait_same_picture(number)
        hands = scene.technician.desk.display
        for _ in range(AT_MOST):
            if _back_after(scene, hop, number, (area.x + 900, area.y + 900)) < BACK_S + LOOK_S:
                break
        else:
            pytest.fail("it never came back in time")
        scene.user.desk.ui.wait_text("Tina Tech sees your screen and uses your mouse and keyboard")
        where = (area.x + 700, area.y + 700)
        hands.move(*where)
        wait_for("the mouse", lambda: scene.user.desk.display.pointer() == (700, 700))
        scene.technician.end(number)
        scene.technician.skip_note(number)
        console = scene.world.console
        assert console is not None
        console.stop()
    scene.world.start_console()


def _back_after(scene: Scene, hop: Hop, number: int, where: tuple[int, int]) -> float:
    """Cuts the line for some seconds with a key held down; how long the exact picture took after its return."""
    user, hands = scene.user.desk, scene.technician.desk.display
    hands.click(*where)
    hands.key_down("a")
    wait_for("the key at the user's", lambda: user.display.pressed_keys() != set())
    hop.cut()
    wait_for("the key to be let go", lambda: user.display.pressed_keys() == set(), timeout_s=1.5)
    scene.technician.session(number).wait_text("Line interrupted, coming back …")
    user.ui.wait_text("The line is interrupted")
    user.ui.wait_text("Tina Tech sees nothing now, and may come back within a minute")
    hands.key_up("a")
    time.sleep(AWAY_S)
    back_s = time.monotonic()
    hop.back()
    scene.wait_same_picture(number)
    return time.monotonic() - back_s
