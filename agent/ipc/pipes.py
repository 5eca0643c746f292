"""The codec of the messages, and the ends of the pipes they go through, see `agent.ipc`."""

import asyncio
import select
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from types import UnionType
from typing import Generic, TypeVar

import msgspec

from agent.ipc.messages import Heartbeat, Message

MAX_MESSAGE_BYTES = 1024 * 1024
"""A `Begin` with a list of revocations of the greatest size that a relay sends (512 KiB), and room."""
MAX_UNSENT_BYTES = 2 * MAX_MESSAGE_BYTES
"""What is kept for a receiver that does not read; beyond it the pipe counts as broken."""
_LENGTH = struct.Struct("<I")
_CHUNK_BYTES = 64 * 1024


class PipeError(Exception):
    """The other process is gone, does not read, or said something that is none of the messages."""


class PipeGone(PipeError):  # noqa: N818 - what happened, not a fault
    """The other process is gone. What it said before is still to be read."""


R = TypeVar("R")

_encoder = msgspec.msgpack.Encoder()


def encode(message: Message) -> bytes:
    """One message as it goes into a pipe.

    Raises:
        PipeError: it is larger than the other end would take.
    """
    body = _encoder.encode(message)
    if len(body) > MAX_MESSAGE_BYTES:
        raise PipeError(f"a message of {len(body)} bytes is too large for the pipe")
    return _LENGTH.pack(len(body)) + body


class Reader(Generic[R]):
    """Collects bytes and gives whole messages back; holds at most one unfinished message.

    `kind` is the union that may come: `ToWorker`, `FromWorker`, `ToGuard` or `FromGuard`; say it in the annotation
    too (`reader: Reader[ToWorker] = Reader(ToWorker)`), since no type can be concluded from a union.
    """

    def __init__(self, kind: type[R] | UnionType) -> None:
        self._decoder: msgspec.msgpack.Decoder[R] = msgspec.msgpack.Decoder(kind)
        self._buffer = bytearray()

    def receive_data(self, data: bytes) -> Iterator[R]:
        """Takes a chunk of any size and yields each message that is complete with it. Raises PipeError."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > MAX_MESSAGE_BYTES:
                raise PipeError(f"a message of {length} bytes in a pipe")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            try:
                message = self._decoder.decode(body)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise PipeError(f"not a message of this pipe: {error}") from error
            yield message


class Pipe(Generic[R]):
    """An end for a program without an event loop. Never waits, neither to send nor to receive: select on `fileno`."""

    def __init__(self, end: socket.socket, kind: type[R] | UnionType) -> None:
        """Takes the socket over. `kind` is what may come out of it."""
        end.setblocking(False)
        self._socket, self._reader = end, Reader(kind)
        self._unsent = bytearray()

    def fileno(self) -> int:
        """For select and its kin."""
        return self._socket.fileno()

    @property
    def unsent_bytes(self) -> int:
        """What waits for the other end to read; call `flush` when the socket is writable again."""
        return len(self._unsent)

    def send(self, message: Message) -> None:
        """Sends, or keeps it for `flush` if the other end does not read now.

        Raises:
            PipeError: the other end is gone, or has not read for long.
        """
        if isinstance(message, Heartbeat) and self._unsent:
            return  # whoever does not read needs no more of them
        self._unsent += encode(message)
        self.flush()

    def flush(self) -> None:
        """Sends what the other end takes now. Raises PipeError as `send`."""
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            if len(self._unsent) > MAX_UNSENT_BYTES:
                raise PipeError("the other process does not read") from None
        except OSError as error:
            raise PipeError("the other process is gone") from error

    def receive(self) -> list[R]:
        """The messages that are there now. Raises PipeError, also when the other end is gone."""
        messages: list[R] = []
        try:
            while True:
                data = self._socket.recv(_CHUNK_BYTES)
                if not data:
                    if messages:
                        return messages  # its last words first; the next call raises
                    raise PipeError("the other process is gone")
                messages.extend(self._reader.receive_data(data))
        except BlockingIOError:
            return messages
        except OSError as error:
            raise PipeError("the other process is gone") from error

    def wait(self, timeout_s: float) -> list[R]:
        """The messages that are there, or come within `timeout_s`; empty when none did. Raises PipeError."""
        messages = self.receive()
        if not messages and select.select([self], [], [], timeout_s)[0]:
            messages = self.receive()
        return messages

    def close(self) -> None:
        """Closes the socket; the other end sees it."""
        self._socket.close()


class AsyncPipe(Generic[R]):
    """An end for a program with an event loop; make it with `await AsyncPipe.open(socket, kind)`.

    A transport whose peer is gone drops what it has not read yet as soon as something is written to it, and with it
    the reason why the peer went. So what the socket takes at once is sent past the transport.
    """

    def __init__(
        self,
        end: socket.socket,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        kind: type[R] | UnionType,
    ) -> None:
        """See `open`."""
        self._socket, self._incoming, self._writer, self._reader = end, reader, writer, Reader(kind)

    @classmethod
    async def open(cls, end: socket.socket, kind: type[R] | UnionType) -> "AsyncPipe[R]":
        """Takes the socket over. `kind` is what may come out of it."""
        end.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=end)
        return cls(end, reader, writer, kind)

    def send(self, message: Message) -> None:
        """Sends without waiting; what is not read is kept, within bounds.

        Raises:
            PipeGone: the other end is gone.
            PipeError: it has not read for long.
        """
        transport = self._writer.transport
        if transport.is_closing():
            raise PipeGone("the other process is gone")
        waiting = transport.get_write_buffer_size()
        if isinstance(message, Heartbeat) and waiting:
            return  # whoever does not read needs no more of them
        if waiting > MAX_UNSENT_BYTES:
            raise PipeError("the other process does not read")
        data = encode(message)
        sent = 0 if waiting else self._send_at_once(data)
        if sent < len(data):
            self._writer.write(data[sent:])

    async def messages(self) -> AsyncIterator[R]:
        """Each message as it comes; ends when the other process closes its end. Raises PipeError for nonsense."""
        try:
            while data := await self._incoming.read(_CHUNK_BYTES):
                for message in self._reader.receive_data(data):
                    yield message
        except OSError:
            return

    def close(self) -> None:
        """Sends what is left if it can be, and closes."""
        self._writer.close()

    async def closed(self) -> None:
        """Returns when everything was sent after `close`. Raises OSError when the other process is gone."""
        await self._writer.wait_closed()

    def _send_at_once(self, data: bytes) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise PipeGone("the other process is gone") from error
