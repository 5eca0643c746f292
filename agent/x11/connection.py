"""One connection to an X server that gives events as plain bytes. Lives on the thread that made it.

Events are read as they come over the wire (X11 protocol, encoding appendix; XI2 protocol for raw ones) and not by the
library's classes: these fail on XI2 events with valuators, and cost ten times as much.
"""

import struct
import sys
from collections.abc import Iterator
from typing import Any

import xcffib
import xcffib.xproto

DisplayLost = xcffib.ConnectionException
"""The X server is gone, or was never there. Any call on a connection may raise it."""

XError = xcffib.XcffibException
"""The X server refused a request; only requests with a reply, and checked ones, raise it."""

GENERIC_EVENT = 35
_SENT_BY_CLIENT = 0x80
_HALF = 0x8000
_GENERIC_HEAD = struct.Struct(
    "=BBHIHHIIH"
)  # type, extension, sequence, length, evtype, deviceid, time, detail, sourceid


class Connection:
    """A display, its root window, and its events.

    Attributes:
        core: the core protocol's requests.
        root: the root window of the default screen.
        number: that screen's.
        errors: how many requests the server refused without anybody waiting for an answer.
    """

    def __init__(self, display: str | None = None) -> None:
        """Connects to `display`, or to the environment's. Raises DisplayLost."""
        self._x: Any = xcffib.Connection(display)
        self.core: Any = self._x.core
        self.screen: Any = self._x.setup.roots[self._x.pref_screen]
        self.root: int = self.screen.root
        self.number = int(self._x.pref_screen)
        self.errors = 0
        self._fd = int(self._x.get_file_descriptor())

    def fileno(self) -> int:
        """Readable when events may have come. Read `events` first: some may have been read already."""
        return self._fd

    def extension(self, key: Any) -> Any:
        """An extension's requests, such as `connection.extension(xcffib.damage.key)`."""
        return self._x(key)

    def opcode(self, key: Any) -> int:
        """The major opcode of an extension, which its generic events bear."""
        return int(self._data(key).major_opcode)

    def first_event(self, key: Any) -> int:
        """The number of an extension's first event."""
        return int(self._data(key).first_event)

    def present(self, key: Any) -> bool:
        """Whether the server has this extension."""
        return bool(self._data(key).present)

    def new_id(self) -> int:
        """A fresh resource id."""
        return int(self._x.generate_id())

    def flush(self) -> None:
        """Sends what was asked for so far. Raises DisplayLost."""
        self._x.flush()

    def sync(self) -> None:
        """Waits until the server has done everything asked for so far. Raises DisplayLost."""
        self.core.GetInputFocus().reply()

    def atom(self, name: str) -> int:
        """The server's number for a name. Raises DisplayLost."""
        return int(self.core.InternAtom(False, len(name), name).reply().atom)

    def events(self, *, of_server: bool = False) -> Iterator[bytes]:
        """Every event that has come, 32 bytes each, without waiting. Raises DisplayLost.

        `of_server`: only what the server itself tells; any client may have any other event sent.
        """
        while True:
            event = xcffib.lib.xcb_poll_for_event(self._x._conn)  # noqa: SLF001 - the public way parses, see above
            self._x.invalid()
            if event == xcffib.ffi.NULL:
                return
            data = bytes(xcffib.ffi.buffer(event, 32))
            xcffib.c_free(event)
            if data[0] == 0:
                self.errors += 1
                continue
            if of_server and data[0] & _SENT_BY_CLIENT:
                continue
            yield bytes((data[0] & ~_SENT_BY_CLIENT,)) + data[1:]

    def close(self) -> None:
        """Disconnects; nothing may be called afterwards."""
        self._x.disconnect()

    def _data(self, key: Any) -> Any:
        self._x.invalid()
        return xcffib.lib.xcb_get_extension_data(self._x._conn, key.c_key)  # noqa: SLF001 - there is no public way


def precedes(event: bytes, asked: Any) -> bool:
    """Whether the server told this before it did a request of this moment, of which `asked` is the cookie.

    Events and answers bear the number of the last request that was done (X11 protocol, "Event format"); of it they
    bear 16 bits, so that the request must not be older than half of these.
    """
    return (int.from_bytes(event[2:4], sys.byteorder) - int(asked.sequence)) & 0xFFFF >= _HALF


def generic(event: bytes) -> tuple[int, int, int, int]:
    """Of an XI2 raw event: (extension's opcode, event type, detail, id of the device it comes from)."""
    _, extension, _, _, kind, _, _, detail, source = _GENERIC_HEAD.unpack_from(event)
    return extension, kind, detail, source
