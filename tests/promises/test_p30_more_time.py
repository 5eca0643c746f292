"""P30: control ends when the user's minutes are over, unless he prolongs them; nobody else can."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from agent.ui.main_window import MainWindow
from protocol import envelope
from tests.agent.desk import desk_and_relay
from tests.stage.scene import Scene
from tests.stage.waiting import wait_for


def _gives(window: MainWindow, choice: int) -> None:
    window.request.time.menu.actions()[choice].trigger()


def test_p30_the_user_gives_more_time_in_the_window_of_his_request(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        desk.until(lambda: "You said that you have 30 minutes." in desk.says())
        _gives(desk.window, 0)
        desk.until(lambda: "You said that you have 40 minutes." in desk.says() and not desk.window.unsent)
        read = relay.play(jana.ask(envelope.ReadTicket, number))
        assert isinstance(read, envelope.Ticket)
        assert read.ticket.minutes == 40
        own = desk.agent._clerk._own.by_number(number)
        assert own is not None
        assert own.minutes == 40  # the next question on this computer may be for as long


def test_p30_the_user_prolongs_a_session_and_both_sides_see_it(at_the_desk: Scene) -> None:
    user, technician = at_the_desk.user, at_the_desk.technician
    number = user.ask_for_help("It takes longer than I thought", minutes=2)
    technician.take(number)
    technician.connect(number)
    user.allow(control=True)
    user.banner.wait_text("then it ends by itself")
    user.banner.button("More time").press()
    asked = user.desk.ui.window("Do you have more time?")
    asked.wait_text("may go on as before")
    choice = asked.button("10 minutes more")
    wait_for("the choice", lambda: choice.enabled or None)
    choice.press()
    asked.wait_gone()
    user.banner.wait_text("12 min left")
    technician.session(number).label("Time left: 1").wait()
    user.stop()
    technician.skip_note(number)
    technician.open(number).wait_text("Has 12 min")
