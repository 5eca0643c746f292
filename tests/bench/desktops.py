"""What a helped screen shows before anybody asks: windows of text, or a photo as large as the screen."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from Xlib import X
from Xlib.display import Display as XDisplay

from tests.bench.recordings import content
from tests.stage import Desk

_ROWS = 20
"""Of a picture in one request, which has at most 256 KiB."""
_LISTING = "ls -l --color=always /usr/bin | head -70; sleep 10000"


def with_text(desk: Desk) -> None:
    """An editor full of prose, and a terminal over a part of it."""
    text = desk.directory / "letter.txt"
    text.write_text("\n".join(content.prose(random.Random(1), 14) for _ in range(60)))
    desk.start("gedit", "--standalone", str(text), env={"NO_AT_BRIDGE": "1"})  # nobody reads its tree
    desk.display.window_bounds("letter.txt", timeout_s=30)
    desk.start("xterm", "-T", "still", "-geometry", "90x50+900+20", "-e", "sh", "-c", _LISTING)
    desk.display.window_bounds("still")


def with_photo(desk: Desk) -> None:
    """A photo as background."""
    photo(desk)()


def photo(desk: Desk, which: int = 0) -> Callable[[], None]:
    """Gets a photo ready as background, scaled to fill it, as desktops do it; what is given shows it, at once."""
    width, height = desk.size
    image = Image.open(content.files(content.PHOTOS)[which]).convert("RGB")
    scale = max(width / image.width, height / image.height)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = np.asarray(image)[:height, :width, ::-1]
    x: Any = XDisplay(desk.display.name)
    root = x.screen().root
    background = root.create_pixmap(width, height, x.screen().root_depth)
    context = background.create_gc()
    for top in range(0, height, _ROWS):
        rows = pixels[top : top + _ROWS]
        background.put_image(
            context, 0, top, width, len(rows), X.ZPixmap, x.screen().root_depth, 0, rows.tobytes()
        )  # fmt: skip
    root.change_attributes(background_pixmap=background)
    x.sync()

    def show() -> None:
        root.clear_area()
        x.sync()
        x.close()

    return show
