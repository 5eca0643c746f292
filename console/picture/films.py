"""The films of one session: which decoder a packet is for, and what of its picture is to be painted.

Lives on the network thread; distrusts the agent. Memory is bounded: `FILM_SLOTS` decoders, each for an area that is
hardly larger than the screen, and of each the pictures that its stream refers to (ITU-T H.264, A.3.1: 16 at most).
"""

from collections.abc import Callable
from functools import partial

from console.picture.canvas import Pixels
from console.picture.colours import Picture
from console.picture.film import FilmDecoder, FilmError, available
from protocol.session import film as layout
from protocol.session.film import FILM_MAX_PACKETS, FILM_SLOTS, Packet
from protocol.session.picture import Codec, Frame, PictureError, Rect

Paint = Callable[[Pixels], None]
"""Writes pixels to a part of the canvas."""

_BEYOND = 64
"""A film's area may stand out over the screen's right and lower edge by less than this."""


class Films:
    """What is being shown."""

    def __init__(self) -> None:
        self._films: dict[int, tuple[Rect, FilmDecoder]] = {}

    def decode(self, frame: Frame) -> list[tuple[Rect, Paint]]:
        """What a frame's films paint, and where.

        Raises:
            PictureError: it is no film of an honest sender, or this console cannot show films.
        """
        found: list[tuple[Rect, Paint]] = []
        if sum(bool(tile.payload) for tile in frame.tiles if tile.codec is Codec.H264) > FILM_MAX_PACKETS:
            raise PictureError("a frame with too many films")
        left = FILM_SLOTS * (frame.width + _BEYOND) * (frame.height + _BEYOND)
        area = Rect(0, 0, 0, 0)
        shown: Picture | None = None
        for tile in frame.tiles:
            if tile.codec is not Codec.H264:
                continue
            if tile.payload:
                packet = layout.decode(tile.payload)
                left -= packet.area.area
                if left < 0:
                    raise PictureError("a frame with too many films")
                area, shown = packet.area, self._next_picture(packet, frame)
            x, y, rect = tile.rect.x - area.x, tile.rect.y - area.y, tile.rect
            if shown is None or x < 0 or y < 0 or x + rect.width > area.width or y + rect.height > area.height:
                raise PictureError("a part of a film from outside of it")
            found.append((rect, partial(shown.paint, x, y)))
        return found

    def _next_picture(self, packet: Packet, frame: Frame) -> Picture:
        area = packet.area
        if not available():
            raise PictureError("a kind of picture that this console cannot show")
        if area.x + area.width > frame.width + _BEYOND or area.y + area.height > frame.height + _BEYOND:
            raise PictureError("a film that is larger than the screen")
        try:
            if packet.fresh:
                self._films.pop(packet.slot, None)  # its memory, before the next one's
                self._films[packet.slot] = (area, FilmDecoder(area.width, area.height))
            begun = self._films.get(packet.slot)
            if begun is None or begun[0] != area:
                raise PictureError("a film that was never begun")
            return begun[1].decode(bytes(packet.data))
        except FilmError as error:
            raise PictureError(str(error)) from error
