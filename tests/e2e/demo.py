"""`make demo`: the whole path with the real programs.

With a display it opens them there, for a person to play with; without one a script plays user and technician on two
virtual desks. Either way `demo/report.json` and a picture of each step are in `demo/` afterwards.
"""

import argparse
import os
import shutil
from pathlib import Path

from tests.e2e import film, live

ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    options = _options()
    folder: Path = options.folder.resolve()
    _empty(folder)
    display = None if options.virtual else live.usable_display(dict(os.environ))
    if display is None:
        film.play(folder, pace_s=options.pace, both_sides=options.both_sides)
    else:
        live.play(folder, dict(os.environ))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "demo", help="where report and pictures go")
    parser.add_argument("--virtual", action="store_true", help="two virtual desks, even if there is a display")
    parser.add_argument("--pace", type=float, default=0.6, help="seconds to look at each step")
    parser.add_argument("--both-sides", type=Path, help="also save the picture for the README here")
    return parser.parse_args()


def _empty(folder: Path) -> None:
    """Take away what an earlier demo left, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in ("organisation", "logs", "state"):
        shutil.rmtree(folder / made, ignore_errors=True)
    for pattern in ("*.png", "*.bundle", "*.invitation", "report.json", "report-*.pdf", "report-*.csv"):
        for path in folder.glob(pattern):
            path.unlink()


if __name__ == "__main__":
    main()
