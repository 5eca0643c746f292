"""A desk's windows and controls by role and accessible name, as a screen reader knows them.

    window = desk.ui.window("Get help")
    window.field("What is wrong?").type("The printer is on fire")
    window.checkbox("Memory").untick()
    window.button("Send").press()
    window.wait_text("Ticket 1")

Nothing is looked up before it is used, and each use waits until the control is there and ready. A text as a name means
the whole name or, where no control is called just so, a part of it; a compiled pattern is searched for. Controls that
are not shown do not exist.

The looking is done by `atspi_server.py` in a process of its own on Debian's Python. Lives on one thread.
"""

import json
import re
import selectors
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias, TypedDict

from tests.stage.display import Bounds, Display
from tests.stage.waiting import StageError

Name: TypeAlias = str | re.Pattern[str]

# Debian's own, whichever Python runs the tests: the `gi` module comes with it.
SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("atspi_server.py")
TIMEOUT_S = 15.0

# AT-SPI's role names, as Qt and GTK use them.
BUTTONS = ["push button", "button", "toggle button", "push button menu"]
FIELDS = ["text", "entry", "password text", "terminal", "document text"]
NUMBERS = ["spin button", "slider", "dial", "level bar", "progress bar"]
ROWS = ["table cell", "list item", "tree item", "table row", "icon"]
LABELS = ["label", "static", "heading", "paragraph", "notification", "text"]


class Step(TypedDict):
    """One step from a control to one below it."""

    roles: list[str]
    name: dict[str, str] | None
    by_text: bool
    window: bool
    index: int
    label: str


def _named(name: Name | None) -> dict[str, str] | None:
    if name is None:
        return None
    return {"text": name} if isinstance(name, str) else {"pattern": name.pattern}


class Ui:
    """All windows on one desk."""

    def __init__(self, env: Mapping[str, str], log: Path, display: Display) -> None:
        self.display = display
        with log.open("ab") as sink:
            self._server = subprocess.Popen(
                [SYSTEM_PYTHON, "-I", str(SERVER)],
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                start_new_session=True,
            )
        self._log = log
        self._desktop = Control(self, ())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()
        self._server.communicate()

    def window(self, title: Name | None = None, *, index: int = 0) -> "Window":
        """A window or dialog by its title."""
        return Window(self, (_step("window", [], title, index),))

    def application(self, name: Name) -> "Control":
        """A program by the name that it gives itself."""
        return self._desktop.control("application", ["application"], name)

    def control(self, kind: str, roles: list[str], name: Name | None = None, index: int = 0) -> "Control":
        """A control in whichever window, by AT-SPI role names; `kind` is what messages call it."""
        return self._desktop.control(kind, roles, name, index)

    def menu_item(self, name: Name) -> "MenuItem":
        """An entry of whichever menu is open."""
        return self._desktop.menu_item(name)

    def texts(self) -> list[str]:
        """Every name and text on the desk."""
        return self._desktop.texts()

    def wait_text(self, text: Name, *, timeout_s: float = TIMEOUT_S) -> str:
        """Wait until some window says `text`, and return the whole of what it says."""
        return self._desktop.wait_text(text, timeout_s=timeout_s)

    def tree(self) -> str:
        """Everything on the desk, one control a line: what the error of a failed look-up shows."""
        return self._desktop.tree()

    def ask(self, operation: str, path: tuple[Step, ...], timeout_s: float, **args: object) -> Any:
        """Have the server do `operation` on the control at `path`, within `timeout_s` seconds.

        Raises:
            StageError: it could not be done; the message lists what was on the desk instead.
        """
        request = {"op": operation, "path": path, "timeout_s": timeout_s, "args": args}
        if self._server.stdin is None or self._server.stdout is None:
            raise StageError("pipes were asked for")
        try:
            self._server.stdin.write(json.dumps(request) + "\n")
            self._server.stdin.flush()
            line = self._read_line(timeout_s)
        except BrokenPipeError:
            line = ""
        if not line:
            raise StageError(f"the accessibility server ended or hung: {self._log.read_text()[-2000:]}")
        answer = json.loads(line)
        if "ok" in answer:
            return answer["ok"]
        where = " in ".join(step["label"] for step in reversed(path)) or "the desk"
        raise StageError(f"{operation} {where}: {answer['error']}, after {timeout_s:g} s; the desk:\n{answer['tree']}")

    def _read_line(self, timeout_s: float) -> str:
        if self._server.stdout is None:
            return ""
        with selectors.DefaultSelector() as selector:
            selector.register(self._server.stdout, selectors.EVENT_READ)
            # The last attempt may take its time: each call to a stopped program ends only by its own time-out.
            if not selector.select(timeout_s + 60):
                return ""
        return self._server.stdout.readline()


def _step(kind: str, roles: list[str], name: Name | None, index: int, *, by_text: bool = False) -> Step:
    title = "" if name is None else f" {name!r}" if isinstance(name, str) else f" /{name.pattern}/"
    number = f" number {index}" if index else ""
    return {
        "roles": roles,
        "name": _named(name),
        "by_text": by_text,
        "window": kind == "window",
        "index": index,
        "label": f"{kind}{title}{number}",
    }


class Control:
    """A control, or the way to it; its methods wait until it is there."""

    def __init__(self, ui: Ui, path: tuple[Step, ...]) -> None:
        self._ui = ui
        self._path = path

    # The way down

    def control(
        self, kind: str, roles: list[str], name: Name | None = None, index: int = 0, *, by_text: bool = False
    ) -> "Control":
        """A control below this one by AT-SPI role names; `kind` is what messages call it."""
        return Control(self._ui, (*self._path, _step(kind, roles, name, index, by_text=by_text)))

    def button(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A push button, tool button or toggle button."""
        return self.control("button", BUTTONS, name, index)

    def checkbox(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A check box."""
        return self.control("check box", ["check box", "check menu item", "switch"], name, index)

    def radio(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A radio button."""
        return self.control("radio button", ["radio button", "radio menu item"], name, index)

    def field(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A field to write in."""
        return self.control("field", FIELDS, name, index)

    def number(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A field with a number, a slider or a progress bar."""
        return self.control("number", NUMBERS, name, index)

    def combo(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A combo box."""
        return self.control("combo box", ["combo box"], name, index)

    def label(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A text that cannot be edited, by its name or what it says."""
        return self.control("label", LABELS, name, index, by_text=True)

    def row(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A list's item or a table's cell, which stands for its row, by what it says."""
        return self.control("row", ROWS, name, index, by_text=True)

    def tab(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """A page's tab."""
        return self.control("tab", ["page tab"], name, index)

    def menu_item(self, name: Name | None = None, *, index: int = 0) -> "MenuItem":
        """An entry of a menu."""
        roles = ["menu item", "check menu item", "radio menu item", "menu"]
        return MenuItem(self._ui, self.control("menu item", roles, name, index)._path)

    def any(self, name: Name | None = None, *, index: int = 0) -> "Control":
        """Whatever has that name."""
        return self.control("control", [], name, index)

    # Hands

    def press(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Press it, as a screen reader's user does; waits until it is enabled."""
        self._ask("press", timeout_s)

    def click(self, button: int = 1, *, times: int = 1, timeout_s: float = TIMEOUT_S) -> None:
        """Click its middle with the mouse."""
        x, y = self.bounds(timeout_s=timeout_s).centre
        self._ui.display.click(x, y, button, times=times)

    def type(self, text: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Write `text` after what is in it."""
        self._ask("type", timeout_s, text=text)

    def fill(self, text: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Write `text` instead of what is in it."""
        self._ask("fill", timeout_s, text=text)

    def set_value(self, value: float, *, timeout_s: float = TIMEOUT_S) -> None:
        """Set a number."""
        self._ask("set_value", timeout_s, value=value)

    def tick(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Make sure it is ticked."""
        self._ask("set_checked", timeout_s, wanted=True)

    def untick(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Make sure it is not ticked."""
        self._ask("set_checked", timeout_s, wanted=False)

    def select(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Select the row, item or tab."""
        self._ask("select", timeout_s)

    def choose(self, item: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Open a combo box and choose an item with the keyboard.

        Raises:
            StageError: it offers no such item.
        """
        offered = self._ask("items", timeout_s)
        if item not in offered:
            raise StageError(f"the combo box offers only {offered}")
        self.press(timeout_s=timeout_s)
        self.control("open list", ["list", "menu", "popup menu"]).wait(timeout_s=timeout_s)
        self._ui.display.key("Home", *["Down"] * offered.index(item), "Return")

    def focus(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Give it the keyboard."""
        self._ask("focus", timeout_s)

    # Eyes

    def wait(self, *, timeout_s: float = TIMEOUT_S) -> Self:
        """Wait until it is there."""
        self._ask("find", timeout_s)
        return self

    def wait_gone(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until it is not there any more."""
        self._ask("gone", timeout_s)

    def wait_text(self, text: Name, *, timeout_s: float = TIMEOUT_S) -> str:
        """Wait until it or a control below it says `text`, and return the whole of what that says."""
        return str(self._ask("wait_text", timeout_s, name=_named(text)))

    @property
    def exists(self) -> bool:
        """Whether it is there at this moment."""
        return int(self._ask("count", 0)) > 0

    def count(self) -> int:
        """How many controls fit at this moment."""
        return int(self._ask("count", TIMEOUT_S))

    @property
    def text(self) -> str:
        """What is written in it, or else its name."""
        return str(self._ask("read", TIMEOUT_S))

    @property
    def name(self) -> str:
        """Its accessible name."""
        return str(self._ask("info", TIMEOUT_S)["name"])

    @property
    def description(self) -> str:
        """Its accessible description."""
        return str(self._ask("info", TIMEOUT_S)["description"])

    @property
    def value(self) -> float:
        """Its number."""
        return float(self._ask("get_value", TIMEOUT_S))

    @property
    def checked(self) -> bool:
        """Whether it is ticked."""
        return bool(self._ask("is_checked", TIMEOUT_S))

    @property
    def enabled(self) -> bool:
        """Whether it can be used."""
        return "enabled" in self.states()

    @property
    def focused(self) -> bool:
        """Whether it has the keyboard."""
        return "focused" in self.states()

    def states(self) -> list[str]:
        """AT-SPI's names of its states."""
        return [str(state) for state in self._ask("states", TIMEOUT_S)]

    def bounds(self, *, timeout_s: float = TIMEOUT_S) -> Bounds:
        """Where it is on the screen, in pixels."""
        return Bounds(*self._ask("bounds", timeout_s))

    def texts(self) -> list[str]:
        """Every name and text in it, from top to bottom."""
        return [str(text) for text in self._ask("texts", TIMEOUT_S)]

    def tree(self) -> str:
        """It and everything in it, one control a line."""
        return str(self._ask("tree", TIMEOUT_S))

    def _ask(self, operation: str, timeout_s: float, **args: object) -> Any:
        return self._ui.ask(operation, self._path, timeout_s, **args)


class MenuItem(Control):
    """An entry of an open menu."""

    def press(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Choose it with the mouse: AT-SPI's own way leaves a Qt menu open, which then keeps the keyboard."""
        self.click(timeout_s=timeout_s)


class Window(Control):
    """A window or dialog."""

    def screenshot(self, path: Path) -> Path:
        """Save what the screen shows at the window's place as a PNG, and return its path."""
        return self._ui.display.screenshot(path, self.bounds())
