"""Questions, what was understood, numbered steps, and how it went: what must not be misunderstood. Pure."""

from typing import Annotated

from msgspec import Meta

from protocol.desk.terms import Key, Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words


# --- agent → relay
class AnswerOpenQuestion(MessageBase, frozen=True):
    """The requester answers what staff have to know (promise 33). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    question: Key
    text: Words


class AnswerUnderstood(MessageBase, frozen=True):
    """Whether what was understood is what the requester wants (promise 33). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    right: bool
    text: Text = ""


class AnswerInstruction(MessageBase, frozen=True):
    """The requester did the steps, or asks that it be done for him (promise 32). Answered by `Ticket`.

    Attributes:
        step: where he got stuck, counted from 1; 0: all of them.
    """

    ref: Ref
    ticket: TicketNumber
    instruction: Key
    done: bool
    step: Annotated[int, Meta(ge=0, le=30)] = 0


class RateSolution(MessageBase, frozen=True):
    """The requester on how it went; each solution has its own rating (promise 41). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    stars: Annotated[int, Meta(ge=1, le=5)]
    text: Text = ""


# --- console → relay
class AskRequester(MessageBase, frozen=True):
    """Something that has to be known; unanswered it stands in the way of a solution (promise 33).

    Answered by `Ticket`; sent again with the same `question` it is asked once.
    """

    ref: Ref
    ticket: TicketNumber
    question: Key
    text: Words


class DropQuestion(MessageBase, frozen=True):
    """Why the answer is not needed any more. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    question: Key
    text: Words


class SayUnderstood(MessageBase, frozen=True):
    """The technician's words for what the requester wants: "we understood that …". Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    text: Words


class GiveInstruction(MessageBase, frozen=True):
    """Numbered steps for the requester (promise 32). Answered by `Ticket`; sent again they are given once."""

    ref: Ref
    ticket: TicketNumber
    instruction: Key
    steps: Annotated[tuple[Words, ...], Meta(min_length=1, max_length=30)]


FromAgent = AnswerOpenQuestion | AnswerUnderstood | AnswerInstruction | RateSolution
FromConsole = AskRequester | DropQuestion | SayUnderstood | GiveInstruction
