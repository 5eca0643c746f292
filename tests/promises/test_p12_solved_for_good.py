"""P12: solved for good: what was checked for the solution is checked again later, and who helped hears if it fails."""

import asyncio

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, Threshold
from tests.promises.at_the_clock import at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene
from tests.relay.timekeeper.test_keeper import answering

__all__ = ["desk", "house", "servers"]

MONDAY = 0
AGAIN = "What was solved fails again: please look at it before somebody has to ask."
WATCHED = (
    events.ThresholdsSet((Threshold("disk.used_percent", limit=90, clear=85, for_s=0, ticket=True),)),
    events.MachineSet(Machine("laptop", "Eva's laptop", "eva", "firm")),
)


@scene
async def test_p12_a_fix_that_does_not_hold_is_told_to_who_made_it_after_a_day_and_after_a_week_once_each(
    house: House, servers: MailServers, desk: str
) -> None:
    async with at_the_clock(house, servers, desk, *WATCHED) as time:
        jana, laptop = await time.running.console("jana"), await time.running.agent("laptop")
        time.clock.set_to(MONDAY, 9)
        await laptop.ask(envelope.ReportFault, "f" * 32, "disk.used_percent", "/", "95 % used")
        await jana.takes(1)
        await answering(laptop, jana.ask(envelope.ResolveTicket, 1, "Emptied the bin"))
        assert (await jana.ask(envelope.ReadTicket, 1)).ticket.verified

        async def proved(*, passed: bool) -> None:
            """What the time calls for is looked at, and the machine answers."""
            await answering(laptop, time.running.relay._keeper.proved(), passed=passed)

        await time.passes(hours=23)
        assert await time.letters(AGAIN) == []
        await time.passes(hours=2)
        await proved(passed=False)
        assert await time.letters(AGAIN) == ["jana", "lena"]
        assert not (await laptop.ask(envelope.ReadTicket, 1)).ticket.verified, "nor is its user told that it was"
        for _ in range(2):
            await time.passes(hours=1)
            await asyncio.sleep(0)
        assert await time.letters(AGAIN) == ["jana", "lena"], "once"
        await time.passes(days=6)
        await proved(passed=True)
        assert await time.letters(AGAIN) == ["jana", "lena"]
        assert (await laptop.ask(envelope.ReadTicket, 1)).ticket.verified
