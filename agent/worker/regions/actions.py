"""What a plan says is to be done, and what the link allows for it. Pure."""

import dataclasses
import enum
from collections.abc import Sequence

from agent.worker.regions.films import Film
from protocol.session.picture import Rect

_FILM_TILES, _FILM_TILES_SLOW = 24, 4
"""Smaller pictures are not worth a film, unless the link is slow."""
_LEISURE_S = 0.04
"""While nothing changes and nobody presses a key, what is owed may take the link so long at a time."""
_FILM_SHARE = 0.55
"""Of the link's rate, for a film."""


class Way(enum.Enum):
    """How exact pixels are best laid out for zstd."""

    RAW = 1
    """BGRX as it is: text and interface, found again in the stream's history."""
    PLANES = 2
    """See `planes`: photos."""


@dataclasses.dataclass(frozen=True, slots=True)
class Copy:
    """The console moves pixels of its picture as it was before this plan."""

    rect: Rect
    from_x: int
    from_y: int


@dataclasses.dataclass(frozen=True, slots=True)
class ShowFilm:
    """The film's next picture is encoded from the whole of its area; the console paints the parts in `paint`."""

    film: Film
    paint: tuple[Rect, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SendExactly:
    """The rectangle's pixels as they are."""

    rect: Rect
    way: Way


Action = Copy | ShowFilm | SendExactly


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """What the link can carry now.

    Attributes:
        frame_bytes: what may be added to what is under way.
        rate: bytes a second, or None as long as the link has not shown its limits.
    """

    frame_bytes: float
    rate: float | None = None

    @property
    def at_leisure(self) -> "Budget":
        """While nobody would wait: enough at a time to tell what the link carries, if that is more than it was."""
        if self.rate is None:
            return self
        return Budget(max(self.frame_bytes, self.rate * _LEISURE_S), self.rate)

    @property
    def film_tiles(self) -> int:
        """Tiles that are worth a film."""
        return _FILM_TILES if self.rate is None else _FILM_TILES_SLOW

    @property
    def film_rate(self) -> float | None:
        """What a film may take, in bytes a second, or None for as much as its quality needs."""
        return None if self.rate is None else self.rate * _FILM_SHARE


def touched(actions: Sequence[Action]) -> list[Rect]:
    """What of the picture they read or change: nothing else may be mixed with that before they are carried out."""
    found: list[Rect] = []
    for action in actions:
        match action:
            case Copy(rect, x, y):
                found += [rect, Rect(x, y, rect.width, rect.height)]
            case ShowFilm(_, paint):
                found += paint
            case SendExactly(rect):
                found.append(rect)
    return found
