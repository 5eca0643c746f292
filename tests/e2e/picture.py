"""Both displays next to each other, at a few moments, in one picture for the README."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

WIDTH, GAP = 1600, 16
MAX_BYTES = 400_000


def side_by_side(moments: Sequence[Sequence[Path]], path: Path) -> Path:
    """A row for each moment: the user's display on the left, the technician's on the right, at one height.

    It is 1600 pixels wide.
    """
    rows = [_row(user, technician) for user, technician in moments]
    both = Image.new("RGB", (WIDTH, sum(row.height + GAP for row in rows) - GAP), "white")
    top = 0
    for row in rows:
        both.paste(row, (0, top))
        top += row.height + GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    both.save(path, optimize=True)
    if path.stat().st_size > MAX_BYTES:  # the windows have few colours: nobody sees the difference
        both.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _row(user: Path, technician: Path) -> Image.Image:
    pictures = [Image.open(picture).convert("RGB") for picture in (user, technician)]
    ratios = [picture.width / picture.height for picture in pictures]
    height = int((WIDTH - GAP) / sum(ratios))
    scaled = [
        picture.resize((round(height * ratio), height), Image.Resampling.LANCZOS)
        for picture, ratio in zip(pictures, ratios, strict=True)
    ]
    row = Image.new("RGB", (WIDTH, height), "white")
    row.paste(scaled[0], (0, 0))
    row.paste(scaled[1], (WIDTH - scaled[1].width, 0))
    return row
