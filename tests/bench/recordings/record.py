"""Makes recordings: a desk, a program, hands on a thread of their own, and eyes that look thirty times a second."""

import random
import threading
import time
from pathlib import Path

import mss
import numpy as np

from tests.bench.recordings.content import CACHE
from tests.bench.recordings.programs import PROGRAMS, Hands
from tests.bench.recordings.store import Pixels, Recorder, Recording
from tests.stage import Desk

RECORDINGS = tuple(PROGRAMS)
FPS = 30
SECONDS = 6.0
_SETTLE_S = 2.0
"""Programs still draw after their window is there."""


def recording(name: str, *, seed: int = 1, seconds: float = SECONDS) -> Recording:
    """The recording of that name, made if there is none.

    Raises:
        StageError: the program could not be brought up.
        KeyError: nothing has that name.
    """
    path = path_of(name, seed)
    if not path.exists():
        _record(path, name, seed, seconds)
    return Recording(path)


def path_of(name: str, seed: int) -> Path:
    """Where the recording is kept."""
    return CACHE / "recordings" / f"{name}-{seed}.frames"


def _record(path: Path, name: str, seed: int, seconds: float) -> None:
    dice = random.Random(seed)
    with Desk(f"bench-{name}") as desk:
        hands = PROGRAMS[name](desk, dice)
        time.sleep(_SETTLE_S)
        stop = threading.Event()
        worker = threading.Thread(target=_work, args=(hands, stop), name="hands", daemon=True)
        worker.start()
        try:
            _look(desk, path, seconds)
        finally:
            stop.set()
            worker.join()


def _work(hands: Hands, stop: threading.Event) -> None:
    for pause_s in hands:
        if stop.wait(pause_s):
            return


def _look(desk: Desk, path: Path, seconds: float) -> None:
    width, height = desk.size
    recorder = Recorder(path, width, height)
    area = {"left": 0, "top": 0, "width": width, "height": height}
    with mss.MSS(display=desk.display.name) as eyes:
        began = time.monotonic()
        ticks = 0
        while (now := time.monotonic() - began) < seconds:
            pixels: Pixels = np.frombuffer(eyes.grab(area).raw, np.uint32).reshape(height, width)
            recorder.add(now, pixels & np.uint32(0xFFFFFF))  # the fourth byte is nobody's
            ticks = max(ticks + 1, int((time.monotonic() - began) * FPS))
            time.sleep(max(0.0, began + ticks / FPS - time.monotonic()))
    recorder.finish()
