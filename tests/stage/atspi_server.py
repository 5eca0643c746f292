"""Finds and works controls through AT-SPI for `tests.stage.ui`, as a screen reader would.

Runs by itself on Debian's Python (the one with `gi`), reads one JSON request a line from standard input and writes one
JSON answer a line to standard output. A request names an operation, a path of steps from the desktop down to a control,
and how long to look for it; the answer is `{"ok": value}` or `{"error": sentence, "tree": what was there instead}`.
"""

import contextlib
import importlib
import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

gi: Any = importlib.import_module("gi")
gi.require_version("Atspi", "2.0")
Atspi: Any = importlib.import_module("gi.repository.Atspi")
GLib: Any = importlib.import_module("gi.repository.GLib")

POLL_S = 0.08
# A table with ten thousand rows answers for each of its cells: nobody reads further than this either.
MOST_CHILDREN = 600
MOST_TREE_LINES = 400
CALL_TIMEOUT_MS = 3000

PRESS_ACTIONS = ("press", "click", "activate", "toggle", "check", "select", "jump", "invoke")
TOGGLE_ACTIONS = ("toggle", "check", "uncheck", "press", "click")

Node = Any


class NotNow(Exception):  # noqa: N818 - not an error unless it stays so
    """The control is not there, or not ready; it may be in a moment."""


def children_of(node: Node) -> list[Node]:
    found = []
    for index in range(min(node.get_child_count(), MOST_CHILDREN)):
        child = node.get_child_at_index(index)
        if child is not None:
            found.append(child)
    return found


def has_state(node: Node, state: Any) -> bool:
    return bool(node.get_state_set().contains(state))


def is_shown(node: Node) -> bool:
    return has_state(node, Atspi.StateType.VISIBLE)


def text_of(node: Node) -> str:
    """Return what is written in the control, if text can be in it."""
    text = node.get_text_iface()
    if text is None:
        return ""
    return str(Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)))


def matcher(name: dict[str, str] | None) -> list[Callable[[str], bool]]:
    """Return the tests of a name in the order of preference: the whole name, then a part of it."""
    if name is None:
        return [lambda _: True]
    if "pattern" in name:
        pattern = re.compile(name["pattern"], re.DOTALL)
        return [lambda actual: pattern.search(actual) is not None]
    wanted = name["text"]
    return [lambda actual: actual.strip() == wanted, lambda actual: wanted in actual]


class OpenMenus:
    """Menus that have opened: Qt does not count them among a program's children, but tells when they appear."""

    def __init__(self) -> None:
        self._menus: list[Node] = []
        self._listener = Atspi.EventListener.new(self._told)
        self._listener.register("object:state-changed:showing")

    def _told(self, event: Any) -> None:
        try:
            if event.detail1 and event.source.get_role_name() in ("popup menu", "menu"):
                self._menus.append(event.source)
        except GLib.Error:
            return  # it went away again

    def shown(self) -> list[Node]:
        """Return the menus that are still open."""
        self._menus = [menu for menu in self._menus if self._is_open(menu)]
        return self._menus

    @staticmethod
    def _is_open(menu: Node) -> bool:
        try:
            return has_state(menu, Atspi.StateType.SHOWING)
        except GLib.Error:
            return False


open_menus: OpenMenus | None = None


def windows() -> Iterator[Node]:
    """Yield the shown windows, dialogs and open menus of all programs: whatever a program has as its direct child."""
    if open_menus is not None:
        yield from open_menus.shown()
    for application in children_of(Atspi.get_desktop(0)):
        try:
            yield from [child for child in children_of(application) if is_shown(child)]
        except GLib.Error:
            continue  # it went away while we looked


def candidates(start: Node, roles: list[str]) -> Iterator[Node]:
    """Yield all shown controls below `start` that have one of the roles, from top to bottom."""
    below = windows() if start == Atspi.get_desktop(0) else children_of(start)
    for child in below:
        try:
            if not is_shown(child):
                continue
            if not roles or child.get_role_name() in roles:
                yield child
            yield from candidates(child, roles)
        except GLib.Error:
            continue  # the program or the control went away while we looked


def names_of(node: Node, *, by_text: bool) -> Iterator[str]:
    """Yield what a control may be called by."""
    yield node.get_name() or ""
    if by_text:
        yield text_of(node)
    # Qt names a combo box on X11 by what is chosen in it; what it is for, its label says.
    for relation in node.get_relation_set() or []:
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            for index in range(relation.get_n_targets()):
                yield relation.get_target(index).get_name() or ""


def matches(node: Node, step: dict[str, Any], test: Callable[[str], bool]) -> bool:
    try:
        return any(test(name) for name in names_of(node, by_text=step["by_text"]))
    except GLib.Error:
        return False


def reachable(start: Node, step: dict[str, Any]) -> list[Node]:
    """Return what a step may lead to, its name aside."""
    return list(windows() if step["window"] else candidates(start, step["roles"]))


def find(path: list[dict[str, Any]]) -> Node:
    """Follow the steps from the desktop down.

    Raises:
        NotNow: a step leads nowhere at present.
    """
    node = Atspi.get_desktop(0)
    for step in path:
        found = reachable(node, step)
        for test in matcher(step["name"]):
            fitting = [control for control in found if matches(control, step, test)]
            if len(fitting) > step["index"]:
                node = fitting[step["index"]]
                break
        else:
            raise NotNow(f"no {step['label']}")
    return node


def tree(node: Node, depth: int = 0) -> Iterator[str]:
    try:
        held = set(states(node))
        remarks: list[str] = [state for state in ("checked", "focused", "selected") if state in held]
        if node.get_role_name() not in ("desktop frame", "application"):
            remarks += [
                remark for state, remark in (("enabled", "disabled"), ("visible", "hidden")) if state not in held
            ]
        text = text_of(node)
        said = f" = {text!r}" if text else ""
        yield f"{'  ' * depth}{node.get_role_name()} {node.get_name()!r}{said} {' '.join(remarks)}".rstrip()
        for child in children_of(node):
            yield from tree(child, depth + 1)
    except GLib.Error as error:
        yield f"{'  ' * depth}(gone: {error.message})"


def dump(node: Node) -> str:
    menus = open_menus.shown() if open_menus is not None and node == Atspi.get_desktop(0) else []
    lines = []
    for line in itertools.chain(tree(node), *(tree(menu, 1) for menu in menus)):
        lines.append(line)
        if len(lines) >= MOST_TREE_LINES:
            lines.append("…")
            break
    return "\n".join(lines)


def act(node: Node, preferred: tuple[str, ...]) -> None:
    action = node.get_action_iface()
    count = Atspi.Action.get_n_actions(action) if action is not None else 0
    names = [Atspi.Action.get_action_name(action, index).casefold() for index in range(count)]
    for name in preferred:
        if name in names:
            Atspi.Action.do_action(action, names.index(name))
            return
    raise NotNow(f"it offers only the actions {names}")


def require_enabled(node: Node) -> None:
    if not has_state(node, Atspi.StateType.ENABLED):
        raise NotNow("it is disabled")


def press(node: Node) -> None:
    require_enabled(node)
    act(node, PRESS_ACTIONS)


def set_checked(node: Node, *, wanted: bool) -> None:
    require_enabled(node)
    if has_state(node, Atspi.StateType.CHECKED) != wanted:
        act(node, TOGGLE_ACTIONS)


def is_checked(node: Node) -> bool:
    return has_state(node, Atspi.StateType.CHECKED)


def editable(node: Node) -> Any:
    require_enabled(node)
    text = node.get_editable_text_iface()
    if text is None or not has_state(node, Atspi.StateType.EDITABLE):
        raise NotNow("its text cannot be edited")
    return text


def type_text(node: Node, text: str) -> None:
    """Insert text at the end."""
    target = editable(node)
    at = Atspi.Text.get_character_count(node.get_text_iface())
    Atspi.EditableText.insert_text(target, at, text, len(text))


def fill(node: Node, text: str) -> None:
    """Replace the whole text."""
    Atspi.EditableText.set_text_contents(editable(node), text)


def set_value(node: Node, value: float) -> None:
    require_enabled(node)
    target = node.get_value_iface()
    if target is None:
        raise NotNow("it has no value")
    Atspi.Value.set_current_value(target, value)


def get_value(node: Node) -> float:
    source = node.get_value_iface()
    if source is None:
        raise NotNow("it has no value")
    return float(Atspi.Value.get_current_value(source))


def select(node: Node) -> None:
    """Select a row, a list's item or a tab, by whichever interface its container offers."""
    parent = node.get_parent()
    table = parent.get_table_iface()
    if table is not None:
        cell = node.get_table_cell()
        known, row, _ = Atspi.TableCell.get_position(cell) if cell is not None else (False, -1, -1)
        if not known:
            row = Atspi.Table.get_row_at_index(table, node.get_index_in_parent())
        if Atspi.Table.add_row_selection(table, row):
            return
    selection = parent.get_selection_iface()
    if selection is not None and Atspi.Selection.select_child(selection, node.get_index_in_parent()):
        return
    act(node, PRESS_ACTIONS)


def items(node: Node) -> list[str]:
    """Return what a combo box offers; programs tell of the items of a closed list too, but as not shown."""
    require_enabled(node)
    return [
        item.get_name() or ""
        for part in children_of(node)
        for item in [part, *children_of(part)]
        if item.get_role_name() in ("list item", "menu item")
    ]


def texts(node: Node) -> list[str]:
    """Return every name and text below a control, from top to bottom."""
    found: list[str] = []
    for control in [node, *candidates(node, [])]:
        try:
            for text in (control.get_name() or "", text_of(control)):
                if text and (not found or found[-1] != text):
                    found.append(text)
        except GLib.Error:
            continue
    return found


def wait_text(node: Node, name: dict[str, str]) -> str:
    there = texts(node)
    for test in matcher(name):
        for text in there:
            if test(text):
                return text
    raise NotNow(f"it does not say {next(iter(name.values()))!r}")


def read(node: Node) -> str:
    return text_of(node) if node.get_text_iface() is not None else node.get_name() or ""


def bounds(node: Node) -> list[int]:
    area = Atspi.Component.get_extents(node.get_component_iface(), Atspi.CoordType.SCREEN)
    return [area.x, area.y, area.width, area.height]


def states(node: Node) -> list[str]:
    return [state.value_nick for state in node.get_state_set().get_states()]


def focus(node: Node) -> None:
    if has_state(node, Atspi.StateType.FOCUSED):
        return
    with contextlib.suppress(NotNow):
        act(node, ("setfocus",))  # Qt's way
    Atspi.Component.grab_focus(node.get_component_iface())
    raise NotNow("it does not take the focus")  # unless it is seen to have it the next time


def info(node: Node) -> dict[str, str]:
    return {"name": node.get_name() or "", "role": node.get_role_name(), "description": node.get_description() or ""}


OPERATIONS: dict[str, Callable[..., Any]] = {
    "find": lambda _: True,
    "press": press,
    "set_checked": set_checked,
    "is_checked": is_checked,
    "type": type_text,
    "fill": fill,
    "set_value": set_value,
    "get_value": get_value,
    "select": select,
    "items": items,
    "texts": texts,
    "wait_text": wait_text,
    "read": read,
    "bounds": bounds,
    "states": states,
    "focus": focus,
    "info": info,
    "tree": dump,
}


def count(request: dict[str, Any]) -> int:
    """Count the controls that fit the path's last step."""
    *above, last = request["path"]
    found = reachable(find(above), last)
    return max(len([node for node in found if matches(node, last, test)]) for test in matcher(last["name"]))


def is_gone(request: dict[str, Any]) -> bool:
    try:
        find(request["path"])
    except NotNow:
        return True
    raise NotNow("it is still there")


def attempt(request: dict[str, Any]) -> Any:
    if request["op"] == "count":
        return count(request)
    if request["op"] == "gone":
        return is_gone(request)
    return OPERATIONS[request["op"]](find(request["path"]), **request.get("args", {}))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + request["timeout_s"]
    while True:
        while GLib.MainContext.default().iteration(False):
            pass  # what programs have told meanwhile
        try:
            return {"ok": attempt(request)}
        except NotNow as reason:
            why = str(reason)
        except GLib.Error as error:
            why = f"the program did not answer: {error.message}"
        if time.monotonic() > deadline:
            return {"error": why, "tree": dump(Atspi.get_desktop(0))}
        time.sleep(POLL_S)


def main() -> None:
    Atspi.init()
    Atspi.set_timeout(CALL_TIMEOUT_MS, CALL_TIMEOUT_MS)
    global open_menus  # noqa: PLW0603 - made once, when there is a bus
    open_menus = OpenMenus()
    # Without a cache, because we look at moments, not at streams of events that would keep a cache fresh.
    Atspi.Accessible.set_cache_mask(Atspi.get_desktop(0), Atspi.Cache.NONE)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
