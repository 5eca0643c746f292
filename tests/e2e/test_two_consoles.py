"""P2, P3, P14: a ticket goes from one technician's real console to another's, with its card, and help goes on there.

A session is on it: that one goes on with the one the user allowed it to, until the new owner asks for his own.
"""

import re

from tests.stage.people import Technician
from tests.stage.scene import Scene
from tests.stage.world import Person, command

PETR = Person("Petr Malý", "Network Engineer", "+49 30 7654321")


def test_p02_p14_handed_over_between_two_consoles_and_the_next_one_goes_on_at_once(scene: Scene) -> None:
    world, user, tina = scene.world, scene.user, scene.technician
    desk = world.desk("colleague", (2560, 1440))
    invitation = world.invite(PETR)
    desk.start(*command("athand-console"), "--invitation", str(invitation))
    desk.ui.wait_text("Waiting for your administrator", timeout_s=30)
    world.approve()
    world.admin("staff-profile", "Tina Tech")
    world.admin("staff-profile", PETR.name, "--skill", "network=3")
    petr = Technician(desk)
    petr.console.wait_text("Connected", timeout_s=30)

    number = user.ask_for_help("The network drive is gone")
    tina.take(number)
    tina.connect(number, control=False)
    user.allow()
    tina.picture(number, user.desk.display.current_size())
    tina.open(number)
    tina.desk.key("ctrl+h")
    dialog = tina.desk.ui.window(f"Hand over ticket {number}")
    dialog.combo("To").wait_text("network 3")  # the relay has said who there is
    dialog.combo("To").choose("Petr Malý · network 3 · 0 open")
    dialog.field("Tried").fill("Logged off and on again")
    dialog.field("Known").fill("Only this user has it")
    dialog.field("Next step").fill("Look at the rights on the server")
    dialog.button("Hand over").press()
    dialog.wait_gone()

    console = petr.open(number)  # it is there without anybody asking for it
    console.wait_text("Logged off and on again")
    console.wait_text("owner: Petr Malý")
    user.request(number).wait_text("Petr Malý helps you")
    user.request(number).wait_text("Petr Malý, Network Engineer, +49 30 7654321 takes care of it.")

    tina.session(number).wait_text("Petr Malý owns the ticket")
    console.wait_text(re.compile("Tina Tech has had a session since"))
    user.banner.wait_text("Tina Tech sees your screen")
    dialog = petr.ask_to_connect(number, control=False)
    user.wait_over("Somebody else took over from Tina Tech. Tina Tech can no longer see your screen.")
    tina.note(number).wait_text("The ticket has another owner, who took over from you.")
    tina.session(number).wait_gone()
    tina.skip_note(number)
    dialog.wait_gone()
    question = user.question()
    assert "Petr Malý" in question.text
    petr.session(number).wait_text("The user is being asked")
    user.allow()
    user.banner.wait_text("Petr Malý sees your screen")
    petr.picture(number, user.desk.display.current_size())
    petr.end(number)
    petr.skip_note(number)
    user.wait_over("Petr Malý ended it.")
    tina.open(number).wait_text("Petr Malý asked to see the screen")
