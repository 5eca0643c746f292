"""Which window is seen where, held against a painter who draws them one after the other."""

import struct

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from agent.worker.capture.layers import Glass, lay
from agent.worker.capture.stacking import Stack, Window, without_part
from protocol.session.picture import Rect

ROOT, SIDE = 1, 24
rects = st.builds(Rect, st.integers(-4, 20), st.integers(-4, 20), st.integers(1, 16), st.integers(1, 16))
windows = st.builds(
    lambda place, mapped, shape: Window(
        place.x, place.y, place.width, place.height, 0, mapped, looks=True, shape=shape
    ),
    rects,
    st.booleans(),
    st.none()
    | st.builds(
        lambda x, y, width, height: (Rect(x, y, width, height),), *[st.integers(0, 4)] * 2, *[st.integers(1, 9)] * 2
    ),
)


def stack_of(*found: Window) -> Stack:
    stack = Stack(ROOT)
    stack.begin((10 + at, window) for at, window in enumerate(found))
    return stack


def painted(stack: Stack, without: frozenset[int]) -> npt.NDArray[np.int_]:
    """The numbers of the windows, pixel by pixel."""
    screen = np.zeros((SIDE, SIDE), int)
    for number in stack.order:
        if number not in without and stack.windows[number].mapped:
            for part in stack.windows[number].parts:
                screen[max(0, part.y) : max(0, part.y + part.height), max(0, part.x) : max(0, part.x + part.width)] = (
                    number
                )
    return screen


@given(st.lists(windows, max_size=6), st.sets(st.integers(10, 15)), rects)
def test_an_area_is_divided_among_the_windows_as_a_painter_would_leave_it(
    found: list[Window], without: set[int], area: Rect
) -> None:
    stack = stack_of(*found)
    seen = np.full((SIDE, SIDE), -1)
    area = Rect(max(0, area.x), max(0, area.y), min(area.width, SIDE - 16), min(area.height, SIDE - 16))
    area = Rect(min(area.x, 16), min(area.y, 16), area.width, area.height)
    for pane in stack.panes(area, frozenset(without)):
        for rect in pane.rects:
            inside = seen[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
            assert (inside == -1).all()
            inside[:] = pane.window or 0
    where = np.s_[area.y : area.y + area.height, area.x : area.x + area.width]
    assert (seen[where] == painted(stack, frozenset(without))[where]).all()
    assert (seen != -1).sum() == area.area


@given(rects, rects)
def test_what_is_left_without_a_part_and_the_part_are_the_whole(rect: Rect, part: Rect) -> None:
    left = without_part(rect, part)
    cells = [(x, y) for one in left for x in range(one.x, one.x + one.width) for y in range(one.y, one.y + one.height)]
    assert len(cells) == len(set(cells))
    for x in range(rect.x, rect.x + rect.width):
        for y in range(rect.y, rect.y + rect.height):
            inside = part.x <= x < part.x + part.width and part.y <= y < part.y + part.height
            assert ((x, y) in set(cells)) is not inside


def test_under_a_window_that_something_shines_through_the_next_one_is_listed_too() -> None:
    whole = Window(0, 0, 8, 8, mapped=True, looks=True)
    glass = Window(0, 0, 8, 8, mapped=True, looks=True, solid=False)
    panes = stack_of(whole, glass).panes(Rect(0, 0, 8, 8), frozenset())
    assert [pane.window for pane in panes] == [11, 10]


def test_a_restacked_window_is_where_the_server_says() -> None:
    stack = stack_of(*[Window(0, 0, 4, 4, mapped=True, looks=True)] * 3)
    above_11 = struct.pack("=BxxxIIIhhHHH4x", 22, ROOT, 10, 11, 0, 0, 4, 4, 0)
    assert stack.tell(above_11) == 10
    assert stack.order == [11, 10, 12]
    undermost = struct.pack("=BxxxIIIhhHHH4x", 22, ROOT, 12, 0, 0, 0, 4, 4, 0)
    assert stack.tell(undermost) == 12
    assert stack.order == [12, 11, 10]
    assert stack.tell(undermost) is None


def test_news_of_a_window_that_is_not_known_means_asking_anew() -> None:
    stack = stack_of()
    stack.tell(struct.pack("=BxxxII20x", 19, ROOT, 99))
    assert stack.torn


def test_half_a_window_is_half_of_both() -> None:
    under, over = np.full((1, 2), 0x00204060, np.uint32), np.array([[0x80400000, 0x00000000]], np.uint32)
    lay(under, over, Glass(alpha=True))
    assert (under & 0xFFFFFF).tolist() == [[0x502030, 0x204060]]
