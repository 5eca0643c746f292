"""P12: solved for good: what was checked for the solution is checked again later, and who helped hears if it fails."""

import asyncio
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, Threshold
from tests.promises.at_the_clock import at_the_clock
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene
from tests.relay.timekeeper.test_keeper import answering
from tests.relay.web.desk import desk as page_desk
from tests.relay.web.test_staff import signed_in

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


@scene
async def test_p12_the_report_says_how_many_solutions_stand_and_how_many_came_back(tmp_path: Path) -> None:
    async with page_desk(tmp_path) as at:
        console, numbers = await at.staff(), [await at.asked(f"Request {n}") for n in range(3)]
        for number in numbers:
            await at.resolved(number, console)
        requester, (back, reopened, _) = at.visitor(), numbers
        await requester.send(await requester.get(at.link(back)), "/verdict", solved="no", text="Still smoking")
        shown = await requester.send(await requester.get(at.link(reopened)), "/verdict", solved="yes")
        await requester.send(shown, "/reopen", text="It burns again")
        await at.resolved(reopened, console, "A new printer")
        visitor, _ = await signed_in(at)
        address = f"/reports/firma/{datetime.now(ZoneInfo('Europe/Prague')):%Y-%m}"
        assert "2 of 4 solved for good" in (await visitor.get(address)).text
        pdf = await visitor.get(f"{address}/pdf")
        printed = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.raw)).pages).split())
        assert "Solved for good 2 of 4" in printed
