"""What lies beneath windows of ours on an X server: the picture there as it were without them (Composite, Damage).

Each window that is seen there draws into a pixmap of its own for as long as it is seen there: the server copies it to
the screen by itself (redirection, automatic), and what would be hidden can be had from the pixmap. Where a compositor
is at work all windows have theirs anyway. Nothing on the user's screen changes.

Guarantees that nothing but the windows it was told of is left out. Lives on the capture thread, with its connection.
Distrusts every other client: a window that went away, shrank or never existed costs its part of the picture, which is
what the screen shows there, for a moment; events that a client made up are not listened to. Where the desktop's own
compositor draws something that is no window, the screen is shown as it is.
"""

import contextlib
import dataclasses
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import xcffib.composite
import xcffib.damage
import xcffib.shape
import xcffib.xfixes
import xcffib.xproto

from agent.worker.capture.asking import Asking
from agent.worker.capture.floor import Floor
from agent.worker.capture.layers import Glass, lay
from agent.worker.capture.segment import Segment
from agent.worker.capture.source import Pixels
from agent.worker.capture.stacking import EVENTS, MAPPED, Pane, Stack, Window, without_part
from agent.worker.regions.areas import intersection, union
from agent.x11.connection import Connection, XError
from protocol.session.picture import Rect

_ALL_PLANES = 0xFFFF_FFFF
_DAMAGED = struct.Struct("=4xIII hhHH")  # DamageNotify: drawable, damage, time, the area
_SHAPED = struct.Struct("=4xI")  # ShapeNotify: the window
_PROPERTY_NOTIFY = 28
_PROPERTY = struct.Struct("=4xII")  # PropertyNotify: the window, the property
_TOLD_MOST = 8
"""So many parts that something was drawn in are told at once; what is drawn in more of them is a matter for a look."""
_EVENTS_MOST = 64
"""A window that tells of more between two looks is listened to for its outline alone: an event takes 6 µs."""


@dataclasses.dataclass(slots=True)
class _Kept:
    """A window that draws into a pixmap of its own.

    Attributes:
        pixmap, damage: the server's numbers.
        size: the pixmap's.
        changed: something was drawn since its damage was asked for.
        events: that told of it since then.
    """

    pixmap: int
    damage: int
    size: tuple[int, int]
    changed: bool = True
    events: int = 0


@dataclasses.dataclass(slots=True)
class Patch:
    """A part of the picture that was asked for.

    Attributes:
        onto: which of the rectangles it is a part of.
        at: where on the screen.
        glass: how what is below shines through it; None: not at all.
    """

    onto: int
    at: Rect
    pixels: Pixels
    glass: Glass | None
    answer: Any


class Beneath:
    """Looks beneath some windows of one connection's display."""

    def __init__(self, x: Connection, shm: Any, fixes: Any) -> None:
        """Nothing is asked for yet. `shm` and `fixes`: the extensions' requests."""
        self._x, self._shm, self._fixes = x, shm, fixes
        wanted = (xcffib.composite.key, xcffib.shape.key)
        self._able = all(x.present(key) for key in wanted) and self._open_extensions()
        self._out: frozenset[int] = frozenset()
        self._stack = Stack(x.root)
        self._kept: dict[int, _Kept] = {}
        self._glass: dict[int, Glass | None] = {}
        self._layout: list[tuple[Rect, list[Pane]]] = []
        self._seen: dict[int, Window] = {}
        self._stale = False
        self._compositor_stale = True
        self._hidden = False
        self._floor = Floor(x)
        self._segment: Segment | None = None
        self._told: list[Rect] = []
        self._damaged: list[Rect] = []
        self._visible: dict[int, list[Rect]] = {}
        self._copied: Rect | None = None
        self._restacked = True

    def leave_out(self, windows: frozenset[int]) -> None:
        """From now on the picture is as if these were not there. Raises DisplayLost."""
        if not self._able or windows == self._out:
            return
        self._out, self._stale = windows, True
        mask = xcffib.xproto.EventMask
        events = mask.SubstructureNotify | mask.PropertyChange if windows else 0
        self._x.core.ChangeWindowAttributes(self._x.root, xcffib.xproto.CW.EventMask, [events])
        if windows:
            self._stack.torn = self._compositor_stale = True
        self.settle()

    def take(self, event: bytes) -> bool:
        """Takes an event; whether the picture there may have changed."""
        kind = event[0]
        if not self._out:
            return False
        if kind == self._damage_event:
            return self._drawn(event)
        if kind in EVENTS:
            self._moved(event)
        elif kind == self._shape_event:
            (window,) = _SHAPED.unpack_from(event)
            if known := self._stack.windows.get(window):
                self._stack.windows[window] = dataclasses.replace(known, looks=None)
            self._stale = True
        elif kind == self._selection_event or self._root_says(event):
            self._compositor_stale = self._stale = True
        return self._stale

    def told(self) -> list[Rect]:
        """Where on the screen windows say they were drawn in since this was last asked: all of it, or nothing."""
        told, self._told = self._told, []
        return told if len(told) <= _TOLD_MOST else []

    def ask_damage(self) -> list[tuple[int, Any, Any]]:
        """Asks what was drawn in the windows, for `damage`: each with the requests. Raises DisplayLost."""
        asked = []
        for window, kept in self._kept.items():
            if kept.changed:
                many = kept.events > _EVENTS_MOST
                kept.changed, kept.events = False, 0
                taken = self._damages.Subtract(kept.damage, 0, self._region)
                asked.append((window, taken, self._fixes.FetchRegion(self._region)))
                if many:  # the server begins by telling of all of the window: whatever is drawn meanwhile is seen
                    self._damages.Destroy(kept.damage)
                    kept.damage = self._listen(window, xcffib.damage.ReportLevel.BoundingBox)
        return asked

    def damage(self, asked: list[tuple[int, Any, Any]], on_screen: list[Rect]) -> list[Rect]:
        """Where something has changed since the last time, beneath or `on_screen`, whose events are all taken.

        When the server has copied what a window drew to the screen, it tells a rectangle around all of it; the window's
        own damage tells what it was, so that a clock and a cursor at two corners are not a whole screen.
        Raises DisplayLost.
        """
        found, self._damaged = self._damaged, []
        shown: list[Rect] = []
        copied = self._copied
        self._copied = None
        for window, _, answer in asked:
            parts = answer.reply().rectangles
            if known := self._stack.windows.get(window):
                x, y = known.x + known.border, known.y + known.border
                drawn = [Rect(part.x + x, part.y + y, part.width, part.height) for part in parts]
                found += self._within(drawn)
                shown += [
                    both for one in drawn for part in self._visible.get(window, ()) if (both := intersection(one, part))
                ]
                self._copied = _around([*([self._copied] if self._copied else []), *drawn])
        for area, panes in self._layout:
            if all(pane.window is not None for pane in panes):  # what the screen shows there is nobody's matter
                on_screen = [rest for rect in on_screen for rest in without_part(rect, area)]
        around = _around([one for one in (copied, self._copied) if one])
        if self._stale or self._restacked or self._floor.composited or around is None:
            self._restacked = False
            return on_screen + found
        for visible in self._visible.values():
            for part in visible:
                if both := intersection(part, around):
                    on_screen = [rest for rect in on_screen for rest in without_part(rect, both)]
        return on_screen + shown + found

    def settle(self) -> bool:
        """Follows what the events told; whether there was anything to follow. Raises DisplayLost."""
        if not self._stale:
            return False
        with contextlib.suppress(XError):  # something has gone meanwhile: its event is on the way
            self._arrange()
        return True

    def ask(self, rects: Sequence[Rect]) -> list[Patch]:
        """Asks for what lies beneath in these rectangles; for `put`. Raises DisplayLost, CaptureError."""
        parts = list(self._parts(rects))
        size = 4 * sum(at.area for _, at, *_ in parts)
        if not size:
            return []
        if self._segment is None or self._segment.size < size:
            if self._segment:
                self._segment.close()
            self._segment = Segment(self._x, size)
        patches, place = [], 0
        z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
        for onto, at, drawable, x, y, glass in parts:
            answer = self._shm.GetImage(
                drawable, at.x - x, at.y - y, at.width, at.height, _ALL_PLANES, z_pixmap, self._segment.number, place
            )
            pixels = self._segment.pixels(place, at.height, at.width)
            patches.append(Patch(onto, at, pixels, glass, answer))
            place += 4 * at.area
        return patches

    def put(self, patches: list[Patch], rects: Sequence[Rect], grabbed: Sequence[Pixels]) -> None:
        """Puts what was asked for into the picture. Raises DisplayLost."""
        for patch in patches:
            try:
                patch.answer.reply()
            except XError:  # the window has gone or shrunk since; an event will tell
                continue
            rect, at = rects[patch.onto], patch.at
            top, left = at.y - rect.y, at.x - rect.x
            lay(grabbed[patch.onto][top : top + at.height, left : left + at.width], patch.pixels, patch.glass)

    # --- what is where
    def _arrange(self) -> None:
        """Sees to it that every window that is seen beneath has its pixmap, and no other because of us."""
        if self._out and self._compositor_stale:
            self._ask_compositor()
        if self._out and self._stack.torn:
            self._stack.begin(self._asking.tree())
        self._stale = self._compositor_stale = False
        places = [one.place for window in self._out if (one := self._stack.windows.get(window)) and one.mapped]
        if self._hidden:
            places = []
        self._ask_windows(places)
        before, seen_before = self._layout, self._seen
        self._layout = [(area, self._stack.panes(area, self._out)) for area in places]
        numbers = {pane.window for _, panes in self._layout for pane in panes if pane.window is not None}
        self._seen = {number: self._stack.windows[number] for number in numbers}
        if (self._layout, self._seen) != (before, seen_before):
            self._damaged = list({*self._damaged, *(area for area, _ in before), *places})
        for window in self._kept.keys() - numbers:
            self._let_go(window)
        for window in numbers:
            self._keep(window)
        self._visible = {window: self._stack.visible(window) for window in numbers}
        self._restacked = True
        bare = [rect for _, panes in self._layout for pane in panes if pane.window is None for rect in pane.rects]
        self._floor.lay(_around(bare))
        self._x.flush()

    def _keep(self, window: int) -> None:
        known = self._stack.windows[window]
        size = known.width, known.height
        kept = self._kept.get(window)
        if kept and kept.size == size:
            return
        if kept is None:
            self._composite.RedirectWindow(window, xcffib.composite.Redirect.Automatic)
            kept = _Kept(0, self._listen(window, xcffib.damage.ReportLevel.DeltaRectangles), size)
            self._kept[window] = kept
        else:
            self._x.core.FreePixmap(kept.pixmap)
        kept.pixmap, kept.size = self._x.new_id(), size
        self._composite.NameWindowPixmap(window, kept.pixmap)

    def _listen(self, window: int, level: int) -> int:
        damage = self._x.new_id()
        self._damages.Create(damage, window, level)
        return damage

    def _let_go(self, window: int) -> None:
        kept = self._kept.pop(window)
        self._x.core.FreePixmap(kept.pixmap)
        self._damages.Destroy(kept.damage)
        self._composite.UnredirectWindow(window, xcffib.composite.Redirect.Automatic)

    def _ask_compositor(self) -> None:
        composited, self._hidden = self._asking.compositor()
        if composited != self._floor.composited:
            for window, known in self._stack.windows.items():
                self._stack.windows[window] = dataclasses.replace(known, looks=None)
        self._floor.look(composited=composited)

    def _ask_windows(self, places: Sequence[Rect]) -> None:
        """What those that may be seen there look like."""
        unknown = {
            number: window
            for number, window in self._stack.windows.items()
            if window.mapped and window.looks is None and any(intersection(window.place, one) for one in places)
        }
        if ours := unknown.pop(self._floor.window, None):
            self._stack.windows[self._floor.window] = dataclasses.replace(ours, looks=False)
        self._glass = {number: glass for number, glass in self._glass.items() if number in self._stack.windows}
        for number, window, glass in self._asking.looks(unknown, composited=self._floor.composited):
            self._stack.windows[number], self._glass[number] = window, glass

    # --- what was told
    def _root_says(self, event: bytes) -> bool:
        """Whether there is another wallpaper or another window manager now."""
        if event[0] != _PROPERTY_NOTIFY:
            return False
        window, atom = _PROPERTY.unpack_from(event)
        return window == self._x.root and (atom == self._asking.check or atom in self._floor.atoms)

    def _moved(self, event: bytes) -> None:
        window = self._stack.tell(event)
        self._stale |= self._stack.torn or window is not None
        if event[0] == MAPPED and window in self._kept:
            self._kept[window].size = 0, 0  # with each mapping it has another pixmap

    def _drawn(self, event: bytes) -> bool:
        window, _, _, x, y, width, height = _DAMAGED.unpack_from(event)
        kept, known = self._kept.get(window), self._stack.windows.get(window)
        if kept is None or known is None:
            return False
        kept.changed, kept.events = True, kept.events + 1
        drawn = Rect(x + known.x + known.border, y + known.y + known.border, width, height)
        if len(self._told) <= _TOLD_MOST:
            self._told.append(drawn)
        return any(intersection(drawn, area) for area, _ in self._layout)

    def _within(self, drawn: Sequence[Rect]) -> list[Rect]:
        return [part for rect in drawn for area, _ in self._layout if (part := intersection(rect, area))]

    def _parts(self, rects: Sequence[Rect]) -> Iterator[tuple[int, Rect, int, int, int, Glass | None]]:
        """Where something is to be had for which of `rects`, the undermost first: drawable, its place, opacity."""
        for onto, rect in enumerate(rects):
            for area, panes in self._layout:
                if not intersection(rect, area):
                    continue
                for pane in reversed(panes):
                    for one in pane.rects:
                        if at := intersection(rect, one):
                            yield from self._part(onto, at, pane.window)

    def _part(self, onto: int, at: Rect, window: int | None) -> Iterator[tuple[int, Rect, int, int, int, Glass | None]]:
        if window is None:
            yield from ((onto, part, drawable, x, y, None) for part, drawable, x, y in self._floor.parts(at))
        elif (kept := self._kept.get(window)) and (glass := self._glass.get(window)):
            known = self._stack.windows[window]
            yield onto, at, kept.pixmap, known.x, known.y, None if known.solid else glass

    def _open_extensions(self) -> bool:
        x = self._x
        self._composite: Any = x.extension(xcffib.composite.key)
        self._damages: Any = x.extension(xcffib.damage.key)
        version = self._composite.QueryVersion(0, 4).reply()
        self._asking = Asking(x)
        self._damage_event = x.first_event(xcffib.damage.key)
        self._shape_event = x.first_event(xcffib.shape.key)
        self._selection_event = x.first_event(xcffib.xfixes.key)
        self._region = x.new_id()
        self._fixes.CreateRegion(self._region, 0, [])
        mask = xcffib.xfixes.SelectionEventMask
        events = mask.SetSelectionOwner | mask.SelectionWindowDestroy | mask.SelectionClientClose
        self._fixes.SelectSelectionInput(x.root, self._asking.manager, events)
        return (version.major_version, version.minor_version) >= (0, 4)


def _around(rects: Sequence[Rect]) -> Rect | None:
    whole = None
    for rect in rects:
        whole = union(whole, rect) if whole else rect
    return whole
