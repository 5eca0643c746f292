"""What the agent's window process, a session's worker and its guard say to each other over inherited socket pairs.

Guarantees: typed messages, whole and bounded, or `PipeError`; whoever sends never waits for a receiver that is frozen.
Codec (`encode`, `Reader`) on any thread; `Pipe` on the one that uses it; `AsyncPipe` on its event loop. Distrusts the
other process only as far as a bug would reach: a worker takes what a stranger sends, so what comes from it is checked.

Three processes, three pairs, made by `agent.launch`::

    window process ──(ToWorker / FromWorker)── worker
          └────────(ToGuard / FromGuard)────── guard ──(life line: one byte a second)── worker

Layout of a message, numbers little-endian: length u32, then so many bytes of msgpack.

A session as the window process sees it::

    → worker  Begin                 everything the session needs; private things travel here, never in argv or env
    ← worker  ConsentAsked          the tunnel stands, the technician is verified and asks; show the question
    → worker  QuestionShown(True)   … while it is on the screen: remote input is not injected
    → worker  AnswerConsent         the signed consent, or why not (a refusal of the first question ends the session)
    ← worker  Sharing               the first picture has left
    ← worker  ConsentAsked          the technician asks for more; the same again, a refusal changes nothing
    ← worker  LineInterrupted       a question that is open is withdrawn; LineRestored, or Ended within a minute
    → worker  Prolong               the user gives more time, unasked; signed like any other consent
    → worker  BannersShown          whenever that changes
    → worker  TakeBack / Stop
    ← worker  Ended                 always the last; then the pipe ends. A pipe that ends without it: EndReason.FAULT

Both ways a `Heartbeat` every `limits.HEARTBEAT_S`; silence for `limits.HEARTBEAT_LOST_S` ends the session.
"""

import asyncio
import select
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from types import UnionType
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from protocol.desk.events import EndReason
from protocol.scopes import Scope

MAX_MESSAGE_BYTES = 1024 * 1024
"""A `Begin` with a list of revocations of the greatest size that a relay sends (512 KiB), and room."""
MAX_UNSENT_BYTES = 2 * MAX_MESSAGE_BYTES
"""What is kept for a receiver that does not read; beyond it the pipe counts as broken."""
LIFE_BEAT, LIFE_HOT_KEY = b".", b"H"
"""What the guard writes into the life line: once a second, and when the user pressed the hot key."""
MAX_BANNERS = 64
"""One on each screen."""
WindowNumber = Annotated[int, Meta(ge=1, lt=2**32)]
_LENGTH = struct.Struct("<I")
_CHUNK_BYTES = 64 * 1024


class PipeError(Exception):
    """The other process is gone, does not read, or said something that is none of the messages."""


class PipeGone(PipeError):  # noqa: N818 - what happened, not a fault
    """The other process is gone. What it said before is still to be read."""


class _Message(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


class Heartbeat(_Message, frozen=True):
    """The sender is alive; every `limits.HEARTBEAT_S` seconds, all ways."""


# --- window process → worker
class Begin(_Message, frozen=True):
    """The first message to a worker.

    Attributes:
        session: its number at the relay, 32 hexadecimal digits.
        ticket: the ticket it is for; a technician who asks for another is turned away.
        organisation: the organisation's file, as `Organisation.encode` writes it. The relay's address stands in it.
        chain: this device's certificate and its intermediates, DER.
        key: its private key as `key_to_pem(key, None)` writes it.
        revocations: the newest list known, DER.
        technician_leaf: SHA-256 of the certificate the relay announced, or None; another one is turned away.
        display: the X display, such as ":0"; None for the environment's.
    """

    session: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    ticket: Annotated[int, Meta(ge=1)]
    organisation: bytes
    chain: tuple[bytes, ...]
    key: bytes
    revocations: bytes
    technician_leaf: bytes | None = None
    display: str | None = None


class QuestionShown(_Message, frozen=True):
    """A consent question is (`shown`) or is no longer on the screen: only the user's own hand may answer it."""

    shown: bool


class BannersShown(_Message, frozen=True):
    """The banners' windows, by number, in place of those told before: the picture is taken beneath these, no others."""

    windows: Annotated[frozenset[WindowNumber], Meta(max_length=MAX_BANNERS)]


class AnswerConsent(_Message, frozen=True):
    """The user's answer. Exactly one of the two is set.

    Attributes:
        consent: as `protocol.consent.sign` encodes it. May also come unasked: it replaces the one in force.
        refusal: a sentence for the technician.
        no_answer: with `refusal`: nobody answered (EndReason.NO_ANSWER rather than REFUSED).
    """

    consent: bytes | None = None
    refusal: str | None = None
    no_answer: bool = False


class Prolong(_Message, frozen=True):
    """The user gives more time of his own accord: a consent to what is allowed already, and nothing more.

    Attributes:
        consent: as in `AnswerConsent`.
    """

    consent: bytes


class TakeBack(_Message, frozen=True):
    """The user takes back some of what was allowed; in force at once. Without `Scope.SEE` the session is over."""

    scopes: frozenset[Scope]


class Stop(_Message, frozen=True):
    """End the session now, for this reason."""

    reason: EndReason


ToWorker = Begin | QuestionShown | BannersShown | AnswerConsent | Prolong | TakeBack | Stop | Heartbeat


# --- worker → window process
class Technician(Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks, as certified by the organisation, checked by the worker.

    Attributes:
        leaf: the certificate, DER; a `Consent` names its SHA-256.
    """

    identifier: str
    name: str
    title: str
    phone: str
    organisation: str
    scopes: frozenset[Scope]
    leaf: bytes


class Secured(_Message, frozen=True):
    """The tunnel stands and the technician is whom the certificate says; nothing was asked yet."""

    technician: Technician


class ConsentAsked(_Message, frozen=True):
    """The technician asks to be allowed something; show it and answer within `limits.CONSENT_ANSWER_S`.

    Attributes:
        binding: the tunnel's, 32 bytes, for the `Consent`.
        scopes: never wider than the certificate allows.
        remark: the technician's own words.
        again: something is allowed already, and more is asked for.
    """

    technician: Technician
    binding: bytes
    ticket: int
    scopes: frozenset[Scope]
    minutes: int
    remark: str = ""
    again: bool = False


class Sharing(_Message, frozen=True):
    """The first picture has left."""

    since: datetime


class LineInterrupted(_Message, frozen=True):
    """The line is cut: nothing is shown or held. What was allowed waits for the same technician, for a minute."""


class LineRestored(_Message, frozen=True):
    """The same technician is back, and sees what was allowed."""


class InputDropped(_Message, frozen=True):
    """So many inputs of the technician were dropped since the last of these, for this reason."""

    reason: str
    count: int


class Ended(_Message, frozen=True):
    """The last message of a worker; `sentence` is for the user (untranslated, English)."""

    reason: EndReason
    sentence: str


FromWorker = Secured | ConsentAsked | Sharing | LineInterrupted | LineRestored | InputDropped | Ended | Heartbeat


# --- window process → guard
class Watch(_Message, frozen=True):
    """Watch over this worker; the hot key is taken from now on.

    Attributes:
        worker_pid: the child to kill; the sender has not waited for it yet, so the number is still its own.
        hot_key: such as "ctrl+alt+End": modifiers (ctrl, alt, shift, super) and an X keysym's name.
        display: as in `Begin`.
    """

    worker_pid: Annotated[int, Meta(ge=2)]
    hot_key: str
    display: str | None = None


class StopGuard(_Message, frozen=True):
    """The session is over: kill what is left of the worker, let go of everything, and exit."""


ToGuard = Watch | StopGuard | Heartbeat


# --- guard → window process
class Watching(_Message, frozen=True):
    """Everything is in place. Send the worker its `Begin` after this one.

    Attributes:
        hot_key: whether the key can be heard; if not, say so to the user instead of naming a key.
    """

    hot_key: bool


class HotKeyPressed(_Message, frozen=True):
    """The user pressed the hot key: the worker is dead and nothing is held down any more."""


class WorkerDied(_Message, frozen=True):
    """The worker is gone, whoever ended it, and nothing is held down any more."""


FromGuard = Watching | HotKeyPressed | WorkerDied | Heartbeat

Message = ToWorker | FromWorker | ToGuard | FromGuard
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
