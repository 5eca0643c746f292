"""Cuts the tunnel's byte stream into messages and pads them. Pure; distrusts the peer.

Layout of one message, numbers little-endian::

    offset  size  field
    0       4     body length in bytes (without header and padding)
    4       1     kind (Kind)
    5       3     zero
    8       n     body
    8+n     p     zero, up to a multiple of PADDING_BYTES counted from offset 0
"""

import enum
import struct
from collections.abc import Iterator

from protocol import limits

_HEADER = struct.Struct("<IB3x")


class Kind(enum.IntEnum):
    """What a message's body is."""

    TYPED = 1
    """msgpack of one of `protocol.session.messages`."""
    FRAME = 2
    """The layout of `protocol.session.picture`."""


MAX_BODY = {Kind.TYPED: limits.MESSAGE_BYTES, Kind.FRAME: limits.FRAME_BYTES}


class FramingError(Exception):
    """The peer sent bytes that are no message; the session cannot go on."""


def pack(kind: Kind, *parts: bytes | bytearray | memoryview) -> list[bytes | bytearray | memoryview]:
    """The pieces of one message in order, ready to be written one after the other without being copied.

    Raises:
        ValueError: the body is larger than the kind allows; that is a mistake of this program, not of a peer.
    """
    length = sum(len(part) for part in parts)
    if length > MAX_BODY[kind]:
        raise ValueError(f"a {kind.name} of {length} bytes is over the limit of {MAX_BODY[kind]}")
    padding = -(_HEADER.size + length) % limits.PADDING_BYTES
    return [_HEADER.pack(length, kind), *parts, bytes(padding)]


class FrameReader:
    """Collects the stream and gives whole messages back.

    Holds at most one unfinished message, whose length was checked before its first byte was kept.
    """

    def __init__(self, *, largest: dict[Kind, int] | None = None) -> None:
        """`largest` narrows the size of a kind: an agent takes no frames, so it gives 0 for them."""
        self._largest = MAX_BODY | (largest or {})
        self._buffer = bytearray()

    def receive_data(self, data: bytes | memoryview) -> Iterator[tuple[Kind, bytes]]:
        """Takes a chunk of any size; yields (kind, body) of each message that is complete with it.

        Raises:
            FramingError: an unknown kind, a size over the limit, or padding that is not zero.
        """
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            length, number = _HEADER.unpack_from(self._buffer)
            try:
                kind = Kind(number)
            except ValueError:
                raise FramingError(f"unknown kind of message {number}") from None
            if length > self._largest[kind]:
                raise FramingError(f"a {kind.name} of {length} bytes is over the limit of {self._largest[kind]}")
            if self._buffer[5:8] != b"\0\0\0":
                raise FramingError("reserved bytes are not zero")
            end = _HEADER.size + length
            whole = end + -end % limits.PADDING_BYTES
            if len(self._buffer) < whole:
                return
            if any(self._buffer[end:whole]):
                raise FramingError("padding is not zero")
            body = bytes(memoryview(self._buffer)[_HEADER.size : end])
            del self._buffer[:whole]
            yield kind, body
