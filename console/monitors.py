"""Which of the user's screens are looked at: all that are allowed, or one. Pure; distrusts what the agent says."""

import dataclasses

from protocol.session.messages import Monitor, ScreenChanged
from protocol.session.picture import Rect


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """What can be looked at.

    Attributes:
        name: the monitor's, or "" for all of them.
        area: where it lies on the helped screen; None: the whole picture.
    """

    name: str
    area: Rect | None


class Monitors:
    """One session's.

    Attributes:
        views: what there is to choose from: all, then each monitor in the order of its place, if there are several.
        current: what was chosen.
    """

    def __init__(self) -> None:
        self.views: tuple[View, ...] = (View("", None),)
        self.current = self.views[0]

    def changed(self, screen: ScreenChanged) -> None:
        """The helped screen, or its monitors, are others now; the choice stays if it is still there."""
        found = [(one, area) for one in screen.monitors if (area := _area(one, screen))]
        found.sort(key=lambda pair: (pair[1].x, pair[1].y))
        areas = [area for _, area in found]
        together = View("", _around(areas) if areas else None)
        single = [View(one.name, area) for one, area in found] if len(found) > 1 else []
        self.views = (together, *single)
        self.choose(self.current.name)

    def choose(self, name: str) -> None:
        """Looks at this one, or at all if there is no such one."""
        self.current = next((view for view in self.views if view.name == name), self.views[0])

    def choose_next(self) -> None:
        """The one after this one, and after the last all."""
        names = [view.name for view in self.views]
        self.choose(names[(names.index(self.current.name) + 1) % len(names)])

    @property
    def watched(self) -> tuple[str, ...]:
        """As `Watch` says it."""
        return (self.current.name,) if self.current.name else ()


def _area(monitor: Monitor, screen: ScreenChanged) -> Rect | None:
    left, top = max(0, monitor.x), max(0, monitor.y)
    right, bottom = min(screen.width, monitor.x + monitor.width), min(screen.height, monitor.y + monitor.height)
    return Rect(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _around(areas: list[Rect]) -> Rect:
    left, top = min(area.x for area in areas), min(area.y for area in areas)
    right, bottom = max(area.x + area.width for area in areas), max(area.y + area.height for area in areas)
    return Rect(left, top, right - left, bottom - top)
