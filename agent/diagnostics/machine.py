"""What the agent asks of an operating system. Numbers, and names that were checked: no free text can pass. Pure."""

import dataclasses
import re
from typing import Protocol

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()/+-]{0,59}")


def checked_name(name: str, *, forbidden: frozenset[str] = frozenset()) -> str:
    """A name of a program or a system, if it is a harmless one, else nothing.

    `forbidden` are words that must not leave, such as the user's name; compared without regard to case.
    """
    if not _NAME.fullmatch(name) or "://" in name or name.startswith("/"):
        return ""
    return "" if any(word and word.lower() in name.lower() for word in forbidden) else name


@dataclasses.dataclass(frozen=True, slots=True)
class Space:
    """Bytes free and in all."""

    free: int
    total: int


@dataclasses.dataclass(frozen=True, slots=True)
class Battery:
    """Charge in percent, and whether it is being charged."""

    percent: int
    plugged: bool


@dataclasses.dataclass(frozen=True, slots=True)
class RecentErrors:
    """Errors in the system's journal within `hours`, by program: names and counts, never their text."""

    hours: int
    counts: tuple[tuple[str, int], ...]
    others: int


@dataclasses.dataclass(frozen=True, slots=True)
class ScreenFacts:
    """What Qt knows: per screen width and height in pixels and scale in percent; the windowing system's name."""

    screens: tuple[tuple[int, int, int], ...]
    windowing: str
    language: str


class Machine(Protocol):
    """One operating system's answers. Each gives None when it cannot know; none raises, none takes over 2 s."""

    def system(self) -> str | None:
        """Name and version of the system, checked."""

    def kernel(self) -> str | None:
        """Version of the kernel, checked."""

    def memory(self) -> Space | None:
        """Main memory."""

    def system_disk(self) -> Space | None:
        """Where the system lies."""

    def home_disk(self) -> Space | None:
        """Where the user's files lie; None also when that is the system's disk."""

    def networks_up(self) -> int | None:
        """How many network connections are up, without the machine's own loop."""

    def errors(self) -> RecentErrors | None:
        """Recent errors."""

    def uptime_s(self) -> float | None:
        """Since the start of the system."""

    def busy_percent(self) -> float | None:
        """How busy all processors together were over a short while."""

    def processors(self) -> int | None:
        """How many there are."""

    def processes(self) -> int | None:
        """How many programs run."""

    def battery(self) -> Battery | None:
        """The battery, if there is one."""
