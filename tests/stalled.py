"""A server that takes nothing any more, and a client with more to say than anything between them holds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol import signin


@contextlib.asynccontextmanager
async def deaf_server() -> AsyncIterator[int]:
    """It shakes hands, and reads nothing after that; its port."""

    async def deaf(socket: ServerConnection) -> None:
        socket.transport.pause_reading()
        await socket.wait_closed()

    offered = [Subprotocol(signin.SUBPROTOCOL)]
    async with serve(
        deaf, "127.0.0.1", 0, compression=None, ping_interval=None, close_timeout=0.1, subprotocols=offered
    ) as server:
        yield next(iter(server.sockets)).getsockname()[1]
        for socket in server.connections:
            socket.transport.abort()


async def fill(socket: ClientConnection) -> "asyncio.Task[None]":
    """Sends until nothing is taken any more; the task that goes on trying."""

    async def send() -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(bytes(64 * 1024))

    task = asyncio.create_task(send())
    async with asyncio.timeout(10):
        while not socket.paused:  # noqa: ASYNC110 - no event of ours
            await asyncio.sleep(0.01)
    return task
