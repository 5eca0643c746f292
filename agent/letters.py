"""What the user says on a ticket, as it was meant and as it will be sent. Values only; any thread may hold them."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from protocol import envelope
from protocol.desk.terms import Key, Text, Words
from protocol.files import MAX_SENT_BYTES, NAME_CHARS

_Stars = Annotated[int, Meta(ge=1, le=5)]
_Step = Annotated[int, Meta(ge=0, le=30)]


class _Said(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


class Wrote(_Said, frozen=True):
    """A message."""

    text: Words


class Enclosed(_Said, frozen=True):
    """A file, and what is said with it; its bytes lie beside the letter until it is sent."""

    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARS)]
    media_type: Annotated[str, Meta(max_length=127)]
    size_bytes: Annotated[int, Meta(ge=0, le=MAX_SENT_BYTES)]
    text: Text = ""


class Judged(_Said, frozen=True):
    """It is solved, or not; nobody else can say so (P18)."""

    solved: bool
    text: Text = ""


class TookBack(_Said, frozen=True):
    """No help is needed with it any more."""


class CameBack(_Said, frozen=True):
    """It was solved, and is not any more."""

    text: Text = ""


class HasTime(_Said, frozen=True):
    """The user has so many minutes now, more than he said before (P30)."""

    minutes: envelope.Minutes


class RatedIt(_Said, frozen=True):
    """How it went (P41)."""

    stars: _Stars
    text: Text = ""


class Answered(_Said, frozen=True):
    """The answer to a question of the help desk's (P33)."""

    question: Key
    text: Words


class Confirmed(_Said, frozen=True):
    """Whether the help desk has understood (P33)."""

    right: bool
    text: Text = ""


class DidSteps(_Said, frozen=True):
    """The steps are done, or somebody shall do it for the user, who got stuck at `step` (P32)."""

    instruction: Key
    done: bool
    step: _Step = 0


class AnsweredPrice(_Said, frozen=True):
    """A yes or no to a price (P11, P27)."""

    quote: Key
    accepted: bool
    text: Text = ""


class Complained(_Said, frozen=True):
    """Something is wrong with how it is handled: a request of its own, past whoever handled it (P40)."""

    text: Words


Said = (
    Wrote
    | Enclosed
    | Judged
    | TookBack
    | CameBack
    | HasTime
    | RatedIt
    | Answered
    | Confirmed
    | DidSteps
    | AnsweredPrice
    | Complained
)


class Letter(Struct, frozen=True, forbid_unknown_fields=True):
    """Something said on a ticket.

    Attributes:
        mark: 128 random bits: no two letters share them.
        ticket: its number.
    """

    mark: Key
    ticket: envelope.TicketNumber
    said: Said
    written_at: Annotated[datetime, Meta(tz=True)]

    def as_sent(self, ref: int) -> envelope.FromAgent:  # noqa: C901, PLR0911 - one for each kind
        """The message to the relay."""
        number = self.ticket
        match self.said:
            case Wrote(text=text):
                return envelope.AddMessage(ref, number, text, mark=self.mark)
            case Enclosed(name=name, media_type=kind, size_bytes=size, text=text):
                return envelope.BeginFile(ref, number, self.mark, name, kind, size, text)
            case Judged(solved=solved, text=text):
                return envelope.GiveVerdict(ref, number, solved, text)
            case TookBack():
                return envelope.CancelTicket(ref, number)
            case CameBack(text=text):
                return envelope.ReopenTicket(ref, number, text)
            case HasTime(minutes=minutes):
                return envelope.ProlongBudget(ref, number, minutes)
            case RatedIt(stars=stars, text=text):
                return envelope.RateSolution(ref, number, stars, text)
            case Answered(question=question, text=text):
                return envelope.AnswerOpenQuestion(ref, number, question, text)
            case Confirmed(right=right, text=text):
                return envelope.AnswerUnderstood(ref, number, right, text)
            case DidSteps(instruction=instruction, done=done, step=step):
                return envelope.AnswerInstruction(ref, number, instruction, done, step)
            case AnsweredPrice(quote=quote, accepted=accepted, text=text):
                return envelope.AnswerQuote(ref, number, quote, accepted, text)
            case Complained(text=text):
                return envelope.Complain(ref, self.mark, number, text)

    @property
    def text(self) -> str:
        """The user's own words in it, if there are any."""
        return "" if isinstance(self.said, TookBack | DidSteps | HasTime) else self.said.text


def letter(ticket: int, said: Said) -> Letter:
    """A new one, written now."""
    return Letter(secrets.token_hex(16), ticket, said, datetime.now(UTC))
