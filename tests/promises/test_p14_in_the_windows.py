"""P14: the notice at the user's has the new handler's name, title and phone."""

from tests.stage.scene import Scene


def test_p14_a_notice_beside_the_tray_introduces_whoever_takes_over(at_the_desk: Scene) -> None:
    number = at_the_desk.user.ask_for_help("Who are you?")
    at_the_desk.user.desk.display.close_window(f"Request {number}")  # nobody watches the window all day
    at_the_desk.technician.take(number)
    at_the_desk.user.desk.ui.wait_text("Tina Tech, Support Engineer, +49 30 1234567 takes care of it now.")
