"""What lies beneath the banner is in the picture, on a real X server."""

import struct
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import xcffib
import xcffib.shape
import xcffib.xproto

from agent.worker.capture.damage import merge
from agent.worker.capture.x11 import X11Source
from protocol.session.picture import Rect
from tests.agent.rig import Screen
from tests.agent.worker.paper import GROUND, Pattern, Sheet, ground, heed, red

_COLOURS = 0x00FF_FFFF
_BANNER = (60, 0, 200, 40)


class Beneath:
    """A screen of 320 x 240 with a banner, and a source that was told of it."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.sheets: list[Sheet] = []
        ground(screen.x)
        self.whole = Rect(0, 0, 320, 240)

    def begin(self) -> None:
        self.banner = red(self.screen.x, _BANNER)
        self.source = X11Source(self.screen.name)
        self.source.leave_out(frozenset({self.banner}))
        self.look()

    def sheet(self, *place: int, seed: int = 1) -> Sheet:
        x, y, width, height = place
        self.sheets.append(Sheet(self.screen.x, (x, y, width, height), seed))
        if hasattr(self, "banner"):
            self.raise_banner()
        return self.sheets[-1]

    def raise_banner(self) -> None:
        self.screen.x.core.ConfigureWindow(self.banner, 64, [0])
        self.screen.x.sync()

    def look(self) -> Pattern:
        """What the technician would see, by what is told of changes alone."""
        if not hasattr(self, "picture"):
            self.picture = self.source.grab([self.whole])[0].copy()
        while self.source.changes().damaged:
            rects = merge(self.source.take_damage(), 320, 240)
            for rect, pixels in zip(rects, self.source.grab(rects), strict=True):
                self.picture[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width] = pixels
        return self.picture & np.uint32(_COLOURS)

    def expected(self) -> Pattern:
        picture = np.full((240, 320), GROUND, np.uint32)
        for sheet in self.sheets:
            sheet.onto(picture)
        return picture

    def check(self) -> None:
        self.look()
        while heed(self.screen.x, self.sheets):
            self.look()
        assert (self.look() == self.expected()).all()
        assert self.seen_by_user()

    def seen_by_user(self) -> bool:
        """Whether the banner is on the real screen, whole."""
        red_bgr = (self.screen.pixels()[0:40, 60:260] == (0, 0, 255)).all(axis=2)
        return bool(red_bgr.all())


@pytest.fixture
def beneath() -> Iterator[Beneath]:
    with Screen(320, 240) as screen:
        one = Beneath(screen)
        yield one
        one.source.close()


def requests(beneath: Beneath) -> int:
    """The number of this request, the source's last one."""
    cookie = beneath.source._x.core.GetInputFocus()
    cookie.reply()
    return int(cookie.sequence)


def seen(beneath: Beneath) -> Pattern:
    """What is on the real screen."""
    pixels = beneath.screen.pixels().astype(np.uint32)
    found: Pattern = pixels[..., 0] | pixels[..., 1] << np.uint32(8) | pixels[..., 2] << np.uint32(16)
    return found


def test_what_was_there_before_and_what_comes_is_seen_as_it_was_drawn(beneath: Beneath) -> None:
    beneath.sheet(20, 10, 150, 100)
    beneath.begin()
    beneath.check()
    beneath.sheet(130, 20, 100, 100, seed=2)
    beneath.check()


def test_a_window_that_moves_resizes_scrolls_is_raised_unmapped_or_closed_is_followed(beneath: Beneath) -> None:
    one, other = beneath.sheet(20, 10, 150, 100), beneath.sheet(100, 5, 150, 100, seed=2)
    beneath.begin()
    beneath.check()
    for step in range(5):
        other.configure(x=100 + 13 * step, y=5 + step)
        beneath.check()
    other.configure(x=-30, y=-10)
    beneath.check()
    other.configure(width=250, height=60)
    beneath.check()
    other.scroll(7)
    beneath.check()
    beneath.sheets = [other, one]
    one.configure(stack_mode=0)
    beneath.raise_banner()
    beneath.check()
    one.show(shown=False)
    beneath.check()
    one.show(shown=True)
    other.scroll(3)
    beneath.check()
    one.close()
    beneath.check()


def test_a_window_with_a_shape_covers_only_what_it_has(beneath: Beneath) -> None:
    _, over = beneath.sheet(0, 0, 320, 100), beneath.sheet(80, 5, 120, 90, seed=2)
    over.cut((0, 0, 40, 90), (70, 20, 50, 70))
    beneath.begin()
    beneath.check()
    over.cut((10, 10, 30, 30))
    beneath.check()


def test_the_background_changes_with_the_screens(beneath: Beneath) -> None:
    beneath.begin()
    assert (beneath.look() == GROUND).all()
    ground(beneath.screen.x, 0x804020)
    beneath.source.take_damage()
    assert (beneath.source.grab([beneath.whole])[0] & _COLOURS == 0x804020).all()


def test_a_window_that_only_looks_like_a_banner_is_shown(beneath: Beneath) -> None:
    beneath.begin()
    red(beneath.screen.x, (20, 100, 200, 40))
    picture = beneath.look()
    assert (picture[100:140, 20:220] == 0xFF0000).all()
    assert (picture[0:40, 60:260] == GROUND).all()


def test_a_client_cannot_make_up_that_a_window_went_away(beneath: Beneath) -> None:
    sheet = beneath.sheet(0, 0, 320, 100)
    beneath.begin()
    beneath.check()
    core, mask = beneath.screen.x.core, xcffib.xproto.EventMask.SubstructureNotify
    core.SendEvent(
        False, beneath.screen.x.root, mask, struct.pack("=BxxxII20x", 17, beneath.screen.x.root, sheet.number)
    )
    sheet.scroll(1)
    beneath.check()


def test_when_the_banner_is_told_no_more_it_is_in_the_picture(beneath: Beneath) -> None:
    beneath.sheet(0, 0, 320, 100)
    beneath.begin()
    beneath.check()
    beneath.source.leave_out(frozenset())
    assert (beneath.source.grab([beneath.whole])[0][0:40, 60:260] & _COLOURS == 0xFF0000).all()


def test_a_banner_that_moves_leaves_nothing_behind(beneath: Beneath) -> None:
    beneath.sheet(0, 0, 320, 30)
    beneath.begin()
    beneath.check()
    for x in (70, 100, 110):
        config = xcffib.xproto.ConfigWindow
        beneath.screen.x.core.ConfigureWindow(beneath.banner, config.X, [x])
        beneath.screen.x.sync()
        beneath.look()
        heed(beneath.screen.x, beneath.sheets)
        assert (beneath.look() == beneath.expected()).all()


def test_two_corners_that_change_together_are_not_told_as_everything_between(beneath: Beneath) -> None:
    """The server copies a window to the screen at once, and tells a rectangle around all that it copied."""
    sheet = beneath.sheet(0, 0, 320, 240)
    beneath.begin()
    beneath.check()
    sheet.dot(4, 60)
    sheet.dot(300, 220)
    beneath.screen.x.sync()
    told: list[Rect] = []

    def looked() -> bool:
        if beneath.source.changes().damaged:
            told.extend(beneath.source.take_damage())
            beneath.source.grab([beneath.whole])
        return bool(told)

    wait_until(looked)  # the events come over another connection than the one that was synchronised
    looked()
    assert {(one.x, one.y) for one in told} == {(4, 60), (300, 220)}
    assert sum(one.area for one in told) == 2


def test_what_was_drawn_is_told_once_however_the_server_tells_of_it(beneath: Beneath) -> None:
    """Of a window, of the copy on the screen, and of each part: all that was drawn before it was looked at is known."""
    sheet = beneath.sheet(0, 0, 320, 240)
    beneath.begin()
    beneath.check()
    beneath.source.take_damage()
    told: list[bool] = []
    for x in range(20):
        sheet.dot(10 + x, 30)  # beneath the banner and beside it
        sheet.dot(10 + x, 200)
        beneath.screen.x.sync()
        assert beneath.source.take_damage()  # the events of it are read meanwhile
        told.append(beneath.source.changes().damaged)
    assert told.count(False) > len(told) / 2  # now and then it is copied only after it was looked at


def test_pixels_are_asked_for_together_with_what_was_drawn_where_a_window_told_it(beneath: Beneath) -> None:
    sheet = beneath.sheet(0, 0, 320, 240)
    beneath.begin()
    beneath.check()
    asked: list[int] = []
    for x in range(20):
        sheet.dot(16 * x, 30)
        sheet.dot(300 - 8 * x, 200)
        beneath.screen.x.sync()
        wait_until(lambda: beneath.source.changes().damaged)
        rects = merge(beneath.source.take_damage(), 320, 240)
        before = requests(beneath)
        pixels = beneath.source.grab(rects)
        asked.append(requests(beneath) - before - 1)
        shown = seen(beneath)
        for rect, part in zip(rects, pixels, strict=True):
            if rect.y >= 40:
                where = slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)
                assert (part & np.uint32(_COLOURS) == shown[where]).all()
    assert asked.count(0) > len(asked) / 2  # now and then it is copied only after it was looked at


def test_a_window_that_draws_a_thousand_things_at_once_tells_of_few(
    beneath: Beneath, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = beneath.sheet(0, 0, 320, 240)
    beneath.begin()
    beneath.check()
    told: list[bytes] = []
    take = beneath.source._beneath.take

    def counting(event: bytes) -> bool:
        told.append(event)
        return take(event)

    monkeypatch.setattr(beneath.source._beneath, "take", counting)
    counted: list[int] = []
    for turn in range(2):
        told.clear()
        for at in range(1000):
            sheet.dot(2 * (at % 150) + turn, 50 + 20 * (at // 150))
        wait_until(lambda: bool((beneath.look()[50:] == seen(beneath)[50:]).all()))
        counted.append(len(told))
    assert counted[0] > 900
    assert counted[1] < 300


def test_what_the_banner_itself_draws_is_nobodys_matter(beneath: Beneath) -> None:
    beneath.sheet(0, 0, 320, 240)
    beneath.begin()
    beneath.check()
    beneath.screen.x.core.ClearArea(False, beneath.banner, 0, 0, 0, 0)
    beneath.screen.x.sync()
    wait_until(lambda: beneath.source.changes().damaged)
    assert beneath.source.take_damage() == []


def test_a_server_that_cannot_look_beneath_shows_the_screen_as_it_is() -> None:
    with Screen(320, 240, without="Composite") as screen:
        beneath = Beneath(screen)
        beneath.begin()
        assert (beneath.look()[0:40, 60:260] == 0xFF0000).all()
        beneath.source.close()


@pytest.fixture(params=["picom", "xcompmgr"])
def composited(beneath: Beneath, request: pytest.FixtureRequest) -> Beneath:
    """The same under a compositor."""
    argv = {"picom": ("picom", "--backend", "xrender", "--config", "/dev/null"), "xcompmgr": ("xcompmgr",)}
    beneath.screen.start(*argv[request.param])
    manager = beneath.screen.x.atom("_NET_WM_CM_S0")
    wait_until(lambda: beneath.screen.x.core.GetSelectionOwner(manager).reply().owner != xcffib.NONE)
    return beneath


def test_the_same_holds_under_a_compositor(composited: Beneath) -> None:
    one, other = composited.sheet(0, 0, 320, 240), composited.sheet(100, 5, 150, 100, seed=2)
    composited.begin()
    settled(composited)
    other.configure(x=70, y=-3)
    settled(composited)
    other.scroll(5)
    one.scroll(9)
    settled(composited)
    other.configure(width=100, height=60)
    settled(composited)
    other.show(shown=False)
    settled(composited)


def test_what_shines_through_under_a_compositor_shines_through_in_the_picture(beneath: Beneath) -> None:
    beneath.screen.start("picom", "--backend", "xrender", "--config", "/dev/null")
    manager = beneath.screen.x.atom("_NET_WM_CM_S0")
    wait_until(lambda: beneath.screen.x.core.GetSelectionOwner(manager).reply().owner != xcffib.NONE)
    under, over = beneath.sheet(0, 0, 320, 240), beneath.sheet(0, 0, 320, 100, seed=2)
    name, half = beneath.screen.x.atom("_NET_WM_WINDOW_OPACITY"), 0x8000_0000
    beneath.screen.x.core.ChangeProperty(0, over.number, name, 6, 32, 1, [half])
    beneath.begin()
    settled(beneath, lambda: None)
    both = [one.pattern[:40, 60:260, None] >> np.array([0, 8, 16], np.uint32) & 0xFF for one in (under, over)]
    seen = beneath.look()[:40, 60:260, None] >> np.array([0, 8, 16], np.uint32) & 0xFF
    assert np.abs(seen.astype(int) - (both[0].astype(int) + both[1]) / 2).max() < 3


def test_where_a_compositor_draws_something_of_its_own_the_screen_is_shown_as_it_is(beneath: Beneath) -> None:
    """As those shells do whose panel is no window: nobody can tell what it looks like beneath the banner."""
    x = beneath.screen.x
    manager = beneath.sheet(0, 0, 320, 100).number
    x.core.ChangeProperty(0, manager, x.atom("_NET_WM_NAME"), x.atom("UTF8_STRING"), 8, 11, b"GNOME Shell")
    x.core.ChangeProperty(0, x.root, x.atom("_NET_SUPPORTING_WM_CHECK"), 33, 32, 1, [manager])
    x.core.SetSelectionOwner(manager, x.atom("_NET_WM_CM_S0"), 0)
    x.sync()
    beneath.begin()
    assert (beneath.look()[0:40, 60:260] == 0xFF0000).all()
    x.core.DeleteProperty(x.root, x.atom("_NET_SUPPORTING_WM_CHECK"))
    x.sync()
    beneath.look()
    heed(x, beneath.sheets)
    assert (beneath.look()[0:40, 60:260] == beneath.expected()[0:40, 60:260]).all()


def settled(one: Beneath, check: Callable[[], None] | None = None) -> None:
    """A compositor draws when it comes to it."""

    def right() -> bool:
        one.look()
        heed(one.screen.x, one.sheets)
        return bool((one.look() == one.expected()).all()) or check is not None

    wait_until(right)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
