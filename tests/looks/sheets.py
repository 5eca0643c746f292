"""Contact sheets: many pictures side by side, each under its name."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

CELL = (620, 480)
ACROSS, DOWN = 3, 3
NAME_PX = 18


def lay_out(pictures: Sequence[Path], folder: Path, name: str) -> list[Path]:
    """Put the pictures on sheets, nine to each; smaller where they are larger than their cell."""
    sheets = []
    for number, start in enumerate(range(0, len(pictures), ACROSS * DOWN), 1):
        sheet = Image.new("RGB", (ACROSS * CELL[0], DOWN * (CELL[1] + NAME_PX)), "#7a7a7a")
        pen = ImageDraw.Draw(sheet)
        for at, path in enumerate(pictures[start : start + ACROSS * DOWN]):
            x, y = at % ACROSS * CELL[0], at // ACROSS * (CELL[1] + NAME_PX)
            pen.text((x + 4, y + 2), path.stem, fill="white")
            with Image.open(path) as picture:
                small = picture.convert("RGB")
                small.thumbnail((CELL[0] - 6, CELL[1]))
                sheet.paste(small, (x, y + NAME_PX))
        sheets.append(folder / f"sheet-{name}-{number}.png")
        sheet.save(sheets[-1])
    return sheets
