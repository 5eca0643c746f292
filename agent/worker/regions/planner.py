"""From grabbed pixels to a list of actions. Pure: no clock, no encoding, and the same input gives the same plan.

Order of thought for each change: what merely moved is copied; of what is then still different, text and interface are
sent exactly; pictures that keep changing as a film; others exactly, too, if the link carries them within `_PATIENCE_S`,
else as one likeness. What was a likeness and stands still is sent exactly, as much at a time as the budget allows.

Invariant: every pixel of the console's picture is that of `Planner.pixels`, or is owed (`Debts`).
"""

import functools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from agent.worker.capture.source import Pixels
from agent.worker.regions import motion, spans
from agent.worker.regions.actions import Action, Budget, Copy, SendExactly, ShowFilm, Way
from agent.worker.regions.areas import (
    TILE,
    Grid,
    any_in_tiles,
    bounding,
    gathered,
    grown,
    intersection,
    pixels_of,
    runs,
    tight,
    tiles_of,
    union,
)
from agent.worker.regions.debts import Debts
from agent.worker.regions.films import Films
from agent.worker.regions.looks import Looks
from agent.worker.regions.players import Players
from agent.worker.regions.playing import Playing
from agent.worker.regions.price import PICTURE_BYTES, TextPrice
from agent.worker.regions.settling import Settling
from protocol.session.picture import Rect

_MOTION_PIXELS = 8 * 1024
"""Where fewer may have changed, sending them costs less than asking whether they moved."""
_MISS_PAUSE_S, _MISS_PAUSES = 1 / 60, 8
"""After misses in a row, so long for each of them, up to so many, passes without a search."""
_BELIEVED = 8
"""So often in a row a page is taken to scroll by as much, and between the same edges, as before."""
_FILM_RULES = 0.2
"""Where films under way have so much of what changed, what moves is theirs: a search would cost more than it saves."""
_PATIENCE_S = 0.04
"""A picture that the link carries within this is sent exactly at once."""
_LAN_BYTES = 1024 * 1024
"""What the link carries within it as long as it has not shown its limits."""
_AGAIN_BYTES = 256 * 1024
"""A picture of so many that had changed shortly before is a likeness, too: perhaps a film begins, and exact pictures of
what is gone in a moment would take both ends ten times as long."""
_STILL_BYTES = 0.3
"""A pixel's bytes in a good likeness."""
_STILL_WAIT_S, _HASTE_S = 0.4, 0.04
"""So long a likeness may take the link: a photo that appears, and what comes into view while a page is scrolled."""
_TEXT_S, _PAGE_HASTE = 0.2, 0.25
"""Text that probably takes the line longer is a likeness at first: one that takes `_HASTE_S` while it is in motion, and
so much of the exact one's time otherwise. What is exact follows in pieces: half a second in one frame would keep
everything else waiting, a key's echo too."""
_TINY, _TINY_SLOW = 128 * 128, 64 * 64
"""Pixels; what is smaller than this, such as a line of text, is sent before anybody asks what it is."""
_SMALL_AREA = 96 * 1024
"""Pixels; below it cutting columns costs less than encoding unchanged ones."""
_DUE_PAUSE_S = 0.05
"""While only a film changes, and the line limits nothing, what is owed is looked for so often."""
_DENSE = 0.4
"""Where fewer of a band's tiles changed, as after a move, only those are sent; else whole rows: zstd finds them."""


_NOTHING = Rect(0, 0, 0, 0)


class Planner:
    """The plan for one session, for one size of the screen.

    Attributes:
        pixels: the newest picture, `[height, width]`: what actions are to be encoded from.
    """

    def __init__(self, width: int, height: int, *, films: bool) -> None:
        """`films`: whether both ends can do H.264; without it everything is sent exactly."""
        rows, columns = -(-height // TILE), -(-width // TILE)
        self._padded: Pixels = np.zeros((rows * TILE, columns * TILE), np.uint32)
        self._padded.fill(0)  # touches each page now rather than in the middle of the first frame
        self.pixels: Pixels = self._padded[:height, :width]
        self._whole = Rect(0, 0, width, height)
        self._differs: npt.NDArray[np.bool_] = np.zeros(self._padded.shape, np.bool_)
        self._looks, self._debts = Looks(rows, columns), Debts(rows, columns)
        self._films = Films() if films else None
        self._price = TextPrice()
        self._players = Players()
        self._playing = Playing(self._padded, self._looks, self._debts, self._price)
        self._settling = Settling(self._padded, self._whole, self._looks, self._debts)
        self._last_move: tuple[Rect, motion.Move] | None = None
        self._misses, self._believed, self._search_s = 0, 0, float("-inf")
        self._next_due_s = float("-inf")

    @property
    def exact_share(self) -> float:
        """Of the console's picture, how much is exact once the last plan is carried out: 0 to 1."""
        return 1.0 - self._debts.pixels / self._whole.area

    def give_up_films(self) -> None:
        """From now on everything is sent exactly."""
        self._films = None

    def text_took(self, count: int, rects: Sequence[Rect]) -> None:
        """So many bytes, lately, for these pixels sent as they are: how dear the text of this screen is."""
        self._price.took(count, [self.pixels[pixels_of(rect)] for rect in rects])

    def area_pixels(self, area: Rect) -> Pixels:
        """A film's area in the newest picture, whose edge it may cross; rows do not lie one behind the other."""
        return self._padded[pixels_of(area)]

    def begin_anew(self, pixels: Pixels, budget: Budget, now_s: float) -> list[Action]:
        """The plan for a console that has nothing yet. `pixels` is the whole screen."""
        if self._films:
            self._films.stop()
        self.pixels[:] = pixels
        self._differs[: self._whole.height, : self._whole.width] = True
        self._debts.settle(self._whole)
        actions = self._send([self._whole], budget, now_s, None)
        self._looks.cool()
        return [*actions, *self._settling.due(actions, budget, self._shown, now_s)]

    def plan(self, grabbed: Sequence[tuple[Rect, Pixels]], budget: Budget, now_s: float) -> list[Action]:
        """What to do about what was grabbed, in the order in which the console is to do it.

        Args:
            grabbed: rectangles that do not overlap and their pixels; outside of them nothing changed. May be empty.
            budget: what the link can carry.
            now_s: monotonic seconds.
        """
        if self._is_little(grabbed):
            return self.echo(grabbed)
        played, others = self._play(grabbed, budget, now_s)
        moves = list(self._find_moves(others, now_s))
        changed = [rect for rect, pixels in others if self._take(rect, pixels, moves)]
        copies: list[Action] = [Copy(move.rect, move.source.x, move.source.y) for move in moves]
        sent = self._send(changed, budget, now_s, union(moves[0].rect, moves[0].source) if moves else None)
        actions = [*copies, *played, *sent]
        if not played or others or budget.rate is not None:
            self._next_due_s = float("-inf")
        elif now_s < self._next_due_s:
            return actions
        else:
            self._next_due_s = now_s + _DUE_PAUSE_S
        return [*actions, *self._settling.due(actions, budget, self._shown, now_s)]

    def echo(self, grabbed: Sequence[tuple[Rect, Pixels]]) -> list[Action]:
        """What to do about a few small changes that nothing else is to go with; for `grabbed` see `plan`."""
        return self._send_at_once([rect for rect, pixels in grabbed if self._take(rect, pixels, [])])

    def _is_little(self, grabbed: Sequence[tuple[Rect, Pixels]]) -> bool:
        """Whether it is sent as it is, and there is nothing else to do: no film, no search, no debt to be paid."""
        if self._debts.any or self._shown:
            return False
        return sum(rect.area for rect, _ in grabbed) < _MOTION_PIXELS

    def due_s(self, now_s: float) -> float | None:
        """When to plan again even if nothing changes, or None if everything is exact."""
        if now_s < self._next_due_s:
            return self._next_due_s
        return self._settling.due_s(self._shown, now_s)

    @property
    def _shown(self) -> Sequence[tuple[Rect, float]]:
        """The films under way."""
        return self._films.shown if self._films else ()

    def _play(
        self, grabbed: Sequence[tuple[Rect, Pixels]], budget: Budget, now_s: float
    ) -> tuple[list[Action], list[tuple[Rect, Pixels]]]:
        """The next pictures of films that are running, and what is left."""
        played: list[Action] = []
        others: list[tuple[Rect, Pixels]] = []
        for rect, pixels in grabbed:
            film = self._films.played(rect, now_s) if self._films else None
            shown = self._playing.show(rect, pixels, budget, now_s) if film else None
            if not self._films or not film or shown is None:
                others.append((rect, pixels))
                continue
            paint, exact = shown
            film = self._films.play(film, budget.film_rate, now_s)
            played += [ShowFilm(film, paint)] if paint else []
            played += [SendExactly(part, Way.RAW) for part in exact]
        return played, others

    def _find_moves(self, grabbed: Sequence[tuple[Rect, Pixels]], now_s: float) -> Iterator[motion.Move]:
        """At most one: in the largest rectangle."""
        rect, pixels = max(grabbed, key=lambda one: one[0].area, default=(_NOTHING, self.pixels))
        if rect.area < _MOTION_PIXELS or (self._films and self._films.share(rect, now_s) >= _FILM_RULES):
            return
        before = self.pixels[pixels_of(rect)]
        sample = motion.look(before, pixels) if now_s >= self._search_s else None
        if sample is None:
            return
        last_in, last = self._last_move or (None, None)
        again = last and last_in == rect and motion.scrolls(last, rect) and self._believed < _BELIEVED
        found = motion.search(before, pixels, sample, last, sure_of_edges=bool(again))
        if found is None:
            self._misses, self._last_move = min(self._misses + 1, _MISS_PAUSES), None
            self._search_s = now_s + (self._misses - 1) * _MISS_PAUSE_S
            return
        self._believed = self._believed + 1 if found is last else 0
        self._misses, self._last_move = 0, (rect, found)
        target = Rect(rect.x + found.rect.x, rect.y + found.rect.y, found.rect.width, found.rect.height)
        yield motion.Move(target, found.dx, found.dy)

    def _take(self, rect: Rect, pixels: Pixels, moves: Sequence[motion.Move]) -> bool:
        """Takes over grabbed pixels; True if the console, once the moves are made, lacks any of them."""
        where = pixels_of(rect)
        here, differs = self.pixels[where], self._differs[where]
        move = next((move for move in moves if intersection(move.rect, rect) == move.rect), None)
        if move is None:
            rows = np.logical_or.reduce(np.not_equal(here, pixels, out=differs), axis=1)
            for top, bottom in spans.bands(rows):
                here[top:bottom] = pixels[top:bottom]
            return bool(rows.any())
        x, y = move.rect.x - rect.x, move.rect.y - rect.y
        right, bottom = x + move.rect.width, y + move.rect.height
        middle = slice(y, bottom)
        for rest in (np.s_[:y, :], np.s_[bottom:, :], np.s_[middle, :x], np.s_[middle, right:]):
            np.not_equal(here[rest], pixels[rest], out=differs[rest])
        np.not_equal(self.pixels[pixels_of(move.source)], pixels[middle, x:right], out=differs[middle, x:right])
        self._debts.move(move)
        self._looks.move(*tiles_of(move.rect))
        here[:] = pixels
        return bool(differs.any())

    def _send(self, rects: Sequence[Rect], budget: Budget, now_s: float, moved: Rect | None) -> list[Action]:
        """Everything that differs, each tile in the way that fits it; within `moved` something moved."""
        if not rects:
            return []
        if sum(rect.area for rect in rects) <= (_TINY_SLOW if budget.rate else _TINY):
            return self._send_at_once(rects)
        changed = self._changed(rects)
        came: Grid | None = None
        if moved:
            came = np.zeros_like(changed)
            came[tiles_of(moved)] = True
        self._looks.see(self._padded, self._differs, changed, now_s, came)
        changed, pictures = gathered(changed, changed & self._looks.picture)
        shown: list[ShowFilm] = []
        filmed: Grid = np.zeros_like(changed)
        if self._films and pictures.any():
            self._films.drawn = rects
            windows = self._players.see(rects, pictures, self._looks.picture, moved, now_s)
            shown, filmed = self._show_films(pictures, changed, windows, budget, now_s)
        hasty = self._hasty(changed & ~pictures & ~filmed, budget)
        rest = (pictures & ~filmed) | hasty
        alone = [cut for rect in runs(rest) for cut in tight(self._differs, rect)]
        cost = PICTURE_BYTES * sum(rect.area for rect in alone)
        again = cost > _AGAIN_BYTES and self._looks.again(rest, now_s)
        if self._films and (hasty.any() or cost > _carried(budget) or again):
            again |= moved is not None
            wait_s = _HASTE_S if again else _STILL_WAIT_S
            if hasty.any() and not again:
                wait_s = _PAGE_HASTE * self._price.takes_s(self._padded, hasty, budget.rate)
            shown.append(self._show_still(rest, alone, budget, wait_s))
            alone = []
        for action in shown:
            for rect in action.paint:
                self._debts.incur(rect)
        planes = [SendExactly(rect, Way.PLANES) for rect in alone]
        taken = pictures | filmed | hasty
        raw = [SendExactly(part, Way.RAW) for rect in rects for part in self._text(rect, changed, taken)]
        for exact in (*planes, *raw):
            self._debts.settle(exact.rect)
        for rect in rects:
            self._differs[pixels_of(rect)] = False
        return [*shown, *planes, *raw]

    def _hasty(self, text: Grid, budget: Budget) -> Grid:
        """The tiles of text that are to be shown as a likeness: all of them, if what comes next would wait for them."""
        late = self._films is not None and self._price.takes_s(self._padded, text, budget.rate) > _TEXT_S
        return text if late else np.zeros_like(text)

    def _send_at_once(self, rects: Sequence[Rect]) -> list[Action]:
        """A key's echo: nothing is worth a thought before it is sent."""
        sent = [SendExactly(part, Way.RAW) for rect in rects for part in self._bands(rect)]
        for exact in sent:
            self._debts.settle(exact.rect)
        for rect in rects:
            self._differs[pixels_of(rect)] = False
        return list(sent)

    def _changed(self, rects: Sequence[Rect]) -> Grid:
        """The tiles in which anything differs."""
        grid: Grid = np.zeros_like(self._looks.picture)
        rows, columns = tiles_of(functools.reduce(union, rects))
        where = slice(rows.start * TILE, rows.stop * TILE), slice(columns.start * TILE, columns.stop * TILE)
        grid[rows, columns] = any_in_tiles(self._differs[where])
        return grid

    def _show_films(
        self, pictures: Grid, changed: Grid, windows: Sequence[Rect], budget: Budget, now_s: float
    ) -> tuple[list[ShowFilm], Grid]:
        """What keeps changing, and players' windows, as films; and which tiles that takes care of."""
        filmed: Grid = np.zeros_like(pictures)
        if not self._films:
            return [], filmed
        busy = self._looks.busy(now_s)
        wanted = (pictures & busy) | self._films.goes_on(pictures)
        (wanted,) = gathered(wanted | (grown(wanted) & busy & changed))  # a film's rim, and the sky in it
        for window in windows:
            wanted[tiles_of(window)] = True
        shown = []
        for film in self._films.assign(wanted, budget.film_tiles, budget.film_rate, now_s):
            where = tiles_of(film.area)
            part: Grid = np.zeros_like(pictures)
            part[where] = (pictures | wanted)[where] & ~filmed[where]
            text: Grid = np.zeros_like(pictures)
            text[where] = changed[where] & ~part[where] & ~filmed[where]
            if self._price.is_dear(self._padded, text, budget.rate):
                part |= text
            filmed |= part
            box = bounding(part)
            bounds = tight(self._differs, box) if box else []
            paint = [cut for rect in runs(part) for bound in bounds if (cut := intersection(rect, bound))]
            if paint:
                shown.append(ShowFilm(film, tuple(paint)))
        return shown, filmed

    def _show_still(self, tiles: Grid, paint: list[Rect], budget: Budget, wait_s: float) -> ShowFilm:
        """One likeness of all these tiles, which may take the link so long."""
        area = bounding(tiles)
        if not self._films or area is None:
            raise ValueError("there is nothing to be shown")
        rate = budget.rate or _LAN_BYTES / _PATIENCE_S
        most = min(_STILL_BYTES * sum(rect.area for rect in paint), rate * wait_s)
        return ShowFilm(self._films.still(area, most), tuple(paint))

    def _bands(self, rect: Rect) -> Iterator[Rect]:
        """The changed rows of a grabbed rectangle, and of a small one its changed columns."""
        here = self._differs[pixels_of(rect)]
        for top, bottom in spans.bands(np.logical_or.reduce(here, axis=1)):
            left, right = 0, rect.width
            if (bottom - top) * rect.width <= _SMALL_AREA:
                left, right = spans.columns(here[top:bottom], rect)
            yield Rect(rect.x + left, rect.y + top, right - left, bottom - top)

    def _text(self, rect: Rect, changed: Grid, pictures: Grid) -> Iterator[Rect]:
        """The changed rows of a grabbed rectangle; only where there are pictures in them, just the other tiles."""
        if pictures[tiles_of(rect)].any():
            for hole in runs(pictures):
                self._differs[pixels_of(hole)] = False
        for band in self._bands(rect):
            where = tiles_of(band)
            sparse = band.area > _SMALL_AREA and np.count_nonzero(changed[where]) < _DENSE * changed[where].size
            if not sparse and not pictures[where].any():
                yield band
                continue
            tiles: Grid = np.zeros_like(changed)
            tiles[where] = (changed & ~pictures)[where]
            yield from (part for run in runs(tiles) if (part := intersection(run, band)))


def _carried(budget: Budget) -> float:
    """Bytes for which a change is worth waiting."""
    return max(budget.frame_bytes, _LAN_BYTES if budget.rate is None else budget.rate * _PATIENCE_S)
