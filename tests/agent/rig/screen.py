"""An X server alone: no window manager, no bus. Starts in a fifth of a second."""

import io
import os
import struct
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import xcffib
import xcffib.randr
import xcffib.xinput
import xcffib.xproto
import xcffib.xtest

from agent.x11.connection import Connection
from agent.x11.held import held_buttons, held_keys, release_all

XVFB_MOUSE, XVFB_KEYBOARD = 6, 7
"""Xvfb's own devices: what comes from them is the user's own hand (XTEST's have 4 and 5)."""
_XI_MOTION = 5


class NoServerError(Exception):
    """An X server cannot run on this machine; the sentence says which."""


class Screen:
    """A virtual display. Use it as a context manager, on one thread.

    Attributes:
        name: such as ":3".
        x: a connection of the test's own.
    """

    def __init__(self, width: int = 1280, height: int = 800, *, without: str = "") -> None:
        """`without`: an extension that the server is not to have."""
        self.width, self.height = width, height
        self._lacks = ["-extension", without] if without else []
        self.name = ""
        self._divided: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        command, env = self._command(self._stack)
        read_fd, write_fd = os.pipe()
        self.server = subprocess.Popen(
            [*command, "-displayfd", str(write_fd), "-nolisten", "tcp", "-noreset", *self._lacks],
            pass_fds=[write_fd],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=env,
        )
        os.close(write_fd)
        with os.fdopen(read_fd) as told:
            self.name = ":" + told.readline().strip()
        self._stack.callback(self._stop)
        if self.name == ":":
            self._stack.close()
            raise NoServerError(f"{command[0]} does not start here")
        self.x = Connection(self.name)
        self._test: Any = self.x.extension(xcffib.xtest.key)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _command(self, _stack: ExitStack) -> tuple[list[str], dict[str, str]]:
        """How to start the server, and its environment."""
        return ["Xvfb", "-screen", "0", f"{self.width}x{self.height}x24"], dict(os.environ)

    @property
    def env(self) -> dict[str, str]:
        """The environment of a program on this display."""
        return os.environ | {"DISPLAY": self.name, "LC_ALL": "C.UTF-8"}

    def start(self, *argv: str) -> "subprocess.Popen[bytes]":
        """Start a program on this display; it ends with it."""
        process = subprocess.Popen(argv, env=self.env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def stop() -> None:
            process.kill()
            process.wait()

        self._stack.callback(stop)
        return process

    def run(self, *argv: str) -> None:
        """Run a program on this display to its end."""
        subprocess.run(argv, env=self.env, check=True, capture_output=True, timeout=20)

    def start_log(self, *argv: str) -> Callable[[], str]:
        """Start a program on this display, and give a function that reads what it has printed so far."""
        directory = self._stack.enter_context(TemporaryDirectory())
        log = Path(directory) / "log"
        with log.open("wb") as sink:
            process = subprocess.Popen(argv, env=self.env, stdin=subprocess.DEVNULL, stdout=sink)

        def stop() -> None:
            process.kill()
            process.wait()

        self._stack.callback(stop)
        return log.read_text

    # Eyes

    def pixels(self) -> npt.NDArray[np.uint8]:
        """The picture as rows of blue, green, red."""
        root = self.x.core.GetGeometry(self.x.root).reply()
        z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
        image = self.x.core.GetImage(z_pixmap, self.x.root, 0, 0, root.width, root.height, 0xFFFFFFFF).reply()
        data = np.frombuffer(image.data.buf(), np.uint8)
        return data.reshape(root.height, root.width, 4)[..., :3].copy()

    def held(self) -> tuple[frozenset[int], frozenset[int]]:
        """Keycodes and buttons that are down."""
        return held_keys(self.x), held_buttons(self.x)

    def pointer(self) -> tuple[int, int]:
        """Where the mouse is."""
        where = self.x.core.QueryPointer(self.x.root).reply()
        return where.root_x, where.root_y

    # Hands

    def press(self, *keycodes: int) -> None:
        """Press keys and release them again, by XTEST: what an assistive program does."""
        for keycode in keycodes:
            self._test.FakeInput(2, keycode, 0, 0, 0, 0, 0)
        for keycode in reversed(keycodes):
            self._test.FakeInput(3, keycode, 0, 0, 0, 0, 0)
        self.x.sync()

    def own_key(self, keycode: int, *, down: bool) -> None:
        """Press or release a key of the user's own keyboard."""
        first = self.x.first_event(xcffib.xinput.key)
        self._test.FakeInput(first + (1 if down else 2), keycode, 0, 0, 0, 0, XVFB_KEYBOARD)
        self.x.sync()

    def own_keys(self, *keycodes: int) -> None:
        """Press keys of the user's own keyboard together, and release them again."""
        for keycode in keycodes:
            self.own_key(keycode, down=True)
        for keycode in reversed(keycodes):
            self.own_key(keycode, down=False)

    def own_button(self, number: int, *, down: bool) -> None:
        """Press or release a button of the user's own mouse."""
        first = self.x.first_event(xcffib.xinput.key)
        self._test.FakeInput(first + (3 if down else 4), number, 0, 0, 0, 0, XVFB_MOUSE)
        self.x.sync()

    def own_motion(self, dx: int, dy: int) -> None:
        """Move the user's own mouse by so much."""
        first = self.x.first_event(xcffib.xinput.key)
        # XTEST protocol, FakeInput: a further event of 32 bytes bears the valuators (XIproto.h, deviceValuator).
        event = struct.pack("=xx2xBB2xII8xhh7xB", first + _XI_MOTION, True, 0, 0, 0, 0, XVFB_MOUSE)
        axes = struct.pack("=BB4xBBii16x", first, XVFB_MOUSE, 2, 0, dx, dy)
        self._test.send_request(2, io.BytesIO(event + axes))
        self.x.sync()

    def release_all(self) -> None:
        """Let go of what XTEST holds."""
        release_all(self.x)

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """Draw a rectangle of one colour (0xRRGGBB) right on the root window."""
        context = self.x.new_id()
        inferiors = xcffib.xproto.SubwindowMode.IncludeInferiors
        foreground = xcffib.xproto.GC
        self.x.core.CreateGC(
            context, self.x.root, foreground.Foreground | foreground.SubwindowMode, [colour, inferiors]
        )
        self.x.core.PolyFillRectangle(self.x.root, context, 1, [xcffib.xproto.RECTANGLE.synthetic(x, y, width, height)])
        self.x.core.FreeGC(context)
        self.x.sync()

    def noise(self, x: int, y: int, pixels: npt.NDArray[np.uint8]) -> None:
        """Draw these pixels `[height, width, 4]` (BGRX) right on the root window."""
        context = self.x.new_id()
        self.x.core.CreateGC(context, self.x.root, xcffib.xproto.GC.SubwindowMode, [1])
        height, width = pixels.shape[:2]
        rows = max(1, 200_000 // (width * 4))  # a request has at most 256 KiB
        for top in range(0, height, rows):
            part = pixels[top : top + rows]
            z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
            data = part.tobytes()
            self.x.core.PutImage(z_pixmap, self.x.root, context, width, len(part), x, y + top, 0, 24, len(data), data)
        self.x.core.FreeGC(context)
        self.x.sync()

    def set_cursor(self, glyph: int) -> None:
        """Give the root window a cursor of the cursor font (X11/cursorfont.h)."""
        font, cursor = self.x.new_id(), self.x.new_id()
        self.x.core.OpenFont(font, len("cursor"), "cursor")
        self.x.core.CreateGlyphCursor(cursor, font, font, glyph, glyph + 1, 0, 0, 0, 65535, 65535, 65535)
        self.x.core.ChangeWindowAttributes(self.x.root, xcffib.xproto.CW.Cursor, [cursor])
        self.x.sync()

    def resize(self, width: int, height: int) -> None:
        """Change the screen's size, as plugging another monitor in does."""
        randr = self.x.extension(xcffib.randr.key)
        resources = randr.GetScreenResources(self.x.root).reply()
        time, now = xcffib.CurrentTime, resources.config_timestamp
        for crtc in resources.crtcs:
            randr.SetCrtcConfig(crtc, time, now, 0, 0, 0, 1, 0, []).reply()
        randr.SetScreenSizeChecked(self.x.root, width, height, width // 4, height // 4).check()

    def divide(self, **places: tuple[int, int, int, int]) -> None:
        """Make it several monitors: x, y, width and height of each. The first is the display's own output."""
        randr = self.x.extension(xcffib.randr.key)
        for name in self._divided:
            randr.DeleteMonitorChecked(self.x.root, self._atom(name)).check()
        outputs = randr.GetScreenResources(self.x.root).reply().outputs
        for name, (x, y, width, height) in places.items():
            own = list(outputs) if name == next(iter(places)) else []
            info = xcffib.randr.MonitorInfo.synthetic(
                self._atom(name), False, False, len(own), x, y, width, height, width // 4, height // 4, own
            )
            randr.SetMonitorChecked(self.x.root, info).check()
        self._divided = list(places)

    def _atom(self, name: str) -> int:
        return int(self.x.core.InternAtom(False, len(name), name).reply().atom)

    def stop_server(self) -> None:
        """The X server is gone."""
        self.server.kill()
        self.server.wait()

    def _stop(self) -> None:
        self.server.terminate()
        self.server.wait()
