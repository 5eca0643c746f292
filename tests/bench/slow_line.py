"""A line with a delay and a rate between a console and its relay, on a thread of its own.

Each direction carries what it was given as a line would: one byte after the other at its rate, all of them late by the
delay; what is not through yet waits, up to `_QUEUE_BYTES`, and then nothing more is read.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

_READ_BYTES = 8 * 1024
_QUEUE_BYTES = 256 * 1024


class SlowLine:
    """See above.

    Attributes:
        port: where the console is to dial; 0 before `open`.
    """

    def __init__(self, relay_port: int, *, delay_s: float, rate: float) -> None:
        """`delay_s` each way; `rate` in bytes a second."""
        self._relay_port, self._delay_s, self._rate = relay_port, delay_s, rate
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @contextlib.contextmanager
    def open(self) -> Iterator["SlowLine"]:
        """The line is there within."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        listen = asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_READ_BYTES)
        server = asyncio.run_coroutine_threadsafe(listen, self._loop).result(5)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._end(server), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(5)
            self._loop.close()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._relay_port, limit=_READ_BYTES)
        for one, other in ((reader, ours), (theirs, writer)):
            task = asyncio.create_task(self._carry(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        room = asyncio.Semaphore(_QUEUE_BYTES // _READ_BYTES)
        deliver = asyncio.create_task(self._deliver(under_way, room, writer))
        free_s = 0.0
        try:
            while data := await reader.read(_READ_BYTES):
                free_s = max(free_s, self._loop.time()) + len(data) / self._rate
                await room.acquire()
                under_way.put_nowait((free_s + self._delay_s, data))
        except OSError:
            pass  # one end is gone: so is the other
        finally:
            deliver.cancel()
            writer.transport.abort()

    async def _deliver(
        self, under_way: "asyncio.Queue[tuple[float, bytes]]", room: asyncio.Semaphore, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while True:
                there_s, data = await under_way.get()
                await asyncio.sleep(max(0.0, there_s - self._loop.time()))
                writer.write(data)
                room.release()
                await writer.drain()
