"""Mixed work for a long time, through the real programs: whose memory grows? `python -m tests.bench.soak MINUTES`.

A session with real programs one after the other on the user's desk; the technician types into some of them through the
console's window. Every few seconds the memory of each of the project's processes is read; what it grows by in a minute
is told from the second half, when caches are full. Writes docs/bench/soak.md.
"""

import argparse
import os
import platform
import random
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import psutil

from tests.bench.recordings.programs import PROGRAMS, Hands
from tests.stage.scene import Scene, open_scene
from tests.stage.waiting import StageError

_PACE_S = 20.0
"""Each program's turn."""
_SAMPLE_S = 5.0
_REST_S = 4.0
_MEBI = 1024.0 * 1024.0
_TURNS = ("editor", "documentation", "terminal", "film", "dragging", "photos")
_PAGE = Path(__file__).parent.parent.parent / "docs" / "bench" / "soak.md"
Samples = dict[str, list[tuple[float, float]]]
"""By part: minutes since the beginning, and mebibytes."""


def _parts(scene: Scene) -> dict[str, psutil.Process]:
    """The project's processes, by what they are."""
    world, found = scene.world, dict[str, psutil.Process]()
    for name, process in (("relay", world.relay), ("console", world.console), ("agent", world.agent)):
        if process is not None:
            found[name] = psutil.Process(process.pid)
    for child in found["agent"].children(recursive=True):
        line = " ".join(child.cmdline())
        for name in ("worker", "guard"):
            if f"agent.{name}" in line:
                found[name if name not in found else f"{name}'s second"] = child
    return found


def _look(parts: dict[str, psutil.Process], began_s: float, samples: Samples) -> None:
    at = (time.monotonic() - began_s) / 60
    for name, process in parts.items():
        memory = process.memory_full_info()
        samples.setdefault(name, []).append((at, memory.uss / _MEBI))


def _turn(scene: Scene, number: int, name: str, dice: random.Random) -> Generator[float, None, None]:
    """One program's turn: it works by itself, and the technician types a little through the session."""
    desk = scene.user.desk
    before = len(desk.processes)
    try:
        hands: Hands = PROGRAMS[name](desk, dice)
        if name == "editor":
            area = scene.technician.picture(number, desk.display.current_size())
            scene.technician.desk.click(area.x + 700, area.y + 500)
            scene.technician.desk.type("the technician writes a line, too ")
        yield from hands
    finally:
        for process in desk.processes[before:]:
            process.stop()
        for button in (1,):
            desk.run("xdotool", "mouseup", str(button), "keyup", "Alt_L")


def _work(scene: Scene, number: int, minutes: float, samples: Samples) -> None:
    dice, parts = random.Random(1), _parts(scene)
    began_s = look_s = time.monotonic()
    turns = 0
    while time.monotonic() < began_s + 60 * minutes:
        name = _TURNS[turns % len(_TURNS)]
        turns += 1
        end_s = time.monotonic() + _PACE_S
        work = _turn(scene, number, name, dice)
        for pause_s in work:
            time.sleep(pause_s)
            if time.monotonic() >= look_s:
                _look(parts, began_s, samples)
                look_s = time.monotonic() + _SAMPLE_S
            if time.monotonic() >= end_s:
                break
        work.close()
        time.sleep(_REST_S)
        print(f"{(time.monotonic() - began_s) / 60:5.1f} min  {name:<14}", _newest(samples), flush=True)


def _newest(samples: Samples) -> str:
    return "  ".join(f"{name} {seen[-1][1]:.1f}" for name, seen in samples.items())


def _slope(seen: list[tuple[float, float]]) -> float:
    """Kibibytes a minute, over the second half."""
    half = np.array(seen[len(seen) // 2 :])
    return float(np.polyfit(half[:, 0], half[:, 1], 1)[0] * 1024)


def _page(samples: Samples, minutes: float) -> str:
    rows = []
    for name, seen in samples.items():
        sizes = [size for _, size in seen]
        half = sizes[len(sizes) // 2 :]
        first = sizes[min(len(sizes) - 1, 12)]
        figures = (first, float(np.median(half)), max(sizes), sizes[-1])
        rows.append(f"| {name} | {' | '.join(f'{size:.1f}' for size in figures)} | {_slope(seen):+.0f} |")
    table = "\n".join(rows)
    machine = f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    return f"""# Mixed work without growth

Made by `make soak` on {time.strftime("%-d %B %Y")}: {machine}, 1920x1080.
{minutes:.0f} minutes of one session in which {", ".join(_TURNS)}
took turns of {_PACE_S:.0f} seconds, each started anew. Mebibytes that belong to the process alone (USS).
The slope is of the second half.

| part | after a minute | median of the second half | most | at the end | KiB a minute |
|---|---|---|---|---|---|
{table}
"""


def main() -> None:
    """Work for so long, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("minutes", type=float, nargs="?", default=60.0)
    parser.add_argument("--page", type=Path, default=_PAGE)
    options = parser.parse_args()
    samples: Samples = {}
    with tempfile.TemporaryDirectory(prefix="athand-soak-") as folder, open_scene(Path(folder)) as scene:
        number = scene.user.ask_for_help("It has to go on for an hour", minutes=240)
        scene.technician.take(number)
        scene.technician.connect(number)
        scene.user.allow(control=True)
        scene.technician.picture(number, scene.user.desk.display.current_size())
        scene.technician.desk.key("ctrl+alt+shift+i")
        try:
            _work(scene, number, options.minutes, samples)
        except StageError as error:
            print(error)
        lasted = max((seen[-1][0] for seen in samples.values()), default=0.0)
        options.page.write_text(_page(samples, lasted))
        scene.user.stop()


if __name__ == "__main__":
    main()
