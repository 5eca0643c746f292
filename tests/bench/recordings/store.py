"""A recording's file: a line of JSON, then one zstd stream with what each frame changed.

Layout, numbers little-endian: the head is a line of JSON (`width`, `height`). Each frame is::

    seconds f64, count of bands u32, count times (first row u32, behind the last u32), then the bands' whole rows, BGRX
"""

import dataclasses
import itertools
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import zstandard

from protocol.session.picture import Rect

Pixels = npt.NDArray[np.uint32]

_FRAME = struct.Struct("<dI")
_BAND = struct.Struct("<II")
_WINDOW_LOG = 27


class RecordingError(Exception):
    """A recording cannot be read; the sentence says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Moment:
    """One frame as it was on the screen.

    Attributes:
        time_s: since the recording began.
        pixels: `[height, width]`, BGRX; overwritten by the next frame, so copy what is to be kept.
        damage: whole-width bands outside of which nothing changed since the frame before.
    """

    time_s: float
    pixels: Pixels
    damage: list[Rect]


class Recorder:
    """Writes a recording; it appears under its name only when it is complete."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._part = path, path.with_suffix(".part")
        self._file = self._part.open("wb")
        self._file.write(json.dumps({"width": width, "height": height}).encode() + b"\n")
        parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=_WINDOW_LOG, enable_ldm=True)
        self._stream = zstandard.ZstdCompressor(compression_params=parameters).stream_writer(self._file)
        self._last: Pixels | None = None

    def add(self, time_s: float, pixels: Pixels) -> bool:
        """Takes one frame; False if it is the same as the one before, which is then not kept."""
        if self._last is None:
            bands = [(0, len(pixels))]
            self._last = pixels.copy()
        else:
            bands = _bands(np.logical_or.reduce(self._last != pixels, axis=1))
        if not bands:
            return False
        self._stream.write(_FRAME.pack(time_s, len(bands)) + b"".join(_BAND.pack(*band) for band in bands))
        for top, bottom in bands:
            self._last[top:bottom] = pixels[top:bottom]
            self._stream.write(self._last[top:bottom].data.cast("B"))
        return True

    def finish(self) -> None:
        """Puts the file into its place."""
        self._stream.flush(zstandard.FLUSH_FRAME)
        self._file.close()
        self._part.replace(self._path)


class Recording:
    """A recording; iterating gives its `Moment`s, each time anew.

    Attributes:
        name: the file's, without its suffix.
        width, height: the screen's, in pixels.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path
        with path.open("rb") as file:
            try:
                head = json.loads(file.readline())
                self.width, self.height = int(head["width"]), int(head["height"])
            except (ValueError, KeyError) as error:
                raise RecordingError(f"{path} is no recording.") from error

    def __iter__(self) -> Iterator[Moment]:
        with self._path.open("rb") as file:
            file.readline()
            reader = zstandard.ZstdDecompressor(max_window_size=2**_WINDOW_LOG).stream_reader(file)
            pixels: Pixels = np.zeros((self.height, self.width), np.uint32)
            while head := reader.read(_FRAME.size):
                time_s, count = _FRAME.unpack(head)
                bands = [_BAND.unpack(reader.read(_BAND.size)) for _ in range(count)]
                for top, bottom in bands:
                    _fill(reader, pixels[top:bottom].data.cast("B"))
                damage = [Rect(0, top, self.width, bottom - top) for top, bottom in bands]
                yield Moment(time_s, pixels, damage)

    def load(self, limit: int) -> "Loaded":
        """Up to `limit` frames in memory, 8 MB each at 1920x1080: reading them costs nothing while measuring."""
        moments = (Moment(one.time_s, one.pixels.copy(), one.damage) for one in self)
        return Loaded(self.name, list(itertools.islice(moments, limit)))


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """Frames in memory, oldest first."""

    name: str
    moments: list[Moment]

    @classmethod
    def of(cls, name: str, frames: list[Pixels], rate: float) -> Self:
        """Made-up frames as if they had been recorded, `rate` a second."""
        height, width = frames[0].shape
        whole = [Rect(0, 0, width, height)]
        return cls(name, [Moment(at / rate, pixels, whole) for at, pixels in enumerate(frames)])


def _fill(reader: zstandard.ZstdDecompressionReader, target: memoryview) -> None:
    at = 0
    while at < len(target):
        got = reader.readinto(target[at:])
        if not got:
            raise RecordingError("The recording ends in the middle of a frame.")
        at += got


def _bands(rows: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], rows, [False])).astype(np.int8)))
    return [(int(top), int(bottom)) for top, bottom in zip(edges[::2], edges[1::2], strict=True)]
