"""The planner: exact in the end whatever happens, and cheap on the way."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.capture.source import Pixels
from agent.worker.regions.actions import Budget, Copy, SendExactly, ShowFilm, Way
from agent.worker.regions.areas import pixels_of
from agent.worker.regions.planner import Planner
from protocol.session.picture import Rect
from tests.agent.worker.regions.console import LAN, SLOW, Console, settle
from tests.agent.worker.regions.screens import photo, text

WIDTH, HEIGHT = 500, 330  # on purpose no multiples of a tile
SHEETS = [text(2 * WIDTH, 2 * HEIGHT, 1), photo(2 * WIDTH, 2 * HEIGHT, 2), text(2 * WIDTH, 2 * HEIGHT, 3)]
BLANK = np.zeros((HEIGHT, WIDTH), np.uint32)


def begin(screen: Pixels, budget: Budget = LAN, *, films: bool = True) -> tuple[Planner, Console]:
    height, width = screen.shape
    planner, console = Planner(width, height, films=films), Console(width, height)
    console.carry_out(planner.begin_anew(screen, budget, 0.0), planner)
    return planner, console


def show(planner: Planner, console: Console, screen: Pixels, budget: Budget, now_s: float) -> None:
    whole = Rect(0, 0, screen.shape[1], screen.shape[0])
    console.carry_out(planner.plan([(whole, screen)], budget, now_s), planner)


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[int, int, Rect, int, int, float]]:
    """Pieces of sheets put somewhere: (sheet, times, where, x and y on the sheet, pause)."""
    count = draw(st.integers(1, 12))
    found = []
    for _ in range(count):
        width, height = draw(st.integers(1, WIDTH)), draw(st.integers(1, HEIGHT))
        x, y = draw(st.integers(0, WIDTH - width)), draw(st.integers(0, HEIGHT - height))
        sheet, times = draw(st.integers(0, 2)), draw(st.integers(1, 6))
        on_x, on_y = draw(st.integers(0, WIDTH)), draw(st.integers(0, HEIGHT))
        pause_s = draw(st.sampled_from([0.0, 0.016, 0.1, 0.3]))
        found.append((sheet, times, Rect(x, y, width, height), on_x, on_y, pause_s))
    return found


@given(steps(), st.sampled_from([LAN, SLOW, Budget(0.0, 1000.0)]), st.booleans())
@settings(max_examples=60)
def test_any_sequence_of_screens_is_exact_once_it_stands_still(
    sequence: list[tuple[int, int, Rect, int, int, float]], budget: Budget, films: bool
) -> None:
    screen = SHEETS[0][:HEIGHT, :WIDTH].copy()
    planner, console = begin(screen, budget, films=films)
    now_s = 0.0
    for sheet, times, where, on_x, on_y, pause_s in sequence:
        for time in range(times):  # the piece wanders over its sheet: scrolls, drags and films
            left, top = min(on_x + 3 * time, WIDTH), min(on_y + 7 * time, HEIGHT)
            screen[pixels_of(where)] = SHEETS[sheet][top : top + where.height, left : left + where.width]
            now_s += pause_s
            grabbed = [(where, np.ascontiguousarray(screen[pixels_of(where)]))]
            console.carry_out(planner.plan(grabbed, budget, now_s), planner)
            assert planner._debts.allows(console.pixels == screen)
    settle(planner, console, budget, now_s)
    assert (console.pixels == screen).all()
    assert planner.exact_share == 1.0


def test_a_console_that_begins_anew_in_the_middle_of_a_film_is_exact_once_it_stands_still() -> None:
    planner, console = begin(BLANK)
    for frame in range(20):
        screen = SHEETS[1][frame : frame + HEIGHT, :WIDTH]
        show(planner, console, screen, SLOW, frame / 24)
    console = Console(WIDTH, HEIGHT)
    console.carry_out(planner.begin_anew(screen, SLOW, 1.0), planner)
    settle(planner, console, SLOW, 1.0)
    assert (console.pixels == screen).all()


def test_a_scrolled_page_is_moved_and_only_what_came_into_view_is_sent() -> None:
    for sheet in SHEETS[:2]:
        planner, console = begin(sheet[:HEIGHT, :WIDTH])
        console.sent = 0
        for frame in range(1, 10):
            show(planner, console, sheet[18 * frame : 18 * frame + HEIGHT, :WIDTH], LAN, frame / 60)
            assert (console.pixels == sheet[18 * frame : 18 * frame + HEIGHT, :WIDTH]).all()
        assert console.sent < 9 * 36 * WIDTH


def test_a_dragged_window_is_moved_and_only_what_it_uncovered_is_sent() -> None:
    back, window = SHEETS[1][:HEIGHT, :WIDTH], SHEETS[2][:160, :240]
    planner, console = begin(BLANK)
    for frame in range(12):
        screen = back.copy()
        x, y = 20 + 13 * frame, 10 + 7 * frame
        screen[y : y + 160, x : x + 240] = window
        if frame == 1:
            console.sent = 0
        show(planner, console, screen, LAN, frame / 60)
        assert (console.pixels == screen).all()
    assert console.copied > 10 * 150 * 230
    assert console.sent < 11 * 160 * 240 / 2


def test_a_film_is_shown_as_a_film_and_text_beside_it_stays_exact() -> None:
    planner, console = begin(SHEETS[0][:HEIGHT, :WIDTH])
    films = [photo(250, 200, seed) for seed in range(4)]
    screen = SHEETS[0][:HEIGHT, :WIDTH].copy()
    for frame in range(24):
        screen[70:270, 37:287] = films[frame % 4]
        screen[40 + frame, 400:440] = 0x123456  # something small and exact far from it
        show(planner, console, screen, LAN, frame / 24)
        outside = np.ones(screen.shape, np.bool_)
        outside[70:270, 37:287] = False
        assert (console.pixels == screen)[outside].all()
    assert console.filmed > 18 * 200 * 250
    since_s = 23 / 24
    assert settle(planner, console, LAN, since_s) - since_s < 0.3
    assert (console.pixels == screen).all()


def test_a_photo_that_appears_once_is_exact_at_once_where_the_link_carries_it() -> None:
    planner, console = begin(BLANK)
    show(planner, console, SHEETS[1][:HEIGHT, :WIDTH], LAN, 1.0)
    assert console.filmed == 0
    assert (console.pixels == SHEETS[1][:HEIGHT, :WIDTH]).all()


def test_a_photo_that_appears_on_a_slow_link_is_shown_at_once_and_exact_later() -> None:
    planner, console = begin(BLANK)
    show(planner, console, SHEETS[1][:HEIGHT, :WIDTH], SLOW, 1.0)
    assert console.filmed > 0.95 * WIDTH * HEIGHT
    actions = planner.plan([], SLOW, 1.2)
    sent = [action for action in actions if isinstance(action, SendExactly)]
    assert 0 < sum(action.rect.area for action in sent) * 1.25 <= SLOW.frame_bytes
    assert {action.way for action in sent} == {Way.PLANES}
    console.carry_out(actions, planner)
    settle(planner, console, SLOW, 1.2)
    assert (console.pixels == SHEETS[1][:HEIGHT, :WIDTH]).all()


def test_without_films_everything_is_exact_at_once() -> None:
    planner, console = begin(BLANK, SLOW, films=False)
    for frame in range(6):
        screen = SHEETS[1][10 * frame : 10 * frame + HEIGHT, :WIDTH]
        show(planner, console, screen, SLOW, frame / 24)
        assert (console.pixels == screen).all()
    assert planner.due_s(1.0) is None


def test_a_keystroke_costs_no_more_than_its_glyph() -> None:
    screen = SHEETS[0][:HEIGHT, :WIDTH].copy()
    planner, _ = begin(screen)
    screen[100:116, 200:208] = 0x111111
    where = Rect(192, 96, 32, 32)
    actions = planner.plan([(where, np.ascontiguousarray(screen[pixels_of(where)]))], LAN, 1.0)
    assert actions == [SendExactly(Rect(200, 100, 8, 16), Way.RAW)]


@pytest.mark.parametrize("fps", [8, 12, 24, 60])
def test_a_film_does_not_flicker_between_likeness_and_exact(fps: int) -> None:
    planner, console = begin(BLANK)
    kinds = []
    for frame in range(2 * fps):
        show(planner, console, photo(WIDTH, HEIGHT, frame % 5), LAN, frame / fps)
        now_s = (frame + 0.9) / fps
        due_s = planner.due_s(now_s)
        kinds.append("film" if planner.exact_share < 0.5 else "exact")
        if due_s is not None and due_s <= now_s:
            kinds.append("settled")
    changes = sum(one != other for one, other in itertools.pairwise(kinds))
    assert changes == 1, kinds


def test_a_film_keeps_its_stream_and_begins_anew_when_the_link_is_another() -> None:
    planner, _ = begin(BLANK)
    whole = Rect(0, 0, WIDTH, HEIGHT)
    seen = []
    for frame in range(120):
        budget = LAN if frame < 40 else Budget(16_000, 250_000.0 if frame < 80 else 260_000.0)
        for action in planner.plan([(whole, photo(WIDTH, HEIGHT, frame % 7))], budget, frame / 30):
            assert not isinstance(action, Copy)
            if isinstance(action, ShowFilm):
                seen.append((action.film.generation, action.film.rate))
    assert len(set(seen)) == 2
    assert seen == sorted(seen)


def test_a_page_scrolled_faster_than_the_line_carries_is_a_likeness_in_motion_and_exact_at_rest() -> None:
    slow = Budget(500.0, 2_000.0)
    sheet = SHEETS[0]
    planner, console = begin(sheet[:HEIGHT, :WIDTH], slow)
    for frame in range(1, 5):
        show(planner, console, sheet[64 * frame : 64 * frame + HEIGHT, :WIDTH], slow, frame / 10)
    assert console.filmed > 4 * 50 * WIDTH / 2
    assert console.copied > 4 * 200 * WIDTH / 2
    settle(planner, console, slow, 0.5)
    assert (console.pixels == sheet[256 : 256 + HEIGHT, :WIDTH]).all()


def test_a_page_that_would_hold_up_the_line_is_seen_at_once_and_exact_soon() -> None:
    slow = Budget(500.0, 2_000.0)
    planner, console = begin(BLANK, slow)
    show(planner, console, SHEETS[0][:HEIGHT, :WIDTH], slow, 1.0)
    assert console.filmed > HEIGHT * WIDTH / 4
    settle(planner, console, slow, 1.0)
    assert (console.pixels == SHEETS[0][:HEIGHT, :WIDTH]).all()


def test_a_page_that_the_line_carries_at_once_is_exact() -> None:
    slow = Budget(20_000.0, 2_000_000.0)
    planner, console = begin(BLANK, slow)
    show(planner, console, SHEETS[0][:HEIGHT, :WIDTH], slow, 1.0)
    assert (console.pixels == SHEETS[0][:HEIGHT, :WIDTH]).all()


def test_redrawing_the_same_does_not_put_off_the_search_for_moves() -> None:
    sheet = SHEETS[0]
    planner, console = begin(sheet[:HEIGHT, :WIDTH])
    for frame in range(20):
        show(planner, console, sheet[:HEIGHT, :WIDTH], LAN, frame / 60)
    show(planner, console, sheet[18 : 18 + HEIGHT, :WIDTH], LAN, 20 / 60)
    assert console.copied > 280 * WIDTH / 2


def test_on_a_slow_line_a_few_misses_do_not_hide_the_next_moves() -> None:
    planner, console = begin(SHEETS[0][:HEIGHT, :WIDTH])
    for frame in range(6):  # nothing moves: other pages altogether
        show(planner, console, SHEETS[2 * (frame % 2)][:HEIGHT, :WIDTH], LAN, frame / 60)
    for frame in range(2):
        show(planner, console, SHEETS[2][18 * frame : 18 * frame + HEIGHT, :WIDTH], LAN, 0.3 + frame / 5)
    assert console.copied > 280 * WIDTH / 2


@pytest.mark.parametrize(
    ("dx", "dy"), [(0, -18), (0, 18), (0, 150), (40, 0), (-40, 0), (24, 30), (-24, -30), (30, -70)]
)
def test_what_moves_in_any_direction_is_copied_and_only_what_came_into_view_is_sent(dx: int, dy: int) -> None:
    sheet = text(WIDTH + 600, HEIGHT + 600, 9)
    planner, console = begin(sheet[300 : 300 + HEIGHT, 300 : 300 + WIDTH], films=False)
    for step in (1, 2):
        x, y = 300 - step * dx, 300 - step * dy
        screen = sheet[y : y + HEIGHT, x : x + WIDTH]
        show(planner, console, screen, LAN, step / 24)
        assert (console.pixels == screen).all()
    came = 2 * (WIDTH * abs(dy) + HEIGHT * abs(dx))
    assert console.sent - WIDTH * HEIGHT < 1.6 * came + 8 * 1024
