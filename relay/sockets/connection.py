"""A websocket of the relay, in one of three stages: reading messages, waiting for its peer, or forwarding to it.

Guarantees: once forwarding, a binary frame goes to the peer's socket in the same call that received it, without a
task or queue between; when the peer's socket holds more than FORWARD_HIGH, reading stops here until it holds less
than FORWARD_LOW. Nothing else than binary frames is forwarded. A frame at the wrong moment closes the socket, counted.
On the loop's thread; distrusts every frame.

Builds on websockets' own Connection, overriding its callbacks for frames and flow control as its `process_event`,
`pause_writing` and `resume_writing` are for subclasses to extend (ServerConnection does the same).
"""

import contextlib
import enum
import socket
from typing import Protocol

from websockets.asyncio.server import Server, ServerConnection
from websockets.frames import BINARY, CONT, TEXT, CloseCode, Frame
from websockets.protocol import OPEN, Event
from websockets.server import ServerProtocol

from protocol import limits
from relay.counts import Counts

FORWARD_HIGH = limits.BUFFERED_BYTES // 2
"""Beyond it the sender is not read. The other half of what may be held is for a message that arrived in part."""
FORWARD_LOW = FORWARD_HIGH // 4
OUTGOING_BYTES = 2 * limits.REPLY_BYTES
"""What may wait for a slow control client: one answer, and what the desk says meanwhile."""
NOTSENT_LOWAT = 16 * 1024
"""Let the kernel hold no more unsent bytes than this, so that it is here that a slow line shows (Linux, macOS)."""
UNKNOWN_BYTES = limits.SIGN_IN_BYTES + 8 * 1024
"""All that a socket may send before it has signed in: the request's line and headers, and the sign-in."""
CLOSE_S = 5.0
"""How long the other side may take for its part of a closing handshake."""

_DATA = (BINARY, TEXT, CONT)


class Stage(enum.Enum):
    """What this socket does with a message."""

    READING = "reading"
    WAITING = "waiting"
    FORWARDING = "forwarding"


class HalfOpen(Protocol):
    """Counts sockets that have not signed in."""

    def enter(self, connection: "RelayConnection") -> bool:
        """One more; False: too many, and it was not counted."""

    def hung_up(self, connection: "RelayConnection") -> bool:
        """It is not to sign in any more; False: there is no room for it to hear why."""

    def leave(self, connection: "RelayConnection") -> None:
        """It has signed in, or is gone."""


class RelayConnection(ServerConnection):
    """One socket at the relay.

    Attributes:
        stage: what is done with what it sends.
        last_heard: when it last sent anything (loop time).
        stalled_since: since when it has not taken what is to be sent to it; None: it does.
        address: where it comes from, set at the door.
        version: what is spoken with it, set there, too.
        too_many: the bound it met at the door; None: it may sign in.
        leaving: it was hung up on; what it still says is not listened to.
    """

    def __init__(
        self, protocol: ServerProtocol, server: Server, *, door: HalfOpen, counts: Counts, **facts: int
    ) -> None:
        """`facts` go to websockets' ServerConnection."""
        super().__init__(protocol, server, **facts)
        self._door, self._counts = door, counts
        self._half_open = False
        self._peer: RelayConnection | None = None
        self._received_bytes = 0
        self._held_bytes = 0
        self.leaving = False
        self.stage = Stage.READING
        self.address = "unknown"
        self.version = limits.OLDEST_VERSION
        self.too_many: str | None = None
        self.last_heard = self.loop.time()
        self.pinged_at = self.last_heard
        self.stalled_since: float | None = None

    # --- what the relay does with it
    def signed_in(self) -> None:
        """No longer half-open."""
        if self._half_open:
            self._half_open = False
            self._door.leave(self)
            for head in (self.request, self.response):
                if head is not None:
                    head.headers.clear()  # nobody reads them any more, and there may be thousands of idle sockets

    def said_nothing_more(self) -> bool:
        """Whether only the sign-in came so far; else the socket is closing."""
        if len(self.recv_messages.frames):
            self._refuse_early()
        return not self.leaving

    def wait_for_peer(self) -> None:
        """From now on until `pair` nothing may arrive."""
        self.transport.set_write_buffer_limits(FORWARD_HIGH, FORWARD_LOW)
        _set_notsent_lowat(self.transport.get_extra_info("socket"))
        self.stage = Stage.WAITING

    def pair(self, other: "RelayConnection") -> None:
        """From now on binary frames go to `other`."""
        self._peer = other
        self.stage = Stage.FORWARDING

    def push(self, text: str) -> bool:
        """Sends `text` without waiting; False: too much is waiting already, and the socket was dropped."""
        if self.protocol.state is not OPEN:
            return True
        if self.transport.get_write_buffer_size() > OUTGOING_BYTES:
            self.drop("stalled_client")
            return False
        self.protocol.send_text(text.encode())
        self.send_data()
        return True

    def hang_up(self, code: int = CloseCode.NORMAL_CLOSURE, sentence: str = "") -> None:
        """Closes after what is on its way; returns at once."""
        if self.protocol.state is OPEN:
            self.protocol.send_close(code, sentence)
            self.send_data()
        if self.leaving:
            return
        self.leaving = True
        if self._half_open and not self._door.hung_up(self):
            self.transport.abort()
            return
        with contextlib.suppress(RuntimeError):  # its transport is closing
            self.transport.resume_reading()  # for the other side's part of the closing handshake
        self.loop.call_later(CLOSE_S, self.transport.abort)

    def refuse(self, name: str, code: int, sentence: str) -> None:
        """Closes because of what was received; counted under `name`."""
        if self.leaving:
            return
        self._counts.add(name, address=self.address)
        self.hang_up(code, sentence)

    def drop(self, name: str) -> None:
        """Closes at once, without a word: the other side does not take any."""
        self._counts.add(name, address=self.address)
        self.transport.abort()

    def look_after(self, now: float) -> None:
        """To be called each second: pings a silent line, drops a dead or a stalled one."""
        ping_s = limits.PING_S if self.stage is Stage.READING else limits.SESSION_PING_S
        held_bytes = self.transport.get_write_buffer_size()
        if self.stalled_since is not None and held_bytes < self._held_bytes:
            self.stalled_since = now  # slow, but it does take something
        self._held_bytes = held_bytes
        if self.stalled_since is not None and now - self.stalled_since > limits.STALL_S:
            self.drop("stalled")
        elif self._peer is not None and self._peer.stalled_since is not None:
            self.last_heard = now  # we do not listen, so its silence says nothing
        elif now - self.last_heard > 2 * ping_s:
            self.drop("silent")
        elif now - max(self.last_heard, self.pinged_at) > ping_s and self.protocol.state is OPEN:
            self.pinged_at = now
            self.protocol.send_ping(b"")
            self.send_data()

    # --- what websockets calls
    def connection_made(self, transport: object) -> None:  # noqa: D102 - asyncio's
        super().connection_made(transport)  # type: ignore[arg-type]  # typed as BaseTransport there
        if self._door.enter(self):
            self._half_open = True
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102 - asyncio's
        self.signed_in()
        self._resume_sender()
        self._peer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:  # noqa: D102 - asyncio's
        self.last_heard = self.loop.time()
        if self._half_open:
            self._received_bytes += len(data)
            if self._received_bytes > UNKNOWN_BYTES:
                self.drop("too_large_before_sign_in")
                return
        if self.stalled_since is not None and self.transport.get_write_buffer_size() > 2 * OUTGOING_BYTES:
            self.drop("pings_not_taken")  # each ping is answered at once; whoever does not take them may not go on
            return
        super().data_received(data)

    def process_event(self, event: Event) -> None:
        """One frame, or the handshake's request."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
        elif self.leaving:
            return
        elif self.stage is Stage.READING:
            super().process_event(event)
        elif self.stage is Stage.WAITING or self._peer is None:
            self._refuse_early()
        elif event.opcode is TEXT:
            self.refuse("text_in_session", CloseCode.UNSUPPORTED_DATA, "Only binary messages pass here.")
        else:
            self._forward(event, self._peer)

    def pause_writing(self) -> None:  # noqa: D102 - asyncio's
        super().pause_writing()
        self.stalled_since = self.loop.time()
        if self._peer is not None:
            with contextlib.suppress(RuntimeError):  # its transport is closing
                self._peer.transport.pause_reading()

    def resume_writing(self) -> None:  # noqa: D102 - asyncio's
        super().resume_writing()
        self._resume_sender()

    # --- inside
    def _refuse_early(self) -> None:
        self.refuse("too_early", CloseCode.POLICY_VIOLATION, "The other end is not there yet.")

    def _forward(self, frame: Frame, peer: "RelayConnection") -> None:
        if peer.protocol.state is not OPEN:
            return  # it is closing, and this end will be hung up
        if frame.opcode is CONT:
            peer.protocol.send_continuation(frame.data, fin=frame.fin)
        else:
            peer.protocol.send_binary(frame.data, fin=frame.fin)
        peer.send_data()

    def _resume_sender(self) -> None:
        self.stalled_since = None
        if self._peer is not None:
            with contextlib.suppress(RuntimeError):  # its transport is closing
                self._peer.transport.resume_reading()


def _set_notsent_lowat(raw: socket.socket | None) -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if raw is not None and option is not None:
        with contextlib.suppress(OSError):  # a speed-up only
            raw.setsockopt(socket.IPPROTO_TCP, option, NOTSENT_LOWAT)
