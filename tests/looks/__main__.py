"""`python -m tests.looks [PART…]`: every picture, and contact sheets of each part and variant."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.looks import papers, sheets, windows
from tests.looks.variants import PARTS, VARIANTS, Variant
from tests.stage.waiting import StageError

FOLDER = Path("build/looks")
PAPERS = {"pages": papers.draw_pages, "report": papers.draw_report}


def _windows(part: str, variant: Variant) -> list[Path]:
    for old in FOLDER.glob(f"*{part}-*{variant.name}*.png"):
        old.unlink()
    windows.draw(part, variant, FOLDER)
    return sorted(FOLDER.glob(f"{part}-*-{variant.name}.png"))


def _drawn(parts: list[str], names: list[str]) -> Iterator[Path]:
    for part in parts:
        if part in PAPERS:
            yield from sheets.lay_out(PAPERS[part](FOLDER), FOLDER, part)
            continue
        for variant in (one for one in VARIANTS if one.name in names):
            yield from sheets.lay_out(_windows(part, variant), FOLDER, f"{part}-{variant.name}")


def main() -> int:
    """Run the program; return its exit code."""
    known, names = [*PARTS, *PAPERS], [one.name for one in VARIANTS]
    parser = argparse.ArgumentParser(prog="python -m tests.looks", description="Pictures of everything a person sees.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(known)}; all without")
    parser.add_argument("--variant", choices=names, action="append", help="of windows; all without")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(known):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        for sheet in _drawn(given.parts or known, given.variant or names):
            print(sheet)
    except (StageError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
