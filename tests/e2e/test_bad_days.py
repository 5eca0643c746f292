"""What goes wrong in real life: each time everybody is told in plain words, and nothing is lost."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from Xlib.display import Display as XDisplay

from tests.stage.process import Process
from tests.stage.scene import Scene
from tests.stage.waiting import wait_for

pytestmark = pytest.mark.e2e

LINE_BACK_S = 30.0
"""Consoles come back after a random while that grows with each try."""
AGENT_BACK_S = 12.0
"""An agent's wait between tries grows to 10 s."""


def _relay(scene: Scene) -> Process:
    assert scene.world.relay is not None
    return scene.world.relay


def _agent(scene: Scene) -> Process:
    assert scene.world.agent is not None
    return scene.world.agent


def _children(scene: Scene) -> list[str]:
    """Worker and guard."""
    return [line for line in scene.user.desk.survivors() if "-m agent." in line]


def test_a_request_made_while_the_relay_is_away_survives_and_is_sent_once(scene: Scene) -> None:
    assert _relay(scene).stop() == 0
    scene.technician.console.wait_text("No connection; trying again by itself.")
    form = scene.user.open_form()
    form.wait_text("No connection at the moment.")
    form.field("What is wrong?").fill("The network is gone")
    form.button("Send").press()
    waiting = scene.user.desk.ui.window("Your request")
    waiting.wait_text("Your request is kept on this computer and goes out by itself as soon as there is a connection.")
    assert _agent(scene).stop() == 0
    scene.world.start_agent()
    scene.world.start_relay()
    scene.technician.console.wait_text("The network is gone", timeout_s=LINE_BACK_S)
    window = scene.user.open_form()
    window.control("page", ["check box"], "My requests").press()
    requests = scene.user.desk.ui.window("My requests").control("list", ["list"], "My requests")
    requests.wait_text(re.compile("Request 1 .*Received.*The network is gone", re.DOTALL))
    assert requests.row().count() == 1
    assert len([text for text in scene.technician.console.texts() if text == "The network is gone"]) == 1


def test_a_relay_that_restarts_in_a_session_has_everybody_back(scene: Scene) -> None:
    number = scene.begin_session("The relay restarts")
    assert _relay(scene).stop() == 0
    scene.user.wait_over("The line broke.")
    wait_for("worker and guard to be gone", lambda: _children(scene) == [])
    scene.technician.note(number).wait_text(re.compile("The line to the server was cut"))
    scene.user.desk.display.focus_window("Request")
    page = scene.user.request(number)
    page.wait_text("No connection at the moment.")
    page.field("Message to the help desk").fill("Are you back?")
    page.button("Send message").press()
    page.wait_text("not sent yet")
    scene.world.start_relay()
    page.control("strip", ["panel"], "Connection").wait_gone(timeout_s=AGENT_BACK_S)
    scene.technician.console.wait_text("Connected", timeout_s=LINE_BACK_S)
    scene.technician.write_note(number, "Half of it is done.")
    page.wait_text("You wrote: Are you back?")
    scene.technician.open(number)
    scene.technician.history.wait_text(re.compile(r"Session over after .*\. The line .* was cut\."))
    scene.technician.history.wait_text("What was done: Half of it is done.")
    scene.technician.connect(number)
    scene.user.allow()
    scene.wait_same_picture(number)
    scene.technician.end(number)
    scene.technician.skip_note(number)


def test_a_screen_that_changes_its_size_is_shown_in_its_new_size(scene: Scene) -> None:
    number = scene.begin_session("I changed the resolution")
    for size in ((1280, 800), (1920, 1080)):
        scene.user.desk.resize(*size)
        area = scene.wait_same_picture(number)
        assert (area.width, area.height) == size
        at = (size[0] - 100, size[1] - 100)
        scene.technician.desk.display.move(area.x + at[0], area.y + at[1])
        wait_for("the mouse", lambda at=at: scene.user.desk.display.pointer() == at)  # type: ignore[misc] # at once
    scene.technician.end(number)
    scene.technician.skip_note(number)


def test_a_program_that_keeps_the_banner_covered_ends_the_session_and_everybody_is_told_why(scene: Scene) -> None:
    number = scene.begin_session("The screen locks itself")
    with whole_screen_covered(scene.user.desk.display.name) as cover_again:

        def over() -> bool:
            cover_again()
            note = scene.technician.note(number)
            return note.exists and note.label(re.compile("banner on the user's screen was hidden")).exists

        wait_for("the end of the session", over, every_s=0.1, timeout_s=10)
    scene.user.wait_over("The strip that shows who is looking was hidden, so we ended it.")
    wait_for("worker and guard to be gone", lambda: _children(scene) == [])
    scene.technician.skip_note(number)


@contextmanager
def whole_screen_covered(display: str) -> Iterator[Callable[[], None]]:
    """Puts a window over everything, as a screen locker does, and gives what puts it there again."""
    x = XDisplay(display)
    root = x.screen().root
    size = root.get_geometry()
    cover = root.create_window(0, 0, size.width, size.height, 0, x.screen().root_depth, override_redirect=True)
    cover.map()

    def again() -> None:
        cover.raise_window()
        x.sync()

    yield again
    x.close()


def test_a_second_session_on_the_same_computer_is_refused_with_a_sentence(scene: Scene) -> None:
    first = scene.begin_session("The first", control=False)
    second = scene.user.ask_for_help("The second")
    scene.technician.take(second)
    dialog = scene.technician.ask_to_connect(second)
    dialog.wait_text(re.compile(rf"^You have a session on this computer already, on ticket {first}"))
    dialog.button("Cancel").press()
    assert not scene.technician.open(first).button("Connect").enabled
    scene.user.stop()
    scene.user.wait_over("You ended it.")
    scene.technician.skip_note(first)


def test_no_answer_within_a_minute_means_no(scene: Scene) -> None:
    number = scene.user.ask_for_help("Gone for lunch")
    scene.technician.take(number)
    session = scene.technician.connect(number)
    question = scene.user.question()
    session.wait_text("No answer within a minute means no.")
    question.wait_gone(timeout_s=75)
    session.wait_text("The user did not answer within a minute; that means no.")
    session.button("Close").press()
    scene.technician.open(number)
    scene.technician.history.wait_text("No session. The user did not answer within a minute")


def test_whoever_quits_while_a_question_is_open_has_said_no_and_finds_the_way_back(scene: Scene) -> None:
    number = scene.user.ask_for_help("I only wanted to look")
    scene.technician.take(number)
    session = scene.technician.connect(number)
    scene.user.question()
    asked = scene.user.quit()
    asked.wait_text("The question of Tina Tech then counts as answered with no.")
    asked.wait_text("Your request stays open; help goes on when you start athand again.")
    asked.button("Keep it running").press()
    asked.wait_gone()
    scene.user.question()
    scene.user.quit().button("Quit athand").press()
    assert _agent(scene).wait() == 0
    session.wait_text("The user closed athand.")
    session.button("Close").press()
    scene.world.start_agent()
    window = scene.user.open_form()
    window.control("page", ["check box"], "My requests").press()
    requests = scene.user.desk.ui.window("My requests").control("list", ["list"], "My requests")
    requests.row(re.compile(f"Request {number} ")).click()
    scene.user.request(number).wait_text(
        "You closed athand without an answer, and that means no. Nobody saw your screen."
    )


def test_a_technician_who_is_revoked_is_out_at_once(scene: Scene) -> None:
    number = scene.begin_session("Not you any more")
    scene.world.admin("revoke", "Tina Tech")
    scene.user.wait_over("can no longer see your screen", timeout_s=90)
    wait_for("worker and guard to be gone", lambda: _children(scene) == [])
    scene.technician.note(number).wait_text(re.compile("trusted|cut|not whom|revoked"))
    scene.technician.console.wait_text("The server does not let you in.", timeout_s=60)
    console = scene.world.console
    assert console is not None
    console.stop()
    scene.world.console = scene.technician.desk.start(*console.argv[:1])
    scene.technician.console.wait_text("The server does not let you in.", timeout_s=30)
