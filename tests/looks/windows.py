"""Draws every window of a part on a virtual desk: `python -m tests.looks.windows agent dark FOLDER`."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.looks.variants import VARIANTS, Variant, windows
from tests.stage.desk import Desk

# Icons, first layouts and what a window shows a moment later (a session's first picture) need some rounds.
SETTLE_MS = 350
DRAW_S = 240
DONE = "all drawn"


def draw(part: str, variant: Variant, folder: Path) -> None:
    """Bring up a desk and draw there.

    Raises:
        StageError: not all windows were drawn in time; the desk's log says why.
    """
    env = {"QT_SCALE_FACTOR": variant.scale, "PYTHONPATH": os.pathsep.join(sys.path)}
    with Desk("looks", variant.screen, language=variant.language, theme=variant.theme, env=env) as desk:
        program = desk.python("-m", "tests.looks.windows", "--on-desk", part, variant.name, str(folder.absolute()))
        program.wait_log(DONE, timeout_s=DRAW_S)


def _draw_here(part: str, variant: Variant, folder: Path) -> None:
    """On the desk."""
    app = QApplication([sys.argv[0]])
    app.setQuitOnLastWindowClosed(False)
    for name, factory in windows(part):
        widget = factory()
        widget.show()
        widget.resize(widget.size().boundedTo(widget.screen().availableGeometry().size()))
        widget.activateWindow()
        _settle()
        widget.grab().save(str(folder / f"{part}-{name}-{variant.name}.png"))
        widget.hide()
        for other in app.topLevelWidgets():
            other.hide()
            other.deleteLater()
        _settle(1)
    print(DONE, flush=True)


def _settle(wait_ms: int = SETTLE_MS) -> None:
    loop = QEventLoop()  # not the application's own: to quit that closes every window
    QTimer.singleShot(wait_ms, loop.quit)
    loop.exec()


def main() -> int:
    """Run the program; return its exit code."""
    on_desk, part, name, folder = "--on-desk" in sys.argv, *[one for one in sys.argv[1:] if one != "--on-desk"]
    variant = next(one for one in VARIANTS if one.name == name)
    Path(folder).mkdir(parents=True, exist_ok=True)
    (_draw_here if on_desk else draw)(part, variant, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
