"""`python -m tests.looks [PART…]`: every picture, and contact sheets of each part and variant."""

import argparse
import sys
from pathlib import Path

from tests.looks import sheets, windows
from tests.looks.variants import PARTS, VARIANTS
from tests.stage.waiting import StageError

FOLDER = Path("build/looks")


def main() -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.looks", description="Pictures of everything a person sees.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; all without")
    parser.add_argument("--variant", choices=[one.name for one in VARIANTS], action="append")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for part in given.parts or PARTS:
        for variant in (one for one in VARIANTS if not given.variant or one.name in given.variant):
            for old in FOLDER.glob(f"*{part}-*{variant.name}*.png"):
                old.unlink()
            try:
                windows.draw(part, variant, FOLDER)
            except StageError as error:
                print(error, file=sys.stderr)
                return 1
            drawn = sorted(FOLDER.glob(f"{part}-*-{variant.name}.png"))
            for sheet in sheets.lay_out(drawn, FOLDER, f"{part}-{variant.name}"):
                print(sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
