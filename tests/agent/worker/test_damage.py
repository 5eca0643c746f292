import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agent.worker.capture.damage import MAX_RECTS, merge
from agent.worker.regions.encoder import window_log
from protocol.session.picture import ZSTD_WINDOW_LOG, Rect

SIDES = st.tuples(st.integers(1, 200), st.integers(1, 120))
BOXES = st.tuples(st.integers(0, 199), st.integers(0, 119), st.integers(1, 200), st.integers(1, 120))


def cover(rects: list[Rect], width: int, height: int) -> np.ndarray:
    covered = np.zeros((height, width), int)
    for rect in rects:
        covered[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] += 1
    return covered


@given(SIDES, st.lists(BOXES, max_size=30))
def test_merged_rectangles_cover_all_damage_within_the_screen_and_never_overlap(
    sides: tuple[int, int], boxes: list[tuple[int, int, int, int]]
) -> None:
    width, height = sides
    damage = [Rect(*box) for box in boxes]
    merged = merge(damage, width, height)
    assert len(merged) <= MAX_RECTS
    covered = cover(merged, width, height)
    assert covered.max(initial=0) <= 1
    assert (covered[cover(damage, width, height) > 0] == 1).all()
    assert all(rect.x + rect.width <= width and rect.y + rect.height <= height for rect in merged)


def test_something_small_that_is_drawn_far_from_a_film_is_not_taken_for_a_part_of_it() -> None:
    film, cursor = Rect(320, 180, 1280, 720), Rect(64, 600, 16, 20)
    assert set(merge([cursor, film], 1920, 1080)) == {film, cursor}


def test_a_page_that_something_small_beside_it_cuts_into_bands_is_one_page() -> None:
    bands = [Rect(300, 40, 1200, 560), Rect(60, 600, 24, 20), Rect(300, 600, 1200, 20), Rect(300, 620, 1200, 400)]
    assert set(merge(bands, 1920, 1080)) == {Rect(288, 40, 1216, 980), Rect(48, 600, 48, 20)}


def test_lines_of_a_page_with_white_between_them_are_one_page() -> None:
    lines = [Rect(0, y, 1920, 464 if y == 572 else 480) for y in (87, 572)]
    assert merge(lines, 1920, 1080) == [Rect(0, 87, 1920, 949)]
    text = [Rect(64, y, 1600, 15) for y in range(60, 960, 17)]
    assert merge(text, 1920, 1080) == [Rect(64, 60, 1600, text[-1].y + 15 - 60)]


def test_what_lies_in_line_with_much_between_is_not_one() -> None:
    line, far = Rect(0, 100, 1920, 15), Rect(0, 900, 1920, 15)
    assert set(merge([line, far], 1920, 1080)) == {line, far}


def test_the_history_holds_a_screen_within_what_decoders_accept() -> None:
    assert window_log(1920, 1080) == 23
    assert window_log(3840, 2160) == 25
    assert window_log(5120, 2880) == ZSTD_WINDOW_LOG
    assert window_log(64, 64) == 22
