"""Who knows what is really on the screen: the X server where there is one, nobody elsewhere. Qt's main thread."""

import dataclasses
from typing import Protocol

import structlog
from PySide6.QtGui import QGuiApplication

_SLACK_PX = 2
"""What rounding between Qt's pixels and the screen's may cost at an edge."""

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of the desktop, in the screen's own pixels."""

    x: int
    y: int
    width: int
    height: int

    def inside(self, other: "Rectangle") -> bool:
        """Whether all of it lies in `other`."""
        return (
            self.x >= other.x - _SLACK_PX
            and self.y >= other.y - _SLACK_PX
            and self.x + self.width <= other.x + other.width + _SLACK_PX
            and self.y + self.height <= other.y + other.height + _SLACK_PX
        )

    def as_large_as(self, other: "Rectangle") -> bool:
        """Whether `other` has room in it."""
        return self.width >= other.width - _SLACK_PX and self.height >= other.height - _SLACK_PX

    def overlaps(self, other: "Rectangle") -> bool:
        """Whether any of it lies in `other`."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Sight:
    """What there is of a window on the screen.

    Attributes:
        in_place: it is there, whole, as large as it should be, solid, and out of any manager's hands.
        over: the windows that cover any of it, by number.
    """

    in_place: bool
    over: frozenset[int] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether all of it is seen."""
        return self.in_place and not self.over


NOTHING = Sight(in_place=False)


class Eye(Protocol):
    """Sees windows as the user does, by their number in the window system."""

    def look(self, window: int, wanted: Rectangle, screen: Rectangle, besides: frozenset[int]) -> Sight:
        """What is seen of `window`, which should lie on `screen`, as large as `wanted`, under none but `besides`."""
        ...

    def unmoved(self) -> bool:
        """Whether nothing on the screen was moved, shown or changed since this was asked last, as far as that is told.

        Cheaper than to `look` again, but not worth as much: see who tells it.
        """
        ...

    def lift(self, window: int) -> None:
        """Puts it over everything, at once. What cannot be done, `look` will tell."""
        ...

    def put_back(self, window: int, wanted: Rectangle) -> None:
        """Shows it where it belongs, over everything. What cannot be done, `look` will tell."""
        ...

    def close(self) -> None:
        """Looks no more."""
        ...


class Blind:
    """An eye that sees nothing: what cannot be looked at may be hidden."""

    def look(self, window: int, wanted: Rectangle, screen: Rectangle, besides: frozenset[int]) -> Sight:
        """Sees nothing."""
        del self, window, wanted, screen, besides
        return NOTHING

    def unmoved(self) -> bool:
        """Cannot tell."""
        return False

    def lift(self, window: int) -> None:
        """Cannot."""

    def put_back(self, window: int, wanted: Rectangle) -> None:
        """Cannot."""

    def close(self) -> None:
        """Was never open."""


def open_eye() -> Eye | None:
    """An eye on this desktop; None where there is nobody to ask but Qt."""
    if QGuiApplication.platformName() != "xcb":
        return None
    # Not at the top: there is no xcffib where there is no X11.
    from agent.x11.connection import DisplayLost  # noqa: PLC0415 - as above
    from agent.x11.shown import ServersEye  # noqa: PLC0415 - as above

    try:
        return ServersEye()
    except DisplayLost as error:
        _log.error("cannot ask the X server for the banner", why=str(error))
        return Blind()
