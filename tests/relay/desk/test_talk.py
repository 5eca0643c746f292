"""Questions, what was understood, numbered steps and ratings, over the relay's socket."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.states import TicketState
from protocol.envelope import RefusalReason
from tests.relay.rig import Actor, House, scene

KEY = "c" * 32
STEPS = ("Open the lid.", "Take the paper out.", "Close the lid.")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


def happened(ticket: Any, kind: type) -> list[Any]:
    assert isinstance(ticket, envelope.Ticket), ticket
    return [line.event for line in ticket.history if isinstance(line.event, kind)]


def refusal(answer: Any) -> RefusalReason:
    assert isinstance(answer, envelope.RequestRefused), answer
    return answer.reason


async def worked_on(agent: Actor, console: Actor) -> int:
    number = (await agent.asks_for_help()).ticket.number
    await console.takes(number)
    return number


@scene
async def test_p33_an_unanswered_question_stands_in_the_way_of_a_solution(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = await worked_on(agent, console)
        for _ in range(2):  # sent again after a cut
            asked = await console.ask(envelope.AskRequester, number, KEY, "Which printer?")
        assert len(happened(asked, events.QuestionAsked)) == 1
        refused = await console.ask(envelope.ResolveTicket, number, "Put it out")
        assert refusal(refused) is RefusalReason.NOT_NOW
        assert "Which printer?" in refused.sentence
        assert refusal(await agent.ask(envelope.AnswerOpenQuestion, number, "d" * 32, "?")) is RefusalReason.NOT_NOW
        answered = await agent.ask(envelope.AnswerOpenQuestion, number, KEY, "The blue one")
        assert happened(answered, events.QuestionAnswered) == [events.QuestionAnswered(KEY, "The blue one")]
        await console.ask(envelope.AskRequester, number, "e" * 32, "And how?")
        await console.ask(envelope.DropQuestion, number, "e" * 32, "I see it now")
        resolved = await console.ask(envelope.ResolveTicket, number, "Put it out")
        assert resolved.ticket.state is TicketState.RESOLVED


@scene
async def test_p33_what_was_understood_is_confirmed_by_the_requester_alone(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = await worked_on(agent, console)
        assert refusal(await agent.ask(envelope.AnswerUnderstood, number, right=True)) is RefusalReason.NOT_NOW
        await console.ask(envelope.SayUnderstood, number, "You want to print in blue")
        stranger = await relay.agent("desktop")
        assert refusal(await stranger.ask(envelope.AnswerUnderstood, number, right=True)) is RefusalReason.NOT_YOURS
        answered = await agent.ask(envelope.AnswerUnderstood, number, right=False, text="In red")
        assert happened(answered, events.ReadBackAnswered) == [events.ReadBackAnswered(right=False, text="In red")]


@scene
async def test_p32_steps_are_given_once_and_done_or_handed_back_at_the_step_that_does_not_work(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = await worked_on(agent, console)
        for _ in range(2):
            given = await console.ask(envelope.GiveInstruction, number, KEY, STEPS)
        assert happened(given, events.InstructionGiven) == [events.InstructionGiven(KEY, STEPS)]
        answered = await agent.ask(envelope.AnswerInstruction, number, KEY, done=False, step=2)
        assert happened(answered, events.InstructionAnswered) == [events.InstructionAnswered(KEY, done=False, step=2)]
        again = await agent.ask(envelope.AnswerInstruction, number, KEY, done=True)
        assert refusal(again) is RefusalReason.NOT_NOW


@scene
async def test_p41_each_solution_is_rated_once_and_all_ratings_are_kept(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = await worked_on(agent, console)
        assert refusal(await agent.ask(envelope.RateSolution, number, 5)) is RefusalReason.NOT_NOW
        await console.ask(envelope.ResolveTicket, number, "Put it out")
        await agent.ask(envelope.GiveVerdict, number, solved=False, text="It still smokes")
        await agent.ask(envelope.RateSolution, number, 2, "Too quick")
        assert refusal(await agent.ask(envelope.RateSolution, number, 5)) is RefusalReason.NOT_NOW
        await console.ask(envelope.ResolveTicket, number, "Put it out for good")
        await agent.ask(envelope.GiveVerdict, number, solved=True)
        rated = await agent.ask(envelope.RateSolution, number, 5)
        assert happened(rated, events.Rated) == [events.Rated(2, "Too quick"), events.Rated(5)]


@scene
async def test_nothing_is_asked_or_explained_on_a_ticket_that_is_over(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = await worked_on(agent, console)
        await agent.ask(envelope.CancelTicket, number)
        key = secrets.token_hex(16)
        assert refusal(await console.ask(envelope.AskRequester, number, key, "Why?")) is RefusalReason.NOT_NOW
        assert refusal(await console.ask(envelope.GiveInstruction, number, key, STEPS)) is RefusalReason.NOT_NOW
