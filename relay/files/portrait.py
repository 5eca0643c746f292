"""A stranger's picture, drawn anew as the small square that is kept. Pure; any thread. Distrusts every byte.

Guarantees: what comes out is a JPEG of faces.SIDE_PX on a side and faces.MAX_BYTES at most, and holds nothing but its
pixels: no place where it was taken, no profile, no second file behind it. Nothing is decoded but the formats named, and
nothing that says to be larger than its bound.
"""

import dataclasses
import io
from typing import Final

from PIL import Image, ImageOps

from protocol import faces
from protocol.desk.states import mark
from relay.errors import RelayError

_BEHIND = "white"
"""Where a picture is transparent: JPEG has no such thing."""
_QUALITIES = (88, 80, 70, 55, 40, 20)
"""The first that fits; 88 does for all but noise."""


class PictureRefused(RelayError):  # noqa: N818 - a refusal with its sentence
    """These bytes make no picture; `sentence` is for whoever chose them."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclasses.dataclass(frozen=True, slots=True)
class Allowed:
    """What may come in: Pillow's names of formats, and how many pixels a side."""

    formats: tuple[str, ...]
    most_side_px: int


FROM_CONSOLE: Final = Allowed(("JPEG", "PNG"), 1024)
"""The console has made it small already."""
FROM_ADMIN: Final = Allowed(("JPEG", "PNG", "WEBP"), 8192)
"""As a camera makes it: 67 million pixels, some 200 MB while it is made small."""


def portrait(content: bytes, allowed: Allowed) -> bytes:
    """The square in its middle, small. Raises PictureRefused."""
    try:
        with Image.open(io.BytesIO(content), formats=allowed.formats) as picture:
            _check(picture, allowed)
            return _encoded(_square(picture))
    except PictureRefused:
        raise
    except Exception as error:  # a decoder of strangers' bytes raises whatever its formats make it stumble over
        raise PictureRefused(mark("This is no picture that can be shown; please choose a JPEG or PNG.")) from error


def _check(picture: Image.Image, allowed: Allowed) -> None:
    """Before anything of it is decoded; of a large JPEG only as much is as it takes."""
    if max(picture.size) > allowed.most_side_px:
        raise PictureRefused(mark("This picture has too many pixels; please choose a smaller one."))
    picture.draft("RGB", (2 * faces.SIDE_PX, 2 * faces.SIDE_PX))


def _square(picture: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(picture)
    size = (faces.SIDE_PX, faces.SIDE_PX)
    # With its own transparency, and without a palette: colours between two of a palette's are not in it.
    fitted = ImageOps.fit(upright.convert("RGBA"), size, Image.Resampling.LANCZOS)
    drawn = Image.new("RGB", size, _BEHIND)
    drawn.paste(fitted, mask=fitted.getchannel("A"))
    return drawn


def _encoded(drawn: Image.Image) -> bytes:
    for quality in _QUALITIES:
        out = io.BytesIO()
        drawn.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= faces.MAX_BYTES:
            return out.getvalue()
    raise PictureRefused(mark("This picture has too much in it to be made small; please choose another one."))
