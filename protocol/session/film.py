"""The payload of `Codec.H264`: which film, where it lies, and its next packet. Pure; distrusts the peer.

Layout, numbers little-endian::

    offset  size  field
    0       1     slot: which of the FILM_SLOTS decoders
    1       1     flags: bit 0 FRESH, the slot's decoder starts anew with this packet
    2       2     x of the film's area in the picture
    4       2     y
    6       2     width, even
    8       2     height, even
    10      ...   one packet of H.264, Annex B (ITU-T H.264): exactly one picture, 4:2:0

The frame's rectangles that come with a payload are the parts of the area that are to be painted; the first bears the
payload, the others of the same film follow it with size 0. The area may stand out over the right and lower edge of the
screen, what is painted may not.
"""

import dataclasses
import struct

from protocol.session.picture import PictureError, Rect

FILM_SLOTS = 3
"""Two films at a time, and a place for pictures that stand alone; each costs memory, some 20 MB at 1280x720."""
FILM_MAX_SIDE, FILM_MAX_PIXELS = 8192, 2**24
"""Of a film's area; four times 4K would take a decoder 200 MB. What is larger is shown in several."""
FILM_MAX_PACKETS = 64
"""In one frame: beginning a film takes time, however small."""
_HEAD = struct.Struct("<BBHHHH")


@dataclasses.dataclass(frozen=True, slots=True)
class Packet:
    """One picture of one film."""

    slot: int
    fresh: bool
    area: Rect
    data: bytes | memoryview


def encode(packet: Packet) -> bytes:
    """The payload."""
    area = packet.area
    head = _HEAD.pack(packet.slot, packet.fresh, area.x, area.y, area.width, area.height)
    return head + bytes(packet.data)


def decode(payload: bytes | memoryview) -> Packet:
    """Reads a payload; its data stays a view into it.

    Raises:
        PictureError: cut short, or a number out of its range.
    """
    try:
        slot, flags, x, y, width, height = _HEAD.unpack_from(payload)
    except struct.error:
        raise PictureError("a film shorter than its header") from None
    if slot >= FILM_SLOTS or flags > 1:
        raise PictureError("a film in a place that there is not")
    if not width or not height or width % 2 or height % 2:
        raise PictureError(f"a film of {width}x{height} pixels")
    return Packet(slot, bool(flags), Rect(x, y, width, height), memoryview(payload)[_HEAD.size :])
