import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from protocol.desk import events
from protocol.desk.events import WorkKind
from protocol.trust.der import certificate
from relay.store import By
from relay.web.links import read_key
from relay.web.signing_in import LINK_LIFETIME, make_link
from tests.relay.rig import scene
from tests.relay.web.desk import Desk, desk, register
from tests.relay.web.visitor import Page, Visitor

JANA_IS = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
JANA = By(events.Actor.STAFF, "jana", "Jana Nováková")


def serial(at: Desk) -> str:
    return f"{certificate(at.running.house.staff['jana'].leaf).serial_number:x}"


def link(at: Desk, staff: str = "jana", now: datetime | None = None) -> str:
    key = read_key(at.running.house.folder.web_key_file)
    return f"/signin/{make_link(key, staff, (serial(at),), now or datetime.now(UTC))}"


async def signed_in(at: Desk) -> tuple[Visitor, Page]:
    visitor = Visitor(at.staff_port)
    door = await visitor.get(link(at))
    assert "This link lets Jana Nováková in, once." in door.text
    return visitor, await visitor.send(door, door.read.forms[0].action)


async def at_work(at: Desk) -> int:
    number = await at.asked("The printer is on fire")
    now = datetime.now(UTC)
    await at.happens(
        number,
        events.Triaged(1, 1),
        events.Assigned(JANA_IS),
        events.Started(),
        events.NextStepSet("I come", now - timedelta(minutes=5)),
        events.TimeLogged("e" * 32, JANA_IS, now - timedelta(minutes=12), now, 720.0, WorkKind.PHONE, "=Called"),
        by=JANA,
    )
    return number


@scene
async def test_a_link_lets_one_browser_in_once_and_looking_at_it_uses_nothing_up(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        address = link(at)
        for _ in range(3):
            assert (await Visitor(at.staff_port).get(address)).status == 200  # as a scanner of links would
        visitor = Visitor(at.staff_port)
        door = await visitor.get(address)
        board = await visitor.send(door, door.read.forms[0].action)
        assert board.status == 200
        assert (await visitor.get("/reports")).status == 200
        again = await Visitor(at.staff_port).get(address)
        assert again.status == 403
        assert "athand-admin web-link" in again.text


@pytest.mark.parametrize("path", ["/", "/reports", "/reports/firma/2026-03", "/reports/firma/2026-03/csv"])
@scene
async def test_nobody_sees_anything_without_signing_in(tmp_path: Path, path: str) -> None:
    async with desk(tmp_path) as at:
        await at_work(at)
        page = await Visitor(at.staff_port).get(path)
        assert page.status == 403
        assert "Firma" not in page.body
        assert "fire" not in page.body


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda at: link(at, now=datetime.now(UTC) - LINK_LIFETIME),
        lambda at: link(at)[:-3] + "abc",
        lambda at: link(at, staff="nobody"),
        lambda at: at.link(1).replace("/t/", "/signin/"),
        lambda _at: "/signin/e30.e30",
    ],
    ids=["old", "forged", "stranger", "requester's", "nonsense"],
)
@scene
async def test_a_link_that_is_not_good_lets_nobody_in(tmp_path: Path, spoilt: Callable[[Desk], str]) -> None:
    async with desk(tmp_path) as at:
        assert (await Visitor(at.staff_port).get(spoilt(at))).status == 403


@scene
async def test_whoever_is_revoked_is_out_with_the_next_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        visitor, _ = await signed_in(at)
        unused = link(at)
        at.running.house.revoke(int(serial(at), 16), number=2)
        await at.running.until(lambda: at.running.relay._trusted.read() or bool(at.running.relay._trusted._list))
        await at.running.until(lambda: at.running.relay._trusted.revocations.number == 2)
        assert (await visitor.get("/")).status == 403
        assert (await visitor.get(unused)).status == 403


@scene
async def test_signing_out_is_for_good_and_only_from_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        visitor, board = await signed_in(at)
        assert (await visitor.post("/signout", {})).status == 400
        kept = dict(visitor.cookies)
        assert (await visitor.send(board, "/signout")).status == 200
        visitor.cookies = kept
        assert (await visitor.get("/")).status == 403


@scene
async def test_the_board_shows_what_is_late_and_who_works_on_what(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at_work(at)
        _, board = await signed_in(at)
        assert f"#{number} The printer is on fire 1 next step overdue Jana Nováková" in board.text
        assert "1 P1" in board.text
        assert 'http-equiv="refresh"' in board.body


@scene
async def test_with_works_councils_rules_the_board_and_the_report_name_no_technician(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(works_council=True)) as at:
        await at_work(at)
        visitor, board = await signed_in(at)
        assert "The printer is on fire" in board.text
        assert "Nováková" not in board.text
        report = await visitor.get(f"/reports/firma/{datetime.now(UTC):%Y-%m}")
        assert "The printer is on fire" in report.text
        assert "Nováková" not in report.text


@scene
async def test_promises_kept_today_are_counted(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await at.asked()
        await at.resolved(number, console)
        _, board = await signed_in(at)
        assert "2 promises kept today" in board.text  # the first answer, and the solution


@scene
async def test_the_two_addresses_know_nothing_of_each_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked()
        assert (await at.visitor().get("/reports")).status == 404
        assert (await at.visitor().get(link(at))).status == 404
        assert (await Visitor(at.staff_port).get(at.link(number))).status == 404


@scene
async def test_the_months_page_its_csv_and_its_pdf_say_the_same(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at_work(at)
        visitor, _ = await signed_in(at)
        month = f"{datetime.now(UTC):%Y-%m}"
        page = await visitor.get(f"/reports?customer=firma&month={month}")
        page = await visitor.get(page.headers["Location"]) if page.status == 303 else page
        assert "Sum, in minutes 12 12" in page.text
        table = await visitor.get(f"/reports/firma/{month}/csv")
        rows = list(csv.DictReader(io.StringIO(table.body.lstrip("\ufeff"))))
        assert [(row["Minutes billed"], row["What was done"]) for row in rows] == [("12", "'=Called")]
        assert "attachment" in table.headers["Content-Disposition"]
        printed = await visitor.get(f"/reports/firma/{month}/pdf")
        assert printed.headers["Content-Type"] == "application/pdf"
        assert printed.raw.startswith(b"%PDF")
        assert "12" in PdfReader(io.BytesIO(printed.raw)).pages[0].extract_text()
        for wrong in ("/reports/nobody/2026-03", "/reports/firma/2026-13", f"/reports/firma/{month}/exe"):
            assert (await visitor.get(wrong)).status == 404


@scene
async def test_a_month_without_a_report_says_why_and_the_one_that_runs_says_that_it_does(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        visitor, _ = await signed_in(at)
        running = await visitor.get(f"/reports/firma/{datetime.now(UTC):%Y-%m}")
        assert "This month is not over yet" in running.text
        assert "No work was entered." in running.text
        ahead = await visitor.get("/reports/firma/2199-01")
        assert (ahead.status, "This month has not begun yet." in ahead.text) == (404, True)
        for month in ("9999-12", "0001-01", "2199-01/csv"):
            assert (await visitor.get(f"/reports/firma/{month}")).status == 404
        assert "There is no such customer." in (await visitor.get("/reports/nofirm/2026-03")).text
        assert "not over" not in (await visitor.get("/reports/firma/2026-03")).text
