"""A session's figures as a series of bounded length: fine at first, coarser the longer it lasts. Pure.

A sample is of `FIRST_S`; whenever there would be too many, each two become one of twice the length.
"""

from protocol.desk.events import Sample
from protocol.desk.events.sessions import MAX_SAMPLES

FIRST_S = 10.0
_DIGITS = 1


class Series:
    """One session's samples."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []
        self._length_s = FIRST_S
        self._before = (0, 0)
        self._newest: Sample | None = None

    def add(  # noqa: PLR0913 - the figures of one moment
        self, at_s: float, *, latency_ms: float, round_trip_ms: float, frames: int, received_bytes: int, exact: float
    ) -> None:
        """The figures at `at_s` from the session's beginning on; frames and bytes are all that ever came."""
        frames_before, bytes_before = self._before
        self._newest = Sample(
            round(max(0.0, at_s), _DIGITS),
            round(max(0.0, latency_ms), _DIGITS),
            round(max(0.0, round_trip_ms), _DIGITS),
            frames - frames_before,
            received_bytes - bytes_before,
            round(min(1.0, max(0.0, exact)), 4),
        )
        began_s = self._samples[-1].at_s if self._samples else 0.0
        if at_s - began_s >= self._length_s:
            self._close(frames, received_bytes)

    def samples(self) -> tuple[Sample, ...]:
        """All of them, and what was begun; at most `MAX_SAMPLES`."""
        begun = [self._newest] if self._newest is not None else []
        return tuple([*self._samples, *begun][:MAX_SAMPLES])

    def _close(self, frames: int, received_bytes: int) -> None:
        if self._newest is not None:
            self._samples.append(self._newest)
        self._newest, self._before = None, (frames, received_bytes)
        if len(self._samples) >= MAX_SAMPLES:
            self._samples = [
                _together(one, two) for one, two in zip(self._samples[::2], self._samples[1::2], strict=True)
            ]
            self._length_s *= 2


def _together(one: Sample, two: Sample) -> Sample:
    """Of two parts one; a part in which nothing moved says little about times."""
    weight = max(1, one.frames) / (max(1, one.frames) + max(1, two.frames))

    def mean(first: float, second: float) -> float:
        return weight * first + (1 - weight) * second

    return Sample(
        two.at_s,
        round(mean(one.latency_ms, two.latency_ms), _DIGITS),
        round(mean(one.round_trip_ms, two.round_trip_ms), _DIGITS),
        one.frames + two.frames,
        one.received_bytes + two.received_bytes,
        round((one.exact + two.exact) / 2, 4),
    )
