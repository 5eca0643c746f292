"""What a technician waits for, and what it takes, in whole sessions: real programs, real windows, eyes on the displays.

    python -m tests.bench.sessions            writes docs/bench/sessions.md

Times are from outside: from a button's press, or a program's last change, to the pixels on the technician's display. A
busy machine lengthens them, so the median and the best of several are given.
"""

import argparse
import os
import platform
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psutil

from protocol.session.picture import Rect
from tests.bench import desktops
from tests.bench.recordings.programs import PROGRAMS
from tests.bench.slow_line import SlowLine
from tests.bench.witness import Likeness, Witness, likenesses, whole
from tests.e2e.stopwatch import Hands
from tests.stage.people import Technician, User
from tests.stage.scene import Scene, open_scene
from tests.stage.waiting import StageError, wait_for
from tests.stage.world import World

_PAGE = Path(__file__).parent.parent.parent / "docs" / "bench" / "sessions.md"
_GOOD_DB = 30.0
"""From here on a likeness is a picture to work with."""
_FRAME = 40
"""Pixels around the banner, for its frame and shadow."""
_MEBI = 1024.0 * 1024.0
_MBIT, _DELAY_MS = 10.0, 25.0
Times = dict[str, list[float]]


class _Stopwatch:
    """Takes the times of one scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.user, self.technician = scene.user, scene.technician
        self._witness = Witness(self.technician.desk.display.name)

    def begin(self, watch_s: float) -> tuple[int, float, float]:
        """Begins a session: its ticket, and the milliseconds from the press of Allow to a picture, and to all of it."""
        number = self.user.ask_for_help("It is to be seen at once")
        self.technician.take(number)
        self.technician.connect(number)
        allow = self.user.question().button("Allow")
        wait_for("the button", lambda: allow.enabled)
        hands = Hands(self.user.desk.display.name)
        with self._witness.watching():
            pressed_s = time.perf_counter()
            hands.click(*allow.bounds().centre)
            time.sleep(watch_s)
        hands.close()
        return (number, *self._until(number, pressed_s))

    def after(self, number: int, act: Callable[[], None], watch_s: float) -> tuple[float, float]:
        """Acts in a session, and gives the milliseconds until a picture, and all of it, is there."""
        with self._witness.watching():
            began_s = time.perf_counter()
            act()
            time.sleep(watch_s)
        return self._until(number, began_s)

    def _until(self, number: int, since_s: float) -> tuple[float, float]:
        mine = self.user.desk.display
        place = self.technician.picture(number, mine.current_size())
        banner = self.user.banner.bounds()  # it counts seconds
        without = Rect(
            max(0, banner.x - _FRAME), max(0, banner.y - _FRAME), banner.width + 2 * _FRAME, banner.height + 2 * _FRAME
        )
        seen = likenesses(self._witness.looks, whole(mine.name), place, [without])
        seen = [one for one in seen if one.at_s >= since_s]
        good = _first(seen, lambda one: one.psnr >= _GOOD_DB, since_s)
        return good, _first(seen, lambda one: one.exact == 1, since_s)

    def end(self, number: int) -> None:
        """Ends the session."""
        self.technician.end(number)
        self.technician.skip_note(number)


def _first(seen: list[Likeness], good: Callable[[Likeness], bool], since_s: float) -> float:
    """Milliseconds from when on everything is good; infinite if it never is."""
    found = float("inf")
    for one in reversed(seen):
        if not good(one):
            break
        found = 1000 * (one.at_s - since_s)
    return found


def first_pictures(folder: Path, times: int) -> Times:
    """From the press of Allow to the picture: a good likeness, and all of it exact."""
    found: Times = {}
    for name, desktop, slow in (
        ("text, local network", desktops.with_text, False),
        ("photo, local network", desktops.with_photo, False),
        (f"photo, {_MBIT:.0f} Mbit/s, {2 * _DELAY_MS:.0f} ms", desktops.with_photo, True),
    ):
        with open_scene(folder / name.split(",", maxsplit=1)[0] / str(slow)) as scene, _line(scene, slow=slow):
            desktop(scene.user.desk)
            watch = _Stopwatch(scene)
            for _ in range(times):
                number, good, exact = watch.begin(3.0 if slow else 1.5)
                found.setdefault(f"{name}: a good picture", []).append(good)
                found.setdefault(f"{name}: exact", []).append(exact)
                watch.end(number)
        print(f"  {name}", flush=True)
    return found


@contextmanager
def _line(scene: Scene, *, slow: bool) -> Iterator[None]:
    """The console's line to the relay: this machine's own, or a slow one."""
    if not slow or scene.world.console is None:
        yield
        return
    scene.world.console.stop()
    with SlowLine(scene.world.port, delay_s=_DELAY_MS / 1000, rate=_MBIT * 1e6 / 8).open() as line:
        scene.world.start_console("--relay", f"ws://127.0.0.1:{line.port}")
        yield


def standing_still(folder: Path, times: int) -> Times:
    """From a program's last change to the exact picture: a film that stops, a photo that appears."""
    found: Times = {}
    with open_scene(folder / "still") as scene:
        watch, desk = _Stopwatch(scene), scene.user.desk
        number = scene.begin_session("What stands still is to be exact")
        for turn in range(times):
            for which in (turn, turn + 4):
                exact = watch.after(number, desktops.photo(desk, which), 1.5)[1]
                found.setdefault("a photo fills the screen", []).append(exact)
        for turn in range(times):
            before = len(desk.processes)
            PROGRAMS["film"](desk, Random(turn))
            time.sleep(4)
            film = desk.processes[-1]
            stop = lambda pid=film.pid: os.killpg(pid, signal.SIGSTOP)  # noqa: E731 - with the process of this turn
            found.setdefault("a film stops", []).append(watch.after(number, stop, 1.5)[1])
            os.killpg(film.pid, signal.SIGCONT)
            for process in desk.processes[before:]:
                process.stop()
        watch.end(number)
    print("  standing still", flush=True)
    return found


def memory(folder: Path, seconds: float) -> dict[str, tuple[float, float]]:
    """By part: mebibytes without a session, and the most with one; a film, photos and text on two monitors."""
    with World(folder / "memory") as world:
        desk = world.desk("user", (3840, 1080))
        world.start_relay()
        world.start_agent()
        world.start_console()
        scene = Scene(world, User(world.user), Technician(world.technician))
        for name, place in (("left", "1920/508x1080/286+0+0"), ("right", "1920/508x1080/286+1920+0")):
            desk.run("xrandr", "--setmonitor", name, place, "screen" if name == "left" else "none")
        if world.console is None or world.agent is None:
            raise StageError("console and agent are to be up")
        console, agent = psutil.Process(world.console.pid), psutil.Process(world.agent.pid)
        time.sleep(3)
        idle = _uss(console)
        number = scene.user.ask_for_help("On two screens")
        scene.technician.take(number)
        scene.technician.connect(number)
        question = scene.user.question()
        question.checkbox("other screen").tick()
        question.button("Allow").press()
        scene.technician.session(number).wait_text("ticket", timeout_s=20)
        worker = next(child for child in agent.children(recursive=True) if "agent.worker" in " ".join(child.cmdline()))
        most = {"console": idle, "worker": 0.0}
        for name in ("documentation", "film", "photos"):
            before = len(desk.processes)
            end_s, dice = time.monotonic() + seconds, Random(1)
            for pause_s in PROGRAMS[name](desk, dice):
                time.sleep(min(pause_s, 0.3))
                most = {"console": max(most["console"], _uss(console)), "worker": max(most["worker"], _uss(worker))}
                if time.monotonic() > end_s:
                    break
            for process in desk.processes[before:]:
                process.stop()
        print("  memory", flush=True)
        return {"console": (idle, most["console"]), "worker": (0.0, most["worker"])}


def _uss(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss) / _MEBI


def _page(first: Times, still: Times, used: dict[str, tuple[float, float]]) -> str:
    def rows(times: Times) -> str:
        return "\n".join(
            f"| {name} | {statistics.median(ms):.0f} | {min(ms):.0f} | {max(ms):.0f} | {len(ms)} |"
            for name, ms in times.items()
        )

    head = "| median | best | worst | of |\n|---|---|---|---|---|"
    machine = f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    parts = "\n".join(
        f"| {name} | {idle:.0f} | {most:.0f} | {most - idle:.0f} |" for name, (idle, most) in used.items()
    )
    return f"""# Whole sessions

Made by `make bench` on {time.strftime("%-d %B %Y")}: {machine}; all programs, both X servers and the eyes on them
share them, and load averaged {os.getloadavg()[1]:.1f}. Milliseconds, seen on the technician's display, 1920x1080.

## First picture: from the press of *Allow*

| desktop, line {head}
{rows(first)}

A good picture: {_GOOD_DB:.0f} dB or better from then on.

## Exact again: from the last change

| on a local network {head}
{rows(still)}

## Memory, in mebibytes that belong to the process alone

Two monitors, together 3840x1080: documentation and photos scrolled in a browser, and a film.

| part | without a session | at most with one | more by |
|---|---|---|---|
{parts}
"""


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sessions", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=12.0, help="of each program, for the memory")
    parser.add_argument("--page", type=Path, default=_PAGE)
    options = parser.parse_args()
    print("sessions:", flush=True)
    with tempfile.TemporaryDirectory(prefix="athand-sessions-") as folder:
        used = memory(Path(folder), options.seconds)
        still = standing_still(Path(folder), options.times)
        first = first_pictures(Path(folder), options.times)
    page = _page(first, still, used)
    options.page.write_text(page)
    print(page)


if __name__ == "__main__":
    main()
