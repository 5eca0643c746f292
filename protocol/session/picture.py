"""The layout of a picture message: rectangles of the helped screen, each with its codec. Pure; distrusts the peer.

Layout of a frame, numbers little-endian::

    offset  size  field
    0       4     number: counts up by one from 0 within a tunnel (2 years at 60 a second)
    4       2     screen width in pixels
    6       2     screen height in pixels
    8       1     flags: bit 0 FRESH, the decoders start anew before this frame
    9       2     count of rectangles
    11      13*k  rectangles
    ...     ...   payloads, one for each run of rectangles (below)

    rectangle: x u16, y u16, width u16, height u16, codec u8, size u32

`size` is the length of the payload that begins with this rectangle. Under ``Codec.ZSTD`` all rectangles of a frame
share one flush of one long-lived zstd stream: the first such rectangle bears its size, the others bear 0, and the
decompressed bytes are their pixels in order, BGRX rows without gaps (X is undefined). Under ``Codec.COPY`` the size is
4: source x u16, source y u16, the rectangle is moved from there within the picture as it was before this frame.
``Codec.H264`` is a film's part, see `film`. Under ``Codec.PLANES`` a rectangle shares the flush of ``Codec.ZSTD``, in
the order in which they stand, but its decompressed bytes are three planes of `height` rows of `width` bytes each (blue
- green, green, red - green, modulo 256), of each plane every row but the first minus the row above it: photos, exactly.
"""

import dataclasses
import enum
import struct

from protocol import limits

_FRAME = struct.Struct("<IHHBH")
_RECT = struct.Struct("<HHHHBI")

ZSTD_WINDOW_LOG = 26
"""2^26 bytes: more than one frame at 4K (33 MB), so that what was shown before is found in the stream's history."""


class Codec(enum.IntEnum):
    """How a rectangle's pixels are carried."""

    ZSTD = 1
    COPY = 2
    H264 = 3
    PLANES = 4


class PictureError(Exception):
    """The peer sent a frame that is none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rect:
    """Pixels `[y : y + height, x : x + width]` of the helped screen."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """In pixels."""
        return self.width * self.height


@dataclasses.dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle with its codec and its payload (empty where an earlier tile of the same codec bears it)."""

    rect: Rect
    codec: Codec
    payload: bytes | memoryview


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """One step from one picture to the next."""

    number: int
    width: int
    height: int
    fresh: bool
    tiles: tuple[Tile, ...]


def encode(frame: Frame) -> list[bytes | memoryview]:
    """The pieces of the body of a `Kind.FRAME` message, in order."""
    head = [_FRAME.pack(frame.number, frame.width, frame.height, frame.fresh, len(frame.tiles))]
    head += [_RECT.pack(t.rect.x, t.rect.y, t.rect.width, t.rect.height, t.codec, len(t.payload)) for t in frame.tiles]
    return [b"".join(head), *(tile.payload for tile in frame.tiles if tile.payload)]


def decode(body: bytes) -> Frame:
    """Reads a frame's structure; its payloads stay views into `body`.

    Raises:
        PictureError: cut short, too long, a rectangle outside the screen, or a number out of its range.
    """
    try:
        number, width, height, flags, count = _FRAME.unpack_from(body)
    except struct.error:
        raise PictureError("a frame shorter than its header") from None
    if not (1 <= width <= limits.FRAME_MAX_SIDE and 1 <= height <= limits.FRAME_MAX_SIDE):
        raise PictureError(f"a screen of {width}x{height} pixels")
    if flags > 1:
        raise PictureError("flags that are not defined")
    if count > limits.FRAME_MAX_RECTS:
        raise PictureError(f"{count} rectangles in one frame")
    at = _FRAME.size + count * _RECT.size
    if len(body) < at:
        raise PictureError("a frame shorter than its rectangles")
    view, tiles = memoryview(body), []
    for index in range(count):
        x, y, w, h, number_of_codec, size = _RECT.unpack_from(body, _FRAME.size + index * _RECT.size)
        if not (w and h and x + w <= width and y + h <= height):
            raise PictureError("a rectangle outside the screen")
        try:
            codec = Codec(number_of_codec)
        except ValueError:
            raise PictureError(f"unknown codec {number_of_codec}") from None
        if at + size > len(body):
            raise PictureError("a frame shorter than its payloads")
        tiles.append(Tile(Rect(x, y, w, h), codec, view[at : at + size]))
        at += size
    if at != len(body):
        raise PictureError("bytes behind the last payload")
    return Frame(number, width, height, bool(flags & 1), tuple(tiles))
