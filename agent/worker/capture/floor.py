"""The root window's own picture where windows hide it: what lies beneath the last of them. On the capture thread.

Where no compositor is at work, a window that nobody sees takes its background from the root window: the server paints
it as it would paint the root there, and shows it nowhere (redirection, manual). A compositor paints the root itself,
with the pixmap that a property of the root names; where there is none, nobody can tell.
"""

from collections.abc import Iterator
from typing import Any

import xcffib.composite
import xcffib.shape
import xcffib.xproto

from agent.worker.regions.areas import intersection
from agent.x11.connection import Connection, XError
from protocol.session.picture import Rect

_PARENT_RELATIVE = 1
_WALLPAPERS = ("_XROOTPMAP_ID", "ESETROOT_PMAP_ID")


class Floor:
    """What there is of the root window.

    Attributes:
        window: the one that takes the root's background, or 0.
        atoms: the properties of the root window that name a wallpaper.
        composited: whether a compositor is at work.
    """

    def __init__(self, x: Connection) -> None:
        self._x = x
        self.window = self._pixmap = 0
        self.composited = False
        self._place: Rect | None = None
        self._wallpaper: tuple[int, int, int] | None = None
        self.atoms: tuple[int, ...] = ()

    def look(self, *, composited: bool) -> None:
        """Asks what a compositor paints. Raises DisplayLost."""
        self.atoms = self.atoms or tuple(self._x.atom(name) for name in _WALLPAPERS)
        self.composited, self._wallpaper = composited, None
        if composited:
            self.lay(None)
            for atom in self.atoms:
                found = self._x.core.GetProperty(False, self._x.root, atom, xcffib.xproto.Atom.PIXMAP, 0, 1).reply()
                if found.value_len and not self._wallpaper:
                    self._wallpaper = self._measured(int(found.value.to_atoms()[0]))

    def lay(self, place: Rect | None) -> None:
        """There is something to be seen of the root window in this part of the screen."""
        if self.composited:
            place = None
        if place == self._place:
            return
        if self.window:
            self._x.core.FreePixmap(self._pixmap)
            self._x.core.DestroyWindow(self.window)
            self.window = 0
        self._place = place
        if place:
            self._spread(place)

    def parts(self, at: Rect) -> Iterator[tuple[Rect, int, int, int]]:
        """Where its picture is to be had: a part of the screen, a drawable, and where on the screen that begins."""
        if self._place and self.window and (both := intersection(at, self._place)):
            self._x.core.ClearArea(False, self.window, 0, 0, 0, 0)  # nobody tells that the root's background changed
            yield both, self._pixmap, self._place.x, self._place.y
        elif self._wallpaper:
            pixmap, width, height = self._wallpaper
            for y in range(at.y // height * height, at.y + at.height, height):
                for x in range(at.x // width * width, at.x + at.width, width):
                    if part := intersection(at, Rect(x, y, width, height)):
                        yield part, pixmap, x, y

    def _spread(self, place: Rect) -> None:
        """Nothing of it is ever seen: it is redirected before it is mapped, and nothing can be clicked there."""
        core, cw, config = self._x.core, xcffib.xproto.CW, xcffib.xproto.ConfigWindow
        composite: Any = self._x.extension(xcffib.composite.key)
        shape: Any = self._x.extension(xcffib.shape.key)
        self.window, self._pixmap = self._x.new_id(), self._x.new_id()
        core.CreateWindow(
            0, self.window, self._x.root, place.x, place.y, place.width, place.height, 0,
            xcffib.xproto.WindowClass.InputOutput, 0, cw.BackPixmap | cw.OverrideRedirect, [_PARENT_RELATIVE, 1],
        )  # fmt: skip
        core.ConfigureWindow(self.window, config.StackMode, [xcffib.xproto.StackMode.Below])
        shape.Rectangles(xcffib.shape.SO.Set, xcffib.shape.SK.Input, 0, self.window, 0, 0, 0, [])
        composite.RedirectWindow(self.window, xcffib.composite.Redirect.Manual)
        core.MapWindow(self.window)
        composite.NameWindowPixmap(self.window, self._pixmap)

    def _measured(self, pixmap: int) -> tuple[int, int, int] | None:
        try:
            found = self._x.core.GetGeometry(pixmap).reply()
        except XError:  # whoever set the wallpaper has freed it
            return None
        return (pixmap, found.width, found.height) if found.depth == self._x.screen.root_depth else None
