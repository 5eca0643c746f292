"""P8: three disk alerts are a recommendation on the month's report, and the customer accepts or declines it."""

import io
import secrets
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, Threshold, User
from tests.relay.rig import scene
from tests.relay.web.desk import Desk, desk, register
from tests.relay.web.test_staff import signed_in

DISK = Threshold("disk.used_percent", limit=90, clear=85, for_s=0)
WATCHED = (
    *register(),
    events.ThresholdsSet((DISK,)),
    events.MachineSet(Machine("laptop", "Eva's laptop", "eva")),
    events.UserSet(User("bob", "Bob", "firma", ("bob@firma.example",))),
)
ADVICE = "Eva's laptop: disk.used_percent / was beyond its limit 3 times within a month"


async def alerts(at: Desk, count: int) -> None:
    agent = await at.running.agent()
    for _ in range(count):
        fault = secrets.token_hex(16)
        await agent.ask(envelope.ReportFault, fault, "disk.used_percent", "/", "95 % used")
        await agent.ask(envelope.ReportRecovery, fault, "50 % used")


async def report(at: Desk) -> tuple[str, str]:
    """Page and PDF of the month that runs."""
    visitor, _ = await signed_in(at)
    address = f"/reports/firma/{datetime.now(ZoneInfo('Europe/Prague')):%Y-%m}"
    pdf = await visitor.get(f"{address}/pdf")
    printed = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.raw)).pages)
    return (await visitor.get(address)).text, " ".join(printed.split())


@scene
async def test_p08_three_disk_alerts_are_advice_on_the_report_and_two_are_not(tmp_path: Path) -> None:
    async with desk(tmp_path, *WATCHED) as at:
        await alerts(at, 2)
        assert not any("What would serve you better" in told for told in await report(at))
        await alerts(at, 1)
        for told in await report(at):
            assert ADVICE in told
            assert "open" in told[told.index(ADVICE) :]


@scene
async def test_p08_the_customer_accepts_or_declines_it_and_the_report_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path, *WATCHED) as at:
        await alerts(at, 3)
        number = await at.asked()
        visitor = at.visitor()
        page = await visitor.get(at.link(number))
        assert ADVICE in page.text
        assert page.text.count("UTC: Eva's laptop: disk.used_percent /") == 3, "its evidence"
        stale = page
        page = await visitor.send(page, "/advice", accepted="yes")
        assert "Thank you for your answer." in page.text
        assert ADVICE not in page.text
        assert (await visitor.send(stale, "/advice", accepted="no")).status == 409, "answered once"
        for told in await report(at):
            assert "accepted" in told[told.index(ADVICE) :]


@scene
async def test_p08_nobody_who_may_not_order_is_asked(tmp_path: Path) -> None:
    async with desk(tmp_path, *WATCHED) as at:
        await alerts(at, 3)
        evas = await at.asked()
        asked = (await at.visitor().get(at.link(evas))).form("/advice")
        number = await at.asked(user="bob", address="bob@firma.example", requester="Bob")
        visitor = at.visitor()
        page = await visitor.get(at.link(number))
        assert not page.has_form("/advice")
        forged = page.form("/say").fields | {"key": asked.fields["key"], "accepted": "yes"}
        address = page.form("/say").action.removesuffix("/say") + "/advice"
        assert (await visitor.post(address, forged)).status == 409
        assert not (await at.store.book()).knowledge.answers
