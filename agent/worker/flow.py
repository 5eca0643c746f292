"""How much of the picture may be under way: as much as the line can carry in one round trip and a little. Pure.

The console acknowledges each frame it has shown. From that follow the smallest round trip and the greatest rate of
delivery; what may be in flight is their product and a little (`QUEUE_S` of rate), so that nothing queues on the way.
As long as no queue is seen the amount grows by half each round trip (as slow start does, RFC 5681, 3.1). A large frame
is no queue: the time that the line itself needs for it does not count, else frames would go one by one. On a line that
limits the picture the next frame is made when the line is nearly through with the one before: it is the newest
picture, and waits for nothing.
Distrusts the console: an acknowledgement of what was not sent raises, and never opens the window.
"""

import dataclasses
from collections import deque
from statistics import median_low

from agent.worker.regions.actions import Budget

RTT_WINDOW_S = 10.0
"""The smallest round trip of so long a time counts: routes change."""
RATE_WINDOW_S = 2.0
"""The greatest rate of so long a time counts."""
QUEUE_S = 0.008
"""Round trips longer than the smallest by this much mean that a queue is building up; a frame takes as long to be made.
"""
_LATE_S = 3 * QUEUE_S
"""An acknowledgement so late means that the line's rate is not what it seemed: nothing is sent until it is there."""
FLOOR_BYTES = 4 * 1024
"""What may always be in flight: some keystrokes' echoes; 16 ms of a line of 2 Mbit/s."""
MOST_BYTES = 1024 * 1024
"""What may ever be in flight besides one frame: it is held in this process several times over."""
FIRST_FRAMES = 2
"""Before anything was acknowledged."""
MAX_FRAMES = 64
"""In flight at most, however small they are."""
_MEASURES = 8
"""Frames from which the line's rate is told: by all of them and by the newer half, whichever says more. Together, since
an acknowledgement that comes late makes one frame look slow and the next one fast."""
_NEWER_S = 0.025
"""The newer half says nothing by itself if it took less: acknowledgements that were held up come close together."""
_FASTER = 2
"""So many of them count for chance; if the others' fastest says that the line limits nothing, that is believed, ..."""
_HELD_UP = 2
"""... unless all of them together are slower than that by this factor: a busy console holds up some, a line all."""
_MEASURE_BYTES = 4 * 1024
"""Smaller frames tell how long the way is, larger ones how wide."""
_TELLING_S = 0.02
"""Smaller ones, too, if a line as slow as was measured would take so long for them: a line that only seemed slow for a
moment gets small frames, and would seem slow for ever."""
_AT_ONCE_S, _LEAST_S = 0.002, 0.001
_UNLIMITED = 4e6
"""Bytes a second; a line that carries so much limits nothing that a picture needs."""
_UNKNOWN = 1.25e6
"""Bytes a second that a line is taken for as long as nothing small came back, and nobody knows how long it is."""
_FREE_BYTES = 256 * 1024
_MOST_EARLY_S = 0.03
"""However long frames take to be made, the next one is begun at most so much before the line is through with the last.
"""
_FEEL_S = 2.0
"""So long after a small frame that nothing was ahead of, another one is wanted: without any the way seems longer by
what queues, hence the line faster than it is, and the queue grows."""
_CLEAR_S = 0.012
"""The line is left so long without anything large, to be sure that nothing is ahead of that small one."""
_SETTLE_S = 0.012
"""What waits to be made exact may take the line so long at a time: a key's echo may come behind it."""


class FlowError(Exception):
    """The console acknowledged something that was never sent."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Sent:
    number: int
    size: int
    sent_s: float
    delivered_before: int
    delivered_before_s: float
    limited: bool  # by the window rather than by how little there was to send


class _Extreme:
    """The greatest of what was seen lately (with a sign turned, the smallest): a monotonic queue."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._seen: deque[tuple[float, float]] = deque()

    def see(self, value: float, now_s: float) -> None:
        """Takes one value; older ones beyond the window are forgotten, but never all of them."""
        while self._seen and self._seen[-1][1] <= value:
            self._seen.pop()
        self._seen.append((now_s, value))
        while len(self._seen) > 1 and self._seen[0][0] < now_s - self._window_s:
            self._seen.popleft()

    @property
    def value(self) -> float | None:
        """The greatest, or None before the first."""
        return self._seen[0][1] if self._seen else None


class Flow:
    """Decides when the next frame may be made.

    Attributes:
        in_flight_bytes: sent and not acknowledged.
        rtt_s: the last round trip, from handed to the line to shown.
    """

    def __init__(self) -> None:
        self._sent: deque[_Sent] = deque()
        self.in_flight_bytes = 0
        self.rtt_s = 0.0
        self._delivered, self._delivered_s = 0, float("-inf")
        self._rate, self._rtt = _Extreme(RATE_WINDOW_S), _Extreme(RTT_WINDOW_S)
        self._probe = 0.0
        self._last = -1
        self._arrived_s = float("-inf")
        self._way = _Extreme(RTT_WINDOW_S)
        self._felt_s = float("-inf")
        self._measures: deque[tuple[int, float]] = deque(maxlen=_MEASURES)
        self._measured: float | None = None
        self._made_s: deque[float] = deque(maxlen=_MEASURES)

    @property
    def rtt_min_s(self) -> float | None:
        """The smallest round trip seen lately, from encoded to shown."""
        return None if self._rtt.value is None else -self._rtt.value

    @property
    def rate(self) -> float | None:
        """The greatest rate of delivery seen lately, in bytes a second."""
        return self._rate.value

    @property
    def window_bytes(self) -> float:
        """What may be in flight as long as the line has not shown a limit that matters; one frame always may."""
        if self.rate is None or self.rtt_min_s is None:
            return FLOOR_BYTES
        return min(MOST_BYTES, max(FLOOR_BYTES, self._probe, self.rate * (self.rtt_min_s + QUEUE_S)))

    @property
    def line_rate(self) -> float | None:
        """What the line carries at least, in bytes a second, or None if it has not shown a limit that matters."""
        if self._way.value is None:
            return _UNKNOWN
        rate = self._measured
        return None if rate is None or rate >= _UNLIMITED else rate

    @property
    def _early_s(self) -> float:
        """How long before the line is through the next frame is begun: as long as frames take to be made now."""
        return min(_MOST_EARLY_S, max(QUEUE_S, median_low(self._made_s))) if self._made_s else QUEUE_S

    def budget(self) -> Budget:
        """What the next frame may take."""
        rate = self.line_rate
        return Budget(_FREE_BYTES) if rate is None else Budget(rate * _SETTLE_S, rate)

    def feels(self, now_s: float) -> bool:
        """Whether the next frame is to be an empty one: it tells how long the way is, which nothing did for a while."""
        if not self._sent or self._way.value is None or now_s - self._felt_s < _FEEL_S:
            return False
        return self.line_rate is not None or self.rate is None or _HELD_UP * self.rate < _UNLIMITED

    def due_s(self, now_s: float) -> float:
        """When another frame may be made if nothing comes back: `now_s`, later, or never (infinity)."""
        if not self._sent:
            return now_s
        if self.rate is None:
            return now_s if len(self._sent) < FIRST_FRAMES else float("inf")
        if len(self._sent) >= MAX_FRAMES:
            return float("inf")
        rate = self.line_rate
        if rate is None or self._way.value is None:
            return now_s if self.in_flight_bytes < self.window_bytes else float("inf")
        way_s = -self._way.value
        free_s = self._arrived_s - way_s  # when the line was through with what was acknowledged
        first_s = max(free_s, self._sent[0].sent_s) + self._sent[0].size / rate
        if now_s > first_s + way_s + _LATE_S:
            return float("inf")
        free_s = self._through_s(rate, free_s)
        return max(now_s, free_s + _CLEAR_S if self.feels(now_s) else free_s - self._early_s)

    def _is_through(self, now_s: float) -> bool:
        """Whether the line has nothing to do, as far as is known."""
        rate = self.line_rate
        if not self._sent or rate is None or self._way.value is None:
            return True
        return self._through_s(rate, self._arrived_s + self._way.value) <= now_s

    def _through_s(self, rate: float, free_s: float) -> float:
        """When the line, which was through with what was acknowledged at `free_s`, is through with the rest."""
        for frame in self._sent:
            free_s = max(free_s, frame.sent_s) + frame.size / rate
        return free_s

    def sent(self, number: int, size: int, now_s: float, made_s: float = 0.0) -> None:
        """Frame `number` of `size` bytes was handed to the line at `now_s`, monotonic; it took `made_s` to be made."""
        self._made_s.append(made_s)
        if not self._sent:  # an idle line delivers nothing, and that is no measure of it
            self._delivered_s = now_s
        self.in_flight_bytes += size
        self._last = number
        if self._is_through(now_s) if size < FLOOR_BYTES else not self._sent:
            self._felt_s = now_s
        limited = self.in_flight_bytes >= self.window_bytes
        self._sent.append(_Sent(number, size, now_s, self._delivered, self._delivered_s, limited))

    def acknowledged(self, number: int, now_s: float, took_s: float = 0.0) -> None:
        """The console has shown frame `number`, and with it all before; it says that decoding took it `took_s`.

        Raises:
            FlowError: it was not sent.
        """
        if number > self._last:
            raise FlowError(f"frame {number} was acknowledged before it was sent")
        newest = None
        while self._sent and self._sent[0].number <= number:
            newest = self._sent.popleft()
            self.in_flight_bytes -= newest.size
            self._delivered += newest.size
        if newest is None:
            return
        self.rtt_s = rtt_s = max(now_s - newest.sent_s, 1e-6)
        self._rtt.see(-rtt_s, now_s)
        self._learn_rate(newest, rtt_s, now_s)
        self._measure_line(newest, now_s, took_s)
        self._delivered_s = now_s
        own_s = newest.size / self._measured if self._measured else 0.0
        queued_s = rtt_s - (self.rtt_min_s or 0.0) - own_s
        if queued_s > QUEUE_S:
            self._probe = 0.0
        elif newest.limited:
            self._probe = self.window_bytes + newest.size / 2

    def _learn_rate(self, newest: _Sent, rtt_s: float, now_s: float) -> None:
        """Delivery rate as in BBR (draft-cheng-iccrg-delivery-rate-estimation, 2.2)."""
        delivered = self._delivered - newest.delivered_before
        rate = delivered / max(now_s - newest.delivered_before_s, rtt_s)
        if newest.limited or self.rate is None or rate >= self.rate:  # little to send says little about the line
            self._rate.see(rate, now_s)

    def _measured_work(self, size: int, work_s: float, *, followed: bool) -> None:
        """The line worked so long on so many bytes.

        Frames that `followed` the ones before without a pause, and were told of at once because the console had been
        busy with something else, count together with those.
        """
        if followed and self._measures and work_s < _AT_ONCE_S:
            before, before_s = self._measures.pop()
            size, work_s = before + size, before_s + work_s
        self._measures.append((size, work_s))
        self._measured = _rate_of(list(self._measures))

    def _measure_line(self, newest: _Sent, now_s: float, took_s: float) -> None:
        """How long the line worked on this frame: since it could have been there had it been empty, or the one before.

        Unlike a rate of delivery, this tells a line that is slow from one that has little to carry.
        """
        arrived_s = now_s - took_s
        known = self._measured
        if newest.size < (_MEASURE_BYTES if known is None else min(_MEASURE_BYTES, known * _TELLING_S)):
            self._way.see(newest.sent_s - arrived_s, now_s)
        elif self._way.value is not None:
            free_s = max(self._arrived_s, newest.sent_s - self._way.value)
            self._measured_work(newest.size, max(arrived_s - free_s, _LEAST_S), followed=free_s == self._arrived_s)
        self._arrived_s = arrived_s


def _rate_of(measures: list[tuple[int, float]]) -> float:
    """What the line did while it worked on frames, however fast, in bytes a second."""
    together, newer = _together(measures), measures[len(measures) // 2 :]
    if sum(took_s for _, took_s in newer) >= _NEWER_S:
        together = max(together, _together(newer))
    fast = sorted(size / took_s for size, took_s in measures)[-1 - min(_FASTER, len(measures) // 3)]
    return fast if fast >= _UNLIMITED and _HELD_UP * together >= _UNLIMITED else together


def _together(measures: list[tuple[int, float]]) -> float:
    """Bytes a second over all of them."""
    return sum(size for size, _ in measures) / sum(took_s for _, took_s in measures)
