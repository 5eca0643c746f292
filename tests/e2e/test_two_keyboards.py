"""The technician's keyboard has another layout than the user's: real keys here, a real editor there."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stage.display import Bounds
from tests.stage.scene import Scene
from tests.stage.waiting import wait_for

pytestmark = pytest.mark.e2e

EDITOR = "letter.txt"
CONTROL, SHIFT, ALT_GR, MENU = "37", "50", "108", "135"
"""X11 keycodes of any PC keyboard. The Menu key is the technician's Compose key."""


@dataclass(frozen=True)
class Pair:
    """Two layouts, and what the technician types on his.

    Attributes:
        text: characters that keys of his have, with Shift and AltGr at most.
        keys: xdotool's combinations of keycodes, pressed after that, and what they make.
        select, undo, save: where his A, Z and S are.
    """

    here: str
    there: str
    text: str
    keys: tuple[str, ...] = ()
    made: str = ""
    variant: str = ""
    select: str = "38"
    undo: str = "52"
    save: str = "39"


ASCII = "zyZY 1!7/? @ { } [ ] \\ | ~ ^ ` ' \" < >"
GERMAN = "zyZY 1!7/? ä ö ü Ä Ö Ü ß € @ { } [ ] \\ | ~ µ"
SHARP_S = f"{SHIFT}+{ALT_GR}+39"
PAIRS = [
    Pair("de", "us", GERMAN, (SHARP_S, "21", "26", f"{SHIFT}+21", "26"), "ẞéè", undo="29"),
    Pair("us", "de", ASCII, (MENU, "p", "o", "o"), "💩"),  # as the Compose file of libX11 has it
    Pair("de", "fr", GERMAN, (SHARP_S, "21", f"{SHIFT}+26"), "ẞÉ", undo="29"),
    Pair("fr", "cz", "zyZY 1!7/? é è à ç ù § € @ { } [ ] \\ ~", (SHARP_S,), "ẞ", select="24", undo="25"),
    Pair("cz", "de", "zyZY 1!7/? ě š č ř ž ý á í é ú ů @ { } [ ]", (f"{SHIFT}+{ALT_GR}+10", "57"), "ñ", undo="29"),
    Pair("us", "de", "zyZY", (f"{SHIFT}+49", "57", "48", "26", "49", "26"), "ñéè", variant="intl"),
    Pair("de", "de", GERMAN, (SHARP_S, "21", "26"), "ẞé", undo="29"),
    Pair("ru", "us", "Щит, ёж и 7 букв; Ы?"),
]


class Editor:
    """gedit on the user's desk, with one file."""

    def __init__(self, scene: Scene) -> None:
        desk = scene.user.desk
        self._desk = desk
        self.path: Path = desk.home / EDITOR
        self.path.write_text("")
        # Without the bridge for screen readers, which asks about each key and loses some on a busy machine.
        desk.start("gedit", "--standalone", str(self.path), env={"NO_AT_BRIDGE": "1"})
        desk.display.place_window(EDITOR, Bounds(80, 120, 1000, 600))
        desk.display.focus_window(EDITOR)

    @property
    def saved(self) -> str:
        """What stands in the file, without the end of line that gedit adds."""
        return self.path.read_text().removesuffix("\n")

    @property
    def modified(self) -> bool:
        """Whether there is something to be saved, or not yet saved in full: its title says so."""
        return any(title.startswith(f"*{EDITOR}") for title in self._desk.display.window_titles())


@pytest.fixture(scope="module")
def editor(help_desk: Scene) -> Editor:
    """The user's, with the technician's keyboard on it.

    One click is enough for all, and what is typed after it has to be there before anything counts: a window manager
    looks at a click before it hands it on, and lets keys pass meanwhile. On a busy machine the click comes in the
    middle of what is typed, and selects it.
    """
    number = help_desk.begin_session("My keyboard is not yours")
    editor = Editor(help_desk)
    hands = help_desk.technician.desk
    area = help_desk.technician.picture(number, help_desk.user.desk.display.current_size())
    hands.click(area.x + 400, area.y + 400)
    hands.key("space", f"{CONTROL}+39")
    wait_for("the first key", lambda: editor.saved and not editor.modified)
    return editor


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.here}{pair.variant}-{pair.there}")
def test_what_the_technicians_keyboard_types_the_users_editor_has(scene: Scene, editor: Editor, pair: Pair) -> None:
    scene.user.desk.set_layout(pair.there)
    hands = scene.technician.desk
    hands.run("setxkbmap", "-layout", pair.here, "-variant", pair.variant, "-option", "compose:menu")

    def emptied() -> bool:  # again: while it saves, gedit takes no keys
        hands.key(f"{CONTROL}+{pair.select}", "Delete")
        return editor.modified

    wait_for("an empty page", emptied, every_s=0.3)
    hands.display.type(pair.text, delay_ms=20)
    for key in (*pair.keys, "Return", f"{CONTROL}+{pair.undo}", f"{CONTROL}+{pair.save}"):
        hands.key(key)  # one by one: in a burst Qt hands over what a dead key made before keys that came earlier
    expected = pair.text + pair.made
    wait_for(
        f"{expected!r} in the editor",
        lambda: editor.saved == expected and not editor.modified,
        timeout_s=20,
        failure=lambda: repr(editor.saved),
    )
    wait_for("keys let go", lambda: not scene.user.desk.display.pressed_keys())
