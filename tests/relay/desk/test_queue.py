"""The queue through the socket: filters, sorts, pages, search."""

from datetime import UTC, datetime, timedelta
from typing import Any

from protocol import envelope
from protocol.desk.events import AppointmentOutcome, HoldReason, WorkKind
from protocol.desk.overview import Flag
from protocol.desk.states import TicketState
from protocol.desk.terms import TicketKind
from protocol.envelope import QueueSort
from tests.relay.desk.agreed import BOOK
from tests.relay.rig import Actor, House, scene

WRITTEN = (
    "alpaca badger camel dingo egret ferret gecko heron ibis jackal koala lemur marmot newt ocelot panda quail raven "
    "stork tapir urchin"
)


async def numbers(console: Actor, **filters: Any) -> list[int]:
    answer = await console.ask(envelope.ListQueue, **filters)
    assert isinstance(answer, envelope.Tickets), answer
    return [ticket.number for ticket in answer.tickets]


@scene
async def test_each_filter_lets_through_what_it_says_and_nothing_else(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        laptop, desktop, console = await relay.agent(), await relay.agent("desktop"), await relay.console()
        for problem in ("Printer burns", "Mail is slow", "Screen is dark"):
            await laptop.asks_for_help(problem)
        await desktop.asks_for_help("Printer is wet")
        await console.takes(2)
        await console.ask(envelope.TagTicket, 3, added=("Hardware ",))
        await console.ask(envelope.SetKind, 1, TicketKind.WISH)
        assert await numbers(console) == [1, 2, 3, 4]
        assert await numbers(console, states=frozenset({TicketState.IN_PROGRESS})) == [2]
        assert await numbers(console, owner="jana") == [2]
        assert await numbers(console, owner="-") == [1, 3, 4]
        assert await numbers(console, kind=TicketKind.WISH) == [1]
        assert await numbers(console, customer="firm") == [1, 2, 3]
        assert await numbers(console, user="eva", text="mail") == [2]
        assert await numbers(console, device="desktop") == [4]
        assert await numbers(console, tag="hardware") == [3]
        assert await numbers(console, flag=Flag.NO_OWNER) == [1, 3, 4]
        assert await numbers(console, flag=Flag.BREACHED) == []
        assert await numbers(console, sort=QueueSort.PRIORITY, descending=True) == [2, 4, 3, 1]
        assert sorted(await numbers(console, sort=QueueSort.TARGET)) == [1, 2, 3, 4]
        page = await console.ask(envelope.ListQueue, offset=1, limit=2)
        assert ([ticket.number for ticket in page.tickets], page.total) == ([2, 3], 4)


@scene
async def test_a_search_finds_by_every_word_whoever_said_it_without_accents_and_by_its_beginning(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help("Der Drucker druckt nicht größer", requester="Zoë Müller")
        await agent.asks_for_help("打印机着火了", requester="Eva")
        await console.ask(envelope.AddMessage, 2, "Toner CF-259X ordered", internal=True)
        await agent.ask(envelope.CancelTicket, 2)
        assert await numbers(console, text="muller drucker") == [1]
        assert await numbers(console, text="DRUCK zoe") == [1]
        assert await numbers(console, text="toner") == []
        assert await numbers(console, text="toner eva", everything=True) == [2]
        assert await numbers(console, text="打印机着火了", everything=True) == [2]
        assert await numbers(console, text="cf-259x", everything=True) == [2]
        assert await numbers(console, text="#1") == [1]
        assert await numbers(console, text="drucker nobody") == []


@scene
async def test_no_text_searched_for_is_a_part_of_a_statement(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help("Plain")
        for text in (
            '"',
            "'; DROP TABLE tickets; --",
            'plain" OR "x',
            "NEAR(a b)",
            "words:plain*",
            "*",
            "\0",
            "-plain",
            "🔥",
            "\u1980\u19b0\u1980 a\u1cf2a",  # letters to us, and marks to an older Unicode
        ):
            answer = await console.ask(envelope.ListQueue, text=text)
            assert isinstance(answer, envelope.Tickets), text
        assert await numbers(console, text="plain AND") == []
        assert await numbers(console) == [1]


@scene
async def test_a_search_finds_whatever_a_person_wrote_wherever_he_wrote_it(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help("Alpaca")
        await agent.asks_for_help("Something else")
        await console.takes(1)
        now, key = datetime.now(UTC), "a" * 32
        soon, hour = now + timedelta(hours=2), timedelta(hours=1)
        done_by = now - hour, now
        for message, *facts in (
            (envelope.SetNextStep, "Badger"),
            (envelope.SetKind, TicketKind.PROBLEM, "Camel"),
            (envelope.OverridePriority, 2, "Dingo"),
            (envelope.HoldTicket, HoldReason.VENDOR, None, "Egret"),
            (envelope.MakeAppointment, key, soon, soon + hour, "Ferret"),
            (envelope.EndAppointment, key, AppointmentOutcome.CALLED_OFF, "Gecko"),
            (envelope.MakeQuote, key, "Heron", 100, "EUR", soon, None),
            (envelope.LogTime, key, *done_by, WorkKind.PHONE, "Ibis"),
            (envelope.CorrectTime, key, *done_by, 60.0, WorkKind.PHONE, "Jackal", "Koala"),
            (envelope.SayUnderstood, "Lemur"),
            (envelope.GiveInstruction, key, ("Marmot", "Newt")),
            (envelope.TagTicket, ("Ocelot",)),
            (envelope.AddMessage, "Panda", True),
        ):
            answer = await console.ask(message, 1, *facts)
            assert isinstance(answer, envelope.Ticket), answer
        assert isinstance(await agent.ask(envelope.AnswerUnderstood, 1, right=False, text="Quail"), envelope.Ticket)
        assert isinstance(await agent.ask(envelope.AnswerQuote, 1, key, accepted=False, text="Raven"), envelope.Ticket)
        await console.ask(envelope.ResumeTicket, 1)
        assert isinstance(await console.ask(envelope.ResolveTicket, 1, "Stork"), envelope.Ticket)
        assert isinstance(await agent.ask(envelope.RateSolution, 1, 4, "Tapir"), envelope.Ticket)
        assert isinstance(await agent.ask(envelope.GiveVerdict, 1, solved=False, text="Urchin"), envelope.Ticket)
        for word in WRITTEN.split():
            assert await numbers(console, text=word) == [1], word
        assert await numbers(console, text="answer") == [], "what the desk says by itself is on every ticket"
