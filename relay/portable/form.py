"""The lines of an exported history. Pure; distrusts every line it reads.

    head    what this is, of which organisation, made when
    event   one for each event, by its number: with its entry, or without one where it was erased
    waiting one for each mail that had not been sent yet, by the number of the event that it goes out for
    file    one for each attachment, by the hash of its bytes
    end     how many there were, the hash of all lines before it, and the organisation's signature

What is signed is "athand export v1" ‖ 0 ‖ SHA-256 of all lines before the last one, each with its line feed: ECDSA on
P-256 with the key of the device authority, which the relay has. The label keeps that signature from meaning anything
else.
"""

import hashlib
from collections.abc import Iterator
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Meta, Struct

from protocol.desk import chain, events
from protocol.moment import Moment
from protocol.trust import Authority, Organisation, TrustError, der
from protocol.trust.verify import check_issued_by

VERSION = 2
"""1 had no mails that wait."""
LINE_BYTES = 48 * 1024 * 1024
"""The longest is an attachment: 32 MiB as base64 and its name."""
_LABEL = b"athand export v1\0"

Link = Annotated[bytes, Meta(min_length=32, max_length=32)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class PortableError(Exception):
    """A file that is no export, is damaged or of somebody else; the sentence names the line."""


class HeadLine(Struct, frozen=True, tag="head", forbid_unknown_fields=True):
    """The first line.

    Attributes:
        moves: whoever reads the file sends the mails that wait; the relay that wrote it does not any more.
    """

    organisation: str
    made_at: Moment
    version: int = VERSION
    moves: bool = False


class EventLine(Struct, frozen=True, tag="event", forbid_unknown_fields=True, omit_defaults=True):
    """An event.

    Attributes:
        salt, entry: None once erased; then `digest` stands for them.
        body: the bytes that were chained, where they are not those that `entry` has today (fields were added since).
    """

    number: Annotated[int, Meta(ge=1)]
    link: Link
    salt: bytes | None = None
    entry: events.Entry | None = None
    digest: Link | None = None
    body: bytes | None = None


class WaitingLine(Struct, frozen=True, tag="waiting", forbid_unknown_fields=True):
    """A mail that waits to be sent.

    Attributes:
        event: the number of the notice that it goes out for.
        due_at: when it is tried next; tries: how often it was; reason: why in vain.
    """

    event: Annotated[int, Meta(ge=1)]
    due_at: Moment
    tries: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    reason: Annotated[str, Meta(max_length=1000)] = ""


class FileLine(Struct, frozen=True, tag="file", forbid_unknown_fields=True):
    """An attachment's bytes."""

    sha256: Hash
    content: bytes


class EndLine(Struct, frozen=True, tag="end", forbid_unknown_fields=True):
    """The last line."""

    events: int
    files: int
    sha256: Hash
    authority: bytes
    """The device authority's certificate, DER."""
    signature: bytes
    waiting: int = 0


Line = HeadLine | EventLine | WaitingLine | FileLine | EndLine
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def encode(line: Line) -> bytes:
    """With its line feed."""
    return msgspec.json.encode(line) + b"\n"


def decode(encoded: bytes, number: int) -> Line:
    """The inverse. Raises PortableError, with the line's number."""
    try:
        return _decoder.decode(encoded)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PortableError(f"Line {number} is damaged, or of a newer version: {error}") from error


def event_line(row: chain.Row) -> EventLine:
    """An event as it goes into the file. Raises EventError for a body that is none."""
    if row.body is None or row.salt is None:
        return EventLine(row.number, row.link, digest=row.digest)
    entry = events.decode(row.body)
    # Through JSON, as the reader will: only what comes back the same needs no bytes of its own beside it.
    again = events.encode(msgspec.json.decode(msgspec.json.encode(entry), type=events.Entry))
    return EventLine(row.number, row.link, row.salt, entry, body=None if again == row.body else row.body)


def row_of(line: EventLine) -> chain.Row:
    """An event as it stood in the database. Raises PortableError for a line that says too little or two things."""
    if line.salt is None or line.entry is None:
        if line.digest is None or line.entry is not None or line.body is not None:
            raise PortableError(f"Event {line.number} has neither its text nor what stands for it.")
        return chain.Row(line.number, None, None, line.digest, line.link)
    try:
        body = line.body or events.encode(line.entry)
        same = line.body is None or events.decode(line.body) == line.entry
    except (events.EventError, OverflowError) as error:
        raise PortableError(f"Event {line.number} is none that this program knows.") from error
    if not same:
        raise PortableError(f"Event {line.number} says one thing in its text and another in its bytes.")
    return chain.Row(line.number, line.salt, body, chain.digest(line.salt, body), line.link)


class Seal:
    """Hashes lines as they pass, and signs or checks what came of it."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.events = self.files = self.waiting = 0

    def passed(self, line: Line, encoded: bytes) -> None:
        """One more line before the last."""
        self._hash.update(encoded)
        self.events += isinstance(line, EventLine)
        self.files += isinstance(line, FileLine)
        self.waiting += isinstance(line, WaitingLine)

    def sign(self, authority: Authority) -> EndLine:
        """The last line."""
        digest = self._hash.digest()
        signature = authority.key.sign(_LABEL + digest, ec.ECDSA(hashes.SHA256()))
        return EndLine(self.events, self.files, digest.hex(), authority.certificate, signature, self.waiting)

    def check(self, end: EndLine, organisation: Organisation) -> None:
        """Raises PortableError unless the last line is about these lines, and signed in this organisation."""
        digest = self._hash.digest()
        counted = (self.events, self.files, self.waiting, digest.hex())
        if (end.events, end.files, end.waiting, end.sha256) != counted:
            raise PortableError("The file was changed, or something is missing in it.")
        try:
            authority = der.certificate(end.authority)
            check_issued_by(authority, organisation.root_certificate())
            der.p256_key(authority).verify(end.signature, _LABEL + digest, ec.ECDSA(hashes.SHA256()))
        except (TrustError, InvalidSignature) as error:
            raise PortableError(f"The file was not signed in the organisation {organisation.name}.") from error


def lines(encoded: Iterator[bytes]) -> Iterator[tuple[int, Line, bytes]]:
    """Each line with its number and its bytes. Raises PortableError."""
    for number, one in enumerate(encoded, 1):
        if not one.endswith(b"\n"):
            raise PortableError(f"The file ends within line {number}.")
        yield number, decode(one, number), one
