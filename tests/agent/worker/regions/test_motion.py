"""Moves are found where there are some, and nowhere else."""

import numpy as np
import pytest

from agent.worker.capture.source import Pixels
from agent.worker.regions import motion
from agent.worker.regions.areas import pixels_of
from agent.worker.regions.motion import Move
from protocol.session.picture import Rect
from tests.agent.worker.regions.screens import photo, text

SHEETS = {"text": text(1400, 1800, 5), "photo": photo(1400, 1800, 6)}


def moved(before: Pixels, move: Move) -> Pixels:
    after = before.copy()
    after[pixels_of(move.rect)] = before[pixels_of(move.source)]
    return after


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("dy", [-300, -18, -1, 1, 7, 120, 500])
def test_a_scroll_by_any_distance_is_found_to_the_pixel(sheet: str, dy: int) -> None:
    page = SHEETS[sheet]
    before, after = page[600:1300, :1000], page[600 - dy : 1300 - dy, :1000]
    found = motion.find(before, after)
    assert found is not None
    assert (found.dx, found.dy) == (0, dy)
    mended = moved(before, found) == after
    assert np.count_nonzero(mended) >= 0.95 * (700 - abs(dy)) * 1000


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("shift", [(3, 0), (-40, 11), (25, -30), (110, 90)])
def test_a_window_dragged_over_something_else_is_found_to_the_pixel(sheet: str, shift: tuple[int, int]) -> None:
    back = photo(1000, 700, 9)
    window = SHEETS[sheet][:300, :450]
    before, after = back.copy(), back.copy()
    before[200:500, 250:700] = window
    dx, dy = shift
    after[200 + dy : 500 + dy, 250 + dx : 700 + dx] = window
    found = motion.find(before, after)
    assert found is not None
    assert (found.dx, found.dy) == shift
    wrong = np.count_nonzero(moved(before, found) != after)
    assert wrong <= 1.2 * (300 * 450 - (300 - abs(dy)) * (450 - abs(dx))) + 2000


def test_a_page_that_is_another_one_has_not_moved() -> None:
    assert motion.find(SHEETS["text"][:700, :1000], text(1000, 700, 77)) is None
    assert motion.find(SHEETS["photo"][:700, :1000], photo(1000, 700, 78)) is None


def test_a_keystroke_has_not_moved() -> None:
    before = SHEETS["text"][:700, :1000]
    after = before.copy()
    after[300:316, 200:208] = 0x123456
    assert motion.find(before, after) is None


def test_a_wrong_hint_does_no_harm() -> None:
    page = SHEETS["text"]
    found = motion.find(page[:700, :1000], page[30:730, :1000], Move(Rect(0, 0, 1000, 671), 0, -29))
    assert found is not None
    assert (found.dx, found.dy) == (0, -30)


def test_the_smallest_rectangles_are_bearable() -> None:
    for height, width in ((1, 1), (1, 500), (500, 1), (2, 40), (40, 33)):
        before, after = photo(width, height, 1), photo(width, height, 2)
        assert motion.find(before, after) is None


def test_a_move_says_where_the_pixels_were() -> None:
    assert Move(Rect(10, 20, 30, 40), 3, -4).source == Rect(7, 24, 30, 40)


def test_a_window_that_goes_on_a_little_faster_is_found_to_the_pixel() -> None:
    back, window = text(1000, 700, 3), text(450, 300, 8) ^ np.uint32(0xE0E0E0)
    before, after = back.copy(), back.copy()
    before[200:500, 250:700] = window
    after[206:506, 274:724] = window
    found = motion.find(
        before, after, Move(Rect(250, 206, 450, 300), 23, 6)
    )  # mends half of it: what is between the letters
    assert found is not None
    assert (found.dx, found.dy) == (24, 6)


def test_a_window_that_goes_on_nearly_as_before_is_looked_for_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    back, window = text(700, 500, 1), text(300, 200, 2) ^ np.uint32(0xFFFFFF)
    before, after = back.copy(), back.copy()
    before[150:350, 200:500] = window
    after[162:362, 233:533] = window
    looked: list[motion.Shift] = []

    def places(_before: Pixels, _anchor: Pixels, _at: motion.Shift, near: motion.Shift, about: motion.Shift) -> object:
        looked.append(near)
        return found(_before, _anchor, _at, near, about)

    found = motion._places
    monkeypatch.setattr(motion, "_places", places)
    move = motion.find(before, after, Move(Rect(0, 0, 1, 1), 24, 15))
    assert move is not None
    assert (move.dx, move.dy) == (33, 12)
    assert set(looked) == {motion._ALIKE}
    looked.clear()
    far = motion.find(before, after, Move(Rect(0, 0, 1, 1), -24, 15))
    assert far == move
    assert len(set(looked)) > 1


@pytest.mark.parametrize("high", [10, 16, 18, 20, 24, 40])
def test_a_page_is_found_whatever_the_height_of_its_lines(high: int) -> None:
    page = np.full((1200, 900), 0xFFFFFF, np.uint32)
    inked = min(12, high - 4)
    for line in range(1200 // high):
        page[high * line : high * line + inked] = text(900, 16, line)[2 : 2 + inked]
    found = motion.find(page[:700], page[3 * high : 3 * high + 700])
    assert found is not None
    assert (found.dx, found.dy) == (0, -3 * high)


def test_a_page_that_scrolls_on_between_its_edges_keeps_them_and_a_dragged_window_does_not() -> None:
    page = SHEETS["text"]
    within = Rect(40, 30, 1000, 700)
    scrolled = motion.find(page[:700, :1000], page[18:718, :1000])
    assert scrolled is not None
    assert motion.scrolls(scrolled, within)
    dragged = Move(Rect(124, 206, 450, 300), 0, 6)
    assert not motion.scrolls(dragged, within)
    assert not motion.scrolls(Move(Rect(0, 6, 1000, 694), 3, 6), within)

    before, after = page[18:718, :1000], page[36:736, :1000]
    sample = motion.look(before, after)
    assert sample is not None
    assert motion.search(before, after, sample, scrolled, sure_of_edges=True) is scrolled
    other = page[43:743, :1000]  # it went further: the edges are not believed either
    sample = motion.look(before, other)
    assert sample is not None
    found = motion.search(before, other, sample, scrolled, sure_of_edges=True)
    assert found is not None
    assert found.dy == -25


def test_of_a_page_what_came_into_view_does_not_speak_against_the_move() -> None:
    page = SHEETS["text"]
    before, after = page[:700, :1000], page[300:1000, :1000]
    sample = motion.look(before, after)
    assert sample is not None
    mended, there = sample.mends(before, (0, -300))
    assert mended < 0.7
    assert there > 0.99
