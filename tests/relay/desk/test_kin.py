"""Merging, linking and tagging through the socket."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Relation
from protocol.envelope import RefusalReason
from relay.store import THE_DESK
from tests.relay.desk.agreed import BOOK
from tests.relay.rig import House, scene, session_on


@scene
async def test_a_merge_redirects_shows_both_histories_and_can_be_undone(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help("The printer burns")
        await agent.asks_for_help("It still burns")
        merged = await console.ask(envelope.MergeTicket, 2, 1, "the same fire")
        assert merged.ticket.number == 1
        await agent.ask(envelope.AddMessage, 2, "And now the desk, too")
        whole = await console.ask(envelope.ReadTicket, 1)
        said = {line.event.text: line.ticket for line in whole.history if isinstance(line.event, events.MessageAdded)}
        assert said == {"And now the desk, too": 0}
        assert [line.event.problem for line in whole.history if isinstance(line.event, events.Opened)] == [
            "The printer burns",
            "It still burns",
        ]
        assert {line.ticket for line in whole.history} == {0, 2}
        assert (await console.ask(envelope.ReadTicket, 2)).ticket.merged_into == 1
        assert [t.number for t in (await console.ask(envelope.ListQueue)).tickets] == [1]
        refused = await console.takes(2)
        assert (refused.reason, refused.sentence) == (RefusalReason.NOT_NOW, "This ticket goes on in ticket 1.")
        apart = await console.ask(envelope.UnmergeTicket, 2)
        assert (apart.ticket.number, apart.ticket.merged_into) == (2, 0)
        assert {line.ticket for line in (await console.ask(envelope.ReadTicket, 1)).history} == {0}
        assert [t.number for t in (await console.ask(envelope.ListQueue)).tickets] == [1, 2]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
@scene
async def test_merges_in_a_row_are_undone_in_whatever_order(house: House, order: tuple[int, ...]) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        for number in (1, 2, 3, 4):
            await agent.asks_for_help(f"Problem {number}")
        into = {1: 2, 2: 3, 3: 4}
        for number, other in into.items():
            assert isinstance(await console.ask(envelope.MergeTicket, number, other, "the same"), envelope.Ticket)

        def root(number: int) -> int:
            return root(into[number]) if number in into else number

        for undone in order:
            apart = await console.ask(envelope.UnmergeTicket, undone)
            assert isinstance(apart, envelope.Ticket), apart
            assert (apart.ticket.number, apart.ticket.merged_into) == (undone, 0)
            del into[undone]
            word = f"said on 1 when {undone} stood alone"
            assert isinstance(await agent.ask(envelope.AddMessage, 1, word), envelope.Ticket)
            for shown in {root(number) for number in (1, 2, 3, 4)}:
                history = (await console.ask(envelope.ReadTicket, shown)).history
                told = sorted(line.event.problem for line in history if isinstance(line.event, events.Opened))
                assert told == [f"Problem {number}" for number in (1, 2, 3, 4) if root(number) == shown]
                words = [line.event.text for line in history if isinstance(line.event, events.MessageAdded)]
                assert (word in words) is (root(1) == shown)
        assert [t.number for t in (await console.ask(envelope.ListQueue)).tickets] == [1, 2, 3, 4]


@scene
async def test_a_ticket_on_which_a_word_is_owed_or_a_time_agreed_is_not_merged_until_it_is_not(house: House) -> None:
    async with house.relay() as relay:
        agent, jana = await relay.agent(), await relay.console()
        for number in (1, 2):
            await agent.asks_for_help()
            await jana.takes(number)
        soon = datetime.now(UTC) + timedelta(hours=3)
        merge, key = (envelope.MergeTicket, 1, 2, "the same"), "a" * 32
        await jana.ask(envelope.MakeAppointment, 1, key, soon, soon + timedelta(hours=1), "At your desk")
        assert "There is an appointment on this ticket" in (await jana.ask(*merge)).sentence
        await jana.ask(envelope.EndAppointment, 1, key, events.AppointmentOutcome.CALLED_OFF, "Not needed")
        await jana.ask(envelope.MakeQuote, 1, key, "A new printer", 5000, "EUR", soon)
        assert "The price on this ticket is not answered yet" in (await jana.ask(*merge)).sentence, "promise 11"
        await agent.ask(envelope.AnswerQuote, 1, key, accepted=False)
        await jana.ask(envelope.AskRequester, 1, key, "Which printer?")
        assert "A question on this ticket is not answered yet" in (await jana.ask(*merge)).sentence, "promise 33"
        await agent.ask(envelope.AnswerOpenQuestion, 1, key, "The blue one")
        assert isinstance(await jana.ask(*merge), envelope.Ticket)


@scene
async def test_a_ticket_with_a_session_on_it_is_not_merged_and_an_end_written_late_is_written_all_the_same(
    house: House,
) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        first = (await agent.asks_for_help("The same")).ticket.number
        session, _, _, number = await session_on(relay, agent, console)
        refused = await console.ask(envelope.MergeTicket, number, first, "the same")
        assert refused.reason is RefusalReason.SESSION_RUNNING
        await agent.ask(envelope.ReportEnd, session, events.EndReason.REFUSED)
        await relay.relay._ends.written()
        assert isinstance(await console.ask(envelope.MergeTicket, number, first, "the same"), envelope.Ticket)
        late = events.SessionEnded("e" * 32, events.EndReason.LINE_LOST, 0.0)  # as of a disk that was full until now
        assert await relay.relay._store.change(number, lambda _: (late,), THE_DESK, datetime.now(UTC))
        history = [entry.event for _, entry in await relay.relay._store.history(number)]
        assert [event.session for event in history if isinstance(event, events.SessionEnded)] == [session, "e" * 32]


@scene
async def test_what_cannot_be_merged_is_refused_and_nothing_is_half_done(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK)
        laptop, desktop, console = await relay.agent(), await relay.agent("desktop"), await relay.console()
        await laptop.asks_for_help("Ours")
        await desktop.asks_for_help("Somebody else's")
        await laptop.asks_for_help("Ours, over")
        await laptop.ask(envelope.CancelTicket, 3)
        for ticket, into, reason in (
            (1, 1, RefusalReason.BAD_INPUT),
            (1, 2, RefusalReason.FORBIDDEN),
            (1, 3, RefusalReason.NOT_NOW),
            (1, 9, RefusalReason.NO_SUCH_TICKET),
        ):
            assert (await console.ask(envelope.MergeTicket, ticket, into)).reason is reason
        assert (await console.ask(envelope.UnmergeTicket, 1)).reason is RefusalReason.NOT_NOW
        assert (await console.ask(envelope.ReadTicket, 1)).ticket.revision == 3


@scene
async def test_a_link_stands_on_both_sides_and_a_tag_is_put_on_once(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help("One")
        await agent.asks_for_help("Two")
        await console.ask(envelope.LinkTickets, 1, 2, Relation.RELATED)
        other = await console.ask(envelope.ReadTicket, 2)
        assert other.history[-1].event == events.Linked(1, Relation.RELATED)
        tagged = await console.ask(envelope.TagTicket, 1, added=("Printer", " printer"))
        assert tagged.ticket.tags == ("printer",)
        again = await console.ask(envelope.TagTicket, 1, added=("PRINTER",))
        assert again.ticket.revision == tagged.ticket.revision
        assert (await console.ask(envelope.TagTicket, 1, removed=("Printer",))).ticket.tags == ()
        assert (await agent.ask(envelope.ReadTicket, 1)).ticket.tags == ()
