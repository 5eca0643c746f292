"""Which rectangles are shown as films, or as single likenesses, and at what rate. Pure.

A stream of H.264 has one size for its life, and a new one begins with a whole picture; so rectangles are kept as
long as they serve, and a rate is kept until the link is another one for good.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from agent.worker.regions.areas import TILE, Grid, bounding, intersection, tiles_of, union
from protocol.session.film import FILM_MAX_PIXELS, FILM_MAX_SIDE
from protocol.session.picture import Rect

SLOTS, STILL_SLOT = 2, 2
"""Films at a time, each of which costs both ends some 20 MB at 1280x720; and the place for single pictures."""
_IDLE_S = 3.0
"""A film that stands still so long gives its slot back; a paused one goes on without a new whole picture."""
_JUST_NOW_S = 0.25
_RATE_STEP = 1.6
"""A rate is another one if it differs by this factor."""
_RATE_HOLD_S = 1.0
"""So long at least between two beginnings because of the rate."""
_UNION_WASTE = 1.5
"""Two rectangles become one if that has at most so many times their pixels."""
_GOES_ON = 0.5
"""A film of which less changes at once has ended, or something else happens in its place."""
_WINDOW, _WINDOW_SLOW = 0.3, 0.1
"""Of a rectangle that was drawn at once, so much is a film: then all of it is the film's window. On a slow line sooner,
because each step in which a film grows takes it a tenth of a second."""
_FILLED = 0.35
"""A box less filled than this is several pictures: the largest of them is taken."""


@dataclasses.dataclass(frozen=True, slots=True)
class Film:
    """A rectangle shown as a film.

    Attributes:
        slot: which decoder.
        generation: counts up; another generation in a slot is another stream, which begins anew.
        area: on the grid of tiles; may stand out over the screen's right and lower edge by less than a tile.
        rate: what it may take, bytes a second, or None for as much as its quality needs.
        still: if not None, it is a single picture of about so many bytes at most.
    """

    slot: int
    generation: int
    area: Rect
    rate: float | None
    still: float | None = None


class Films:
    """The films that are under way.

    Attributes:
        drawn: what the display server says was drawn now: players draw their whole window each time.
    """

    def __init__(self) -> None:
        self._films: dict[int, Film] = {}
        self._used_s: dict[int, float] = {}
        self._begun_s: dict[int, float] = {}
        self._generation = 0
        self.drawn: Sequence[Rect] = ()

    def goes_on(self, pictures: Grid) -> Grid:
        """Of changed tiles that show pictures, those of films that are under way and changed for the most part."""
        grid: Grid = np.zeros_like(pictures)
        for film in self._films.values():
            where = tiles_of(film.area)
            if np.count_nonzero(pictures[where]) >= _GOES_ON * grid[where].size:
                grid[where] = pictures[where]
        return grid

    @property
    def shown(self) -> list[tuple[Rect, float]]:
        """Each film's area, and when it was shown last."""
        return [(film.area, self._used_s[film.slot]) for film in self._films.values()]

    def played(self, rect: Rect, now_s: float) -> Film | None:
        """The film that was shown just now and whose next picture this is: all that was drawn, and most of its area."""
        for film in self._films.values():
            just_now = self._used_s[film.slot] >= now_s - _JUST_NOW_S
            if just_now and rect.area >= _GOES_ON * film.area.area and intersection(film.area, rect) == rect:
                return film
        return None

    def play(self, film: Film, rate: float | None, now_s: float) -> Film:
        """It goes on, and is begun anew if another rate must be."""
        return self._keep_up(film, rate, now_s)

    def share(self, rect: Rect, now_s: float) -> float:
        """How much of a rectangle films cover that were shown just now, 0 to 1."""
        shown = [film.area for film in self._films.values() if self._used_s[film.slot] >= now_s - _JUST_NOW_S]
        return sum(both.area for area in shown if (both := intersection(area, rect))) / rect.area

    def still(self, area: Rect, most_bytes: float) -> Film:
        """A likeness that is shown once."""
        self._generation += 1
        return Film(STILL_SLOT, self._generation, area, None, most_bytes)

    def assign(self, wanted: Grid, least: int, rate: float | None, now_s: float) -> list[Film]:
        """Films that together show the wanted tiles, but for groups of fewer than `least` of them."""
        self._retire(now_s)
        rest = wanted & ~self._covered(wanted)
        while (count := int(np.count_nonzero(rest))) and count >= least:
            group = _largest_group(rest)
            box = bounding(group)
            if box is None or np.count_nonzero(group) < least:
                break
            box = _fitting(box)
            if any(union(box, film.area) == film.area for film in self._films.values()):
                break  # what is left lies around what a film shows already
            if not self._place(box, rate, now_s):
                break
            rest &= ~self._covered(wanted)
        used = [film for film in self._films.values() if wanted[tiles_of(film.area)].any()]
        return [self._keep_up(film, rate, now_s) for film in used]

    def stop(self) -> None:
        """All of them begin anew when they are wanted again."""
        self._films.clear()

    def _covered(self, tiles: Grid) -> Grid:
        grid: Grid = np.zeros_like(tiles)
        for film in self._films.values():
            grid[tiles_of(film.area)] = True
        return grid

    def _retire(self, now_s: float) -> None:
        for slot in [slot for slot in self._films if self._used_s[slot] < now_s - _IDLE_S]:
            del self._films[slot]

    def _place(self, box: Rect, rate: float | None, now_s: float) -> bool:
        """Makes room for a box: a free slot, or one that it shares; False: there is none."""
        for film in list(self._films.values()):
            both = union(box, film.area)
            if _fits(both) and both.area <= _UNION_WASTE * (box.area + film.area.area):
                self._begin(film.slot, both, rate, now_s)
                return True
        free = set(range(SLOTS)) - set(self._films)
        if free:
            self._begin(min(free), box, rate, now_s)
            return True
        nearest = min(self._films.values(), key=lambda film: union(box, film.area).area)
        both = union(box, nearest.area)
        if _fits(both):
            self._begin(nearest.slot, both, rate, now_s)
        return _fits(both)

    def _begin(self, slot: int, area: Rect, rate: float | None, now_s: float) -> None:
        """A new stream costs a whole picture, so it takes in at once what it would otherwise grow into."""
        for drawn in self.drawn:
            both = intersection(area, drawn)
            if both and both.area >= (_WINDOW if rate is None else _WINDOW_SLOW) * drawn.area:
                window = union(area, _in_tiles(drawn))
                area = window if _fits(window) else area
        self._generation += 1
        self._films[slot] = Film(slot, self._generation, area, rate)
        self._begun_s[slot] = self._used_s[slot] = now_s

    def _keep_up(self, film: Film, rate: float | None, now_s: float) -> Film:
        """The film with a rate that fits the link, begun anew only if it must be."""
        self._used_s[film.slot] = now_s
        if _differ(film.rate, rate) and now_s - self._begun_s[film.slot] >= _RATE_HOLD_S:
            self._begin(film.slot, film.area, rate, now_s)
        return self._films[film.slot]


def _in_tiles(rect: Rect) -> Rect:
    left, top = rect.x // TILE * TILE, rect.y // TILE * TILE
    right, bottom = -(-(rect.x + rect.width) // TILE) * TILE, -(-(rect.y + rect.height) // TILE) * TILE
    return Rect(left, top, right - left, bottom - top)


def _fits(area: Rect) -> bool:
    """Whether any console shows a film so large."""
    return max(area.width, area.height) <= FILM_MAX_SIDE and area.area <= FILM_MAX_PIXELS


def _fitting(box: Rect) -> Rect:
    """As much of a box, from its upper left corner on, as a film can show."""
    width, height = min(box.width, FILM_MAX_SIDE), min(box.height, FILM_MAX_SIDE)
    return Rect(box.x, box.y, width, min(height, FILM_MAX_PIXELS // width // TILE * TILE))


def _differ(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return max(one, other) > _RATE_STEP * min(one, other)


def _largest_group(grid: Grid) -> Grid:
    """All of the tiles if they fill their box well, else the largest group of neighbours."""
    box = bounding(grid)
    if box is None or np.count_nonzero(grid) * TILE * TILE >= _FILLED * box.area:
        return grid
    left = set(zip(*(axis.tolist() for axis in np.nonzero(grid)), strict=True))
    best: list[tuple[int, int]] = []
    while left:
        group = [left.pop()]
        for row, column in group:  # grows while it is walked
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left
            left -= near
            group.extend(near)
        best = max(best, group, key=len)
    largest: Grid = np.zeros_like(grid)
    largest[tuple(np.array(best).T)] = True
    return largest
