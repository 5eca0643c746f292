"""Every way a session can end, with all that takes part in it: both windows, worker, guard and relay as they are.

After each, nobody is left who looks and nothing is held down; both sides read why it is over, and so does the history.
A cut line is given up after seconds here, and a minute of the user's is a short one (see tests/stage/hurried).
"""

import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from protocol.desk.events import EndReason, SessionEnded, SessionRequested, decode
from tests.stage import sweep
from tests.stage.host import TREE
from tests.stage.process import Process
from tests.stage.scene import Scene, open_scene
from tests.stage.waiting import wait_for

pytestmark = pytest.mark.e2e

HURRIED = {"PYTHONPATH": f"{TREE / 'tests' / 'stage' / 'hurried'}:{TREE}"}
OURS = ("agent.worker", "agent.guard")
MARKED_S = 15.0
"""What a killed relay may have forgotten of a session's time."""
USUAL_MIN, SHORT_MIN = 15, 1
SHORT_S = 5.0
"""How long the shortest of the user's times is here."""
A_MOMENT_S = 2.0
"""Between what a test does, and when the programs' clocks see it."""


@pytest.fixture(scope="module")
def help_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("help-desk"), env=HURRIED) as scene:
        yield scene


@dataclass(frozen=True)
class Ending:
    """A way to end a session.

    Attributes:
        deed: what somebody does, or what happens.
        reason: as the history has it.
        user, technician: what they read; nothing: nobody is left to read it.
        forgotten_s: time that may be missing.
        minutes: what the user has given; those with the same go by one ticket.
        control: with a key held down by the technician.
    """

    deed: Callable[[Scene, int], None]
    reason: EndReason
    user: str
    technician: str
    forgotten_s: float = 0.0
    minutes: int = USUAL_MIN
    control: bool = True


def _agent(scene: Scene) -> Process:
    assert scene.world.agent is not None
    return scene.world.agent


def _children(scene: Scene, module: str) -> list[int]:
    """Process ids, oldest first: the guard is older than its twin."""
    found = sweep.marked(scene.user.desk.mark)
    return sorted(pid for pid in found if f"-m {module}" in sweep.command_of(pid))


def _kill(module: str) -> Callable[[Scene, int], None]:
    return lambda scene, _: os.kill(_children(scene, module)[0], signal.SIGKILL)


def _stop_for_ever(process: Process | None) -> None:
    assert process is not None
    process.kill()


def _wait(_scene: Scene, _number: int) -> None:
    time.sleep(SHORT_S)  # nothing else is to be done


def _log_off(scene: Scene, _number: int) -> None:
    _agent(scene).signal(signal.SIGTERM)
    assert _agent(scene).wait() == 0


def _relay_killed_and_back(scene: Scene, _number: int) -> None:
    _stop_for_ever(scene.world.relay)
    scene.world.start_relay()


def _take_back(scene: Scene, number: int) -> None:
    window = scene.user.open_form()
    window.control("page", ["check box"], "My requests").press()
    requests = scene.user.desk.ui.window("My requests").control("list", ["list"], "My requests")
    requests.row(re.compile(f"Request {number} ")).click()
    scene.user.request(number).button("I don't need help any more").press()


ENDINGS = {
    "hot key": Ending(
        lambda scene, _: scene.user.desk.key("ctrl+alt+End"),
        EndReason.HOT_KEY,
        "You ended it with the keyboard.",
        "The user ended the session with the emergency key.",
    ),
    "the time is over": Ending(
        _wait,
        EndReason.TIME_OVER,
        "The time you gave is over.",
        "The agreed time is over.",
        minutes=SHORT_MIN,
        control=False,
    ),
    "worker killed": Ending(
        _kill("agent.worker"),
        EndReason.FAULT,
        "Something went wrong on this computer, so we ended it.",
        "The session broke off because of a fault.",
    ),
    "guard killed": Ending(
        _kill("agent.guard"),
        EndReason.FAULT,
        "Something went wrong on this computer, so we ended it.",
        "The session broke off because of a fault.",
    ),
    "the user logs off": Ending(_log_off, EndReason.USER_LOGGED_OFF, "", "The user logged off."),
    "agent killed": Ending(
        lambda scene, _: _agent(scene).kill(), EndReason.LINE_LOST, "", "The line to the user's computer was cut."
    ),
    "console killed": Ending(
        lambda scene, _: _stop_for_ever(scene.world.console), EndReason.LINE_LOST, "The line broke.", ""
    ),
    "relay killed and back": Ending(
        _relay_killed_and_back,
        EndReason.LINE_LOST,
        "The line broke.",
        "The line to the server was cut",
        forgotten_s=MARKED_S,
    ),
    "the user takes the request back": Ending(
        _take_back,
        EndReason.USER_STOPPED,
        "You ended it.",
        "The user ended the session.",
        control=False,  # while somebody else has the mouse, nothing is said in the user's name
    ),
}


@pytest.fixture(scope="module")
def open_ticket() -> dict[int, int]:
    """By minutes: one ticket does for many sessions."""
    return {}


def test_a_technician_who_goes_before_an_answer_takes_the_question_along_and_nothing_is_charged(
    scene: Scene, open_ticket: dict[int, int]
) -> None:
    number = _ticket(scene, open_ticket, USUAL_MIN)
    session = scene.technician.connect(number)
    question = scene.user.question()
    scene.technician.desk.display.close_window(f"ticket {number}")
    question.wait_gone()
    wait_for("worker and guard to be gone", lambda: not [pid for name in OURS for pid in _children(scene, name)])
    session.wait_gone()
    assert not scene.technician.note(number).exists, "nothing was done"
    assert not scene.user.banner.exists
    assert _last_end(scene, number) == (EndReason.TECHNICIAN_LEFT, 0.0)


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_whichever_way_it_ends_nobody_looks_and_everybody_knows_why(
    scene: Scene, open_ticket: dict[int, int], ending: Ending
) -> None:
    user, technician = scene.user, scene.technician
    number = _ticket(scene, open_ticket, ending.minutes)
    technician.connect(number, control=ending.control)
    begun_s = [time.monotonic()]
    user.allow(control=ending.control)
    begun_s.append(time.monotonic())
    held = _hold_a_key(scene, number) if ending.control else None
    ended_s = [time.monotonic()]
    ending.deed(scene, number)
    ended_s.append(time.monotonic())
    if ending.user:
        user.wait_over(ending.user)
        user.banner.button("OK").press()
    wait_for("the banner to go", lambda: not user.desk.display.unmanaged("Screen is being shared"))
    wait_for("worker and guard to be gone", lambda: not [pid for name in OURS for pid in _children(scene, name)])
    display = user.desk.display
    wait_for("everything to be let go", lambda: not display.pressed_keys() | display.pressed_buttons())
    if held:
        technician.desk.display.key_up(held)
    if ending.technician:
        technician.note(number).wait_text(ending.technician)
    _bring_back(scene)
    technician.session(number).wait_gone()
    technician.skip_note(number)
    reason, worked_s = _last_end(scene, number)
    assert reason is ending.reason
    least, most = ended_s[0] - begun_s[1] - A_MOMENT_S, ended_s[1] - begun_s[0] + A_MOMENT_S
    assert least - ending.forgotten_s < worked_s < most


def _ticket(scene: Scene, known: dict[int, int], minutes: int) -> int:
    if minutes not in known:
        known[minutes] = scene.user.ask_for_help("Tell me when it is over", minutes=minutes)
        scene.technician.take(known[minutes])
    return known[minutes]


def _hold_a_key(scene: Scene, number: int) -> str:
    area = scene.technician.picture(number, scene.user.desk.display.current_size())
    hands, key = scene.technician.desk.display, "a"
    hands.click(area.x + 900, area.y + 900)
    hands.key_down(key)
    wait_for("the key at the user's", lambda: scene.user.desk.display.pressed_keys() != set())
    return key


def _bring_back(scene: Scene) -> None:
    """Whatever is gone."""
    world = scene.world
    if world.relay is None or not world.relay.running:
        world.start_relay()
    if not _agent(scene).running:
        world.start_agent()
    if world.console is None or not world.console.running:
        world.start_console()
    world.wait_signed_in()


def _last_end(scene: Scene, number: int) -> tuple[EndReason, float]:
    """As the history has it, once every session that was asked for is over."""

    def probe() -> tuple[EndReason, float] | None:
        with closing(sqlite3.connect(f"file:{scene.world.home}/relay/athand.db?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM events WHERE ticket = ? ORDER BY number", (number,)).fetchall()
        happened = [decode(body).event for (body,) in rows]
        began = [event for event in happened if isinstance(event, SessionRequested)]
        ends = [event for event in happened if isinstance(event, SessionEnded)]
        return (ends[-1].reason, ends[-1].worked_s) if len(ends) == len(began) else None

    return wait_for("the end in the history", probe)


def test_a_display_that_goes_takes_everything_along_and_the_technician_reads_of_it(scene: Scene) -> None:
    technician, mark = scene.technician, scene.user.desk.mark
    number = scene.begin_session("My screen went black")
    (server,) = [pid for pid in sweep.marked(mark) if sweep.command_of(pid).startswith("Xvfb")]
    os.kill(server, signal.SIGKILL)
    technician.note(number).wait_text("The user logged off.")
    technician.session(number).wait_gone()
    technician.skip_note(number)
    assert _last_end(scene, number)[0] is EndReason.USER_LOGGED_OFF
    wait_for("all of the agent to be gone", lambda: not [pid for name in OURS for pid in _children(scene, name)])
    wait_for("the agent's end", lambda: not _agent(scene).running)
