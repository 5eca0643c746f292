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

_BACK_S = 5.0


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
            and core.QueryTree(self.window).reply().parent == self.screen.x.root
        )

    def until(self, true: Callable[[], bool], *, why: str) -> None:
        end = time.monotonic() + _BACK_S
        while not true():
            assert time.monotonic() < end, why
            time.sleep(0.05)


@pytest.fixture
def banner(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> OnX:
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


def put_into_another(banner: OnX) -> None:
    x = banner.screen.x
    other = x.new_id()
    x.core.CreateWindow(0, other, x.root, 0, 0, 10, 10, 0, xcffib.xproto.WindowClass.InputOutput, 0, 0, [])
    x.core.ReparentWindow(banner.window, other, 0, 0)


@pytest.mark.parametrize("hide", [unmap, move, shrink, fade, mask, put_into_another])
def test_hidden_behind_the_programs_back_it_is_whole_again_soon(hide: Callable[[OnX], None], banner: OnX) -> None:
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
