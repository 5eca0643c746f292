"""Promises 18 and 41 on the page: only the requester's own press closes, and each solution has its own rating."""

from pathlib import Path

from protocol.desk import events
from tests.relay.rig import scene
from tests.relay.web.desk import desk


@scene
async def test_p18_a_program_that_follows_every_link_closes_nothing(tmp_path: Path) -> None:
    """Mail scanners and browsers that fetch ahead do just that."""
    async with desk(tmp_path) as at:
        console, number, scanner = await at.staff(), await at.asked(), at.visitor()
        await at.resolved(number, console)
        before = await at.events(number)
        page = await scanner.get(at.link(number), Purpose="prefetch")
        addresses = [link for link in page.read.links if link.startswith("/")]
        addresses += [form.action for form in page.read.forms]
        addresses += [f"{form.action}?solved=yes" for form in page.read.forms]
        for address in addresses:
            await scanner.get(address)
        assert await at.events(number) == before
        assert await at.state(number) == "resolved"


@scene
async def test_p18_yes_closes_and_no_sends_it_back_to_work(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number, visitor = await at.staff(), await at.asked(), at.visitor()
        await at.resolved(number, console)
        link = at.link(number)
        shown = await visitor.send(await visitor.get(link), "/verdict", solved="no", text="Still smoking")
        assert "We go on with it." in shown.text
        assert await at.state(number) == "in_progress"
        assert events.NotSolved("Still smoking") in await at.events(number)
        await at.resolved(number, console, "Put out for good")
        shown = await visitor.send(await visitor.get(link), "/verdict", solved="yes")
        assert "It is closed, because you said so." in shown.text
        assert await at.state(number) == "closed"


@scene
async def test_p41_a_ticket_that_came_back_is_rated_again_and_both_are_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number, visitor = await at.staff(), await at.asked(), at.visitor()
        link = at.link(number)
        await at.resolved(number, console)
        page = await visitor.get(link)
        page = await visitor.send(page, "/verdict", solved="yes", stars="5", text="Quick")
        page = await visitor.send(page, "/reopen", text="It burns again")
        await at.resolved(number, console, "A new printer")
        page = await visitor.send(await visitor.get(link), "/verdict", solved="yes")
        assert "How did it go?" in page.text
        asked = page
        page = await visitor.send(asked, "/rate", stars="3", text="Took two tries")
        assert not page.has_form("/rate")
        assert (await visitor.send(asked, "/rate", stars="1")).status == 409, "each solution once"
        rated = [event for event in await at.events(number) if isinstance(event, events.Rated)]
        assert rated == [events.Rated(5, "Quick"), events.Rated(3, "Took two tries")]
        ticket = await at.store.ticket(number)
        assert ticket is not None
        assert ticket.talk.ratings == (5, 3)
