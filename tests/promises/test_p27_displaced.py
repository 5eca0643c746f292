"""P27: whoever waits longer because somebody paid to go first is told his new time: by mail, and beside his tray."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine
from relay.store import THE_DESK
from tests.agent.desk import desk_and_relay
from tests.promises.at_the_clock import PRAGUE, at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import EVA, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.peopled import peopled
from tests.relay.rig import Actor, House, scene

__all__ = ["desk", "house", "servers"]

MONDAY = 0
SORRY = "We are sorry: somebody whose work stands still had to be helped first, so yours takes longer."
LAPTOP = events.MachineSet(Machine("laptop", "Eva's laptop", "eva", "firm"))


async def goes_first(jana: Actor, agent: Actor, number: int, now: datetime) -> Any:
    """Somebody pays for it: offered and accepted."""
    key = secrets.token_hex(16)
    valid = now + timedelta(days=1)
    await jana.ask(envelope.MakeQuote, number, key, "Before noon", 8750, "EUR", valid, 60)
    return await agent.ask(envelope.AnswerQuote, number, key, accepted=True)


@scene
async def test_p27_who_is_displaced_has_a_mail_with_the_new_time_and_who_paid_has_none(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk, LAPTOP) as time:
        jana, laptop = await time.running.console("jana"), await time.running.agent()
        time.clock.set_to(MONDAY, 9)
        await time.asks_on_the_page("I can wait")
        await jana.takes(1)
        before = (await jana.ask(envelope.ReadTicket, 1)).ticket.done_by
        now = time.clock.goes_on(minutes=5)
        second = (await laptop.asks_for_help("I cannot")).ticket.number
        await jana.takes(second)
        assert isinstance(await goes_first(jana, laptop, second, now), envelope.Ticket)
        after = (await jana.ask(envelope.ReadTicket, 1)).ticket.done_by
        assert after > before
        (mail,) = (mail for mail in await time.gets(EVA, 1, SORRY) if SORRY in text_of(mail))
        there = after.astimezone(PRAGUE)
        assert "I can wait" in mail["Subject"]
        assert f"{there:%A, %B} {there.day}, {there.year}, {there:%H:%M}" in text_of(mail)
        assert await time.letters(SORRY) == ["eva"]


def test_p27_and_who_has_an_agent_reads_it_beside_his_tray(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot, peopled) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana: Any = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        done_by = datetime.now(UTC) + timedelta(days=3)
        desk.window.hide()  # nobody watches the window all day
        told = events.Displaced(99, done_by)
        store = relay.relay.relay._store
        relay.play(store.change(number, lambda _: (told,), THE_DESK, datetime.now(UTC)))
        relay.play(jana.ask(envelope.TagTicket, number, ("late",)))  # the console's next word makes the change known
        told_so = "Something else had to go first. Now expected to be solved by:"
        desk.until(lambda: any(told_so in note for note in desk.notes))
