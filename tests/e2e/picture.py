"""Both displays next to each other in one picture, for the README."""

from pathlib import Path

from PIL import Image

WIDTH, GAP = 1600, 16
MAX_BYTES = 400_000


def side_by_side(user: Path, technician: Path, path: Path) -> Path:
    """The user's display on the left, the technician's on the right, at one height; 1600 pixels wide."""
    pictures = [Image.open(picture).convert("RGB") for picture in (user, technician)]
    ratios = [picture.width / picture.height for picture in pictures]
    height = int((WIDTH - GAP) / sum(ratios))
    scaled = [
        picture.resize((round(height * ratio), height), Image.Resampling.LANCZOS)
        for picture, ratio in zip(pictures, ratios, strict=True)
    ]
    both = Image.new("RGB", (WIDTH, height), "white")
    both.paste(scaled[0], (0, 0))
    both.paste(scaled[1], (WIDTH - scaled[1].width, 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    both.save(path, optimize=True)
    if path.stat().st_size > MAX_BYTES:  # the windows have few colours: nobody sees the difference
        both.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    return path
