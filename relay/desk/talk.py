"""What must not be misunderstood: questions, what was understood, steps; and how it went (promises 32, 33, 41).

A requester answers only what was asked of him, and rates each solution once. Distrusts agents as `requesters` does.
"""

from collections.abc import Sequence

from protocol import envelope
from protocol.desk import events
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk.requesters import Requesters
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_staff
from relay.errors import Refused


class TalkRequests:
    """One function for each request, of both sides."""

    def __init__(self, room: Room, requesters: Requesters) -> None:
        """In the desk's `room`; `requesters` knows whose ticket is whose."""
        self._room, self._requesters = room, requesters

    def agent_handlers(self) -> AgentHandlers:
        """What an agent may ask."""
        return {
            envelope.AnswerOpenQuestion: self.answer_question,
            envelope.AnswerUnderstood: self.answer_understood,
            envelope.AnswerInstruction: self.answer_instruction,
            envelope.RateSolution: self.rate,
        }

    def console_handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.AskRequester: self.ask,
            envelope.DropQuestion: self.drop,
            envelope.SayUnderstood: self.say_understood,
            envelope.GiveInstruction: self.instruct,
        }

    # --- the requester
    async def answer_question(self, requester: Requester, message: envelope.AnswerOpenQuestion) -> envelope.Ticket:
        """An open question is answered."""
        answered = events.QuestionAnswered(message.question, message.text)
        return await self._requesters.happens(requester, message.ref, message.ticket, answered)

    async def answer_understood(self, requester: Requester, message: envelope.AnswerUnderstood) -> envelope.Ticket:
        """What was understood is right, or not."""
        answered = events.ReadBackAnswered(message.right, message.text)
        return await self._requesters.happens(requester, message.ref, message.ticket, answered)

    async def answer_instruction(self, requester: Requester, message: envelope.AnswerInstruction) -> envelope.Ticket:
        """The steps are done, or somebody shall do it for him."""
        answered = events.InstructionAnswered(message.instruction, message.done, message.step)
        return await self._requesters.happens(requester, message.ref, message.ticket, answered)

    async def rate(self, requester: Requester, message: envelope.RateSolution) -> envelope.Ticket:
        """Each solution once: one that was rejected, and the one after it, each keep their own."""
        await self._requesters.own(requester, message.ticket)
        history = await self._room.store.history(message.ticket)
        if not awaits_rating([entry.event for _, entry in history]):
            raise Refused(RefusalReason.NOT_NOW, "There is no solution that you have not rated already.")
        rated = events.Rated(message.stars, message.text)
        return await self._requesters.happens(requester, message.ref, message.ticket, rated)

    # --- staff
    async def ask(self, party: Party, message: envelope.AskRequester) -> envelope.Ticket:
        """Something has to be known."""
        asked = events.QuestionAsked(message.question, message.text)
        return await self._said(party, message.ref, message.ticket, asked)

    async def drop(self, party: Party, message: envelope.DropQuestion) -> envelope.Ticket:
        """The answer is not needed any more."""
        dropped = events.QuestionAnswered(message.question, message.text)
        return await self._said(party, message.ref, message.ticket, dropped)

    async def say_understood(self, party: Party, message: envelope.SayUnderstood) -> envelope.Ticket:
        """What was understood is read back."""
        return await self._said(party, message.ref, message.ticket, events.ReadBack(message.text))

    async def instruct(self, party: Party, message: envelope.GiveInstruction) -> envelope.Ticket:
        """Numbered steps."""
        given = events.InstructionGiven(message.instruction, message.steps)
        return await self._said(party, message.ref, message.ticket, given)

    async def _said(self, party: Party, ref: int, number: int, happened: events.Event) -> envelope.Ticket:
        def decide(ticket: Ticket) -> Sequence[events.Event]:
            if not ticket.is_open:
                raise Refused(RefusalReason.NOT_NOW, "Only on an open ticket is there anything to ask or explain.")
            talk = ticket.talk
            match happened:
                case events.QuestionAsked(question=key) if talk.questions.get(key) == happened.text:
                    return ()
                case events.InstructionGiven(instruction=key) if talk.instructions.get(key) == happened.steps:
                    return ()
            return (happened,)

        ticket = await self._room.change(number, decide, by_staff(party))
        return await self._room.whole(ref, ticket, for_staff=True)


def awaits_rating(history: Sequence[events.Event]) -> bool:
    """Whether the newest solution has no rating yet."""
    for event in reversed(history):
        if isinstance(event, events.Rated | events.Resolved):
            return isinstance(event, events.Resolved)
    return False
