"""P21: a call becomes a ticket by keyboard alone in under 30 seconds, its caller recognised from the number."""

import re
import time

from tests.stage.scene import Scene

NUMBER = "+420 777 123 456"


def test_p21_a_call_is_taken_by_keyboard_alone_in_under_thirty_seconds(at_the_desk: Scene) -> None:
    world, desk = at_the_desk.world, at_the_desk.technician.desk
    world.admin("customer", "firma", "--name", "Firma s.r.o.")
    world.admin("user", "eva", "--name", "Eva Králová", "--customer", "firma", "--phone", NUMBER)
    desk.display.focus_window("athand console")
    began = time.monotonic()
    desk.key("ctrl+i")
    dialog = desk.ui.window("Take a call")
    dialog.wait()
    desk.type(NUMBER)
    dialog.wait_text(re.compile("Eva Králová · Firma"))
    desk.key("Return")
    desk.type("The printer smokes")
    desk.key("Tab")
    desk.type("h")
    desk.key("Return")
    dialog.wait_gone()
    at_the_desk.technician.console.label(re.compile(r"^\d+ · The printer smokes")).wait()
    assert time.monotonic() - began < 30
    at_the_desk.technician.console.label(re.compile("Phone: \\+420777123456")).wait()
