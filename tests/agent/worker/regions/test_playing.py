"""Films that run: cheap, whole from their third picture on, and exact wherever they were exact before."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.worker.capture.source import Pixels
from agent.worker.regions import playing
from agent.worker.regions.actions import Action, Budget, Copy, SendExactly, ShowFilm
from agent.worker.regions.areas import pixels_of
from agent.worker.regions.planner import Planner
from protocol.session.picture import Rect
from tests.agent.worker.regions.console import LAN, SLOW, Console, settle
from tests.agent.worker.regions.screens import photo, text

WIDTH, HEIGHT = 500, 330  # on purpose no multiples of a tile
WINDOW = Rect(40, 37, 410, 280)
BACK = text(WIDTH, HEIGHT, 1)
SHOTS = [photo(WINDOW.width, WINDOW.height, seed) for seed in range(4)]
NOTE = text(WINDOW.width, WINDOW.height, 5)
WITH_BORDER = Rect(WINDOW.x, WINDOW.y - 4, WINDOW.width, WINDOW.height + 4)
BORDER = slice(WINDOW.y - 4, WINDOW.y - 1)
"""In the same tiles as the film's upper rows."""
_FPS = 30


def draw(
    planner: Planner, console: Console, screen: Pixels, rect: Rect, now_s: float, *, budget: Budget = LAN
) -> list[Action]:
    actions = planner.plan([(rect, np.ascontiguousarray(screen[pixels_of(rect)]))], budget, now_s)
    console.carry_out(actions, planner)
    return actions


def begin(budget: Budget = LAN) -> tuple[Planner, Console, Pixels]:
    """A film that has run for a quarter of a second."""
    planner, console, screen = Planner(WIDTH, HEIGHT, films=True), Console(WIDTH, HEIGHT), BACK.copy()
    console.carry_out(planner.begin_anew(screen, budget, 0.0), planner)
    for frame in range(8):
        screen[pixels_of(WINDOW)] = SHOTS[frame % 4]
        draw(planner, console, screen, WINDOW, (frame + 1) / _FPS, budget=budget)
    return planner, console, screen


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["shot", "piece", "note", "line", "nothing", "pixel", "border"]),
            st.integers(0, WINDOW.width - 60),
            st.integers(0, WINDOW.height - 60),
            st.sampled_from([1 / _FPS, 0.1, 0.3, 3.2]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([LAN, SLOW]),
)
@settings(max_examples=40)
def test_whatever_a_film_becomes_each_pixel_is_right_or_owed_and_right_in_the_end(
    steps: list[tuple[str, int, int, float]], budget: Budget
) -> None:
    planner, console, screen = begin(budget)
    now_s = 8 / _FPS
    for at, (kind, x, y, pause_s) in enumerate(steps):
        inside = screen[pixels_of(WINDOW)]
        match kind:
            case "shot":
                inside[:] = SHOTS[at % 4]
            case "piece":
                inside[y : y + 60, x : x + 60] = SHOTS[(at + 1) % 4][:60, :60]
            case "note":
                inside[y:] = NOTE[y:]
            case "line":  # thinner than the rows that are looked at are apart
                inside[y + 1, :] = 0x102030 + at
            case "pixel":
                inside[y, x] ^= 1
            case "border":
                screen[BORDER, WINDOW.x : WINDOW.x + WINDOW.width] = 0x203040 + at
        now_s += pause_s
        draw(planner, console, screen, WITH_BORDER if kind == "border" else WINDOW, now_s, budget=budget)
        assert planner._debts.allows(console.pixels == screen)
    settle(planner, console, budget, now_s)
    assert (console.pixels == screen).all()
    assert planner.exact_share == 1.0


def test_a_players_window_is_a_film_from_its_third_picture_on_however_little_of_it_moves() -> None:
    planner, console, screen = Planner(WIDTH, HEIGHT, films=True), Console(WIDTH, HEIGHT), BACK.copy()
    console.carry_out(planner.begin_anew(screen, LAN, 0.0), planner)
    for frame in range(5):
        screen[pixels_of(WINDOW)] = SHOTS[0]
        screen[60:260, 60 + 40 * frame : 260 + 40 * frame] = SHOTS[1 + frame % 3][:200, :200][
            :, : min(200, WIDTH - 60 - 40 * frame)
        ]
        actions = draw(planner, console, screen, WINDOW, 1.0 + frame / _FPS)
        if frame >= 2:
            (film,) = [action.film for action in actions if isinstance(action, ShowFilm)]
            assert film.still is None
            assert film.area.width >= WINDOW.width
            assert film.area.height >= WINDOW.height
    assert not [action for action in actions if isinstance(action, SendExactly | Copy)]


def test_a_scrolled_page_of_photos_drawn_whole_is_no_players_window() -> None:
    planner, console = Planner(WIDTH, HEIGHT, films=True), Console(WIDTH, HEIGHT)
    page = photo(WIDTH, 4 * HEIGHT, 9)
    console.carry_out(planner.begin_anew(page[:HEIGHT], LAN, 0.0), planner)
    settle(planner, console, LAN, 0.0)
    for frame in range(1, 12):
        screen = page[40 * frame : 40 * frame + HEIGHT]
        actions = draw(planner, console, screen, Rect(0, 0, WIDTH, HEIGHT), 1.0 + frame / _FPS)
        assert any(isinstance(action, Copy) for action in actions)
        assert not [action for action in actions if isinstance(action, ShowFilm)]
        assert (console.pixels == screen).all()


def run_on(planner: Planner, console: Console, screen: Pixels, first: int, seconds: float) -> None:
    """The film's lower part goes on."""
    for frame in range(first, first + int(seconds * _FPS)):
        screen[WINDOW.y + 160 : WINDOW.y + WINDOW.height, WINDOW.x : WINDOW.x + WINDOW.width] = SHOTS[frame % 4][160:]
        draw(planner, console, screen, WINDOW, (frame + 1) / _FPS)


def test_a_running_films_still_half_becomes_exact_once_and_stays_so() -> None:
    planner, console, screen = begin()
    still = pixels_of(Rect(WINDOW.x, WINDOW.y, WINDOW.width, 128))
    run_on(planner, console, screen, 8, 4.0)
    assert (console.pixels[still] == screen[still]).all()
    console.sent = 0
    run_on(planner, console, screen, 8 + 4 * _FPS, 1.0)
    assert (console.pixels[still] == screen[still]).all()
    assert not console.sent


def test_the_smallest_change_of_what_is_exact_in_a_running_film_is_seen() -> None:
    planner, console, screen = begin()
    run_on(planner, console, screen, 8, 4.0)
    for row in range(4):  # the rows that are looked at are four apart
        screen[WINDOW.y + 20 + row, WINDOW.x + 50] ^= 1
        run_on(planner, console, screen, 8 + (4 + row) * _FPS, 1 / _FPS)
        assert planner._debts.allows(console.pixels == screen)
    settle(planner, console, LAN, 9.0)
    assert (console.pixels == screen).all()


def test_what_stands_still_in_a_running_film_is_painted_four_times_a_second_only() -> None:
    planner, console, screen = begin()
    run_on(planner, console, screen, 8, 0.2)
    console.filmed = 0
    run_on(planner, console, screen, 14, 1.0)
    whole, moving = WINDOW.area, WINDOW.width * (WINDOW.height - 160 + 32)
    assert _FPS * moving * 0.8 < console.filmed < (_FPS - 5) * moving + 5 * whole


def test_a_change_between_the_rows_that_are_looked_at_is_shown_soon() -> None:
    planner, console, screen = begin()
    run_on(planner, console, screen, 8, 0.2)
    here = screen[WINDOW.y + 16 : WINDOW.y + 128]
    looked_at = {row for row in range(len(here)) if (WINDOW.y + 16 + row) % playing._STEP == 0}
    for row in set(range(len(here))) - looked_at:
        here[row, WINDOW.x : WINDOW.x + WINDOW.width] ^= 0x404040
    run_on(planner, console, screen, 14, 0.3)
    shown = console.pixels[WINDOW.y + 16 : WINDOW.y + 128, WINDOW.x : WINDOW.x + WINDOW.width]
    assert (shown == here[:, WINDOW.x : WINDOW.x + WINDOW.width] ^ np.uint32(0x010101)).all()


def test_a_change_of_what_is_exact_beside_a_films_still_rows_in_the_same_tiles_is_seen() -> None:
    planner, console, screen = begin()
    for frame in range(8, 15):
        if frame == 14:
            screen[BORDER, WINDOW.x : WINDOW.x + WINDOW.width] = 0x3060C0
        screen[pixels_of(WINDOW)] = SHOTS[frame % 4]
        screen[WINDOW.y : WINDOW.y + 60, WINDOW.x : WINDOW.x + WINDOW.width] = SHOTS[0][
            :60
        ]  # a likeness, not yet exact
        draw(planner, console, screen, WITH_BORDER if frame == 14 else WINDOW, (frame + 1) / _FPS)
    assert planner._debts.allows(console.pixels == screen)


def test_a_change_between_the_rows_that_are_looked_at_is_shown_soon_at_a_films_rim_too() -> None:
    planner, console, screen = begin()
    now_s = 8 / _FPS

    def lower_part(top: int, seconds: float) -> None:
        nonlocal now_s
        for frame in range(int(seconds * _FPS)):
            now_s += 1 / _FPS
            screen[top : WINDOW.y + WINDOW.height, WINDOW.x : WINDOW.x + WINDOW.width] = SHOTS[frame % 4][
                top - WINDOW.y :
            ]
            draw(planner, console, screen, WINDOW, now_s)

    lower_part(160, 4.0)
    lower_part(192, 0.5)  # above 160 all is exact; the row of tiles below that has just come to stand still
    line = np.s_[165, WINDOW.x : WINDOW.x + WINDOW.width]
    assert 165 % playing._STEP
    screen[line] ^= 0x404040
    lower_part(192, 0.3)
    assert (console.pixels[line] == screen[line] ^ np.uint32(0x010101)).all()
