"""Hands and eyes at an X display: keys, clicks, pixels, windows and tray icons."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import mss
import mss.tools
from Xlib import X
from Xlib.display import Display as XDisplay
from Xlib.error import BadDrawable, BadWindow, ConnectionClosedError

from tests.stage.waiting import StageError, wait_for


class Pixel(NamedTuple):
    """A colour, each part 0 to 255."""

    red: int
    green: int
    blue: int


class Bounds(NamedTuple):
    """A rectangle on the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """The pixel in the middle."""
        return self.x + self.width // 2, self.y + self.height // 2


class Display:
    """An X display's screen, keyboard and mouse. Lives on the thread that made it."""

    def __init__(self, env: Mapping[str, str], size: tuple[int, int]) -> None:
        self.name = env["DISPLAY"]
        self.size = size
        self._env = dict(env)
        self._x: Any = XDisplay(self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ConnectionClosedError):  # a test may have ended the server
            self._x.close()

    # Eyes

    def grab(self, bounds: Bounds | None = None) -> bytes:
        """Return the pixels of the screen or a part of it as rows of red, green, blue bytes."""
        x, y, width, height = bounds or Bounds(0, 0, *self.current_size())
        with mss.MSS(display=self.name) as eyes:
            return bytes(eyes.grab({"left": x, "top": y, "width": width, "height": height}).rgb)

    def pixel(self, x: int, y: int) -> Pixel:
        """Return one pixel's colour."""
        return Pixel(*self.grab(Bounds(x, y, 1, 1)))

    def screenshot(self, path: Path, bounds: Bounds | None = None) -> Path:
        """Save the screen or a part of it as a PNG, and return its path."""
        area = bounds or Bounds(0, 0, *self.current_size())
        path.parent.mkdir(parents=True, exist_ok=True)
        mss.tools.to_png(self.grab(area), (area.width, area.height), output=str(path))
        return path

    def current_size(self) -> tuple[int, int]:
        """Width and height of the screen as it is now, in pixels."""
        geometry = self._root.get_geometry()
        return geometry.width, geometry.height

    # Hands

    def key(self, *combinations: str) -> None:
        """Press and release each combination, e.g. "ctrl+n"."""
        self._xdotool("key", "--clearmodifiers", "--", *combinations)

    def key_down(self, key: str) -> None:
        """Press a key and keep it down."""
        self._xdotool("keydown", "--", key)

    def key_up(self, key: str) -> None:
        """Release a key."""
        self._xdotool("keyup", "--", key)

    def type(self, text: str, *, delay_ms: int = 8) -> None:
        """Type text, with `delay_ms` between two keys.

        Characters should be on the keyboard's layout: others take xdotool a change of the layout in mid-word, which
        programs may notice too late.
        """
        self._xdotool("type", "--delay", str(delay_ms), "--", text)

    def move(self, x: int, y: int) -> None:
        """Move the mouse."""
        self._xdotool("mousemove", str(x), str(y))

    def click(self, x: int, y: int, button: int = 1, *, times: int = 1) -> None:
        """Move the mouse to (x, y) and click."""
        self._xdotool("mousemove", str(x), str(y), "click", "--repeat", str(times), "--delay", "40", str(button))

    def scroll(self, x: int, y: int, notches: int) -> None:
        """Turn the wheel at (x, y); positive is down."""
        button = "5" if notches > 0 else "4"
        self._xdotool("mousemove", str(x), str(y), "click", "--repeat", str(abs(notches)), "--delay", "20", button)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the left button."""
        moves = [str(n) for point in (start, end) for n in point]
        self._xdotool("mousemove", *moves[:2], "mousedown", "1", "mousemove", *moves[2:], "mouseup", "1")

    def pressed_keys(self) -> set[int]:
        """Keycodes that are down at this moment (X11 QueryKeymap)."""
        keymap = self._x.query_keymap()
        return {8 * byte + bit for byte in range(32) for bit in range(8) if keymap[byte] >> bit & 1}

    def pressed_buttons(self) -> set[int]:
        """Mouse buttons, of 1 to 5, that are down at this moment."""
        mask = self._root.query_pointer().mask
        return {button for button in range(1, 6) if mask & (X.Button1Mask << (button - 1))}

    def pointer(self) -> tuple[int, int]:
        """Where the mouse is."""
        where = self._root.query_pointer()
        return where.root_x, where.root_y

    # Windows

    def has_window_manager(self) -> bool:
        """Whether an EWMH window manager is at work."""
        return self._root.get_full_property(self._atom("_NET_SUPPORTING_WM_CHECK"), X.AnyPropertyType) is not None

    def has_tray(self) -> bool:
        """Whether there is an XEmbed tray (System Tray Protocol: the selection's owner is the tray)."""
        return bool(self._x.get_selection_owner(self._atom("_NET_SYSTEM_TRAY_S0")) != X.NONE)

    def window_titles(self) -> list[str]:
        """Titles of all windows that the window manager knows, oldest first."""
        return [title for _, title in self._windows()]

    def window_bounds(self, title: str, *, timeout_s: float = 15.0) -> Bounds:
        """Where the window whose title contains `title` is, without its frame; waits for it."""
        return self.bounds_of(self._await_window(title, timeout_s).id)

    def bounds_of(self, window_id: int) -> Bounds:
        """Where the window with this X11 id is, without its frame."""
        window = self._x.create_resource_object("window", window_id)
        geometry = window.get_geometry()
        at = self._root.translate_coords(window, 0, 0)
        return Bounds(at.x, at.y, geometry.width, geometry.height)

    def unmanaged(self, title: str) -> list[Bounds]:
        """Where the windows of this title are that are on the screen without the window manager."""
        found = []
        for window in self._root.query_tree().children:
            try:
                if self._title(window) == title and window.get_attributes().map_state == X.IsViewable:
                    found.append(self.bounds_of(window.id))
            except (BadWindow, BadDrawable):
                continue  # it went away meanwhile
        return found

    def focus_window(self, title: str, *, timeout_s: float = 15.0) -> None:
        """Bring a window to the front as a task bar would, and wait until it has the focus."""
        window = self._await_window(title, timeout_s)
        self._xdotool("windowactivate", "--sync", str(window.id))

    def place_window(self, title: str, bounds: Bounds) -> None:
        """Move and resize a window."""
        window = str(self._await_window(title, 15.0).id)
        x, y, width, height = map(str, bounds)
        self._xdotool("windowmove", window, x, y, "windowsize", window, width, height)

    def close_window(self, title: str) -> None:
        """Close a window as Alt+F4 does."""
        self.focus_window(title)
        self.key("alt+F4")

    def tray_icon(self, name: str, *, timeout_s: float = 15.0) -> Bounds:
        """Where the tray icon is whose title or class contains `name` (upper or lower case); waits for it.

        Raises:
            StageError: it did not appear.
        """

        def probe() -> Bounds | None:
            wanted = name.casefold()
            found = [at for titles, at in self.tray_icons() if any(wanted in title.casefold() for title in titles)]
            return found[0] if found else None

        return wait_for(
            f"the tray icon of {name!r}", probe, timeout_s=timeout_s, failure=lambda: f"tray: {self.tray_icons()}"
        )

    def tray_icons(self) -> list[tuple[list[str], Bounds]]:
        """Titles and classes of all icons in the tray, with their places."""
        embedded = self._atom("_XEMBED_INFO")
        ordinary = {window.id for window, _ in self._windows()}  # Qt marks all of its windows as fit for embedding
        icons: list[tuple[list[str], Bounds]] = []
        for window in self._below(self._root):
            if window.id in ordinary:
                continue
            try:
                if window.get_full_property(embedded, X.AnyPropertyType) is None:
                    continue
                if window.get_attributes().map_state != X.IsViewable:
                    continue
                names = [self._title(window), *(window.get_wm_class() or ())]
                bounds = self.bounds_of(window.id)
            except (BadWindow, BadDrawable):
                continue  # it went away meanwhile
            icons.append((names, bounds))
        return icons

    @property
    def _root(self) -> Any:
        return self._x.screen().root

    def _atom(self, name: str) -> int:
        return int(self._x.intern_atom(name))

    def _below(self, window: Any) -> Iterator[Any]:
        try:
            children = window.query_tree().children
        except BadWindow:
            return
        for child in children:
            yield child
            yield from self._below(child)

    def _title(self, window: Any) -> str:
        name = window.get_full_property(self._atom("_NET_WM_NAME"), X.AnyPropertyType)
        return name.value.decode(errors="replace") if name else str(window.get_wm_name() or "")

    def _windows(self) -> list[tuple[Any, str]]:
        known = self._root.get_full_property(self._atom("_NET_CLIENT_LIST"), X.AnyPropertyType)
        windows = []
        for number in known.value if known else ():
            window = self._x.create_resource_object("window", number)
            try:
                windows.append((window, self._title(window)))
            except BadWindow:
                continue
        return windows

    def _await_window(self, title: str, timeout_s: float) -> Any:
        def probe() -> Any:
            return next((window for window, name in self._windows() if title in name), None)

        return wait_for(
            f"the window {title!r}", probe, timeout_s=timeout_s, failure=lambda: f"windows: {self.window_titles()}"
        )

    def _xdotool(self, *arguments: str) -> None:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._env, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise StageError(f"xdotool {' '.join(arguments)}: {done.stderr.strip()}")
