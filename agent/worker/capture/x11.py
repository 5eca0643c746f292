"""The screen of an X server: XDamage to wake, MIT-SHM to grab, XFixes for the cursor, RANDR for the size.

Lives on the capture thread, with a connection of its own.
"""

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xcffib.damage
import xcffib.randr
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto

from agent.worker.capture.beneath import Beneath, Patch
from agent.worker.capture.damage import merge
from agent.worker.capture.segment import Segment
from agent.worker.capture.source import (
    CaptureError,
    Changes,
    Geometry,
    Pixels,
    SourceLostError,
    SourceResizedError,
)
from agent.x11.connection import Connection, DisplayLost, XError, precedes
from agent.x11.monitors import monitors
from protocol import limits
from protocol.session.messages import CursorChanged
from protocol.session.picture import Rect

_CURSOR_NOTIFY, _RANDR_NOTIFY = 1, 1
_ALL_PLANES = 0xFFFF_FFFF
_MAX_CURSOR = 128


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """Pixels that were asked for, and the answers that tell when they are there."""

    rects: list[Rect]
    pixels: list[Pixels]
    answers: list[Any]
    beneath: list[Patch]


class X11Source:
    """See `Source`.

    The display answers in its own time, and this program wakes up in its own: 0.1 ms each time. So while what was drawn
    is asked for, the pixels are as well where a window's event has told it: what is drawn after that is told anew.
    """

    def __init__(self, display: str | None = None) -> None:
        """Connects and begins to listen. Raises CaptureError, SourceLostError."""
        self._told: list[Rect] = []
        self._told_rightly = False
        self._ahead: _Asked | None = None
        try:
            self._x = Connection(display)
            self._noted = Changes()
            self._check_format()
            self._open_extensions()
            self._geometry = self.geometry()
            self._beneath = Beneath(self._x, self._shm, self._fixes)
        except DisplayLost as error:
            raise SourceLostError("There is no display to be seen.") from error
        self._segment = Segment(self._x, self._geometry.width * self._geometry.height * 4)

    def fileno(self) -> int:
        """See `Source`."""
        return self._x.fileno()

    def changes(self) -> Changes:
        """See `Source`."""
        try:
            self._note()
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error
        noted, self._noted = self._noted, Changes()
        return noted

    def take_damage(self) -> list[Rect]:
        """See `Source`."""
        try:
            self._beneath.settle()
            told = self._beneath.told()
            taken = self._damages.Subtract(self._damage, 0, self._region)
            answer = self._fixes.FetchRegion(self._region)
            beneath = self._beneath.ask_damage()
            self._ask_ahead(merge(told, self._geometry.width, self._geometry.height))
            found = [Rect(part.x, part.y, part.width, part.height) for part in answer.reply().rectangles]
            asked = {self._x.root: taken, **{window: taken for window, taken, _ in beneath}}
            self._note(asked)  # the events before the answers: of windows that came, moved and went
            found = self._beneath.damage(beneath, found)
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error
        return found

    def grab(self, rects: Sequence[Rect]) -> list[Pixels]:
        """See `Source`."""
        try:
            self._note()
            arranged = self._beneath.settle()
            self._told_rightly = set(rects) == set(self._told)
            if self._ahead and not arranged and self._told_rightly:
                ahead, self._ahead = self._ahead, None
                got = dict(zip(ahead.rects, self._answered(ahead), strict=True))
                return [got[rect] for rect in rects]
            self._forget_ahead()
            return self._answered(self._ask(rects))
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error
        except XError as error:
            raise SourceResizedError("The screen is not what it was.") from error

    def leave_out(self, windows: frozenset[int]) -> None:
        """See `Source`."""
        self._forget_ahead()
        try:
            self._beneath.leave_out(windows)
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error

    def geometry(self) -> Geometry:
        """See `Source`."""
        try:
            root = self._x.core.GetGeometry(self._x.root).reply()
            found_monitors = monitors(self._x, root.width, root.height)
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error
        found = Geometry(root.width, root.height, found_monitors)
        if max(found.width, found.height) > limits.FRAME_MAX_SIDE or found.whole.area > limits.FRAME_MAX_PIXELS:
            raise CaptureError("The screen is too large to be shown.")
        self._geometry = found
        self._forget_ahead()
        if hasattr(self, "_segment") and self._segment.size < found.whole.area * 4:
            self._segment.close()
            self._segment = Segment(self._x, found.whole.area * 4)
        return found

    def cursor(self) -> CursorChanged | None:
        """See `Source`. What is larger than a message may carry is cut."""
        try:
            image = self._fixes.GetCursorImage().reply()
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error
        except XError:  # Xorg refuses it while the cursor in use is one whose owner has gone
            return None
        width, height = min(image.width, _MAX_CURSOR), min(image.height, _MAX_CURSOR)
        argb = np.frombuffer(image.cursor_image.raw, np.uint32).reshape(image.height, image.width)[:height, :width]
        if not argb.any():
            return CursorChanged(0, 0, 0, 0, b"")
        return CursorChanged(width, height, min(image.xhot, width), min(image.yhot, height), argb.tobytes())

    def pointer(self) -> tuple[int, int]:
        """See `Source`."""
        try:
            where = self._x.core.QueryPointer(self._x.root).reply()
        except DisplayLost as error:
            raise SourceLostError("The display is gone.") from error
        return where.root_x, where.root_y

    def close(self) -> None:
        """See `Source`."""
        try:
            self._segment.close()
            self._x.close()
        except DisplayLost:
            pass

    def _ask(self, rects: Sequence[Rect]) -> _Asked:
        """All are asked for before the first answer is waited for."""
        answers, at, pixels = [], 0, []
        for rect in rects:
            size = rect.area * 4
            if at + size > self._segment.size:
                raise SourceResizedError("The screen has grown.")
            answers.append(
                self._shm.GetImage(
                    self._x.root, rect.x, rect.y, rect.width, rect.height,
                    _ALL_PLANES, xcffib.xproto.ImageFormat.ZPixmap, self._segment.number, at,
                )
            )  # fmt: skip
            pixels.append(self._segment.pixels(at, rect.height, rect.width))
            at += size
        return _Asked(list(rects), pixels, answers, self._beneath.ask(rects))

    def _answered(self, asked: _Asked) -> list[Pixels]:
        for answer in asked.answers:
            answer.reply()
        self._beneath.put(asked.beneath, asked.rects, asked.pixels)
        return asked.pixels

    def _ask_ahead(self, told: list[Rect]) -> None:
        """For what was told, if it was right the last time: what turns out to have been drawn may be something else."""
        self._forget_ahead()
        self._told = told
        if told and self._told_rightly:
            self._ahead = self._ask(told)

    def _forget_ahead(self) -> None:
        """Nobody waits for that any more; refusals are nobody's matter either."""
        ahead, self._ahead = self._ahead, None
        if ahead:
            for answer in [*ahead.answers, *(patch.answer for patch in ahead.beneath)]:
                answer.discard_reply()

    def _note(self, taken: Mapping[int, Any] | None = None) -> None:
        """Remembers for `changes` what has been told, whoever read it off the socket.

        Of the drawables `taken`, damage told before it was taken is known: to look for it again would find nothing.
        """
        damaged, resized, cursor = self._noted.damaged, self._noted.resized, self._noted.cursor
        for event in self._x.events(of_server=True):
            kind = event[0]
            if taken and kind == self._damage_event:
                request = taken.get(int.from_bytes(event[4:8], sys.byteorder))
                if request and precedes(event, request):
                    continue
            damaged |= kind == self._damage_event and event[4:8] == self._root_bytes
            damaged |= self._beneath.take(event)
            cursor |= kind == self._cursor_event
            resized |= kind in self._randr_events
        self._noted = Changes(damaged, resized, cursor)

    def _open_extensions(self) -> None:
        for key, name in (
            (xcffib.damage.key, "DAMAGE"),
            (xcffib.shm.key, "MIT-SHM"),
            (xcffib.xfixes.key, "XFIXES"),
            (xcffib.randr.key, "RANDR"),
        ):
            if not self._x.present(key):
                raise CaptureError(f"The display lacks the extension {name}, without which it cannot be shown.")
        self._damages: Any = self._x.extension(xcffib.damage.key)
        self._fixes: Any = self._x.extension(xcffib.xfixes.key)
        self._randr: Any = self._x.extension(xcffib.randr.key)
        self._shm: Any = self._x.extension(xcffib.shm.key)
        self._fixes.QueryVersion(5, 0).reply()
        self._damages.QueryVersion(1, 1).reply()
        self._randr.QueryVersion(1, 5).reply()
        self._damage_event = self._x.first_event(xcffib.damage.key)
        self._cursor_event = self._x.first_event(xcffib.xfixes.key) + _CURSOR_NOTIFY
        randr_event = self._x.first_event(xcffib.randr.key)
        self._randr_events = (randr_event, randr_event + _RANDR_NOTIFY)
        self._root_bytes = self._x.root.to_bytes(4, sys.byteorder)
        self._damage, self._region = self._x.new_id(), self._x.new_id()
        self._fixes.CreateRegion(self._region, 0, [])
        self._damages.Create(self._damage, self._x.root, xcffib.damage.ReportLevel.NonEmpty)
        self._fixes.SelectCursorInput(self._x.root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        wanted = xcffib.randr.NotifyMask
        self._randr.SelectInput(self._x.root, wanted.ScreenChange | wanted.CrtcChange | wanted.OutputChange)

    def _check_format(self) -> None:
        """BGRX, 32 bits a pixel, least significant byte first: every X server of this century on such machines."""
        setup: Any = self._x._x.setup  # noqa: SLF001 - the rim of an untyped library
        depth = self._x.screen.root_depth
        bits = [one.bits_per_pixel for one in setup.pixmap_formats if one.depth == depth]
        if bits != [32] or setup.image_byte_order != 0:
            raise CaptureError("The display's colours are stored in a way that this program does not know.")
