"""Portraits of people who do not exist, drawn here, for the demo and for pictures of windows."""

import dataclasses
import functools
import io

from PIL import Image, ImageDraw

from relay.files.portrait import FROM_CONSOLE, portrait

SIDE = 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Somebody:
    """Colours, and how the hair falls."""

    ground: str
    skin: str
    hair: str
    coat: str
    long_hair: bool = False
    glasses: bool = False


TINA = Somebody("#cfe5e1", "#f0c8a4", "#5b3a21", "#0f766e", long_hair=True)
PETR = Somebody("#dfe3ee", "#e3b48c", "#2a2a2e", "#3c4f76", glasses=True)


@functools.cache
def drawn(who: Somebody) -> bytes:
    """As a photograph would come out of a file: PNG, 1,024 pixels a side."""
    picture = Image.new("RGB", (SIDE, SIDE), who.ground)
    pen = ImageDraw.Draw(picture)
    if who.long_hair:
        pen.rounded_rectangle((262, 250, 762, 760), 230, who.hair)
    pen.ellipse((132, 720, 892, 1400), who.coat)
    pen.rounded_rectangle((432, 600, 592, 800), 70, _darker(who.skin))
    pen.polygon(((432, 752), (592, 752), (512, 850)), _darker(who.skin))
    pen.ellipse((302, 200, 722, 700), who.skin)
    pen.chord((296, 168, 728, 640), 180, 360, who.hair)
    pen.ellipse((330, 296, 694, 470), who.skin)
    for left in (408, 560):
        pen.ellipse((left, 418, left + 56, 482), "#ffffff")
        pen.ellipse((left + 14, 430, left + 44, 468), "#2b2b2b")
        pen.arc((left - 14, 372, left + 70, 450), 205, 335, who.hair, 12)
        if who.glasses:
            pen.rounded_rectangle((left - 32, 398, left + 88, 502), 40, outline="#2b2b2b", width=12)
    if who.glasses:
        pen.line((496, 446, 528, 446), "#2b2b2b", 12)
    pen.arc((486, 470, 540, 552), 20, 150, _darker(who.skin), 14)
    pen.chord((424, 520, 600, 640), 15, 165, "#a8433f")
    pen.chord((446, 540, 578, 606), 8, 172, "#ffffff")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@functools.cache
def kept(who: Somebody) -> bytes:
    """As the relay keeps and gives it."""
    return portrait(drawn(who), FROM_CONSOLE)


def _darker(colour: str) -> tuple[int, int, int]:
    return (int(colour[1:3], 16) * 9 // 10, int(colour[3:5], 16) * 17 // 20, int(colour[5:7], 16) * 4 // 5)
