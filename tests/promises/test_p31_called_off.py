"""P31: whoever made room for an appointment hears in time that it is called off: by mail, and beside his tray."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk.events import AppointmentOutcome
from tests.agent.desk import desk_and_relay
from tests.promises.at_the_clock import at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import EVA, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]

MONDAY = 0
HOUR = timedelta(hours=1)


@scene
async def test_p31_who_has_no_agent_has_a_mail_that_says_which_appointment_is_called_off_and_why(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk) as time:
        jana = await time.running.console("jana")
        now = time.clock.set_to(MONDAY, 9)
        await time.asks_on_the_page("It is slow")
        await jana.takes(1)
        key, slot = secrets.token_hex(16), now + timedelta(days=2)
        await jana.ask(envelope.MakeAppointment, 1, key, slot, slot + HOUR, "At your desk")
        await jana.ask(envelope.EndAppointment, 1, key, AppointmentOutcome.CALLED_OFF, "I have the flu")
        (mail,) = (mail for mail in await time.gets(EVA, 1, "called off") if "called off" in text_of(mail))
        assert "Our appointment is called off: Wednesday" in text_of(mail)
        assert "I have the flu" in text_of(mail)
        assert "Jana Nováková, Support engineer, +420 123 456" in text_of(mail)
        await time.passes(days=1, hours=23, minutes=30)
        assert await time.letters("We remind you of your appointment:") == []


def test_p31_and_who_has_one_reads_it_there(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        slot, key = datetime.now(UTC) + timedelta(days=1), secrets.token_hex(16)
        relay.play(jana.ask(envelope.MakeAppointment, number, key, slot, slot + HOUR, "On the phone"))
        desk.until(lambda: "Agreed: " in desk.says())
        desk.window.hide()  # nobody watches the window all day
        relay.play(jana.ask(envelope.EndAppointment, number, key, AppointmentOutcome.CALLED_OFF, "I have the flu"))
        desk.until(lambda: "called off what was agreed for" in desk.notes[-1])
        assert desk.notes[-1].endswith("I have the flu")
        desk.window.show_ticket(number)
        desk.until(lambda: "Jana Nováková called off what was agreed for" in desk.says())
