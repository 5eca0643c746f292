"""Whose a ticket is, and the end of its links: as a technician's console and an administrator say it."""

import asyncio
import re
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.envelope import RefusalReason
from relay.admin.__main__ import main
from tests.relay.rig import scene
from tests.relay.web.desk import EVA, Desk, desk

HOME = "eva@home.example"


async def unknown(at: Desk) -> int:
    """A ticket from an address that nobody knows."""
    return await at.asked(user="", customer="", requester="Eva", address=HOME)


@scene
async def test_p44_a_technician_says_who_wrote_from_an_unknown_address_and_it_is_known_from_then_on(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await unknown(at)
        link = at.link(number)
        answer = await console.ask(envelope.SetRequester, number, "eva nová", HOME)
        assert answer.ticket.requester == "Eva Nová"
        ticket, register = await at.store.ticket(number), (await at.store.book()).register
        assert ticket
        assert (ticket.user, ticket.customer, ticket.address) == ("eva", "firma", HOME)
        assert register.users["eva"].mails == (EVA, HOME)
        assert (await at.visitor().get(link)).status == 410, "it may have gone to somebody else"
        before = len(await at.events(number))
        await console.ask(envelope.SetRequester, number, HOME)
        assert len(await at.events(number)) == before, "it stood so already"
        (said,) = [event for event in await at.events(number) if isinstance(event, events.RequesterSet)]
        assert said.user == "eva"


@scene
async def test_an_address_that_is_somebody_elses_or_a_name_that_several_have_gets_a_sentence(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await unknown(at)
        twin = events.User("eva2", "Eva Nová", "firma", ("eva2@firma.example",))
        await at.running.sets(events.UserSet(twin))
        before = await at.events(number)
        several = await console.ask(envelope.SetRequester, number, "Eva Nová")
        nobody = await console.ask(envelope.SetRequester, number, "Karl")
        taken = await console.ask(envelope.SetRequester, number, "eva2", EVA)
        stale = await console.ask(envelope.SetRequester, 9999, "eva")
        assert "Eva Nová (eva), Eva Nová (eva2)" in several.sentence
        assert nobody.sentence == "Nobody in the register is “Karl”."
        assert "eva's already" in taken.sentence
        assert {answer.reason for answer in (several, nobody, taken)} == {RefusalReason.BAD_INPUT}
        assert stale.reason is RefusalReason.NO_SUCH_TICKET
        assert await at.events(number) == before


@scene
async def test_a_technician_ends_all_links_to_a_tickets_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await at.asked()
        link = at.link(number)
        assert (await at.visitor().get(link)).status == 200
        assert isinstance(await console.ask(envelope.EndLinks, number, "sent to all"), envelope.Ticket)
        assert (await at.visitor().get(link)).status == 410
        shown = await at.shown(number)
        assert re.search("Jana Nováková made the links to this page, as sent until then, stop working", shown.text)
        assert "sent to all" not in shown.body


@scene
async def test_an_administrator_says_both_while_the_relay_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await unknown(at)
        link, home = at.link(number), str(tmp_path / "relay")
        command = ["requester", "--home", home, str(number), "eva", "--address", HOME]
        assert await asyncio.to_thread(main, command) == 0, capsys.readouterr()
        changed = await console.hears(envelope.TicketChanged, lambda one: one.ticket.requester == "Eva Nová")
        assert changed.ticket.number == number
        assert (await at.store.book()).register.users["eva"].mails == (EVA, HOME)
        assert (await at.visitor().get(link)).status == 410
        link = at.link(number)
        command = ["web-link", "--home", home, "--end", str(number), "--reason", "lost"]
        assert await asyncio.to_thread(main, command) == 0, capsys.readouterr()
        assert (await at.visitor().get(link)).status == 410
        capsys.readouterr()
        assert await asyncio.to_thread(main, ["web-link", "--home", home, "--end", "999"]) == 2
        assert "There is no ticket 999." in capsys.readouterr().err
