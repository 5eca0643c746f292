"""What is owed is told tile by tile without looking at every pixel each time, and is right nevertheless."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agent.worker.regions.areas import TILE, any_in_tiles
from agent.worker.regions.debts import Debts
from agent.worker.regions.motion import Move
from protocol.session.picture import Rect

ROWS, COLUMNS = 4, 5


@st.composite
def rects(draw: st.DrawFn) -> Rect:
    left, top = draw(st.integers(0, COLUMNS * TILE - 1)), draw(st.integers(0, ROWS * TILE - 1))
    right, bottom = draw(st.integers(left + 1, COLUMNS * TILE)), draw(st.integers(top + 1, ROWS * TILE))
    return Rect(left, top, right - left, bottom - top)


@given(st.lists(st.tuples(st.sampled_from(["incur", "settle", "move", "ask"]), rects()), max_size=20))
def test_tiles_are_told_as_their_pixels_are(steps: list[tuple[str, Rect]]) -> None:
    debts = Debts(ROWS, COLUMNS)
    for what, rect in steps:
        match what:
            case "incur":
                debts.incur(rect)
            case "settle":
                debts.settle(rect)
            case "move":
                debts.move(Move(rect, rect.x, rect.y))  # from the corner
            case _:
                debts.tiles()
    told = debts.tiles()
    assert np.array_equal(np.zeros((ROWS, COLUMNS), np.bool_) if told is None else told, any_in_tiles(debts._owed))
