"""How long a key takes while something else moves, over slow lines, through the real programs in real windows.

`python -m tests.bench.echoes` writes docs/bench/echoes.md. A program on the user's display plays a film, scrolls or
rests, and answers each key elsewhere in its window. The technician presses keys in the console's window; the clock runs
from before the press until the answer is seen on the technician's display.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.slow_line import SlowLine
from tests.e2e.stopwatch import Eyes, Hands, percentile, until
from tests.stage.display import Bounds
from tests.stage.people import Technician, User
from tests.stage.scene import Scene
from tests.stage.world import World

_PAGE = Path(__file__).parent.parent.parent / "docs" / "bench" / "echoes.md"
LINES = {"2 Mbit/s, 50 ms each way": (0.05, 0.25e6), "10 Mbit/s, 25 ms each way": (0.025, 1.25e6)}
WORKS = ("still", "scroll", "film")
PRESSES, WARM_S = 30, 4.0
_ANSWER = Bounds(200, 300, 24, 20)
"""`busy_screen.ANSWER`, which needs Qt to be read."""


def measure(scene: Scene, number: int, work: str, presses: int) -> list[float]:
    """Milliseconds of so many presses while that goes on."""
    user, technician = scene.user.desk, scene.technician.desk
    area = scene.technician.picture(number, user.display.current_size())
    program = user.start(sys.executable, "-m", "tests.bench.busy_screen", work)
    hands, eyes = Hands(technician.display.name), Eyes(technician.display.name)
    where = Bounds(area.x + _ANSWER.x, area.y + _ANSWER.y, _ANSWER.width, _ANSWER.height)
    try:
        user.display.window_bounds("Busy screen")
        hands.click(area.x + 100, area.y + 700)
        time.sleep(WARM_S)
        taken, key = [], hands.keycode("x")
        for turn in range(presses):
            before = eyes.look(where)
            taken.append(until(lambda: hands.press_key(key), lambda before=before: eyes.look(where) != before))  # type: ignore[misc]
            time.sleep(0.15 + 0.013 * (turn % 7))
        return taken
    finally:
        hands.close()
        eyes.close()
        program.stop()


def table(found: dict[str, dict[str, list[float]]]) -> str:
    """The page's rows."""
    rows = ["| line | meanwhile | median | 95th percentile | beyond the round trip |", "|---|---|---|---|---|"]
    for line, works in found.items():
        for work, taken in works.items():
            middle = statistics.median(taken)
            beyond = middle - 2e3 * LINES[line][0]
            rows.append(f"| {line} | {work} | {middle:.0f} | {percentile(taken, 0.95):.0f} | {beyond:.0f} |")
    return "\n".join(rows)


def main() -> None:
    """Measures all of it, and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.echoes", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--presses", type=int, default=PRESSES)
    parser.add_argument("--page", type=Path, default=_PAGE)
    options = parser.parse_args()
    found: dict[str, dict[str, list[float]]] = {}
    for line, (delay_s, rate) in LINES.items():
        with tempfile.TemporaryDirectory(prefix="athand-echoes-") as folder, World(Path(folder)) as world:
            world.start_relay()
            world.start_agent()
            with SlowLine(world.port, delay_s=delay_s, rate=rate).open() as slow:
                world.start_console("--relay", f"ws://127.0.0.1:{slow.port}")
                scene = Scene(world, User(world.user), Technician(world.technician))
                number = scene.begin_session("Keys are slow")
                found[line] = {work: measure(scene, number, work, options.presses) for work in WORKS}
                scene.user.stop()
                scene.check_logs()
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    page = f"""# A key while something else moves

Made by `make bench` on {time.strftime("%-d %B %Y")}: {machine}, 1920x1080, {options.presses} presses each. Milliseconds
from before a key is pressed on the technician's display until its answer is seen there.

{table(found)}
"""
    options.page.write_text(page)
    print(page)


if __name__ == "__main__":
    main()
