"""P6, P28, P29: whatever was worked on stands on the month's report, by the minute, and its rows are the ledger's.

Entered on a console, read on the staff's page, in its CSV and in its PDF.
"""

import csv
import io
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from protocol import envelope
from protocol.desk import events, ledger
from protocol.desk.events import Machine, WorkKind
from protocol.desk.terms import EndReason
from tests.relay.rig import given_consent, scene, session_on
from tests.relay.web.desk import Desk, desk
from tests.relay.web.test_staff import signed_in
from tests.relay.web.visitor import Visitor

PRAGUE = ZoneInfo("Europe/Prague")
"""The customer's service hours are there."""
WORK = (
    (WorkKind.TRAVEL, 30, 0, "Drove there", 30),
    (WorkKind.ON_SITE, 45, 59, "Changed the fuser", 45),
    (WorkKind.PHONE, 12, 0, "Talked it through", 12),
    (WorkKind.PHONE, 0, 59, "Said goodbye", 0),
)
"""Kind, how long, what was done, minutes that are charged."""


async def worked(at: Desk) -> int:
    """A ticket on which all that was done, one after the other, until a minute ago."""
    console, number = await at.staff(), await at.asked("The printer smokes")
    await console.takes(number)
    begin = datetime.now(UTC) - timedelta(minutes=1 + sum(minutes + 1 for _, minutes, *_ in WORK))
    for kind, minutes, seconds, text, _ in WORK:
        end = begin + timedelta(minutes=minutes, seconds=seconds)
        logged = await console.ask(envelope.LogTime, number, secrets.token_hex(16), begin, end, kind, text)
        assert isinstance(logged, envelope.Ticket), logged
        begin = end
    return number


def months() -> list[str]:
    """The one that runs, and the one that ran when the work began."""
    now = datetime.now(PRAGUE)
    return sorted({f"{now:%Y-%m}", f"{now - timedelta(hours=3):%Y-%m}"})


async def table(visitor: Visitor) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for month in months():
        page = await visitor.get(f"/reports/firma/{month}/csv")
        found += csv.DictReader(io.StringIO(page.raw.decode("utf-8-sig"), newline=""))
    return found


@scene
async def test_p06_work_on_site_and_the_way_there_are_on_the_report(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await worked(at)
        visitor, _ = await signed_in(at)
        rows = await table(visitor)
        assert [(row["Kind"], row["What was done"]) for row in rows][:2] == [
            ("Travel", "Drove there"),
            ("On site", "Changed the fuser"),
        ]
        pages = " ".join([(await visitor.get(f"/reports/firma/{month}")).text for month in months()])
        assert "Drove there" in pages
        assert "Changed the fuser" in pages


@scene
async def test_p28_twelve_minutes_on_the_report_are_twelve_and_a_second_less_than_a_minute_is_none(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        await worked(at)
        visitor, _ = await signed_in(at)
        billed = {row["What was done"]: int(row["Minutes billed"]) for row in await table(visitor)}
        assert billed == {text: minutes for *_, text, minutes in WORK}


@scene
async def test_p29_date_begin_end_minutes_and_what_was_done_add_up_to_the_ledger_on_page_csv_and_pdf(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        number = await worked(at)
        entries = ledger.entries([entry for _, entry in await at.store.history(number)])
        visitor, _ = await signed_in(at)
        rows = await table(visitor)
        told = [(row["Date"], row["Begin"], row["End"], int(row["Ticket"])) for row in rows]
        there = [(entry.begin.astimezone(PRAGUE), entry.end.astimezone(PRAGUE)) for entry in entries]
        assert told == [(f"{b:%Y-%m-%d}", f"{b:%H:%M}", f"{e:%H:%M}", number) for b, e in there]
        minutes = [(int(row["Minutes worked"]), int(row["Minutes billed"]), row["What was done"]) for row in rows]
        assert minutes == [(entry.worked_min, entry.billed_min, entry.text) for entry in entries]
        assert sum(billed for _, billed, _ in minutes) == 87
        if len(months()) == 1:  # the sums of one month
            (month,) = months()
            assert "Sum, in minutes 87 87" in (await visitor.get(f"/reports/firma/{month}")).text
            pdf = await visitor.get(f"/reports/firma/{month}/pdf")
            printed = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.raw)).pages).split())
            for *_, text, billed in WORK:
                assert f"{text} {billed} {billed}" in printed
            assert "87" in printed


@scene
async def test_p29_work_before_its_ticket_was_written_down_stands_in_the_month_when_it_was_done(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await at.asked("She called at the weekend")
        await console.takes(number)
        begin = datetime.now(UTC) - timedelta(days=40)
        work = (secrets.token_hex(16), begin, begin + timedelta(minutes=12), WorkKind.PHONE, "Talked it through")
        assert isinstance(await console.ask(envelope.LogTime, number, *work), envelope.Ticket)
        visitor, _ = await signed_in(at)
        page = await visitor.get(f"/reports/firma/{begin.astimezone(PRAGUE):%Y-%m}/csv")
        rows = csv.DictReader(io.StringIO(page.raw.decode("utf-8-sig"), newline=""))
        assert [(row["Ticket"], row["Minutes billed"]) for row in rows] == [(str(number), "12")]


@scene
async def test_p11_a_price_the_customer_said_yes_to_is_on_page_csv_and_pdf_and_in_the_sum(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number, requester = await at.staff(), await at.asked("No toner"), at.visitor()
        await console.takes(number)
        until = datetime.now(UTC) + timedelta(days=2)
        await console.ask(envelope.MakeQuote, number, secrets.token_hex(16), "New toner", 4950, "EUR", until, None)
        await requester.send(await requester.get(at.link(number)), "/quote", accepted="yes")
        visitor, _ = await signed_in(at)
        (row,) = await table(visitor)
        assert (row["Ticket"], row["What was done"], row["Price"], row["Currency"]) == (
            str(number),
            "New toner",
            "49.50",
            "EUR",
        )
        month = row["Date"][:7]
        page = (await visitor.get(f"/reports/firma/{month}")).text
        assert "€49.50 in all" in page
        assert "New toner €49.50" in page
        pdf = await visitor.get(f"/reports/firma/{month}/pdf")
        printed = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.raw)).pages).split())
        assert "Comes to €49.50" in printed
        assert "New toner €49.50" in printed


@scene
async def test_p06_what_was_done_in_a_session_stands_in_its_row_as_its_technician_noted(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        agent, console = await at.running.agent(), await at.staff()
        await at.running.sets(events.MachineSet(Machine("laptop", "Eva's laptop", "eva", "firma")))
        session, _, _, number = await session_on(at.running, agent, console)
        await agent.ask(envelope.ReportConsent, session, given_consent(agent, console, session, number))
        await console.ask(envelope.ReportEnd, session, EndReason.TECHNICIAN_LEFT)
        await console.hears(envelope.SessionOver)
        await console.ask(envelope.AddSessionNote, session, "Looked at the printer settings.")
        visitor, _ = await signed_in(at)
        (row,) = await table(visitor)
        assert (row["Kind"], row["What was done"]) == ("Remote session", "Looked at the printer settings.")
