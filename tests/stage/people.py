"""What the user and the technician do, in the words of the job; every step through their real windows.

user, technician = User(world.user), Technician(world.technician)
number = user.ask_for_help("The printer is on fire")
technician.take(number)
technician.connect(number)
user.allow(control=True)
technician.picture()…
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.stage.desk import Desk
from tests.stage.display import Bounds
from tests.stage.ui import Control, Window
from tests.stage.waiting import StageError, wait_for

MAY_LOOK = re.compile(r"^May .+ look at your screen\?$")
BANNER = "Screen is being shared"
BAR_HEIGHT = 40
"""Of the line above the picture in the session's window, in pixels."""


@dataclass
class User:
    """Who is helped."""

    desk: Desk

    # Asking

    def open_form(self) -> Window:
        """Click the icon in the tray, and wait until the facts about the computer are there."""
        self.desk.click_tray("athand")
        form = self.desk.ui.window("Get help")
        form.checkbox("Memory").wait()
        return form

    def ask_for_help(self, problem: str, *, minutes: int | None = None, untick: Iterable[str] = ()) -> int:
        """Ask for help, and return the ticket's number as the window shows it."""
        form = self.open_form()
        form.field("What is wrong?").fill(problem)
        if minutes is not None:
            form.number("How many minutes have you got?").set_value(minutes)
        for fact in untick:
            form.checkbox(fact).untick()
        form.button("Send").press()
        return self.number_given()

    def number_given(self, *, timeout_s: float = 20.0) -> int:
        """Wait until the window shows the ticket's number, and return it."""
        title = self.desk.ui.window(re.compile(r"^Request \d+$")).wait(timeout_s=timeout_s).name
        return int(title.rpartition(" ")[2])

    def request(self, number: int) -> Window:
        """The window, while it shows this request."""
        return self.desk.ui.window(f"Request {number}")

    # Answering

    def question(self, *, timeout_s: float = 20.0) -> Window:
        """Wait for the question whether somebody may look at the screen."""
        question = self.desk.ui.window(MAY_LOOK)
        question.wait(timeout_s=timeout_s)
        return question

    def allow(self, *, control: bool = False) -> None:
        """Say yes, to looking alone or to mouse and keyboard, too."""
        question = self.question()
        if control:
            question.checkbox("use your mouse and keyboard").tick()
        question.button("Allow").press()
        self.banner.wait()

    def refuse(self) -> None:
        """Say no."""
        self.question().button("No thanks").press()

    # During and after a session

    def quit(self) -> Window:
        """Choose Quit in the tray's menu, and return what it asks."""
        self.desk.click_tray("athand", button=3)
        self.desk.ui.menu_item("Quit").press()
        asked = self.desk.ui.window("Quit athand?")
        asked.wait()
        return asked

    @property
    def banner(self) -> Window:
        """What says that somebody sees the screen."""
        return self.desk.ui.window(BANNER)

    def stop(self) -> None:
        """Press Stop in the banner."""
        self.banner.button("Stop").press()

    def wait_over(self, why: str, *, timeout_s: float = 15.0) -> None:
        """Wait until the banner says that it is over, and why."""
        self.banner.wait_text("Nobody sees your screen any more", timeout_s=timeout_s)
        self.banner.wait_text(why, timeout_s=timeout_s)


@dataclass
class Technician:
    """Who helps."""

    desk: Desk

    @property
    def console(self) -> Window:
        """The main window."""
        return self.desk.ui.window("athand console")

    def sort(self) -> None:
        """Have the queue in order again, with whatever is new."""
        self.desk.display.focus_window("athand console")
        self.desk.key("F5")

    def open(self, number: int) -> Window:
        """Choose a ticket in the queue, with the mouse."""
        self.desk.display.focus_window("athand console")
        self.console.control("queue", ["table"], "Queue").row(re.compile(rf"^{number}$")).click()
        self.console.label(re.compile(rf"^{number} · ")).wait()
        return self.console

    def take(self, number: int) -> None:
        """Take a ticket with the urgency and next step that the dialog proposes."""
        self.open(number).button("Take").press()
        dialog = self.desk.ui.window(f"Take ticket {number}")
        dialog.button("Take it").press()
        dialog.wait_gone()

    def connect(self, number: int, *, control: bool = True) -> Window:
        """Ask to see the user's screen, and to control it, too; return the session's window."""
        self.ask_to_connect(number, control=control).wait_gone()
        return self.session(number)

    def ask_to_connect(self, number: int, *, control: bool = True) -> Window:
        """Press Connect and fill in what it asks; return the dialog, which stays if the answer is no."""
        self.open(number).button("Connect").press()
        dialog = self.desk.ui.window("Connect to")
        tick = dialog.checkbox("Control mouse and keyboard")
        tick.tick() if control else tick.untick()
        dialog.button("Ask the user").press()
        return dialog

    def session(self, number: int) -> Window:
        """The session's window."""
        return self.desk.ui.window(f"\u2013 ticket {number}")

    def end(self, number: int) -> None:
        """Press End; the window goes by itself."""
        self.session(number).button("End").press()
        self.session(number).wait_gone()

    def picture(self, number: int, size: tuple[int, int]) -> Bounds:
        """Where on the technician's display the picture of a screen of this size lies, shown 1:1.

        Raises:
            StageError: the window does not become as large as it must for that.
        """

        def probe() -> Bounds | None:
            window = self.desk.display.window_bounds(f"ticket {number}")
            fits = (window.width, window.height) == (size[0], size[1] + BAR_HEIGHT)
            return Bounds(window.x, window.y + BAR_HEIGHT, *size) if fits else None

        return wait_for(f"the picture of {size[0]} x {size[1]}", probe)

    def note(self, number: int) -> Window:
        """Where it is said why a session is over, and asked what was done."""
        return self.desk.ui.window(f"What was done? Ticket {number}")

    def write_note(self, number: int, text: str) -> None:
        """Answer what was done."""
        dialog = self.note(number)
        dialog.field("What was done?").fill(text)
        dialog.button("Save note").press()
        dialog.wait_gone()

    def skip_note(self, number: int) -> None:
        """Leave out the note."""
        dialog = self.note(number)
        dialog.button("Cancel").press()
        dialog.wait_gone()

    def resolve(self, number: int, solution: str) -> None:
        """Propose a solution."""
        self.open(number).button("Solution").press()
        dialog = self.desk.ui.window(f"Solution for ticket {number}")
        dialog.field("Solution").fill(solution)
        dialog.button("Propose solution").press()
        dialog.wait_gone()

    @property
    def history(self) -> Control:
        """The history of the ticket that is open."""
        return self.console.control("history", ["list"], "History")


def share_of_equal_pixels(shown: bytes, meant: bytes) -> float:
    """Compare two pictures of rows of red, green, blue bytes, and return how many of the pixels are equal: 0 to 1.

    Raises:
        StageError: they differ in size.
    """
    if len(shown) != len(meant):
        raise StageError(f"one picture has {len(shown)} bytes, the other {len(meant)}")
    if shown == meant:
        return 1.0
    pairs = zip(range(0, len(shown), 3), range(0, len(meant), 3), strict=True)
    return sum(shown[a : a + 3] == meant[b : b + 3] for a, b in pairs) / (len(shown) // 3)
