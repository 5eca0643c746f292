"""Windows with patterns on a real X server, and what a screen without a banner would show of them."""

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xcffib
import xcffib.shape
import xcffib.xproto

from agent.x11.connection import Connection

Pattern = npt.NDArray[np.uint32]
GROUND = 0x204060
_EXPOSE = 12


class Sheet:
    """A window with a pattern, drawn as a program draws its own: when it has something new, or `heed`s the server.

    Attributes:
        x, y, width, height: where it is.
        number: the server's for it.
        pattern: what it shows.
    """

    def __init__(self, x: Connection, place: tuple[int, int, int, int], seed: int, *, depth: int = 24) -> None:
        self.x, self.y, self.width, self.height = place
        self._x = x
        self.shown = True
        self.holes: list[tuple[int, int, int, int]] = []
        self.number, self._context = x.new_id(), x.new_id()
        cw = xcffib.xproto.CW
        x.core.CreateWindow(
            depth, self.number, x.root, *place, 0, xcffib.xproto.WindowClass.InputOutput, 0,
            cw.BackPixel | cw.OverrideRedirect | cw.EventMask,
            [0x00AA00, 1, xcffib.xproto.EventMask.Exposure],
        )  # fmt: skip
        x.core.CreateGC(self._context, self.number, 0, [])
        x.core.MapWindow(self.number)
        self._random = np.random.default_rng(seed)
        self.pattern = self._patterned()
        self.draw()

    def draw(self) -> None:
        """All of it."""
        z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
        data = self.pattern.tobytes()
        self._x.core.PutImage(
            z_pixmap, self.number, self._context, self.width, self.height, 0, 0, 0, 24, len(data), data
        )
        self._x.sync()

    def dot(self, x: int, y: int) -> None:
        """Draws one pixel."""
        pixel = [xcffib.xproto.POINT.synthetic(x, y)]
        self._x.core.PolyPoint(xcffib.xproto.CoordMode.Origin, self.number, self._context, 1, pixel)

    def scroll(self, up: int) -> None:
        """As a program does: moves what is there, and draws what comes."""
        self._x.core.CopyArea(self.number, self.number, self._context, 0, up, 0, 0, self.width, self.height - up)
        fresh = self._random.integers(0, 1 << 24, (up, self.width), np.uint32)
        data = fresh.tobytes()
        z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
        self._x.core.PutImage(
            z_pixmap, self.number, self._context, self.width, up, 0, self.height - up, 0, 24, len(data), data
        )
        self.pattern = np.concatenate([self.pattern[up:], fresh])
        self._x.sync()

    def configure(self, **values: int) -> None:
        """Moves it, raises it and so on, by ConfigureWindow's names; what it shows has to be drawn anew after some."""
        config = xcffib.xproto.ConfigWindow
        mask = {"x": config.X, "y": config.Y, "width": config.Width, "height": config.Height}
        mask |= {"stack_mode": config.StackMode}
        known = [name for name in mask if name in values]
        self._x.core.ConfigureWindow(self.number, sum(mask[name] for name in known), [values[name] for name in known])
        for name in known:
            if name != "stack_mode":
                setattr(self, name, values[name])
        if "width" in values or "height" in values:
            self.pattern = self._patterned()
            self.draw()
        self._x.sync()

    def show(self, *, shown: bool) -> None:
        """Maps or unmaps it."""
        self.shown = shown
        (self._x.core.MapWindow if shown else self._x.core.UnmapWindow)(self.number)
        self._x.sync()
        if shown:
            self.draw()

    def cut(self, *parts: tuple[int, int, int, int]) -> None:
        """Gives it a shape of these parts."""
        shape = self._x.extension(xcffib.shape.key)
        rectangles = [xcffib.xproto.RECTANGLE.synthetic(*part) for part in parts]
        shape.Rectangles(xcffib.shape.SO.Set, xcffib.shape.SK.Bounding, 0, self.number, 0, 0, len(parts), rectangles)
        self.holes = list(parts)
        self._x.sync()

    def close(self) -> None:
        """Its program ends."""
        self.shown = False
        self._x.core.DestroyWindow(self.number)
        self._x.sync()

    def onto(self, picture: Pattern) -> None:
        """Paints it as it should be seen."""
        if not self.shown:
            return
        for left, top, width, height in self.holes or [(0, 0, self.width, self.height)]:
            for row in range(max(0, top, -self.y), min(top + height, self.height, picture.shape[0] - self.y)):
                first = max(left, -self.x, 0)
                last = min(left + width, self.width, picture.shape[1] - self.x)
                picture[self.y + row, self.x + first : self.x + last] = self.pattern[row, first:last]

    def _patterned(self) -> Pattern:
        return self._random.integers(0, 1 << 24, (self.height, self.width), np.uint32)


def heed(x: Connection, sheets: Sequence[Sheet]) -> bool:
    """Draws those that the server has asked to be drawn; whether there were any."""
    x.sync()
    exposed = {int.from_bytes(event[4:8], sys.byteorder) for event in x.events() if event[0] == _EXPOSE}
    wanted = [sheet for sheet in sheets if sheet.number in exposed and sheet.shown]
    for sheet in wanted:
        sheet.draw()
    return bool(wanted)


def red(x: Connection, place: tuple[int, int, int, int]) -> int:
    """A window that looks like a banner; its number."""
    number = x.new_id()
    cw = xcffib.xproto.CW
    x.core.CreateWindow(
        0, number, x.root, *place, 0, xcffib.xproto.WindowClass.InputOutput, 0,
        cw.BackPixel | cw.OverrideRedirect, [0xFF0000, 1],
    )  # fmt: skip
    x.core.MapWindow(number)
    x.sync()
    return number


def ground(x: Connection, colour: int = GROUND) -> None:
    """Gives the root window this background."""
    x.core.ChangeWindowAttributes(x.root, xcffib.xproto.CW.BackPixel, [colour])
    x.core.ClearArea(False, x.root, 0, 0, 0, 0)
    x.sync()
