"""Pictures for tests, drawn here: no photograph of anybody."""

import io

from PIL import Image, ImageDraw


def drawn(size: tuple[int, int] = (300, 200), colour: str = "#0f766e", kind: str = "PNG", **options: object) -> bytes:
    """A head on a ground, in the middle; the same for the same arguments."""
    picture = Image.new("RGB", size, colour)
    wide, high = size
    ImageDraw.Draw(picture).ellipse((wide * 0.4, high * 0.3, wide * 0.6, high * 0.7), "#f1c9a5")
    return saved(picture, kind, **options)


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """As a file's bytes."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
