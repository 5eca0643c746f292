"""What capture needs of a platform. Wayland, Windows and macOS are further classes with these methods.

A source lives on the capture thread alone, and distrusts what it is told of changes: damage is only a hint.
"""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from protocol.session.messages import CursorChanged, Monitor
from protocol.session.picture import Rect

Pixels = npt.NDArray[np.uint32]
"""Rows of BGRX pixels, `[height, width]`, one little-endian number each."""


class CaptureError(Exception):
    """The screen cannot be captured; the sentence says why."""


class SourceLostError(CaptureError):
    """The screen is gone: the display server ended, the user logged off."""


class SourceResizedError(CaptureError):
    """The screen changed its size under a grab: ask for its `geometry` and begin anew."""


@dataclasses.dataclass(frozen=True, slots=True)
class Geometry:
    """The screen as it is now, in physical pixels."""

    width: int
    height: int
    monitors: tuple[Monitor, ...]

    @property
    def whole(self) -> Rect:
        """All of it."""
        return Rect(0, 0, self.width, self.height)


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """What a source noticed since it was asked before."""

    damaged: bool = False
    resized: bool = False
    cursor: bool = False


class Source(Protocol):
    """A screen that can be looked at. Every method raises SourceLostError when it is gone."""

    def fileno(self) -> int:
        """Readable when `changes` has something to say."""

    def changes(self) -> Changes:
        """What happened, without waiting. Damage is told once until `take_damage`."""

    def take_damage(self) -> list[Rect]:
        """Where something may have been drawn since the last call; what is drawn later is told anew."""

    def grab(self, rects: Sequence[Rect]) -> list[Pixels]:
        """The pixels of each rectangle, without the cursor; valid until the next grab. Raises SourceResizedError."""

    def leave_out(self, windows: frozenset[int]) -> None:
        """From now on the picture is as it were without these windows, by number, as far as that can be had.

        Whoever calls this has it from the process that owns them; no other window may ever be left out.
        """

    def geometry(self) -> Geometry:
        """The screen's size and monitors, asked anew."""

    def cursor(self) -> CursorChanged | None:
        """The cursor's picture, or None if it cannot be had at the moment."""

    def pointer(self) -> tuple[int, int]:
        """Where the pointer is, in the root window's coordinates."""

    def close(self) -> None:
        """Gives everything back."""
