"""A recording's whole way to the far end over a link of a given rate, and what that took. No sockets: the link is sums.

The link holds one frame at a time, as the flow does; while it is busy, changes add up.
"""

import dataclasses
import statistics
import time
from collections.abc import Callable, Iterable

import numpy as np

from agent.worker.capture.damage import merge
from agent.worker.capture.source import Pixels
from agent.worker.regions.actions import Budget
from agent.worker.regions.areas import pixels_of
from agent.worker.regions.encoder import RegionEncoder
from agent.worker.regions.planner import Planner
from protocol.session import picture
from protocol.session.picture import Frame, Rect
from tests.bench.recordings.store import Moment
from tests.bench.stream import Encoder, Shadow
from tests.bench.viewer import Viewer

_ROUND_TRIP_S = 0.03
LAN = 125e6
"""Bytes a second of 1 Gbit/s."""
_LAN_LIKE = 12e6
"""From so many bytes a second on the flow does not find the link to be the limit."""


@dataclasses.dataclass(slots=True)
class Journey:
    """What it took, each list with one value for each frame that was sent.

    Attributes:
        plan_ms, encode_ms, decode_ms: of this machine's time.
        size: bytes.
        psnr: of the whole screen while it moved, where it was not exact.
        exact: how much of the screen was exact while it moved, 0 to 1.
        age_ms: how old what was shown became before something newer came: link and processor.
        exact_after_ms: from the last change to the last difference gone.
    """

    name: str
    plan_ms: list[float] = dataclasses.field(default_factory=list)
    encode_ms: list[float] = dataclasses.field(default_factory=list)
    decode_ms: list[float] = dataclasses.field(default_factory=list)
    size: list[int] = dataclasses.field(default_factory=list)
    psnr: list[float] = dataclasses.field(default_factory=list)
    exact: list[float] = dataclasses.field(default_factory=list)
    age_ms: list[float] = dataclasses.field(default_factory=list)
    first_bytes: int = 0
    exact_after_ms: float = 0.0
    skipped: int = 0

    def row(self) -> list[str]:
        """A table's row: see HEAD."""
        if not self.size:
            return [self.name]
        total = [sum(parts) for parts in zip(self.plan_ms, self.encode_ms, self.decode_ms, strict=True)]
        share = 100 * statistics.mean(self.exact)
        return [
            self.name,
            *(_two(values) for values in (self.plan_ms, self.encode_ms, self.decode_ms)),
            f"{statistics.mean(total):.1f}",
            f"{self.first_bytes / 1024:.0f}",
            f"{statistics.mean(self.size) / 1024:.1f}",
            f"{len(self.size)}/{len(self.size) + self.skipped}",
            f"{statistics.median(self.age_ms):.0f}",
            f"{min(self.psnr):.0f} / {statistics.mean(self.psnr):.0f} dB" if self.psnr else "—",
            "100 %" if share == 100 else f"{min(share, 99.99):.2f} %",
            f"{self.exact_after_ms:.0f}",
        ]


HEAD = [
    "recording", "plan ms", "encode ms", "decode ms", "all ms (mean)", "first KB", "KB a frame", "frames sent",
    "age ms", "PSNR min / mean", "exact in motion", "exact after ms",
]  # fmt: skip


def _two(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} / {np.percentile(values, 95):.1f}"


class Regions:
    """The way by plans."""

    def __init__(self, width: int, height: int, *, films: bool = True) -> None:
        self._planner, self._encoder = Planner(width, height, films=films), RegionEncoder()
        self._encoder.restart(width, height)
        self._first = True

    def make(self, screen: Pixels, rects: list[Rect], budget: Budget, now_s: float) -> tuple[Frame | None, float]:
        """A frame if there is anything to send, and the seconds that planning took."""
        grabbed = [(rect, np.ascontiguousarray(screen[pixels_of(rect)])) for rect in rects]
        self._encoder.suit(budget.rate)
        began = time.process_time()
        if self._first:
            actions = self._planner.begin_anew(screen, budget, now_s)
            self._first = False
        else:
            actions = self._planner.plan(grabbed, budget, now_s)
        planned_s = time.process_time() - began
        return (self._encoder.encode(actions, self._planner) if actions else None), planned_s

    def due_s(self, now_s: float) -> float | None:
        """When something is owed."""
        return self._planner.due_s(now_s)


class Stream:
    """The way without plans: everything as one zstd stream."""

    def __init__(self, width: int, height: int) -> None:
        self._shadow, self._encoder = Shadow(width, height), Encoder()
        self._encoder.restart(width, height)

    def make(self, screen: Pixels, rects: list[Rect], _budget: Budget, _now_s: float) -> tuple[Frame | None, float]:
        """See `Regions`."""
        grabbed = [(rect, np.ascontiguousarray(screen[pixels_of(rect)])) for rect in rects]
        began = time.process_time()
        changed = [piece for rect, pixels in grabbed for piece in self._shadow.take(rect, pixels)]
        planned_s = time.process_time() - began
        return (self._encoder.encode(changed) if changed else None), planned_s

    def due_s(self, _now_s: float) -> float | None:
        """Nothing is ever owed."""
        return None


def travel(
    name: str, moments: Iterable[Moment], rate: float, way: Callable[[int, int], Regions | Stream] = Regions
) -> Journey:
    """Sends all of it, and then what is owed."""
    journey = Journey(name)
    budget = Budget(256 * 1024) if rate >= _LAN_LIKE else Budget(rate * _ROUND_TRIP_S, rate)
    line: _Line | None = None
    screen = np.zeros((1, 1), np.uint32)
    waiting: list[Rect] = []
    now_s = free_s = 0.0
    for moment in moments:
        screen = moment.pixels
        height, width = screen.shape
        line = line or _Line(journey, way(width, height), Viewer(width, height), budget, rate)
        now_s = moment.time_s
        waiting += moment.damage
        if free_s > now_s:
            journey.skipped += 1
            continue
        free_s = now_s + _step(line, screen, merge(waiting, width, height), now_s)
        waiting = []
    if line:
        _finish(line, screen, waiting, max(now_s, free_s), now_s)
    return journey


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """Both ends and the link between them."""

    journey: Journey
    sender: Regions | Stream
    viewer: Viewer
    budget: Budget
    rate: float


def _step(line: _Line, screen: Pixels, rects: list[Rect], now_s: float, *, in_motion: bool = True) -> float:
    """One frame; returns the seconds until the next may go."""
    journey, viewer, rate = line.journey, line.viewer, line.rate
    began = time.process_time()
    frame, planned_s = line.sender.make(screen, rects, line.budget, now_s)
    if frame is None:
        return 0.0
    body = b"".join(picture.encode(frame))
    encoded_s = time.process_time() - began - planned_s
    began = time.process_time()
    viewer.show(body)
    decoded_s = time.process_time() - began
    took_s = len(body) / rate
    if not journey.first_bytes:
        journey.first_bytes = len(body)
    elif in_motion:
        journey.plan_ms.append(1e3 * planned_s)
        journey.encode_ms.append(1e3 * encoded_s)
        journey.decode_ms.append(1e3 * decoded_s)
        journey.size.append(len(body))
        journey.age_ms.append(1e3 * (took_s + planned_s + encoded_s + decoded_s))
        _compare(journey, viewer, screen)
    return took_s


def _compare(journey: Journey, viewer: Viewer, screen: Pixels) -> None:
    exact = float(np.mean(viewer.pixels == screen))
    journey.exact.append(exact)
    if exact < 1.0:
        journey.psnr.append(psnr(viewer.pixels, screen))


def psnr(one: Pixels, other: Pixels) -> float:
    """Of all three colours, in dB."""
    left, right = (np.ascontiguousarray(p).view(np.uint8).reshape(*p.shape, 4)[..., :3] for p in (one, other))
    error = float(np.mean((left.astype(np.int16) - right) ** 2, dtype=np.float64))
    return 99.0 if not error else 10 * float(np.log10(255**2 / error))


def _finish(line: _Line, screen: Pixels, waiting: list[Rect], now_s: float, last_s: float) -> None:
    """Until nothing is owed."""
    height, width = screen.shape
    now_s += _step(line, screen, merge(waiting, width, height), now_s)
    while (due_s := line.sender.due_s(now_s)) is not None:
        now_s = max(now_s + 0.001, due_s)
        began = time.process_time()
        now_s += _step(line, screen, [], now_s, in_motion=False)
        now_s += time.process_time() - began
    if not (line.viewer.pixels == screen).all():
        raise AssertionError(f"{line.journey.name}: the far end's picture is another one")
    line.journey.exact_after_ms = 1e3 * (now_s - last_s)
