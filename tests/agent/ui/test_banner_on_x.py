"""The banner on a real X server, and what a technician's hand could do to it with the user's own tools."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import xcffib
import xcffib.shape
import xcffib.xproto

from tests.agent.rig import Screen

_BACK_S = 5.0 + 2.0
"""What nobody tells of is looked for every five seconds."""
_COVERED_S = 0.5 + 0.3
"""The promised half second, and what this machine and asking it take."""
_LOST_S = 1.5 + 0.5
_LOST_TO_MANY_S = 5.0 + 0.5
_ROUNDS_S = 1.2
"""Two rounds of looking after the banner, and some more."""
_RED, _RED_BGR = 0xFF0000, (0, 0, 255)


@dataclass
class OnX:
    """A banner that is on the screen."""

    screen: Screen
    window: int
    printed: Callable[[], str]

    def solid(self) -> bool:
        """Whether it is all there."""
        core = self.screen.x.core
        geometry = core.GetGeometry(self.window).reply()
        name = b"_NET_WM_WINDOW_OPACITY"
        opacity = core.InternAtom(False, len(name), name).reply().atom
        shape = self.screen.x.extension(xcffib.shape.key).QueryExtents(self.window).reply()
        return bool(
            core.GetWindowAttributes(self.window).reply().map_state == xcffib.xproto.MapState.Viewable
            and 0 <= geometry.x <= self.screen.width - geometry.width
            and geometry.y == 0
            and geometry.width > 200
            and geometry.height > 30
            and core.GetProperty(False, self.window, opacity, 0, 0, 1).reply().type == xcffib.NONE
            and not shape.bounding_shaped
            and core.GetWindowAttributes(self.window).reply().override_redirect
            and core.QueryTree(self.window).reply().parent == self.screen.x.root
        )

    def covered(self) -> bool:
        """Whether any of the red that the tests cover it with is seen where it lies."""
        at = self.screen.x.core.GetGeometry(self.window).reply()
        there = self.screen.pixels()[at.y : at.y + at.height, at.x : at.x + at.width]
        return bool((there == _RED_BGR).all(axis=2).any())

    def until(self, true: Callable[[], bool], *, why: str, within_s: float = _BACK_S) -> None:
        end = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < end, why
            time.sleep(0.05)


@pytest.fixture
def banner(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> OnX:
    return put_up(screen, monkeypatch)


def put_up(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> OnX:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    printed = screen.start_log(sys.executable, "-m", "tests.agent.ui.banner_on_x")
    end = time.monotonic() + 20
    while not printed().endswith("\n"):
        assert time.monotonic() < end, "no banner came"
        time.sleep(0.05)
    one = OnX(screen, int(printed().split()[0]), printed)
    one.until(one.solid, why="never shown")
    return one


def unmap(banner: OnX) -> None:
    banner.screen.run("xdotool", "windowunmap", str(banner.window))


def move(banner: OnX) -> None:
    banner.screen.run("xdotool", "windowmove", "--", str(banner.window), "-3000", "-3000")


def shrink(banner: OnX) -> None:
    banner.screen.run("xdotool", "windowsize", str(banner.window), "1", "1")


def fade(banner: OnX) -> None:
    core, name = banner.screen.x.core, b"_NET_WM_WINDOW_OPACITY"
    opacity = core.InternAtom(False, len(name), name).reply().atom
    replace, cardinal = xcffib.xproto.PropMode.Replace, xcffib.xproto.Atom.CARDINAL
    core.ChangeProperty(replace, banner.window, opacity, cardinal, 32, 1, [0])


def mask(banner: OnX) -> None:
    shape = banner.screen.x.extension(xcffib.shape.key)
    shape.Rectangles(xcffib.shape.SO.Set, xcffib.shape.SK.Bounding, 0, banner.window, 0, 0, 0, [])


def hand_over(banner: OnX) -> None:
    """To whoever manages windows: nobody tells of it."""
    banner.screen.x.core.ChangeWindowAttributes(banner.window, xcffib.xproto.CW.OverrideRedirect, [0])


def put_into_another(banner: OnX) -> None:
    x = banner.screen.x
    other = x.new_id()
    x.core.CreateWindow(0, other, x.root, 0, 0, 10, 10, 0, xcffib.xproto.WindowClass.InputOutput, 0, 0, [])
    x.core.ReparentWindow(banner.window, other, 0, 0)


@pytest.mark.parametrize("hide", [unmap, move, shrink, fade, mask, hand_over, put_into_another])
def test_hidden_behind_the_programs_back_it_is_whole_again_soon(hide: Callable[[OnX], None], banner: OnX) -> None:
    time.sleep(_ROUNDS_S)  # until then nothing happens, and the server is asked less
    hide(banner)
    banner.screen.x.sync()
    assert not banner.solid()
    banner.until(banner.solid, why=f"still hidden after {hide.__name__}")
    time.sleep(1.2)  # two rounds more: it stays, and nothing is lost
    assert banner.solid()
    assert "lost" not in banner.printed()


def test_what_is_hidden_for_good_is_said_to_be_lost(banner: OnX) -> None:
    banner.screen.x.core.DestroyWindow(banner.window)
    banner.screen.x.sync()
    banner.until(lambda: "lost" in banner.printed(), why="nobody noticed")


def test_whoever_hides_it_again_and_again_does_not_win(banner: OnX) -> None:
    def hide_again() -> bool:
        banner.screen.x.core.UnmapWindow(banner.window)
        banner.screen.x.sync()
        return "lost" in banner.printed()

    banner.until(hide_again, why="hidden for good, and nobody said so")


def managed(screen: Screen) -> None:
    """Starts a window manager, and waits until it manages."""
    screen.start("openbox", "--sm-disable")
    end = time.monotonic() + 10
    while not property_of(screen, screen.x.root, "_NET_SUPPORTING_WM_CHECK"):
        assert time.monotonic() < end, "no window manager came"
        time.sleep(0.05)


def property_of(screen: Screen, window: int, name: str) -> bytes:
    reply = screen.x.core.GetProperty(False, window, atom(screen, name), 0, 0, 100).reply()
    return bytes(reply.value.buf())


def atom(screen: Screen, name: str) -> int:
    return int(screen.x.core.InternAtom(False, len(name), name).reply().atom)


def put_over(screen: Screen, *, override: bool = True, only_input: bool = False) -> int:
    """A red window as large as the screen, over everything; one that is managed asks to be full-screen."""
    x, window = screen.x, screen.x.new_id()
    kind, wanted = xcffib.xproto.WindowClass, xcffib.xproto.CW
    at = (0, 0, screen.width, screen.height, 0)
    if only_input:
        x.core.CreateWindow(0, window, x.root, *at, kind.InputOnly, 0, wanted.OverrideRedirect, [override])
    else:
        values = [_RED, override]
        x.core.CreateWindow(
            0, window, x.root, *at, kind.InputOutput, 0, wanted.BackPixel | wanted.OverrideRedirect, values
        )
    state, full = atom(screen, "_NET_WM_STATE"), atom(screen, "_NET_WM_STATE_FULLSCREEN")
    x.core.ChangeProperty(xcffib.xproto.PropMode.Replace, window, state, xcffib.xproto.Atom.ATOM, 32, 1, [full])
    x.core.MapWindow(window)
    x.sync()
    return window


def raise_(screen: Screen, window: int) -> None:
    over = xcffib.xproto.StackMode.Above
    screen.x.core.ConfigureWindow(window, xcffib.xproto.ConfigWindow.StackMode, [over])
    screen.x.sync()


@pytest.mark.parametrize(("manager", "override"), [(False, False), (True, False), (True, True)])
def test_a_window_as_large_as_the_screen_is_put_under_it_within_half_a_second(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, *, manager: bool, override: bool
) -> None:
    if manager:
        managed(screen)
    banner = put_up(screen, monkeypatch)
    time.sleep(_ROUNDS_S)  # nothing happens for a while, so nothing but the cover itself can wake the program
    window = put_over(screen, override=override)
    banner.until(lambda: not banner.covered(), why="covered for long", within_s=_COVERED_S)
    time.sleep(_ROUNDS_S)
    assert not banner.covered()
    raise_(screen, window)  # as a click on it may
    banner.until(lambda: not banner.covered(), why="covered again, for long", within_s=_COVERED_S)
    time.sleep(_ROUNDS_S)
    assert not banner.covered()
    assert "lost" not in banner.printed()


def test_whoever_puts_a_window_over_it_again_and_again_does_not_win(banner: OnX) -> None:
    window = put_over(banner.screen)

    def raise_again() -> bool:
        time.sleep(0.05)
        raise_(banner.screen, window)
        return "lost" in banner.printed()

    banner.until(raise_again, why="covered for good, and nobody said so", within_s=_LOST_S)


def test_nor_does_who_takes_another_window_each_time(banner: OnX) -> None:
    windows = [put_over(banner.screen) for _ in range(2)]

    def raise_the_other() -> bool:
        banner.screen.x.core.UnmapWindow(windows[0])
        windows.reverse()
        banner.screen.x.core.MapWindow(windows[0])
        raise_(banner.screen, windows[0])
        time.sleep(0.4)
        return "lost" in banner.printed()

    banner.until(raise_the_other, why="covered for good, and nobody said so", within_s=_LOST_TO_MANY_S)


def test_menus_that_open_one_after_the_other_end_nothing(banner: OnX) -> None:
    for _ in range(4):
        menu = put_over(banner.screen)
        banner.until(lambda: not banner.covered(), why="covered for long", within_s=_COVERED_S)
        banner.screen.x.core.DestroyWindow(menu)
    time.sleep(_ROUNDS_S)
    assert not banner.covered()
    assert "lost" not in banner.printed()


def test_what_lies_higher_and_covers_nothing_of_it_is_left_where_it_is(banner: OnX) -> None:
    x, screen = banner.screen.x, banner.screen
    at = x.core.GetGeometry(banner.window).reply()
    unmapped, beside, holed = put_over(screen), put_over(screen), put_over(screen)
    x.core.UnmapWindow(unmapped)
    x.core.ConfigureWindow(beside, xcffib.xproto.ConfigWindow.Y, [at.y + at.height])
    open_above(banner, holed)
    higher = [unmapped, beside, holed, put_over(screen, only_input=True)]
    time.sleep(_ROUNDS_S)  # it may have been lifted before they were as they should be
    for window in higher:
        raise_(screen, window)
    time.sleep(_ROUNDS_S)
    assert list(x.core.QueryTree(x.root).reply().children)[-4:] == higher
    assert not banner.covered()
    assert "lost" not in banner.printed()


def open_above(banner: OnX, window: int) -> None:
    """A hole in `window` where the banner is."""
    at = banner.screen.x.core.GetGeometry(banner.window).reply()
    hole = xcffib.xproto.RECTANGLE.synthetic(at.x, at.y, at.width, at.height)
    subtract, bounding = xcffib.shape.SO.Subtract, xcffib.shape.SK.Bounding
    banner.screen.x.extension(xcffib.shape.key).Rectangles(subtract, bounding, 0, window, 0, 0, 1, [hole])


def test_a_hole_that_closes_over_it_hides_it_for_half_a_second_at_most(banner: OnX) -> None:
    x, screen = banner.screen.x, banner.screen
    holed = put_over(screen)
    open_above(banner, holed)
    time.sleep(_ROUNDS_S)  # it may have been lifted before there was a hole
    raise_(screen, holed)
    time.sleep(_ROUNDS_S)
    assert not banner.covered()
    x.extension(xcffib.shape.key).Mask(
        xcffib.shape.SO.Set, xcffib.shape.SK.Bounding, holed, 0, 0, xcffib.xproto.Pixmap._None
    )
    x.sync()
    assert banner.covered()
    banner.until(lambda: not banner.covered(), why="covered for long", within_s=_COVERED_S)


def test_the_words_that_say_what_its_buttons_do_may_lie_over_it(banner: OnX) -> None:
    x = banner.screen.x
    at = x.core.GetGeometry(banner.window).reply()
    banner.screen.own_motion(at.x + at.width - 40 - banner.screen.pointer()[0], at.y + 16 - banner.screen.pointer()[1])

    def words() -> list[int]:
        order = list(x.core.QueryTree(x.root).reply().children)
        higher = order[order.index(banner.window) + 1 :]
        return [one for one in higher if x.core.GetWindowAttributes(one).reply().map_state]

    banner.until(lambda: bool(words()), why="no tooltip")
    shown = words()
    time.sleep(_ROUNDS_S)
    assert words() == shown


def test_they_are_not_in_the_technicians_picture_any_more_than_it_is(banner: OnX) -> None:
    x, pointer = banner.screen.x, banner.screen.pointer()
    at = x.core.GetGeometry(banner.window).reply()
    banner.screen.own_motion(at.x + at.width - 40 - pointer[0], at.y + 16 - pointer[1])
    banner.until(lambda: len(banner.printed().splitlines()) == 2, why="the words are told nobody")
    told = [int(number) for number in banner.printed().splitlines()[1].split()]
    assert banner.window in told
    (words,) = [one for one in told if one != banner.window]
    assert x.core.GetWindowAttributes(words).reply().map_state == xcffib.xproto.MapState.Viewable
    banner.screen.own_motion(0, 200)
    banner.until(lambda: banner.printed().splitlines()[-1] == str(banner.window), why="told of for good")
