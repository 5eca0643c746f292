"""Shows one widget on a virtual desk and saves what a person would see as a PNG.

    python -m tests.stage.render agent.ui.help_window:HelpWindow out.png
    python -m tests.stage.render tests.agent.looks.windows:consent --theme dark --lang de --scale 2 out.png
    python -m tests.stage.render console.ui.queue:example --size 1200x800 --whole out.png

`MODULE:FACTORY` is a class or function without arguments that returns the widget (or a window, or a dialog); write a
small function with made-up data where the widget needs some. `--theme` is what the system's settings say,
`--lang` sets the person's language (LANGUAGE), `--scale` is the screen's scale factor, `--size` the window's size in
logical pixels, `--whole` saves the whole screen with the window's frame and the bar, `--press NAME` presses a button
(or ticks a box) first, any number of times. What the program printed is shown when it fails.
"""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.stage.desk import Desk
from tests.stage.ui import BUTTONS
from tests.stage.waiting import StageError

# Fonts, icons and first layouts need some rounds of the event loop after the window is up.
SETTLE_MS = 400

SHOWN = "shown as window "


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stage.render", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("widget", metavar="MODULE:FACTORY")
    parser.add_argument("output", type=Path, nargs="?", default=Path("out.png"))
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    parser.add_argument("--lang", default="")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--size", default="", help="for example 800x600")
    parser.add_argument("--whole", action="store_true", help="the whole screen")
    parser.add_argument("--press", action="append", default=[], metavar="NAME", help="press this control first")
    parser.add_argument("--on-desk", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_intermixed_args()


def _show(arguments: argparse.Namespace) -> int:
    """Show the widget; this is the process on the desk."""
    app = QApplication([sys.argv[0]])
    module, _, factory = arguments.widget.partition(":")
    widget = getattr(importlib.import_module(module), factory)()
    if not isinstance(widget, QWidget):
        print(f"{arguments.widget} made no widget but {widget!r}")
        return 2
    if arguments.size:
        width, height = map(int, arguments.size.split("x"))
        widget.resize(width, height)
    widget.show()
    QTimer.singleShot(SETTLE_MS, lambda: print(f"{SHOWN}{int(widget.winId())}", flush=True))
    return app.exec()


def render(arguments: argparse.Namespace) -> Path:
    """Bring up a desk, show the widget there, and save its picture.

    Raises:
        StageError: the widget did not show.
    """
    env = {"QT_SCALE_FACTOR": arguments.scale, "PYTHONPATH": os.pathsep.join(sys.path)}
    with Desk("render", (2560, 1600), language=arguments.lang, theme=arguments.theme, env=env) as desk:
        program = desk.python("-m", "tests.stage.render", "--on-desk", *sys.argv[1:])
        said = program.wait_log(SHOWN, timeout_s=30)
        for name in arguments.press:
            desk.ui.control("control", [*BUTTONS, "check box", "radio button"], name).press()
            time.sleep(SETTLE_MS / 1000)
        window = int(said.rpartition(SHOWN)[2].split()[0])
        return desk.display.screenshot(arguments.output, None if arguments.whole else desk.display.bounds_of(window))


def main() -> int:
    """Run the program; return its exit code."""
    arguments = _arguments()
    if arguments.on_desk:
        return _show(arguments)
    try:
        print(render(arguments))
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
