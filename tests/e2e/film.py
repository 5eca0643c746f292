"""The demo without a display: a script plays user and technician through the real windows on two virtual desks."""

import re
import time
from pathlib import Path

from tests import portraits
from tests.e2e import office, past
from tests.e2e.picture import side_by_side
from tests.e2e.report import Report, figures, read_desk
from tests.e2e.stopwatch import Eyes, Hands, until, until_change
from tests.stage.desk import Desk
from tests.stage.display import Bounds
from tests.stage.people import Technician, User
from tests.stage.scene import Scene
from tests.stage.waiting import wait_for
from tests.stage.world import World

USERS_SIZE, TECHNICIANS_SIZE = (1280, 800), (1600, 1000)
USERS_WALLPAPER = "#35524f"
COMPUTER = "reception-2"
PROBLEM = "My letter has to go out by noon, and I cannot type the @ sign."
COMMAND = "echo there is help at hand"
"""Letters that German and English keyboards have in the same places."""
ADDRESS = "eva.novak"
ALT_GR_Q = "108+24"
"""AltGr and Q, by X11 keycode: a German keyboard's @."""
LETTER = "Dear Sir or Madam,\n\nplease send the invoice to my new address:\n\n"
CLICKS = 10


class Film:
    """The desks, the people, and the report that grows step by step."""

    def __init__(self, scene: Scene, report: Report, *, pace_s: float) -> None:
        self.scene, self.report, self._pace_s = scene, report, pace_s
        self.user, self.technician = scene.user, scene.technician
        self.number = 0
        self.fresh: list[Path] = []
        self.asked: list[Path] = []

    def step(self, who: str, what: str) -> None:
        """Let people look, take a picture of both displays, and note what was done."""
        time.sleep(self._pace_s)
        name = step_name(len(self.report.steps) + 1, what)
        desks = (self.user.desk, self.technician.desk)
        self.fresh = [desk.screenshot(self.report.folder / f"{name}-{desk.name}.png") for desk in desks]
        self.report.step(who, what, self.fresh)
        print(f"{time.strftime('%H:%M:%S')}  {who:<10}  {what}", flush=True)


def step_name(number: int, what: str) -> str:
    """A picture's file name, without its end."""
    return f"{number:02}-{re.sub('[^a-z]+', '-', what.casefold())}"


def play(folder: Path, *, pace_s: float, both_sides: Path | None = None) -> None:
    """Give the demo; report and pictures go into `folder`, the README's picture to `both_sides`."""
    print("No display here: a script plays user and technician on two virtual desks.\n", flush=True)
    report = Report(folder, "two virtual desks, played by a script")
    with World(folder) as world:
        user = world.desk("user", USERS_SIZE, person="Eva Novák", computer=COMPUTER)
        technician = world.desk("technician", TECHNICIANS_SIZE)
        film = Film(Scene(world, User(user), Technician(technician)), report, pace_s=pace_s)
        _furnish(user)
        technician.set_layout("de")  # alike, so that keys go by their place
        page = _set_up(film)
        _ask(film)
        _take(film)
        _connect(film)
        _work(film, both_sides)
        _end(film)
        _close(film)
        _look_back(film, page)
        verified = world.admin("verify").splitlines()[0]
        if world.relay is not None:
            world.relay.stop()
        report.put(verified=verified, **read_desk(world.home / "relay" / "athand.db", film.number))
        film.scene.check_logs()
    _say(report)


def _furnish(desk: Desk) -> None:
    desk.run("xsetroot", "-solid", USERS_WALLPAPER)
    desk.set_layout("de")
    letter = desk.home / "letter.txt"
    letter.write_text(LETTER)
    # Without a part in the accessibility tree: gedit's is slow, and nobody here works it through that.
    desk.start("gedit", "--standalone", str(letter), env={"NO_AT_BRIDGE": "1"})
    desk.display.window_bounds("letter.txt")
    desk.start("xterm", "-T", "Terminal", "-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", "66x14+16+84")
    desk.display.window_bounds("Terminal")
    desk.display.place_window("letter.txt", Bounds(570, 200, 680, 500))


def _set_up(film: Film) -> str:
    """Gives the address of the desk's page."""
    world, port = film.scene.world, office.free_port()
    page = f"http://127.0.0.1:{port}"
    tickets = past.write(world.home / "relay" / "athand.db", page)
    film.report.put(tickets_before=tickets)
    world.start_relay("--web-port", str(port))
    world.start_agent()
    wait_for("the user's machine among the desk's", lambda: COMPUTER in world.admin("machine"))
    world.admin("machine", COMPUTER, "--user", "eva")
    film.step("admin", "makes an organisation, starts relay and agent, and says whose machine it is")
    world.open_invitation()
    film.step("technician", "opens the invitation")
    world.approve()
    world.show_face(portraits.drawn(portraits.TINA))
    world.wait_signed_in()
    film.step("admin", "approves the technician who is signed in now")
    return page


def _ask(film: Film) -> None:
    form = film.user.open_form()
    film.step("user", "clicks the tray icon and gets a form")
    form.field("What is wrong?").fill(PROBLEM)
    form.radio("I cannot work at all").press()
    form.number("How many minutes have you got?").set_value(20)
    form.checkbox("Disk").untick()
    film.step("user", "writes what is wrong and unticks one fact")
    form.button("Send").press()
    film.number = film.user.number_given()
    film.user.request(film.number).wait_text("Received")
    film.step("user", "sends it and gets a ticket number")


def _take(film: Film) -> None:
    film.technician.open(film.number)
    film.technician.console.wait_text("Memory: ")
    film.technician.console.wait_text("eva.novak@keramik.example")  # the register knows whose machine it is
    film.step("technician", "opens the ticket")
    film.technician.console.button("Take").press()
    dialog = film.technician.desk.ui.window(f"Take ticket {film.number}").wait()
    film.step("technician", "judges the urgency and says what is next")
    dialog.button("Take it").press()
    film.user.request(film.number).wait_text("Tina Tech helps you")
    film.step("user", "reads who helps")
    film.user.desk.display.close_window(f"Request {film.number}")


def _connect(film: Film) -> None:
    film.technician.open(film.number).button("Connect").press()
    dialog = film.technician.desk.ui.window("Connect to").wait()
    film.step("technician", "presses Connect")
    dialog.button("Ask the user").press()
    question = film.user.question()
    film.step("user", "is asked for consent")
    film.asked = film.fresh
    question.checkbox("use your mouse and keyboard").tick()
    wait_for("the button", lambda: question.button("Allow").enabled)
    film.step("user", "allows mouse and keyboard too")
    hands, eyes = Hands(film.user.desk.display.name), Eyes(film.technician.desk.display.name)
    try:
        allow = question.button("Allow").bounds().centre
        first_ms = until(lambda: hands.click(*allow), lambda: _sees_wallpaper(eyes))
    finally:
        hands.close()
        eyes.close()
    film.report.put(first_picture_ms=round(first_ms, 1))
    film.scene.wait_same_picture(film.number)
    film.step("technician", "sees the screen")


def _sees_wallpaper(eyes: Eyes) -> bool:
    """Whether the user's wallpaper shows on the technician's display, on one line through the middle of the picture."""
    width, height = TECHNICIANS_SIZE
    colour = bytes.fromhex(USERS_WALLPAPER[5:7] + USERS_WALLPAPER[3:5] + USERS_WALLPAPER[1:3])
    line = eyes.look(Bounds(0, height * 4 // 5, width, 1))
    return sum(line[at : at + 3] == colour for at in range(0, len(line), 4 * 40)) >= 3


def _work(film: Film, both_sides: Path | None) -> None:
    area = film.technician.picture(film.number, USERS_SIZE)
    terminal = film.user.desk.display.window_bounds("Terminal")
    letter = film.user.desk.display.window_bounds("letter.txt")
    hands, eyes = Hands(film.technician.desk.display.name), Eyes(film.technician.desk.display.name)
    try:
        hands.click(area.x + terminal.x + terminal.width // 2, area.y + terminal.y + terminal.height // 2)
        there = Bounds(area.x + terminal.x, area.y + terminal.y, terminal.width, terminal.height)
        keys = [until_change(lambda c=c: hands.press_key(hands.keycode(c)), eyes, there) for c in COMMAND]  # type: ignore[misc] # at once
        film.technician.desk.key("Return")
        film.step("technician", "types in the user's terminal")
        clicks = []
        title = Bounds(there.x + 40, there.y - 12, 160, 6)
        for turn in range(CLICKS):  # the terminal gets the focus or loses it, and its title another colour
            window = letter if turn % 2 == 0 else terminal
            x, y = area.x + window.x + window.width - 60, area.y + window.y + window.height - 60
            clicks.append(until_change(lambda x=x, y=y: hands.click(x, y), eyes, title))  # type: ignore[misc] # at once
    finally:
        hands.close()
        eyes.close()
    film.report.put(click_to_picture_ms={"keys": figures(keys), "clicks": figures(clicks)})
    hands_of = film.technician.desk
    hands_of.click(area.x + letter.x + letter.width // 2, area.y + letter.y + letter.height - 60)
    hands_of.key("ctrl+End")
    hands_of.type(ADDRESS)
    hands_of.key(ALT_GR_Q)
    hands_of.type("example.org")
    time.sleep(0.5)
    film.step("technician", "types an at sign into the user's letter")
    film.scene.wait_same_picture(film.number)
    if both_sides is not None:
        side_by_side((film.asked, film.fresh), both_sides)


def _end(film: Film) -> None:
    film.user.stop()
    film.user.wait_over("You ended it.")
    film.step("user", "presses Stop")
    film.technician.write_note(film.number, "Showed where the @ sign is on a German keyboard: AltGr and Q.")
    film.technician.history.wait_text("What was done:")
    film.step("technician", "notes what was done")


def _close(film: Film) -> None:
    film.technician.resolve(film.number, "AltGr and Q give the @ sign.")
    window = film.user.open_form()
    window.control("page", ["check box"], "My requests").press()
    film.user.desk.ui.window("My requests").row().click()
    film.user.request(film.number).button("Yes, it is solved").wait()
    film.step("technician", "proposes a solution")
    film.user.request(film.number).button("Yes, it is solved").press()
    film.technician.history.wait_text("Confirmed that it is solved")
    film.step("user", "has the last word and closes the ticket")


def _look_back(film: Film, page: str) -> None:
    world, folder = film.scene.world, film.report.folder
    pdf = office.write_report(world, folder)
    pages = office.photograph_pages(world, folder, page)
    film.report.put(monthly_report=pdf.name, pages=[path.name for path in pages])
    film.step("lead", "has last month's report written")


def _say(report: Report) -> None:
    session, speed = report.facts["session"], report.facts["click_to_picture_ms"]
    print(
        f"\nTicket {report.facts['ticket']['number']}: session of {session['seconds']} s, ended because "
        f"{session['ended_because']}.\nFirst picture {report.facts['first_picture_ms']} ms after Allow; "
        f"key to picture p50 {speed['keys']['p50']} ms, p95 {speed['keys']['p95']} ms; "
        f"click to picture p50 {speed['clicks']['p50']} ms, p95 {speed['clicks']['p95']} ms.\n"
        f"{report.facts['verified']}\n\nLook at the pictures and report.json in {report.folder}."
    )
