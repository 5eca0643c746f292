"""From "Get help" in the tray to a technician's hand on the machine, and on to a closed ticket."""

import re

import pytest

from tests.stage.desk import Desk
from tests.stage.display import Bounds
from tests.stage.people import BANNER, Technician, User
from tests.stage.scene import Scene
from tests.stage.waiting import wait_for

pytestmark = pytest.mark.e2e

PROBLEM = "My terminal does not do what I want"
ALT_GR, Q = "108", "24"
"""X11 keycodes of the keys that are AltGr and Q on any PC keyboard; German keyboards have @ there."""


class Terminal:
    """An xterm on the user's desk whose program writes whatever is typed into a file."""

    TITLE = "Notepad"

    def __init__(self, desk: Desk) -> None:
        self._file = desk.home / "typed"
        shell = f'exec cat > "{self._file}"'
        desk.start("xterm", "-T", self.TITLE, "-geometry", "80x24+60+120", "-e", "sh", "-c", shell)
        self.bounds = desk.display.window_bounds(self.TITLE)

    @property
    def typed(self) -> str:
        return self._file.read_text() if self._file.exists() else ""


@pytest.fixture(scope="module")
def terminal(help_desk: Scene) -> Terminal:
    for desk in (help_desk.user.desk, help_desk.technician.desk):  # alike, so that keys go by their place
        desk.set_layout("de")
    return Terminal(help_desk.user.desk)


def test_a_user_who_says_no_is_not_seen(scene: Scene) -> None:
    number = scene.user.ask_for_help("On second thoughts")
    scene.technician.take(number)
    session = scene.technician.connect(number)
    scene.user.refuse()
    session.wait_text("The user did not agree.")
    session.button("Close").press()
    scene.technician.open(number)
    scene.technician.history.wait_text("No session. The user did not agree.")
    assert not scene.user.banner.exists, "there is nothing to be warned of"


def test_from_get_help_to_closed(scene: Scene, terminal: Terminal) -> None:
    user, technician = scene.user, scene.technician
    number = _ask(user)
    _see_and_take(technician, number)
    _consent(scene, number)
    _work(scene, number, terminal)
    _end_and_note(scene, number)
    technician.resolve(number, "Use the right key")
    user.request(number).wait_text("Use the right key")
    user.request(number).button("Yes, it is solved").press()
    user.request(number).wait_text("You said that it is solved")
    technician.console.wait_text("closed")
    technician.history.wait_text("Confirmed that it is solved")
    assert "The history holds" in scene.world.admin("verify")


def _ask(user: User) -> int:
    form = user.open_form()
    assert form.checkbox("Disk").checked, "nothing is left out unasked"
    form.field("What is wrong?").fill(PROBLEM)
    form.radio("I cannot work at all").press()
    form.number("How many minutes have you got?").set_value(20)
    form.checkbox("Disk").untick()
    form.button("Send").press()
    number = user.number_given()
    user.request(number).wait_text("Received")
    user.request(number).wait_text("We look at your request and answer you.")
    return number


def _see_and_take(technician: Technician, number: int) -> None:
    console = technician.open(number)
    console.wait_text("Asked for help")
    console.wait_text(f"{number} · {PROBLEM}")
    facts = console.control("diagnostics", ["filler", "panel"], "Diagnostics").texts()
    assert any(fact.startswith("Memory: ") for fact in facts)
    assert not any(fact.startswith("Disk") for fact in facts), "what the user unticks is not sent"
    assert not console.button("Connect").enabled, "nobody connects to a ticket that nobody has judged and taken"
    technician.take(number)
    console.wait_text("in progress")
    console.wait_text("Next step: We look at your request and answer you.")
    console.wait_text("urgency for the user: high")
    technician.history.wait_text("Tina Tech takes care of it")


def _consent(scene: Scene, number: int) -> None:
    user, technician = scene.user, scene.technician
    user.request(number).wait_text("Tina Tech, Support Engineer, +49 30 1234567 takes care of it.")
    session = technician.connect(number)
    session.wait_text("The user is being asked")
    question = user.question()
    said = "\n".join(question.texts())
    for part in ("Tina Tech", "Support Engineer", "+49 30 1234567", "Vouched for by Helpful Ltd", PROBLEM):
        assert part in said
    assert re.search(r"You asked today at \d\d:\d\d", said)
    assert "20 minutes at most" in said
    assert not question.checkbox("use your mouse and keyboard").checked, "seeing comes first"
    user.allow(control=True)
    user.banner.wait_text("Tina Tech sees your screen and uses your mouse and keyboard")
    session.wait_text("Allowed: see, control")


def _work(scene: Scene, number: int, terminal: Terminal) -> None:
    area = scene.wait_same_picture(number)
    hands = scene.technician.desk
    (banner,) = scene.user.desk.display.unmanaged(BANNER)
    hands.click(area.x + banner.centre[0], area.y + banner.centre[1])
    scene.technician.session(number).wait_text("your clicks stop short of it")
    beneath = Bounds(area.x + banner.x, area.y + banner.y, banner.width, banner.height)
    one_colour = scene.user.desk.display.pixel(banner.x - 1, 0)
    assert scene.technician.desk.display.grab(beneath) == bytes(one_colour) * banner.width * banner.height
    before = terminal.typed  # empty, unless this is the second try
    hands.click(area.x + terminal.bounds.x + 40, area.y + terminal.bounds.y + 40)
    hands.type("help is at hand ")
    hands.key(f"{ALT_GR}+{Q}", "Return")
    typed = before + "help is at hand @\n"
    wait_for("the words in the terminal", lambda: terminal.typed == typed, failure=lambda: terminal.typed)
    scene.wait_same_picture(number)
    assert scene.user.desk.display.pressed_keys() == set()


def _end_and_note(scene: Scene, number: int) -> None:
    user, technician = scene.user, scene.technician
    user.stop()
    user.wait_over("You ended it.")
    wait_for("worker and guard to be gone", lambda: not [one for one in user.desk.survivors() if "-m agent." in one])
    technician.note(number).wait_text("The user ended the session.")
    technician.session(number).wait_gone()  # it would lie between the note and the ticket
    assert technician.note(number).field("What was done?").focused
    technician.write_note(number, "Explained the keys.")
    history = technician.history
    history.wait_text("Allowed Tina Tech: see, control, until")
    history.wait_text(
        re.compile(r"Session over after (\d+ minutes?|less than a minute)\. The user ended the session\.")
    )
    history.wait_text("What was done: Explained the keys.")
    history.wait_text(re.compile(r"The picture: .+, \d+ ms, \d+ frames/s, [\d.]+ MB"))
    user.request(number).wait_text("Tina Tech noted: Explained the keys.")
    user.request(number).wait_text(
        re.compile("You allowed Tina Tech to see your screen and use your mouse and keyboard")
    )


def test_whoever_may_only_look_types_nothing(scene: Scene, terminal: Terminal) -> None:
    number = scene.begin_session("Look, do not touch", control=False)
    area = scene.wait_same_picture(number)
    before = terminal.typed
    scene.technician.session(number).wait_text("Allowed: see")
    hands = scene.technician.desk
    before = terminal.typed  # empty, unless this is the second try
    hands.click(area.x + terminal.bounds.x + 40, area.y + terminal.bounds.y + 40)
    hands.type("sneaky")
    hands.key("Return")
    scene.user.banner.wait_text("Tina Tech sees your screen")
    assert terminal.typed == before
    scene.technician.session(number).button("Ask for control").press()
    more = scene.user.desk.ui.window("May Tina Tech also use your mouse and keyboard?")
    more.button("Allow").press()
    scene.technician.session(number).wait_text("Allowed: see, control")
    before = terminal.typed  # empty, unless this is the second try
    hands.click(area.x + terminal.bounds.x + 40, area.y + terminal.bounds.y + 40)
    hands.type("welcome")
    hands.key("Return")
    wait_for("the words in the terminal", lambda: terminal.typed == before + "welcome\n")
    scene.technician.end(number)
    scene.technician.skip_note(number)
    scene.user.wait_over("Tina Tech ended it.")


def test_only_the_requester_says_that_it_is_solved(scene: Scene) -> None:
    number = scene.user.ask_for_help("It is not over until I say so")
    scene.technician.take(number)
    scene.technician.resolve(number, "Turned it off and on")
    scene.technician.console.wait_text("solved?")
    assert not [text for text in _buttons(scene.technician) if re.search(r"\bclose\b", text.casefold())]
    page = scene.user.request(number)
    page.field("What is still wrong?").fill("It smokes")
    page.button("Not yet").press()
    scene.technician.console.wait_text("Not solved yet. It smokes")
    scene.technician.resolve(number, "Turned it off")
    page.button("Yes, it is solved").press()
    scene.technician.history.wait_text("Confirmed that it is solved")


def _buttons(technician: Technician) -> list[str]:
    buttons = technician.console.button()
    return [technician.console.button(index=index).name for index in range(buttons.count())]
