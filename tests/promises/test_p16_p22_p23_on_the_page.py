"""Promises 15, 16, 22 and 23 as whoever asked by mail sees them kept: on the page behind the link in his mail."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from protocol import envelope
from protocol.desk import events, telling
from relay.store import By
from tests.relay.rig import scene
from tests.relay.web.desk import Desk, desk

JANA = By(events.Actor.STAFF, "jana", "Jana Nováková")
PRAGUE = ZoneInfo("Europe/Prague")
CANARY = "canary-7f3a"


def _day(moment: datetime) -> str:
    """As the customer's calendar has it: another than in UTC late in the evening."""
    there = moment.astimezone(PRAGUE)
    return f"{there.day} {there:%b}"


async def talked_about(at: Desk) -> int:
    """A ticket with a history in which staff also wrote to each other."""
    console, number = await at.staff(), await at.asked()
    await console.takes(number)
    await console.ask(envelope.AddMessage, number, f"He did it himself, {CANARY}", internal=True)
    await console.ask(envelope.AddMessage, number, "We bring a new one", internal=False)
    staff = events.Staff("petr", "Petr Malý", "Support engineer", "+420 123 457")
    card = events.HandedOver(staff, f"all {CANARY}", f"known {CANARY}", "Petr brings it")
    declined = events.OfferDeclined(staff, f"I cannot stand him, {CANARY}")
    await at.happens(number, card, declined, events.LinksRevoked(f"sent to all, {CANARY}"), by=JANA)
    await console.ask(envelope.ResolveTicket, number, "New printer")
    return number


@scene
async def test_p16_the_page_says_the_state_who_looks_after_it_what_comes_next_and_when(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await at.asked()
        fresh = await at.shown(number)
        assert "We have your request" in fresh.text
        assert "What comes next We look at your request and answer you. When" in fresh.text
        await console.takes(number)
        due = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=3)
        await console.ask(envelope.SetNextStep, number, "I bring a new one", due)
        page = await at.shown(number)
        assert "We are working on it." in page.text
        assert "Jana Nováková , Support engineer , +420 123 456" in page.text
        assert "What comes next I bring a new one When" in page.text
        assert _day(due) in page.text


@scene
async def test_p15_the_page_says_until_when_it_takes(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked()
        done_by = datetime.now(UTC) + timedelta(days=4)
        await at.happens(number, events.EstimateSet(done_by), by=JANA)
        text = (await at.shown(number)).text
        assert "Solved by, as we expect" in text
        assert _day(done_by) in text


@scene
async def test_p22_the_page_shows_every_event_but_what_is_among_staff(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await talked_about(at)
        page = await at.shown(number)
        shown = [name for name in page.read.ids if name.startswith("e") and name[1:].isdecimal()]
        told = [
            f"e{position}"
            for position, entry in await at.store.history(number)
            if telling.told_to_requester(entry.event) is not None
        ]
        assert shown == told
        assert "We bring a new one" in page.text


@scene
async def test_p22_nothing_that_staff_write_to_each_other_is_ever_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await talked_about(at), at.visitor()
        link = at.link(number)
        pages = [await visitor.get(link)]
        pages.append(await visitor.send(pages[0], "/say", text="And now?"))
        pages.append(await visitor.send(pages[0], "/verdict", solved="maybe"))
        pages.append(await visitor.send(pages[0], "/verdict", solved="yes"))
        assert [page.status for page in pages] == [200, 200, 422, 200]
        assert not [page.status for page in pages if CANARY in page.body]


@scene
async def test_p23_each_line_of_the_short_version_leads_to_the_events_behind_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        page = await at.shown(await talked_about(at))
        leads = [link.removeprefix("#") for link in page.read.links if link.startswith("#e")]
        assert set(leads) <= set(page.read.ids)
        at_home = re.findall(r"<p><span class=\"sources\">(\d+)</span>", page.body)
        assert at_home == [str(place) for place in range(1, len(at_home) + 1)], "this ticket's, not the whole desk's"
        assert page.body.count(">In the history: ") == page.body.count('<span class="sources"><a'), "no bare number"
        assert page.body.count('<span class="sources"><a') == page.body.count('<li><span dir="auto">') >= 4
