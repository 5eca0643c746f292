"""Which windows lie on the screen, where and in which order, from an X server's events; and what is seen of them. Pure.

Guarantees that an area is divided among the windows seen in it as a screen would be without those that are left out.
"""

import dataclasses
import struct
from collections.abc import Iterable, Sequence

from agent.worker.regions.areas import intersection
from protocol.session.picture import Rect

# X11 protocol, encoding appendix: numbers of events, and what stands where in them.
_CREATE, _DESTROY, _UNMAP, MAPPED, _REPARENT, _CONFIGURE, _CIRCULATE = 16, 17, 18, 19, 21, 22, 26
_WINDOW = struct.Struct("=4xII")  # the one whose children are told of (or the parent), the window
_REPARENTED = struct.Struct("=4xIIIhh")  # …, parent, x, y
_CONFIGURED = struct.Struct("=4xIIIhhHHH")  # …, the sibling right under it, x, y, width, height, border
_CREATED = struct.Struct("=4xIIhhHHH")  # parent, window, x, y, width, height, border
_CIRCULATED = struct.Struct("=4xII4xB")  # …, 0: to the top
EVENTS = frozenset((_CREATE, _DESTROY, _UNMAP, MAPPED, _REPARENT, _CONFIGURE, _CIRCULATE))
"""The numbers of the events that `Stack.tell` understands."""


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """A child of the root window.

    Attributes:
        x, y: of its border's corner, in the root window's pixels.
        width, height: with its border.
        border: how broad that is.
        mapped: whether it is on the screen.
        looks: whether it has pixels at all, as opposed to windows that only take input; None: not asked yet.
        solid: whether nothing shines through it.
        shape: its parts, in its own pixels from its border's corner; None: it is a rectangle.
    """

    x: int
    y: int
    width: int
    height: int
    border: int = 0
    mapped: bool = False
    looks: bool | None = None
    solid: bool = True
    shape: tuple[Rect, ...] | None = None

    @property
    def place(self) -> Rect:
        """Where it is."""
        return Rect(self.x, self.y, self.width, self.height)

    @property
    def parts(self) -> list[Rect]:
        """What it covers."""
        if self.shape is None:
            return [self.place]
        moved = (Rect(one.x + self.x, one.y + self.y, one.width, one.height) for one in self.shape)
        return [part for one in moved if (part := intersection(one, self.place))]


@dataclasses.dataclass(frozen=True, slots=True)
class Pane:
    """What is seen of a window in an area; `window` None: of the root window itself."""

    window: int | None
    rects: tuple[Rect, ...]


class Stack:
    """The root window's children.

    Attributes:
        windows: by number.
        order: their numbers, the undermost first.
        torn: an event spoke of what is not known here: everything has to be asked anew.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self.windows: dict[int, Window] = {}
        self.order: list[int] = []
        self.torn = True

    def begin(self, windows: Iterable[tuple[int, Window]]) -> None:
        """These are all there are, the undermost first."""
        self.windows = dict(windows)
        self.order = list(self.windows)
        self.torn = False

    def tell(self, event: bytes) -> int | None:
        """Takes one of EVENTS, told to the root window; gives the window's number if something of it has changed."""
        told_to, window = _WINDOW.unpack_from(event)
        if told_to != self._root or (self.torn and event[0] != _DESTROY):
            return None
        match event[0]:
            case 16:
                self._created(event)
            case 17:
                self._gone(window)
            case 21:
                self._reparented(event)
            case _ if window not in self.windows:
                self.torn = True
            case 18:
                self.windows[window] = dataclasses.replace(self.windows[window], mapped=False)
            case 19:  # what it looks like may have changed while nobody saw it
                self.windows[window] = dataclasses.replace(self.windows[window], mapped=True, looks=None)
            case 22:
                return self._configured(event)
            case 26:
                self.order.remove(window)
                self.order.insert(len(self.order) if _CIRCULATED.unpack_from(event)[2] == 0 else 0, window)
        return int(window)

    def panes(self, area: Rect, without: frozenset[int]) -> list[Pane]:
        """What is seen in `area` if the windows `without` were not there, the uppermost first.

        Parts of solid windows overlap nothing that comes after them; under one that is not solid more is listed.
        """
        left, found = [area], []
        for number in reversed(self.order):
            window = self.windows[number]
            if not left:
                break
            if number in without or not window.mapped or not window.looks or not intersection(area, window.place):
                continue
            seen = [part for rect in left for one in window.parts if (part := intersection(rect, one))]
            if seen:
                found.append(Pane(number, tuple(seen)))
            if window.solid:
                for one in seen:
                    left = [rest for rect in left for rest in without_part(rect, one)]
        if left:
            found.append(Pane(None, tuple(left)))
        return found

    def visible(self, window: int) -> list[Rect]:
        """What no other window covers of `window`; one whose shape was never asked for covers all of its place."""
        left = self.windows[window].parts
        for number in self.order[self.order.index(window) + 1 :]:
            other = self.windows[number]
            if other.mapped and other.looks is not False:
                for part in other.parts:
                    left = [rest for rect in left for rest in without_part(rect, part)]
        return left

    def _created(self, event: bytes) -> None:
        _, window, x, y, width, height, border = _CREATED.unpack_from(event)
        self._gone(window)
        self.windows[window] = Window(x, y, width + 2 * border, height + 2 * border, border)
        self.order.append(window)

    def _gone(self, window: int) -> None:
        if self.windows.pop(window, None):
            self.order.remove(window)

    def _reparented(self, event: bytes) -> None:
        _, window, parent, _, _ = _REPARENTED.unpack_from(event)
        if parent == self._root:
            self.torn = True  # how large it is, is not told
        else:
            self._gone(window)

    def _configured(self, event: bytes) -> int | None:
        _, window, under, x, y, width, height, border = _CONFIGURED.unpack_from(event)
        before = self.windows[window]
        size = width + 2 * border, height + 2 * border
        self.windows[window] = dataclasses.replace(
            before, x=x, y=y, width=size[0], height=size[1], border=border, looks=before.looks
        )
        at = self.order.index(window)
        if (self.order[at - 1] if at else 0) != under:
            self.order.remove(window)
            if under and under not in self.windows:
                self.torn = True
            self.order.insert(self.order.index(under) + 1 if under in self.windows else 0, window)
        elif self.windows[window] == before:
            return None
        return int(window)


def without_part(rect: Rect, part: Rect) -> Sequence[Rect]:
    """What is left of `rect` without `part`, in at most four pieces."""
    both = intersection(rect, part)
    if both is None:
        return [rect]
    right, bottom = both.x + both.width, both.y + both.height
    pieces = (
        Rect(rect.x, rect.y, rect.width, both.y - rect.y),
        Rect(rect.x, bottom, rect.width, rect.y + rect.height - bottom),
        Rect(rect.x, both.y, both.x - rect.x, both.height),
        Rect(right, both.y, rect.x + rect.width - right, both.height),
    )
    return [piece for piece in pieces if piece.width > 0 and piece.height > 0]
