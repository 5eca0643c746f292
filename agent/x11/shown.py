"""Whether the X server really shows a window of ours, and putting it back. Lives on its connection's thread.

Guarantees: what it does is done when it returns. Qt's own requests wait in a buffer, and its event loop sends that only
when something woke it other than a timer (qxcbeventdispatcher.cpp, `wakeUpCalled`): a window raised by Qt from a timer
stays where it is for as long as nothing else happens.

Distrusts every other client, those that a technician's hand drives among them: each may unmap, move, shrink, shape,
fade, reparent or cover a window that is not its own (X11 protocol, "the server does no access control by window").
What a compositing manager makes of the windows is out of its sight.

Has the server tell of every window of the desktop that is made, shown, moved or restacked (SubstructureNotify), and of
what makes its own ones see-through or cuts them out. Nobody tells of an override redirect taken away, nor of a hole in
another window that closes: `unmoved` is not said while there is such a window, and is to be believed for seconds only.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import xcffib
import xcffib.shape
import xcffib.xproto

from agent.ui.eye import NOTHING, Rectangle, Sight
from agent.x11.connection import Connection, DisplayLost, XError


class ServersEye:
    """Looks after windows by a connection of its own; an `agent.ui.eye.Eye`."""

    def __init__(self, display: str | None = None) -> None:
        """Connects to `display`, or to the environment's. Raises DisplayLost."""
        self._x = Connection(display)
        name = b"_NET_WM_WINDOW_OPACITY"
        self._opacity: int = self._x.core.InternAtom(False, len(name), name).reply().atom
        self._shape: Any = self._x.extension(xcffib.shape.key) if self._x.present(xcffib.shape.key) else None
        self._holes: set[int] = set()
        self._hear(self._x.root, xcffib.xproto.EventMask.SubstructureNotify)

    def look(self, window: int, wanted: Rectangle, screen: Rectangle, besides: frozenset[int]) -> Sight:
        """What can be seen of `window`; of one that is gone, or when the server is, nothing."""
        try:
            self._hear(window, xcffib.xproto.EventMask.PropertyChange)
            self._holes.discard(window)
            if (at := self._in_place(window, wanted, screen)) is None:
                return NOTHING
            return Sight(in_place=True, over=frozenset(self._over(window, at, besides)))
        except (DisplayLost, XError):
            return NOTHING

    def unmoved(self) -> bool:
        """See `Eye`, and above for what it is worth. When the server is gone, nothing is sure."""
        try:
            happened = sum(1 for _ in self._x.events())
        except DisplayLost:
            return False
        return not happened and not self._holes

    def lift(self, window: int) -> None:
        """Puts it over everything. What cannot be done, `look` will tell."""
        with contextlib.suppress(DisplayLost, XError):
            order = xcffib.xproto.ConfigWindow.StackMode
            self._x.core.ConfigureWindow(window, order, [xcffib.xproto.StackMode.Above])
            self._x.sync()

    def put_back(self, window: int, wanted: Rectangle) -> None:
        """Maps it where it belongs, over everything, solid and unmasked. What cannot be done, `look` will tell."""
        core, config = self._x.core, xcffib.xproto.ConfigWindow
        with contextlib.suppress(DisplayLost, XError):
            core.ChangeWindowAttributes(window, xcffib.xproto.CW.OverrideRedirect, [1])
            core.DeleteProperty(window, self._opacity)
            if self._shape:
                for kind in (xcffib.shape.SK.Bounding, xcffib.shape.SK.Clip, xcffib.shape.SK.Input):
                    self._shape.Mask(xcffib.shape.SO.Set, kind, window, 0, 0, xcffib.NONE)
            if core.QueryTree(window).reply().parent != self._x.root:
                core.ReparentWindow(window, self._x.root, wanted.x, wanted.y)
            core.ConfigureWindow(
                window,
                config.X | config.Y | config.Width | config.Height | config.StackMode,
                [wanted.x, wanted.y, wanted.width, wanted.height, xcffib.xproto.StackMode.Above],
            )
            core.MapWindow(window)
            self._x.sync()

    def close(self) -> None:
        """Disconnects; nothing may be called afterwards."""
        self._x.close()

    def _hear(self, window: int, mask: int) -> None:
        """Has the server tell. Raises DisplayLost."""
        self._x.core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [mask])
        if self._shape:
            self._shape.SelectInput(window, True)

    def _in_place(self, window: int, wanted: Rectangle, screen: Rectangle) -> Rectangle | None:
        """Where it is, if that is where and how it should be. Raises DisplayLost and XError."""
        core = self._x.core
        attributes = core.GetWindowAttributes(window)
        geometry = core.GetGeometry(window)
        tree = core.QueryTree(window)
        opacity = core.GetProperty(False, window, self._opacity, xcffib.xproto.Atom.Any, 0, 1)
        shape = self._shape.QueryExtents(window) if self._shape else None
        attributes, geometry, tree, opacity = (asked.reply() for asked in (attributes, geometry, tree, opacity))
        extents = shape.reply() if shape else None
        at = Rectangle(geometry.x, geometry.y, geometry.width, geometry.height)
        in_place = (
            attributes.map_state == xcffib.xproto.MapState.Viewable
            and attributes.override_redirect
            and tree.parent == self._x.root
            and at.inside(screen)
            and at.as_large_as(wanted)
            and opacity.type == xcffib.NONE
            and not (extents and (extents.bounding_shaped or extents.clip_shaped))
        )
        return at if in_place else None

    def _over(self, window: int, at: Rectangle, besides: frozenset[int]) -> Iterator[int]:
        """The windows that cover any of `at`, where `window` lies. Raises DisplayLost and XError."""
        order = list(self._x.core.QueryTree(self._x.root).reply().children)  # the undermost first
        higher = order[order.index(window) + 1 :] if window in order else order
        for other in higher:
            with contextlib.suppress(XError):  # gone since
                if other not in besides and self._covers(other, window, at):
                    yield other

    def _covers(self, other: int, window: int, at: Rectangle) -> bool:
        """Whether any pixel of `other` lies in `at`, where `window` is. Raises DisplayLost and XError."""
        asked = self._x.core.GetWindowAttributes(other), self._x.core.GetGeometry(other)
        attributes, geometry = (one.reply() for one in asked)
        if attributes.map_state != xcffib.xproto.MapState.Viewable:
            return False
        if attributes._class == xcffib.xproto.WindowClass.InputOnly:  # noqa: SLF001 - the library's name for "class"
            return False
        border = geometry.border_width
        whole = Rectangle(geometry.x, geometry.y, geometry.width + 2 * border, geometry.height + 2 * border)
        if not whole.overlaps(at) or not self._shape:
            return whole.overlaps(at)
        # What frames or draws on the whole screen is often a window with a hole in it.
        self._holes.add(window)
        shape = self._shape.GetRectangles(other, xcffib.shape.SK.Bounding).reply()
        x, y = geometry.x + border, geometry.y + border
        return any(Rectangle(x + part.x, y + part.y, part.width, part.height).overlaps(at) for part in shape.rectangles)
