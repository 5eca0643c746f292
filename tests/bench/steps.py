"""One step of the picture's way at a time: grab, compare, tunnel, web socket, paint. Milliseconds, medians."""

import asyncio
import statistics
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from agent.worker.capture.x11 import X11Source
from protocol.session.picture import Rect
from protocol.tunnel import Side, Tunnel
from tests.bench.stream import Shadow
from tests.parties import Parties
from tests.stage import Desk

WHOLE, GLYPH = Rect(0, 0, 1920, 1080), Rect(640, 480, 64, 32)

Step = tuple[str, str, float]
"""What, of what, and how long: milliseconds."""


def median_ms(work: Callable[[], object], times: int = 60) -> float:
    """The median of so many runs, after three that do not count."""
    taken = []
    for _ in range(times + 3):
        began = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - began))
    return statistics.median(taken[3:])


def grab(desk: Desk) -> list[Step]:
    """What the display server gives, and how soon it tells of a change."""
    source = X11Source(desk.display.name)
    try:
        steps = [
            ("grab", "the whole screen", median_ms(lambda: source.grab([WHOLE]))),
            ("grab", "64x32", median_ms(lambda: source.grab([GLYPH]))),
            ("ask for damage", "none", median_ms(source.take_damage)),
        ]
        shadow = Shadow(WHOLE.width, WHOLE.height)
        still = source.grab([WHOLE])[0].copy()
        shadow.take(WHOLE, still, all_of_it=True)
        other = still ^ np.uint32(0x010101)
        both = [still, other]
        steps.append(("compare", "the whole screen, the same", median_ms(lambda: shadow.take(WHOLE, still))))

        def turn() -> None:
            both.reverse()
            shadow.take(WHOLE, both[0])

        steps.append(("compare and keep", "the whole screen, all of it new", median_ms(turn)))
        return steps
    finally:
        source.close()


def tunnel() -> list[Step]:
    """TLS 1.3 in memory, both ends."""
    ours = Parties()
    revocations = ours.revocations()

    def pair() -> tuple[Tunnel, Tunnel]:
        console = Tunnel(Side.CONSOLE, ours.jana, organisation=ours.organisation, revocations=revocations, now=ours.now)
        agent = Tunnel(Side.AGENT, ours.laptop, organisation=ours.organisation, revocations=revocations, now=ours.now)
        for _ in range(4):
            list(agent.receive_data(console.data_to_send()))
            list(console.receive_data(agent.data_to_send()))
        return console, agent

    console, agent = pair()

    def carry(data: bytes) -> None:
        agent.send([data])
        list(console.receive_data(agent.data_to_send()))

    big, small = bytes(200_000), bytes(100)
    return [
        ("tunnel, both ends", "200 KB", median_ms(lambda: carry(big))),
        ("tunnel, both ends", "100 B", median_ms(lambda: carry(small), 400)),
        ("handshake, both ends", "", median_ms(pair, 8)),
    ]


def web_socket() -> list[Step]:
    """There and back over one hop on this machine."""
    return asyncio.run(_echo())


async def _echo() -> list[Step]:
    async def answer(line: ServerConnection) -> None:
        async for message in line:
            await line.send(message)

    steps = []
    async with serve(answer, "127.0.0.1", 0, compression=None, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None) as line:
            for name, size, times in (("64 B", 64, 400), ("10 KB", 10_000, 200), ("300 KB", 300_000, 60)):
                taken = []
                for _ in range(times):
                    began = time.perf_counter()
                    await line.send(bytes(size))
                    await line.recv()
                    taken.append(1e3 * (time.perf_counter() - began))
                steps.append(("web socket, there and back", name, statistics.median(taken)))
    return steps


def paint() -> list[Step]:
    """From the canvas's pixels to a window's."""
    pixels = np.zeros((1080, 1920, 4), np.uint8)
    image = QImage(pixels.data, 1920, 1080, 7680, QImage.Format.Format_RGB32)
    window = QImage(1920, 1080, QImage.Format.Format_RGB32)

    def draw(x: int, y: int, width: int, height: int) -> None:
        painter = QPainter(window)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(QPoint(x, y), image, QRect(x, y, width, height))
        painter.end()

    return [
        ("paint", "the whole screen", median_ms(lambda: draw(0, 0, 1920, 1080))),
        ("paint", "64x32", median_ms(lambda: draw(640, 480, 64, 32), 400)),
    ]
