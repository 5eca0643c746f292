"""P18 by mail: the case is closed when its requester says so, by pressing a button; a word of thanks is no button."""

import re
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import NoticeKind
from protocol.desk.states import TicketState
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import BOB, EVA, PostOffice, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]


async def solved(office: PostOffice) -> EmailMessage:
    """A request that a technician thinks is solved; the mail that says so."""
    console = await office.running.console()
    await office.writes(EVA)
    await office.ticket(1)
    await console.takes(1)
    answer = await console.ask(envelope.ResolveTicket, 1, "I put it out")
    assert isinstance(answer, envelope.Ticket), answer
    return (await office.gets(EVA, 1, "mailto:"))[-1]


def pressed(message: EmailMessage, button: int) -> str:
    """The subject of the mail that a button of this one makes."""
    addresses = re.findall(r"^mailto:\S+", text_of(message), re.MULTILINE)
    return str(parse_qs(urlsplit(addresses[button]).query)["subject"][0])


@scene
async def test_p18_yes_by_mail_closes_it(house: House, servers: MailServers, desk: str) -> None:
    async with post_office(house, servers, desk) as office:
        asked = await solved(office)
        assert "I put it out" in text_of(asked)
        await office.writes(EVA, "", subject=pressed(asked, 0))
        await office.ticket(1, lambda ticket: ticket.state is TicketState.CLOSED)


@scene
async def test_p18_not_solved_by_mail_goes_on_and_says_why(house: House, servers: MailServers, desk: str) -> None:
    async with post_office(house, servers, desk) as office:
        asked = await solved(office)
        await office.writes(EVA, "This is still wrong: it smells", subject=pressed(asked, 1))
        await office.ticket(1, lambda ticket: ticket.state is TicketState.IN_PROGRESS)
        (why,) = [event.text for event in await office.history(1) if isinstance(event, events.NotSolved)]
        assert "it smells" in why


@scene
async def test_p18_thanks_neither_accepts_nor_rejects_and_is_answered_with_both_buttons(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        asked = await solved(office)
        await office.answers(EVA, asked, "Thanks!")
        again = (await office.gets(EVA, 1, "One thing only you can say"))[-1]
        ticket = await office.ticket(1)
        assert ticket.state is TicketState.RESOLVED
        assert [kind for kind, _, _ in ticket.notices.said][-1] is NoticeKind.VERDICT_ASKED
        await office.writes(EVA, "", subject=pressed(again, 0))
        await office.ticket(1, lambda ticket: ticket.state is TicketState.CLOSED)


@scene
async def test_p18_somebody_elses_press_of_the_button_decides_nothing(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        asked = await solved(office)
        await office.answers(BOB, asked, "", subject=pressed(asked, 0))
        await office.taken(2)
        assert (await office.ticket(1)).state is TicketState.RESOLVED


@scene
async def test_p18_a_button_of_a_solution_that_was_rejected_does_not_accept_the_next_one(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        asked = await solved(office)
        await office.writes(EVA, "It smells", subject=pressed(asked, 1))
        await office.ticket(1, lambda ticket: ticket.state is TicketState.IN_PROGRESS)
        console = office.running.actors[0]
        await console.ask(envelope.ResolveTicket, 1, "I opened the window")
        await office.gets(EVA, 1, "I opened the window")
        await office.writes(EVA, "", subject=pressed(asked, 0))
        await office.taken(3)
        assert (await office.ticket(1)).state is TicketState.RESOLVED


@scene
async def test_p18_a_word_on_a_closed_request_opens_it_again(house: House, servers: MailServers, desk: str) -> None:
    async with post_office(house, servers, desk) as office:
        asked = await solved(office)
        await office.writes(EVA, "", subject=pressed(asked, 0))
        await office.ticket(1, lambda ticket: ticket.state is TicketState.CLOSED)
        await office.answers(EVA, asked, "It burns again")
        await office.ticket(1, lambda ticket: ticket.state is TicketState.IN_PROGRESS)
