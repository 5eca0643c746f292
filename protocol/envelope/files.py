"""Files that come with a ticket, in parts over the line that stands anyway, both ways. Pure.

A file is one message of its ticket: it is begun with what is said about it, its parts follow in order, and with the
last one the message is written down, once for each mark. Whoever fetches one holds it against its hash at the end.
"""

from typing import Annotated

from msgspec import Meta

from protocol.desk.terms import Key, Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber
from protocol.files import MAX_SENT_BYTES, NAME_CHARS

PUT_BYTES = 40 * 1024
"""Of a part to the relay: base64 makes 53 KiB of it, and a message to the relay has 64."""
GOT_BYTES = 128 * 1024
"""Of a part from the relay: a slow line is not held up for long by one, and everything else goes between two."""

Position = Annotated[int, Meta(ge=0, le=2**40)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


# --- both → relay
class BeginFile(MessageBase, frozen=True):
    """A file is to come, under a mark of the sender's choice. Answered by `PartTaken`; by `Ticket` if it came before.

    Attributes:
        text: what is said with it.
        internal: only from staff, for staff.
    """

    ref: Ref
    ticket: TicketNumber
    mark: Key
    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARS)]
    media_type: Annotated[str, Meta(max_length=127)]
    size_bytes: Annotated[int, Meta(ge=0, le=MAX_SENT_BYTES)]
    text: Text = ""
    internal: bool = False


class PutPart(MessageBase, frozen=True):
    """The next part of the file that was begun under this mark. Answered by `PartTaken`, the last one by `Ticket`."""

    ref: Ref
    mark: Key
    offset: Position
    data: Annotated[bytes, Meta(max_length=PUT_BYTES)]


class GetPart(MessageBase, frozen=True):
    """A part of a file that came with a ticket. Answered by `FilePart`."""

    ref: Ref
    ticket: TicketNumber
    sha256: Sha256
    offset: Position


# --- relay → both
class PartTaken(MessageBase, frozen=True):
    """So much of it is there; the next part begins here. Answers `BeginFile`, too."""

    ref: Ref
    offset: Position


class FilePart(MessageBase, frozen=True):
    """A part of a file, at most `GOT_BYTES`; `size_bytes` is the whole file's."""

    ref: Ref
    offset: Position
    size_bytes: Position
    data: bytes


FromAgent = BeginFile | PutPart | GetPart
FromConsole = BeginFile | PutPart | GetPart
ToClient = PartTaken | FilePart
