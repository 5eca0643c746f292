"""Whether the X server really shows a window of ours, and putting it back. Lives on its connection's thread.

Distrusts every other client, those that a technician's hand drives among them: each may unmap, move, shrink, shape,
fade or reparent a window that is not its own (X11 protocol, "the server does no access control by window").
"""

import contextlib
from typing import Any

import xcffib
import xcffib.shape
import xcffib.xproto

from agent.ui.eye import Rectangle
from agent.x11.connection import Connection, DisplayLost, XError


class ServersEye:
    """Looks after windows by a connection of its own; an `agent.ui.eye.Eye`."""

    def __init__(self, display: str | None = None) -> None:
        """Connects to `display`, or to the environment's. Raises DisplayLost."""
        self._x = Connection(display)
        name = b"_NET_WM_WINDOW_OPACITY"
        self._opacity: int = self._x.core.InternAtom(False, len(name), name).reply().atom
        self._shape: Any = self._x.extension(xcffib.shape.key) if self._x.present(xcffib.shape.key) else None

    def shows(self, window: int, wanted: Rectangle, screen: Rectangle) -> bool:
        """Whether `window` can be seen whole on `screen`, as large as `wanted`, solid, and out of any manager's hands.

        A window that is gone, or a server that is, shows nothing.
        """
        try:
            return self._shows(window, wanted, screen)
        except (DisplayLost, XError):
            return False

    def put_back(self, window: int, wanted: Rectangle) -> None:
        """Maps it where it belongs, over everything, solid and unmasked. What cannot be done, `shows` will tell."""
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
            list(self._x.events())  # refusals of requests nobody waits for pile up otherwise

    def close(self) -> None:
        """Disconnects; nothing may be called afterwards."""
        self._x.close()

    def _shows(self, window: int, wanted: Rectangle, screen: Rectangle) -> bool:
        core = self._x.core
        attributes = core.GetWindowAttributes(window)
        geometry = core.GetGeometry(window)
        tree = core.QueryTree(window)
        opacity = core.GetProperty(False, window, self._opacity, xcffib.xproto.Atom.Any, 0, 1)
        shape = self._shape.QueryExtents(window) if self._shape else None
        attributes, geometry, tree, opacity = (asked.reply() for asked in (attributes, geometry, tree, opacity))
        extents = shape.reply() if shape else None
        at = Rectangle(geometry.x, geometry.y, geometry.width, geometry.height)
        return bool(
            attributes.map_state == xcffib.xproto.MapState.Viewable
            and attributes.override_redirect
            and tree.parent == self._x.root
            and at.inside(screen)
            and at.as_large_as(wanted)
            and opacity.type == xcffib.NONE
            and not (extents and (extents.bounding_shaped or extents.clip_shaped))
        )
