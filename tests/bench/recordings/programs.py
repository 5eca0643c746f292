"""Real programs at work on a desk: how each is brought up, and the hands that then work it.

Each function starts a program, waits for its window, and returns the hands: a generator that does one thing between two
`yield`s, which give the seconds until the next.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from Xlib import XK, X
from Xlib.display import Display as XDisplay
from Xlib.ext import xtest

from tests.bench.recordings import content
from tests.stage import Desk
from tests.stage.display import Bounds

Hands = Iterator[float]
WHOLE = Bounds(0, 0, 1920, 1040)
_WHEEL_UP, _WHEEL_DOWN = 4, 5
_CHROMIUM = (
    "chromium", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run", "--password-store=basic", "--force-device-scale-factor=1",
    "--test-type", "--window-position=0,0", "--window-size=1920,1040",
)  # fmt: skip


class Fingers:
    """Presses through XTEST at once, where a tool's start would take as long as the frame it is to cause."""

    def __init__(self, desk: Desk) -> None:
        self._x: Any = XDisplay(desk.display.name)

    def move(self, x: int, y: int) -> None:
        """Moves the pointer."""
        xtest.fake_input(self._x, X.MotionNotify, x=x, y=y)
        self._x.flush()

    def button(self, number: int, *, down: bool) -> None:
        """Presses or releases a button."""
        xtest.fake_input(self._x, X.ButtonPress if down else X.ButtonRelease, number)
        self._x.flush()

    def turn(self, wheel: int) -> None:
        """One notch of the wheel."""
        self.button(wheel, down=True)
        self.button(wheel, down=False)

    def key(self, name: str, *, down: bool) -> None:
        """Presses or releases a key, by its keysym's name."""
        code = self._x.keysym_to_keycode(XK.string_to_keysym(name))
        xtest.fake_input(self._x, X.KeyPress if down else X.KeyRelease, code)
        self._x.flush()

    def write(self, letter: str) -> None:
        """Types one letter or a blank of the US layout."""
        name = {" ": "space", "\n": "Return"}.get(letter, letter.lower())
        if letter.isupper():
            self.key("Shift_L", down=True)
        self.key(name, down=True)
        self.key(name, down=False)
        if letter.isupper():
            self.key("Shift_L", down=False)


def _scrolling(desk: Desk, dice: random.Random) -> Hands:
    """Reads a page: bursts of the wheel, pauses, now and then back up."""
    fingers = Fingers(desk)
    fingers.move(900, 600)
    while True:
        wheel = _WHEEL_UP if dice.random() < 0.15 else _WHEEL_DOWN
        for _ in range(dice.randint(6, 16)):
            fingers.turn(wheel)
            yield 0.08
        yield dice.choice((0.1, 0.4))


def _writing(desk: Desk, dice: random.Random) -> Hands:
    """Types prose, some twelve keys a second."""
    fingers = Fingers(desk)
    for letter in content.prose(dice, 400):
        if letter.isalnum() or letter == " ":
            fingers.write(letter)
            yield dice.uniform(0.05, 0.12)


def _waiting() -> Hands:
    while True:
        yield 1.0


def _chromium(desk: Desk, url: str, title: str) -> None:
    desk.start(*_CHROMIUM, f"--user-data-dir={desk.directory}/chromium", url)
    desk.display.window_bounds(title, timeout_s=40)


def documentation(desk: Desk, dice: random.Random) -> Hands:
    """Chromium, scrolling through a long page of text and code."""
    _chromium(desk, f"file://{content.documentation(dice)}", "documentation - Chromium")
    return _scrolling(desk, dice)


def photos(desk: Desk, dice: random.Random) -> Hands:
    """Chromium, scrolling through a page of photos."""
    _chromium(desk, f"file://{content.page_of_photos(desk.directory, dice)}", "photos - Chromium")
    return _scrolling(desk, dice)


def terminal(desk: Desk, dice: random.Random) -> Hands:
    """xterm, flooded with a listing of files as fast as it can draw."""
    where = dice.choice(("/usr/share", "/usr/lib", "/usr/share/doc"))
    command = f"sleep 2; while :; do find {where} -printf '%M %8s %p\\n' | grep --color=always -E 'py|lib|doc'; done"
    colours = ("-bg", "#1e1e1e", "-fg", "#d0d0d0") if dice.random() < 0.5 else ()
    desk.start("xterm", "-T", "flood", *colours, "-fa", "DejaVu Sans Mono", "-fs", "10", "-e", "sh", "-c", command)
    desk.display.window_bounds("flood")
    desk.display.place_window("flood", Bounds(100, 40, 1400, 940))
    return _waiting()


def editor(desk: Desk, dice: random.Random) -> Hands:
    """The editor gedit, typing."""
    text = desk.directory / "letter.txt"
    text.write_text("\n".join(content.prose(dice, 14) for _ in range(20)) + "\n\n")
    desk.start("gedit", "--standalone", str(text))
    desk.display.window_bounds("letter.txt", timeout_s=30)
    desk.display.place_window("letter.txt", Bounds(200, 60, 1300, 900))
    desk.display.focus_window("letter.txt")
    desk.key("ctrl+End")
    return _writing(desk, dice)


def dragging(desk: Desk, dice: random.Random) -> Hands:
    """A terminal's window, dragged over a photo that fills the screen."""
    photo = content.files(content.PHOTOS)[dice.randrange(len(content.PHOTOS))]
    desk.start("mpv", "--no-config", "--vo=x11", "--fs", "--panscan=1", "--loop=inf", "--no-osc", "--title=wall",
               "--really-quiet", "--image-display-duration=inf", str(photo))  # fmt: skip
    desk.display.window_bounds("wall", timeout_s=30)
    listing = "ls -l --color=always /usr/bin | head -60; sleep 1000"
    desk.start("xterm", "-T", "dragged", "-geometry", "100x32+300+200", "-e", "sh", "-c", listing)
    desk.display.window_bounds("dragged")
    desk.display.focus_window("dragged")
    return _drag(desk, dice)


def _drag(desk: Desk, dice: random.Random) -> Hands:
    fingers = Fingers(desk)
    x, y = 500.0, 400.0
    fingers.move(int(x), int(y))
    fingers.key("Alt_L", down=True)
    fingers.button(1, down=True)
    yield 0.2
    while True:
        to_x, to_y = dice.uniform(300, 1400), dice.uniform(250, 800)
        steps = dice.randint(20, 60)
        for _ in range(steps):
            x, y = x + (to_x - x) * 0.08, y + (to_y - y) * 0.08
            fingers.move(int(x), int(y))
            yield 1 / 60


def film(desk: Desk, dice: random.Random) -> Hands:
    """mpv, a film in a window of 1280x720, and a still terminal beside it."""
    chosen = content.files(content.FILMS)[dice.randrange(len(content.FILMS))]
    listing = "ls -l --color=always /usr/bin | head -70; sleep 1000"
    desk.start("xterm", "-T", "still", "-geometry", "70x60+1300+20", "-e", "sh", "-c", listing)
    desk.display.window_bounds("still")
    desk.start("mpv", "--no-config", "--vo=x11", "--no-audio", "--loop=inf", "--no-osc", "--title=film",
               "--really-quiet", "--no-keepaspect-window", "--geometry=1280x720+120+140", str(chosen))  # fmt: skip
    desk.display.window_bounds("film", timeout_s=30)
    return _waiting()


def office(desk: Desk, dice: random.Random) -> Hands:
    """LibreOffice Writer, typing and paging."""
    text = desk.directory / "report.txt"
    text.write_text("\n\n".join(content.prose(dice, 90) for _ in range(40)))
    desk.start("soffice", "--norestore", "--nologo", "--nofirststartwizard", "--writer", str(text))
    desk.display.window_bounds("report.txt", timeout_s=60)
    desk.display.focus_window("report.txt")
    return _office_work(desk, dice)


def _office_work(desk: Desk, dice: random.Random) -> Hands:
    fingers, writing = Fingers(desk), _writing(desk, dice)
    while True:
        for _ in range(20):
            yield next(writing)
        for _ in range(4):
            fingers.key("Next", down=True)
            fingers.key("Next", down=False)
            yield 0.3


PROGRAMS: dict[str, Callable[[Desk, random.Random], Hands]] = {
    "documentation": documentation,
    "terminal": terminal,
    "editor": editor,
    "dragging": dragging,
    "photos": photos,
    "film": film,
    "office": office,
}
"""By the names of their recordings."""
