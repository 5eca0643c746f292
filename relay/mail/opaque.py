"""What lies in an S/MIME message that is signed and not encrypted (RFC 8551, 3.5.2): Outlook's usual way to sign.

Guarantees: finds the signed words or says that there are none, for any bytes, in time that grows with their number.
Checks no signature: who wrote a mail is the receiving server's word (relay.mail.sender). Pure; distrusts every byte.
"""

import dataclasses
from collections.abc import Iterator

_OCTETS, _CONTENT = 0x04, 0xA0
_CONSTRUCTED, _NUMBER = 0x20, 0x1F
_ENDLESS = 0x80
"""In the place of a length: until two zero bytes (X.690, 8.1.3.6); beyond: how many bytes say the length (8.1.3.5)."""
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # RFC 5652, 5.1
_DATA = bytes.fromhex("2a864886f70d010701")  # 4
_MAX_DEPTH = 12
"""Signed data lies six deep; its pieces, where it has some, one deeper."""
_MAX_VALUES = 100_000
"""A mail of 25 MB in pieces of 1000 bytes, as programs make them, has a quarter of these; each takes some µs."""


class _NoneError(Exception):
    """It is no such message."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Value:
    """One value of BER (X.690, 8.1): where its content begins and ends, and where the next value does."""

    tag: int
    begin: int
    end: int
    after: int


def signed_words(message: bytes) -> bytes | None:
    """The MIME entity that was signed; None: there is none, or it is encrypted, or no such message at all."""
    try:
        return _Reader(message).signed_words()
    except (_NoneError, IndexError):
        return None


class _Reader:
    """Of one message. Each function raises _NoneError or IndexError for what is no such message."""

    def __init__(self, message: bytes) -> None:
        self._message, self._left = message, _MAX_VALUES

    def signed_words(self) -> bytes:
        """See the module."""
        signed = self._of_kind(_SIGNED_DATA, self._read(0, 0), 1)
        encapsulated = list(self._within(signed, 2))[2]
        return b"".join(self._octets(self._of_kind(_DATA, encapsulated, 3), 4))

    def _of_kind(self, kind: bytes, value: _Value, depth: int) -> _Value:
        """What a pair of an object identifier and its content holds (RFC 5652, 3 and 5.2)."""
        pair = list(self._within(value, depth))
        if len(pair) < 2 or pair[1].tag != _CONTENT or self._message[pair[0].begin : pair[0].end] != kind:  # noqa: PLR2004 - a pair
            raise _NoneError
        return self._read(pair[1].begin, depth + 1)

    def _octets(self, value: _Value, depth: int) -> Iterator[bytes]:
        """A string of octets, also one in pieces (X.690, 8.7)."""
        if value.tag & _NUMBER != _OCTETS:
            raise _NoneError
        if not value.tag & _CONSTRUCTED:
            yield self._message[value.begin : value.end]
            return
        for piece in self._within(value, depth + 1):
            yield from self._octets(piece, depth + 1)

    def _within(self, value: _Value, depth: int) -> Iterator[_Value]:
        if not value.tag & _CONSTRUCTED:
            raise _NoneError
        at = value.begin
        while at < value.end:
            inner = self._read(at, depth)
            yield inner
            at = inner.after

    def _read(self, at: int, depth: int) -> _Value:
        """The value that begins there."""
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0:
            raise _NoneError
        message = self._message
        tag, length, begin = message[at], message[at + 1], at + 2
        if tag & _NUMBER == _NUMBER:
            raise _NoneError  # numbers of several bytes stand nowhere in what is looked for
        if length == _ENDLESS:
            if not tag & _CONSTRUCTED:
                raise _NoneError
            end = begin
            while message[end : end + 2] != b"\0\0":
                end = self._read(end, depth + 1).after
            return _Value(tag, begin, end, end + 2)
        if length > _ENDLESS:
            begin += length - _ENDLESS
            length = int.from_bytes(message[at + 2 : begin], "big")
        if begin + length > len(message):
            raise _NoneError
        return _Value(tag, begin, begin + length, begin + length)
