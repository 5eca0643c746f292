"""What an X server says of the windows on its screen, and of who puts them together. On the capture thread."""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import xcffib.shape
import xcffib.xproto

from agent.worker.capture.layers import Glass
from agent.worker.capture.stacking import Window
from agent.x11.connection import Connection, XError
from protocol.session.picture import Rect

_SOLID = 0xFFFF_FFFF
_ARGB_DEPTH = 32
_NO_GLASS = Glass(alpha=False)
_SHELLS = ("GNOME Shell", "Mutter", "Muffin", "Gala", "Budgie", "Enlightenment")
"""Parts of the names of window managers whose panels are drawn by their compositors and are no windows."""


class Asking:
    """Asks by one connection. Methods raise DisplayLost; windows that have gone are no error.

    Attributes:
        manager: the selection that a compositor owns.
        check: the root window's property that names the window manager.
    """

    def __init__(self, x: Connection) -> None:
        self._x = x
        self._shape: Any = x.extension(xcffib.shape.key)
        self.manager = x.atom(f"_NET_WM_CM_S{x.number}")
        self.check, self._name = x.atom("_NET_SUPPORTING_WM_CHECK"), x.atom("_NET_WM_NAME")
        self._opacity = x.atom("_NET_WM_WINDOW_OPACITY")

    def compositor(self) -> tuple[bool, bool]:
        """Whether there is one, and whether it is one that draws what is no window."""
        composited = self._x.core.GetSelectionOwner(self.manager).reply().owner != xcffib.NONE
        return composited, composited and any(name in self._desktop() for name in _SHELLS)

    def tree(self) -> list[tuple[int, Window]]:
        """The root window's children by number, the undermost first."""
        core = self._x.core
        children = list(core.QueryTree(self._x.root).reply().children)
        asked = [(one, core.GetWindowAttributes(one), core.GetGeometry(one)) for one in children]
        found = []
        for window, attributes, geometry in asked:
            seen, at = _answer(attributes), _answer(geometry)
            if seen is None or at is None:
                continue
            mapped = seen.map_state == xcffib.xproto.MapState.Viewable
            border = at.border_width
            wide, high = at.width + 2 * border, at.height + 2 * border
            found.append((window, Window(at.x, at.y, wide, high, border, mapped)))
        return found

    def looks(self, windows: Mapping[int, Window], *, composited: bool) -> Iterator[tuple[int, Window, Glass | None]]:
        """Each of `windows` with what it looks like; from now on the server tells of their shapes.

        Without a `Glass` its pixels are stored in a way that nobody here can read, as those of 256 colours are.
        """
        core, asked = self._x.core, []
        for number in windows:
            self._shape.SelectInput(number, True)
            answers = (
                core.GetWindowAttributes(number),
                core.GetGeometry(number),
                self._shape.QueryExtents(number),
                self._shape.GetRectangles(number, xcffib.shape.SK.Bounding),
                core.GetProperty(False, number, self._opacity, xcffib.xproto.Atom.CARDINAL, 0, 1),
            )
            asked.append((number, answers))
        for number, answers in asked:
            known = windows[number]
            attributes, at, extents, parts, opacity = (_answer(one) for one in answers)
            if attributes is None or at is None or extents is None or parts is None or opacity is None:
                yield number, dataclasses.replace(known, looks=False), _NO_GLASS
                continue
            shape = None
            if extents.bounding_shaped:
                border = known.border
                shape = tuple(Rect(one.x + border, one.y + border, one.width, one.height) for one in parts.rectangles)
            looks = attributes._class == xcffib.xproto.WindowClass.InputOutput  # noqa: SLF001 - the library's name
            share = opacity.value.to_atoms()[0] / _SOLID if opacity.value_len else 1.0
            glass = (
                Glass(at.depth == _ARGB_DEPTH, share) if at.depth in (_ARGB_DEPTH, self._x.screen.root_depth) else None
            )
            solid = not composited or glass in (_NO_GLASS, None)
            yield number, dataclasses.replace(known, looks=looks, solid=solid, shape=shape), glass

    def _desktop(self) -> str:
        """The window manager's name (EWMH, _NET_SUPPORTING_WM_CHECK)."""
        core, kind = self._x.core, xcffib.xproto.Atom
        with contextlib.suppress(XError):
            check = core.GetProperty(False, self._x.root, self.check, kind.WINDOW, 0, 1).reply()
            if check.value_len:
                name = core.GetProperty(False, check.value.to_atoms()[0], self._name, kind.Any, 0, 64).reply()
                return bytes(name.value.raw).decode(errors="replace")
        return ""


def _answer(asked: Any) -> Any:
    try:
        return asked.reply()
    except XError:  # the window is gone
        return None
